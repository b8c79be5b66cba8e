using Microsoft.AspNetCore.Components;
using Sealpost.App.Hosting;
using Sealpost.People;
using Sealpost.Running;

namespace Sealpost.App.Pages.Shared;

/// <summary>A page of one organisation, at <c>/o/{Org}/…</c>. Finds the person's place there before anything is read, and turns refusals into words on the page.</summary>
/// <remarks>Override <see cref="LoadAsync"/> to read, and run every operation through <see cref="DoAsync"/>.</remarks>
public abstract class OrganisationPage : ComponentBase, IDisposable
{
    private readonly CancellationTokenSource _leaving = new();
    private int _loadedOrganisation = -1;
    private object? _loadedKey;

    /// <summary>Number of the organisation, from the address.</summary>
    [Parameter]
    public int Org { get; set; }

    [Inject]
    internal Workplace Workplace { get; set; } = default!;

    [Inject]
    internal Toasts Toasts { get; set; } = default!;

    [Inject]
    internal NavigationManager Navigation { get; set; } = default!;

    /// <summary>Cancelled when the person leaves the page.</summary>
    protected CancellationToken Leaving { get; }

    /// <summary>An undo from a message that is still shown runs although its page was left.</summary>
    private CancellationToken Running => Leaving.IsCancellationRequested ? Workplace.Ending : Leaving;

    private bool IsOver => Leaving.IsCancellationRequested || Workplace.Ending.IsCancellationRequested;

    /// <summary>Creates it.</summary>
    protected OrganisationPage() => Leaving = _leaving.Token;

    /// <summary>Reading has not ended yet: show skeletons.</summary>
    protected bool Loading { get; private set; } = true;

    /// <summary>There is no such thing here, or not for this person: show <c>NotFoundView</c>.</summary>
    protected bool Missing { get; private set; }

    /// <summary>Why the page cannot be shown, in a sentence.</summary>
    protected string? Problem { get; private set; }

    /// <summary>An operation runs: buttons wait.</summary>
    protected bool Busy { get; private set; }

    private protected Seat Seat { get; private set; } = default!;

    private protected OpenOrganisation Organisation => Seat.Organisation;

    private protected Actor Actor => Seat.Actor;

    /// <summary>Address within the organisation.</summary>
    protected string At(string path) => $"/o/{Org}{path}";

    private protected TimeZoneInfo Zone => Organisation.Context.Organisation.TimeZone;

    /// <summary>The day of an instant where the organisation is.</summary>
    protected string Day(DateTimeOffset at) => Moments.Day(at, Zone);

    /// <summary>Day and minute of an instant where the organisation is.</summary>
    protected string Minute(DateTimeOffset at) => Moments.Minute(at, Zone);

    /// <summary>Day and second of an instant where the organisation is.</summary>
    protected string Second(DateTimeOffset at) => Moments.Second(at, Zone);

