using System.Security.Claims;
using Sealpost.App.Pages.Shared;
using Sealpost.People;

namespace Sealpost.App.Hosting;

/// <summary>Which organisations a signed-in person belongs to, asked anew each time: a person who was ended has no place from then on.</summary>
internal sealed class MembershipLookup(Installation installation, SignedIn signedIn)
{
    /// <summary>The person's place in an organisation, or null.</summary>
    public async Task<Seat?> SeatAsync(ClaimsPrincipal person, int organisation, CancellationToken cancellationToken) =>
        (await SeatsAsync(person, cancellationToken).ConfigureAwait(false)).FirstOrDefault(seat => seat.Number == organisation);

    /// <summary>Every place of the person, by the organisation's name.</summary>
    public async Task<IReadOnlyList<Seat>> SeatsAsync(ClaimsPrincipal person, CancellationToken cancellationToken)
    {
        var memberships = await signedIn.MembershipsAsync(person, cancellationToken).ConfigureAwait(false);
        if (memberships.Count == 0)
            return [];
        var open = (await installation.OpenAllAsync(cancellationToken).ConfigureAwait(false)).ToDictionary(one => one.Context.Organisation.Id);
        return [.. memberships
            .Where(one => one.Actor.Roles != Roles.None && open.ContainsKey(one.Organisation))
            .Select(one => new Seat(open[one.Organisation], one.Actor))
            .OrderBy(seat => seat.Name, StringComparer.CurrentCultureIgnoreCase)];
    }
}
