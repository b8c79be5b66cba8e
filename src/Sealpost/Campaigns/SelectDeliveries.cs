using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Organisations;
using Sealpost.Shards;
using Sealpost.Storage;
using Sealpost.Trust.Keys;

namespace Sealpost.Campaigns;

/// <summary>Turns a campaign's audience into one row per patient, page by page, with the legal-basis decision of that moment, taken from the states in memory. Continues where a crash left it.</summary>
internal sealed class SelectDeliveries(OrganisationContext context, SendOptions options, DecisionLog decisions, DestinationStore destinations)
{
    /// <summary>The first page is small, so that sending begins at once.</summary>
    private const int FirstPage = 128;

    private readonly DeliveryStore _store = new(context);

    private int Org => context.Organisation.Id.Value;

    /// <summary>Selects. <paramref name="selected"/> is told the destinations of each page once it is committed. False where the campaign was stopped.</summary>
    public async Task<bool> RunAsync(PreparedCampaign prepared, Action<IReadOnlyCollection<int>> selected, CancellationToken cancellationToken)
    {
        var policy = await options.Policy(cancellationToken).ConfigureAwait(false);
        var audience = await CampaignAudience.ListAsync(context, prepared, prepared.Campaign.AsOf ?? context.Today, cancellationToken).ConfigureAwait(false);
        var start = 0;
        while (start < audience.Count && audience[start].Value <= prepared.Campaign.SelectedThrough)
            start++;
        for (var size = FirstPage; start < audience.Count; start += size, size = OpenPatients.PageSize)
        {
            PatientNumber[] page = [.. audience.Skip(start).Take(size)];
            var now = context.Time.GetUtcNow();
            var verdicts = await context.Audience.DecideAsync(prepared.Basis, policy, now, context.Today, page, cancellationToken).ConfigureAwait(false);
            var touched = await context.Database.WriteAsync((transaction, token) => WriteAsync(prepared, verdicts, now, transaction, token), cancellationToken).ConfigureAwait(false);
            if (touched is null)
                return false;
            selected(touched);
        }

        return await context.Database.WriteAsync(
            (transaction, token) => Sql.ExecuteAsync(
                transaction, "UPDATE campaign SET selection_done = 1 WHERE org = @org AND id = @id AND state = @sending", [("@org", Org), ("@id", prepared.Campaign.Id), ("@sending", (int)CampaignState.Sending)], token),
            cancellationToken).ConfigureAwait(false) == 1;
    }

    /// <summary>When the message may leave first: at once, at the wished time, or after the quiet hours where the patient lives.</summary>
    private long FirstTry(CampaignContent content, string states, DateTimeOffset now)
    {
        var quiet = Destinations.LaneTurn.IsUrgent(content.Purpose) ? null : options.Pacing.Quiet;
        if (quiet is null && content.PatientTime is null)
            return 0;
        var zone = PatientZones.OfStates(states) ?? context.Organisation.TimeZone;
        var wished = content.PatientTime is { } time ? Sql.Stored(PatientZones.At(time, zone)) : 0;
        return quiet?.EndFor(now, zone) is { } end ? Math.Max(wished, Sql.Stored(end)) : wished;
    }

    /// <summary>Writes one page; the destinations that got pending rows, or null where the campaign is no longer being sent.</summary>
    private async Task<IReadOnlyCollection<int>?> WriteAsync(
        PreparedCampaign prepared, IReadOnlyList<PatientVerdict> page, DateTimeOffset now, System.Data.Common.DbTransaction transaction, CancellationToken cancellationToken)
    {
        var campaign = prepared.Campaign.Id;
        var existing = await _store.ExistingAsync(campaign, page[0].Patient, page[^1].Patient, transaction, cancellationToken).ConfigureAwait(false);
        object selectedAt = Sql.Stored(now);
        var rows = new List<object?[]>(page.Count);
        var recorded = new List<RecordedDecision>(page.Count);
        var touched = new HashSet<int>();
        foreach (var verdict in page.Where(verdict => !existing.Contains(verdict.Patient.Value)))
        {
            var destination = 0;
            if (verdict.Reason is null)
            {
                destination = await destinations.NumberAsync(verdict.Domain, transaction, cancellationToken).ConfigureAwait(false);
                touched.Add(destination);
            }

            rows.Add(
            [
                Boxed.Of(Org), Boxed.Of(campaign), Boxed.Of(verdict.Patient.Value), Boxed.Of(destination), Boxed.Of((long)(verdict.Reason is null ? Outcome.Pending : Outcome.WithheldBasis)),
                Boxed.Of((long)verdict.Reason.GetValueOrDefault()), Boxed.Of(verdict.Reason == WithholdReason.Erased ? 0 : FirstTry(prepared.Campaign.Content, verdict.States, now)), selectedAt,
            ]);
            recorded.Add(new RecordedDecision(campaign, verdict.Patient, 0, GateMoment.Selection, verdict.Reason, verdict.Citation, verdict.Version, verdict.Authorization, now));
        }

        var counted = await Sql.ExecuteAsync(
            transaction,
            "UPDATE campaign SET selected = selected + @count, selected_through = @through WHERE org = @org AND id = @id AND state = @sending AND selected_through < @through",
            [("@count", rows.Count), ("@through", page[^1].Patient.Value), ("@org", Org), ("@id", campaign), ("@sending", (int)CampaignState.Sending)],
            cancellationToken).ConfigureAwait(false);
        if (counted != 1)
            return null;
        if (rows.Count > 0)
        {
            await context.Database.BulkUpsertAsync(DeliveryStore.Table, rows, transaction, cancellationToken).ConfigureAwait(false);
            await decisions.RecordAsync(recorded, transaction, cancellationToken).ConfigureAwait(false);
        }

        return touched;
    }
}

/// <summary>Decisions in the form that is kept.</summary>
internal static class Recorded
{
    public static RecordedDecision Of(long campaign, PatientNumber patient, int attempt, GateMoment moment, ConsentDecision? decision, long stateVersion, DateTimeOffset at) => decision switch
    {
        ConsentDecision.Permit permit => new(campaign, patient, attempt, moment, null, permit.Citation, permit.StateVersion, permit.Authorization, at),
        ConsentDecision.Withhold withhold => new(campaign, patient, attempt, moment, withhold.Reason, withhold.Citation, stateVersion, null, at),
        _ => throw new InvalidOperationException("A delivery was settled without a decision."),
    };
}
