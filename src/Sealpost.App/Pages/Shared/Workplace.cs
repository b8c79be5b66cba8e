using Microsoft.AspNetCore.Components.Authorization;
using Sealpost.App.Hosting;
using Sealpost.People;

namespace Sealpost.App.Pages.Shared;

/// <summary>Who is at work in this circuit, and in which organisations. Everything a page does, it does as <see cref="SeatAt"/> says.</summary>
internal sealed class Workplace(Installation installation, MembershipLookup memberships, AuthenticationStateProvider authentication, OpenPages pages)
{
    public Installation Installation { get; } = installation;

    /// <summary>Now, for display and for waiting.</summary>
    public TimeProvider Time => Installation.Time;

    /// <summary>Asks the person to show a passkey or code; true once it was shown. Set by the layout, whose dialog it is.</summary>
    public Func<CancellationToken, Task<bool>>? Confirm { get; set; }

    /// <summary>Cancelled when the server stops.</summary>
    public CancellationToken Ending => pages.Ending;

    /// <summary>Counts work on the stores, which a stop of the server awaits, until what it returns is disposed.</summary>
    /// <exception cref="OperationCanceledException">The server stops.</exception>
    public IDisposable Begin() => pages.Begin();

    /// <summary>The person's place in an organisation; null where there is no such organisation or the person does not belong to it: the two look the same.</summary>
    public async Task<Seat?> SeatAt(int organisation, CancellationToken cancellationToken)
    {
        using var running = Begin();
        var state = await authentication.GetAuthenticationStateAsync().ConfigureAwait(false);
        return await memberships.SeatAsync(state.User, organisation, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Every organisation the person belongs to, by name.</summary>
    public async Task<IReadOnlyList<Seat>> SeatsAsync(CancellationToken cancellationToken)
    {
        using var running = Begin();
        var state = await authentication.GetAuthenticationStateAsync().ConfigureAwait(false);
        return await memberships.SeatsAsync(state.User, cancellationToken).ConfigureAwait(false);
    }
}

/// <summary>One person in one organisation.</summary>
/// <param name="Organisation">The organisation, open.</param>
/// <param name="Actor">The person as the operations know them.</param>
internal sealed record Seat(OpenOrganisation Organisation, Actor Actor)
{
    public int Number => Organisation.Context.Organisation.Id.Value;

    public string Name => Organisation.Context.Organisation.Name;

    public bool Is(Roles anyOf) => (Actor.Roles & anyOf) != Roles.None;
}
