using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Organisations;
using Sealpost.Patients;
using Sealpost.Storage;
using Sealpost.Trust.Keys;

namespace Sealpost.Campaigns;

/// <summary>Turns a campaign's audience into one row per patient, page by page, with the legal-basis decision of that moment. Continues where a crash left it.</summary>
internal sealed class SelectDeliveries(OrganisationContext context, SendOptions options, DecisionLog decisions, DestinationStore destinations)
{
    private readonly DeliveryStore _store = new(context);

    private int Org => context.Organisation.Id.Value;

    /// <summary>Selects. <paramref name="selected"/> is told the destinations of each page once it is committed. False where the campaign was stopped.</summary>
    public async Task<bool> RunAsync(PreparedCampaign prepared, Action<IReadOnlyCollection<int>> selected, CancellationToken cancellationToken)
    {
        var gate = new ConsentGate(await options.Policy(cancellationToken).ConfigureAwait(false));
        var audience = await CampaignAudience.ListAsync(context, prepared, prepared.Campaign.AsOf ?? context.Today, cancellationToken).ConfigureAwait(false);
        var start = 0;
        while (start < audience.Count && audience[start].Value <= prepared.Campaign.SelectedThrough)
            start++;
        await foreach (var page in OpenPatients.PagesAsync(context, audience, start, cancellationToken).ConfigureAwait(false))
        {
            var touched = await context.Database.WriteAsync((transaction, token) => WriteAsync(prepared, gate, page, transaction, token), cancellationToken).ConfigureAwait(false);
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
    private long FirstTry(CampaignContent content, OpenPatient patient)
    {
        var zone = context.Organisation.TimeZone;
        var wished = content.PatientTime is { } time && patient.Chart is { } chart ? Sql.Stored(PatientZones.At(time, chart, zone, context.Today)) : 0;
        var quiet = Destinations.LaneTurn.IsUrgent(content.Purpose) ? null : PatientZones.QuietUntil(options.Pacing.Quiet, patient.Chart, zone, context.Today, context.Time.GetUtcNow());
        return quiet is { } end ? Math.Max(wished, Sql.Stored(end)) : wished;
    }

    /// <summary>Writes one page; the destinations that got pending rows, or null where the campaign is no longer being sent.</summary>
    private async Task<IReadOnlyCollection<int>?> WriteAsync(
        PreparedCampaign prepared, ConsentGate gate, IReadOnlyList<OpenPatient> page, System.Data.Common.DbTransaction transaction, CancellationToken cancellationToken)
    {
        var campaign = prepared.Campaign.Id;
        var existing = await _store.ExistingAsync(campaign, page[0].Number, page[^1].Number, transaction, cancellationToken).ConfigureAwait(false);
        var now = context.Time.GetUtcNow();
        object selectedAt = Sql.Stored(now);
        var rows = new List<object?[]>(page.Count);
        var recorded = new List<RecordedDecision>(page.Count);
        var touched = new HashSet<int>();
        foreach (var patient in page.Where(patient => !existing.Contains(patient.Number.Value)))
        {
            var decision = OpenPatients.Decide(gate, prepared.Basis, patient, GateMoment.Selection, now);
            var destination = 0;
            if (decision is ConsentDecision.Permit permit)
            {
                destination = await destinations.NumberAsync(EmailAddress.DomainOf(permit.Address.Open()), transaction, cancellationToken).ConfigureAwait(false);
                touched.Add(destination);
            }

            var reason = (decision as ConsentDecision.Withhold)?.Reason;
            rows.Add(
            [
                Boxed.Of(Org), Boxed.Of(campaign), Boxed.Of(patient.Number.Value), Boxed.Of(destination), Boxed.Of((long)(reason is null ? Outcome.Pending : Outcome.WithheldBasis)),
                Boxed.Of((long)reason.GetValueOrDefault()), Boxed.Of(FirstTry(prepared.Campaign.Content, patient)), selectedAt,
            ]);
            recorded.Add(Recorded.Of(campaign, patient.Number, 0, GateMoment.Selection, decision, patient.State.Version, now));
        }

        var counted = await Sql.ExecuteAsync(
            transaction,
            "UPDATE campaign SET selected = selected + @count, selected_through = @through WHERE org = @org AND id = @id AND state = @sending AND selected_through < @through",
            [("@count", rows.Count), ("@through", page[^1].Number.Value), ("@org", Org), ("@id", campaign), ("@sending", (int)CampaignState.Sending)],
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
