using Sealpost.Audience;
using Sealpost.Campaigns;
using Sealpost.Delivery;

namespace Sealpost.Reports;

/// <summary>How far a campaign is, as the API answers it. For whoever may not see who the patients are, a number of 1 to 10, or one that gives such a number away, is null. 45 CFR 164.514(b), (d).</summary>
internal sealed record ProgressDocument(
    long Campaign, CampaignState State, DateTimeOffset At, long? Selected, bool SelectionDone, IReadOnlyDictionary<Outcome, long?> Outcomes, long? Deferred, double? Rate, DateTimeOffset? EndsAt)
{
    /// <summary>The document for somebody.</summary>
    public static ProgressDocument Of(CampaignProgress progress, bool exact)
    {
        var cells = progress.Outcomes.ToList();
        var shown = exact ? [.. cells.Select(static _ => CellShown.Number)]
            : HideCounts.IsSmall(progress.Selected) ? [.. cells.Select(static _ => CellShown.Hidden)]
            : HideCounts.InPartition([.. cells.Select(cell => cell.Value)]);
        var outcomes = cells.Select((cell, i) => (cell.Key, Count: shown[i] == CellShown.Number ? (long?)cell.Value : null)).ToDictionary(one => one.Key, one => one.Count);
        var isTold = outcomes.GetValueOrDefault(Outcome.Accepted, 0) is not null;
        return new ProgressDocument(
            progress.Campaign, progress.State, progress.At, Alone(progress.Selected, exact), progress.SelectionDone, outcomes, Alone(progress.Deferred, exact), isTold ? progress.Rate : null, isTold ? progress.EndsAt : null);
    }

    /// <summary>Deliveries in a state; null where that is not told.</summary>
    public long? Of(Outcome outcome) => Outcomes.GetValueOrDefault(outcome, 0);

    /// <summary>Its number; never its name.</summary>
    public override string ToString() => $"progress of campaign {Campaign}";

    private static long? Alone(long count, bool exact) => exact || !HideCounts.IsSmall(count) ? count : null;
}
