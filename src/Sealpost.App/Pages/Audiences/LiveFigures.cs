using Sealpost.App.Pages.Shared;
using Sealpost.Audience;
using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.Shards;

namespace Sealpost.App.Pages.Audiences;

/// <summary>The numbers beside a rule as it is being written: the newest question wins, earlier ones are given up. The count comes first, the rest follows.</summary>
internal sealed class LiveFigures(Action changed) : IDisposable
{
    private CancellationTokenSource _asking = new();

    /// <summary>Null until counted.</summary>
    public ShownCount? Count { get; private set; }

    public AudienceFunnel? Funnel { get; private set; }

    public IReadOnlyList<AudienceBreakdown>? Breakdown { get; private set; }

    public AudienceCheck? Check { get; private set; }

    /// <summary>Why nothing could be counted.</summary>
    public string? Problem { get; private set; }

    public bool Busy { get; private set; }

    public Purpose Purpose { get; set; } = Purpose.Treatment;

    /// <summary>Whether the patients are broken down by age, place and condition as well.</summary>
    public bool BreaksDown { get; init; } = true;

    /// <summary>The day that counts as today; null for today.</summary>
    public DateOnly? AsOf { get; set; }

    /// <summary>Counts a rule; null clears everything.</summary>
    public async Task MeasureAsync(AudienceQuery? query, Seat seat, CancellationToken leaving)
    {
        // Swapped before anything is waited for: who asks meanwhile is newer, and must find this question to give it up.
        var before = _asking;
        _asking = CancellationTokenSource.CreateLinkedTokenSource(leaving);
        var token = _asking.Token;
        await before.CancelAsync();
        before.Dispose();
        if (token.IsCancellationRequested)
            return;
        if (query is null)
        {
            (Count, Funnel, Breakdown, Check, Problem, Busy) = (null, null, null, null, null, false);
            changed();
            return;
        }

        Busy = true;
        try
        {
            await AskAsync(query, seat, token);
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            return; // A newer question is under way, or the page was left.
        }
        catch (RefusedException refused)
        {
            (Count, Funnel, Breakdown, Problem) = (null, null, null, refused.Message);
        }

        Busy = false;
        changed();
    }

    public void Dispose()
    {
        _asking.Cancel();
        _asking.Dispose();
    }

    private async Task AskAsync(AudienceQuery query, Seat seat, CancellationToken cancellationToken)
    {
        var (desk, day) = (seat.Organisation.Audiences, AsOf ?? seat.Organisation.Context.Today);
        var check = await desk.CheckAsync(query, seat.Actor, cancellationToken);
        if (check.Errors.Count > 0)
        {
            (Check, Count, Funnel, Breakdown, Problem) = (check, null, null, null, string.Join(' ', check.Errors));
            return;
        }

        var count = await desk.CountAsync(query, day, seat.Actor, cancellationToken);
        (Check, Count, Problem) = (check, count, null);
        changed();
        Funnel = await desk.FunnelAsync(query, Purpose, day, seat.Actor, cancellationToken);
        changed();
        if (BreaksDown)
            Breakdown = await desk.BreakdownAsync(query, day, seat.Actor, cancellationToken);
    }
}