    /// <summary>Keeps in the address what is chosen, so that a reload or a link finds it; null or empty leaves it out. Nothing of a patient, and no name that a person gave, may be among it.</summary>
    protected void Remember(IReadOnlyDictionary<string, object?> chosen)
    {
        var there = chosen.ToDictionary(one => one.Key, one => one.Value is "" ? null : one.Value, StringComparer.Ordinal);
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameters(there), replace: true);
    }

    /// <summary>Whether the person holds one of the roles. For showing and hiding; operations check for themselves.</summary>
    protected bool May(Roles anyOf) => Seat is { } seat && seat.Is(anyOf); // Nobody may anything on a page that is still being opened.

    /// <summary>Reads what the page shows. Runs again when <see cref="Key"/> changes.</summary>
    protected virtual Task LoadAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>What of the address decides what is read, such as an id.</summary>
    protected virtual object? Key => null;

    /// <summary>Says that there is no such thing.</summary>
    protected void NotFound() => Missing = true;

    /// <inheritdoc/>
    protected sealed override async Task OnParametersSetAsync()
    {
        if (_loadedOrganisation == Org && Equals(_loadedKey, Key))
            return;
        (_loadedOrganisation, _loadedKey) = (Org, Key);
        await ReloadAsync();
    }

    /// <summary>Reads everything again.</summary>
    protected async Task ReloadAsync()
    {
        (Loading, Missing, Problem) = (true, false, null);
        try
        {
            using var running = Workplace.Begin();
            if (await Workplace.SeatAt(Org, Leaving) is not { } seat)
            {
                NotFound();
                return;
            }

            Seat = seat;
            await LoadAsync(Leaving);
        }
        catch (RefusedException refused) when (refused.Kind == RefusalKind.NotFound)
        {
            NotFound();
        }
        catch (RefusedException refused)
        {
            Problem = refused.Message;
        }
        catch (OperationCanceledException) when (IsOver)
        {
            // The person went elsewhere.
        }
        finally
        {
            Loading = false;
        }
    }

    /// <summary>Runs an operation: one at a time, refusals as a toast, <paramref name="done"/> as the toast of success. True where it was done.</summary>
    protected async Task<bool> DoAsync(Func<CancellationToken, Task> operation, string? done = null)
    {
        if (Busy)
            return false;
        Busy = true;
        StateHasChanged();
        try
        {
            await OnceAsync(operation);
            if (done is not null)
                Toasts.Say(done);
            return true;
        }
        catch (RefusedException refused)
        {
            Toasts.Warn(refused.Message);
            return false;
        }
        catch (OperationCanceledException) when (IsOver)
        {
            return false;
        }
        finally
        {
            Busy = false;
            StateHasChanged();
        }
    }

    /// <summary>Reads, while the page is shown already, what takes longer than the page may; not awaited by the caller.</summary>
    protected async Task BesideAsync(Func<CancellationToken, Task> read)
    {
        try
        {
            using var running = Workplace.Begin();
            await read(Leaving);
            StateHasChanged();
        }
        catch (OperationCanceledException) when (IsOver)
        {
            // The person went elsewhere.
        }
    }

    /// <summary>Reads anew what changes by itself, with the rights that the person has by now; holds up and disables nothing, and leaves what is shown where it may no longer be read.</summary>
    protected Task AnewAsync(Func<CancellationToken, Task> read) => BesideAsync(async token =>
    {
        if (Busy || await Workplace.SeatAt(Org, token) is not { } seat)
            return;
        Seat = seat;
        try
        {
            await read(token);
        }
        catch (RefusedException)
        {
            // A role was taken away: the next visit says so.
        }
    });

    /// <summary>Runs long work on a shelf, where it goes on when the page is left; a <c>WorkNote</c> shows it. True where this page saw it done.</summary>
    private protected Task<bool> DoLongAsync(WorkShelf shelf, string kind, Func<Actor, IProgress<WorkProgress>, CancellationToken, Task<string>> work) => DoAsync(async token =>
    {
        var actor = Actor;
        var end = shelf.RunAsync(kind, actor, (progress, stop) => work(actor, progress, stop), token);
        StateHasChanged();
        await end;
    });

    /// <summary>What asks for a fresh passkey or code gets it, in a dialog, and is tried again. 45 CFR 164.312(d).</summary>
    private async Task OnceAsync(Func<CancellationToken, Task> operation)
    {
        try
        {
            await AsNowAsync(operation);
        }
        catch (RefusedException refused) when (refused.Kind == RefusalKind.Unconfirmed && Workplace.Confirm is not null)
        {
            if (!await Workplace.Confirm(Running))
                throw;
            await AsNowAsync(operation);
        }
    }

    private async Task AsNowAsync(Func<CancellationToken, Task> operation)
    {
        using var counted = Workplace.Begin();
        var running = Running;
        if (await Workplace.SeatAt(Org, running) is not { } seat)
            throw new RefusedException("You no longer belong to this organisation.");
        Seat = seat; // Roles may have changed since the page was opened.
        await operation(running);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _leaving.Cancel();
        _leaving.Dispose();
        Disposing();
        GC.SuppressFinalize(this);
    }

    /// <summary>For what a page holds.</summary>
    protected virtual void Disposing()
    {
    }
}
