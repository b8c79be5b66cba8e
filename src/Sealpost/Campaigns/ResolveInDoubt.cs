using System.Data.Common;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Organisations;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Campaigns;

/// <summary>Deliveries of which nobody knows whether the host took them: puts them into doubt after a crash, and resolves them. Never sent again on its own.</summary>
internal sealed class ResolveInDoubt(OrganisationContext context, OutcomeWriter writer, ILogger logger)
{
    private int Org => context.Organisation.Id.Value;

    /// <summary>After a restart: what was in flight is in doubt.</summary>
    public async Task DoubtInFlightAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<(long Campaign, PatientNumber Patient, WithholdReason? Reason)> doubted = [];
        await writer.BulkAsync(async (transaction, token) =>
        {
            var now = context.Time.GetUtcNow();
            doubted = await new DeliveryStore(context).DoubtInFlightAsync(null, now, transaction, token).ConfigureAwait(false);
            foreach (var campaign in doubted.GroupBy(row => row.Campaign))
            {
                await context.Ledger.AppendAsync(
                    new AuditEvent(context.Organisation.Id, "campaign.in-doubt", "system", null, campaign.Key.ToString(CultureInfo.InvariantCulture), "done", $"{campaign.Count()} in flight at a crash"), transaction, token).ConfigureAwait(false);
            }

            var reminders = await new Pickup.ReminderRows(context).DoubtInFlightAsync(null, now, transaction, token).ConfigureAwait(false);
            return [.. reminders, .. doubted.GroupBy(row => (row.Campaign, row.Reason)).SelectMany(rows => JournalLines.Of(rows.Key.Campaign, [.. rows.Select(row => row.Patient)], Outcome.InDoubt, now, rows.Key.Reason))];
        }, cancellationToken).ConfigureAwait(false);
        if (doubted.Count > 0)
            SendLog.InDoubt(logger, doubted.Count);
    }

    /// <summary>Gives a delivery in doubt its outcome. False where it was not in doubt.</summary>
    /// <param name="campaign">Number of the campaign.</param>
    /// <param name="patient">Whose message.</param>
    /// <param name="outcome">What it became.</param>
    /// <param name="actor">Who says so.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    public async Task<bool> RunAsync(long campaign, PatientNumber patient, Outcome outcome, string actor, CancellationToken cancellationToken)
    {
        var resolved = false;
        await writer.BulkAsync(
            async (transaction, token) =>
            {
                var lines = await ResolveAsync(campaign, patient, outcome, actor, transaction, token).ConfigureAwait(false);
                resolved = lines.Count > 0;
                return lines;
            },
            cancellationToken).ConfigureAwait(false);
        return resolved;
    }

    /// <summary>Who read the message on our page had its notice, whatever became of the reply to it: it counts as a notice that was taken. Returns how many were in doubt.</summary>
    /// <param name="read">Campaign and patient of the reading; null for all readings that a crash cut short.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    public async Task<int> ByReadingAsync((long Campaign, PatientNumber Patient)? read, CancellationToken cancellationToken)
    {
        var resolved = 0;
        await writer.BulkAsync(
            async (transaction, token) =>
            {
                var now = context.Time.GetUtcNow();
                var rows = await ReadRowsAsync(read, now, transaction, token).ConfigureAwait(false);
                foreach (var (campaign, patient) in rows)
                    await NoteAsync(campaign, patient, "patient", "accepted: the message was read on our page", transaction, token).ConfigureAwait(false);
                resolved = rows.Count;
                return [.. rows.SelectMany(row => JournalLines.Of(row.Campaign, [row.Patient], Outcome.Pickup, now))];
            },
            cancellationToken).ConfigureAwait(false);
        return resolved;
    }

    private async Task<IReadOnlyList<(long Campaign, PatientNumber Patient)>> ReadRowsAsync((long Campaign, PatientNumber Patient)? read, DateTimeOffset now, DbTransaction transaction, CancellationToken cancellationToken)
    {
        // No receipt says that a host took the notice: tier and TLS stay as the try left them.
        await using var command = Sql.Command(
            transaction,
            $"""
            UPDATE delivery SET state = @pickup, reason = 0, next_at = 0, changed_at = @now WHERE org = @org AND state = 8{(read is null ? "" : " AND campaign = @campaign AND patient = @patient")}
            AND EXISTS (SELECT 1 FROM pickup p WHERE p.org = delivery.org AND p.campaign = delivery.campaign AND p.patient = delivery.patient AND p.picked_at > 0) RETURNING campaign, patient
            """,
            ("@pickup", (int)Outcome.Pickup), ("@now", Sql.Stored(now)), ("@org", Org), ("@campaign", read?.Campaign ?? 0), ("@patient", read?.Patient.Value ?? 0));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var rows = new List<(long, PatientNumber)>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            rows.Add((reader.GetInt64(0), new PatientNumber(checked((int)reader.GetInt64(1)))));
        return rows;
    }

    private Task<long> NoteAsync(long campaign, PatientNumber patient, string actor, string how, DbTransaction transaction, CancellationToken cancellationToken) => context.Ledger.AppendAsync(
        new AuditEvent(context.Organisation.Id, "delivery.resolved", actor, patient, campaign.ToString(CultureInfo.InvariantCulture), "done", how), transaction, cancellationToken);

    private async Task<IReadOnlyList<JournalLine>> ResolveAsync(long campaign, PatientNumber patient, Outcome outcome, string actor, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var now = context.Time.GetUtcNow();
        // What was in doubt may have been a notice; its reason says so.
        await using var command = Sql.Command(
            transaction,
            "UPDATE delivery SET state = CASE WHEN @state = @accepted AND reason = @low THEN @pickup ELSE @state END, reason = 0, next_at = 0, changed_at = @now WHERE org = @org AND campaign = @campaign AND patient = @patient AND state = @doubt RETURNING state",
            ("@accepted", (int)Outcome.Accepted), ("@low", (int)WithholdReason.TierTooLow), ("@pickup", (int)Outcome.Pickup), ("@state", (int)outcome), ("@now", Sql.Stored(now)), ("@org", Org), ("@campaign", campaign), ("@patient", patient.Value), ("@doubt", (int)Outcome.InDoubt));
        if (await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is not { } state || state is DBNull)
            return [];
        await NoteAsync(campaign, patient, actor, outcome == Outcome.Accepted ? "accepted" : "not accepted", transaction, cancellationToken).ConfigureAwait(false);
        return JournalLines.Of(campaign, [patient], (Outcome)Convert.ToInt64(state, CultureInfo.InvariantCulture), now);
    }
}
