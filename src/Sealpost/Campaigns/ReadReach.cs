using Sealpost.Audience;
using Sealpost.Consent;
using Sealpost.Organisations;
using Sealpost.People;

namespace Sealpost.Campaigns;

/// <summary>A day's numbers as a person may see them.</summary>
/// <param name="Day">In the organisation's time zone.</param>
/// <param name="Patients">Living patients on record.</param>
/// <param name="Care">May get a message about their own care.</param>
/// <param name="Marketing">Signed for marketing, and may get it.</param>
internal sealed record ShownReach(DateOnly Day, ShownCount Patients, ShownCount Care, ShownCount Marketing);

/// <summary>How many can be written to now, and how that changes.</summary>
/// <param name="Now">As of this moment.</param>
/// <param name="Earlier">One point a day before today, oldest first; of the last <see cref="ReadReach.DaysShown"/> days.</param>
internal sealed record ReachFindings(ShownReach Now, IReadOnlyList<ShownReach> Earlier);

/// <summary>Says how many patients can lawfully be written to, and keeps one point a day so that the change is seen. Opens no chart and records no decision.</summary>
/// <param name="context">The organisation.</param>
/// <param name="reach">Joins legal basis and hosts.</param>
internal sealed class ReadReach(OrganisationContext context, MeasureReach reach)
{
    /// <summary>Days that are shown back.</summary>
    public const int DaysShown = 90;

    // Everybody alive: whoever has died is in no audience.
    private static readonly AudienceQuery Everybody = AudienceQuery.Parse("age >= 0 or not age >= 0").Query!;

    private readonly ReachDays _days = new(context);

    /// <summary>Now and the days before.</summary>
    /// <exception cref="RefusedException">The actor may not ask how many.</exception>
    public async Task<ReachFindings> RunAsync(Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(AudienceDesk.Look, "see how many can be reached");
        var show = new ShowCounts(context.Keys, exact: AudienceDesk.MaySeePatients(actor));
        ShownReach Shown(DateOnly day, ReachPoint point) => new(day, show.ShowFixed(point.Patients), show.ShowFixed(point.Care), show.ShowFixed(point.Marketing));
        var today = context.Today;
        var now = await MeasureAsync(cancellationToken).ConfigureAwait(false);
        var earlier = await _days.SinceAsync(today.AddDays(-DaysShown), cancellationToken).ConfigureAwait(false);
        return new ReachFindings(Shown(today, now), [.. earlier.Where(one => one.Day < today).Select(one => Shown(one.Day, one.Point))]);
    }

    /// <summary>Keeps today's point where there is none yet. For the clock, not for a person.</summary>
    public async Task NoteAsync(CancellationToken cancellationToken)
    {
        var today = context.Today;
        if (!await _days.HasAsync(today, cancellationToken).ConfigureAwait(false))
            await _days.KeepAsync(today, await MeasureAsync(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
    }

    private async Task<ReachPoint> MeasureAsync(CancellationToken cancellationToken)
    {
        var exact = new ShowCounts(context.Keys, exact: true);
        var care = await reach.RunAsync(Everybody, Purpose.Treatment, context.Today, exact, cancellationToken).ConfigureAwait(false);
        var marketing = await reach.RunAsync(Everybody, Purpose.Marketing, context.Today, exact, cancellationToken).ConfigureAwait(false);
        return new ReachPoint(care.Matched.Value ?? 0, care.Lawful.Value ?? 0, marketing.Lawful.Value ?? 0);
    }
}
