using System.Data.Common;
using System.Globalization;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Organisations;
using Sealpost.Storage;
using Sealpost.Trust.Keys;

namespace Sealpost.Campaigns;

/// <summary>One row per (campaign, patient): the term of the campaign's sum that the patient counts under.</summary>
internal sealed class DeliveryStore(OrganisationContext context)
{
    /// <summary>Columns that selection writes; the others have defaults.</summary>
    public static readonly BulkTable Table = new("delivery", ["org", "campaign", "patient", "destination", "state", "reason", "next_at", "changed_at"], 3);

    private int Org => context.Organisation.Id.Value;

    /// <summary>Destinations that still have deliveries without an outcome.</summary>
    public async Task<IReadOnlyList<int>> DestinationsAsync(long campaign, CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection, "SELECT DISTINCT destination FROM delivery WHERE org = @org AND campaign = @campaign AND state IN (0, 9)", ("@org", Org), ("@campaign", campaign));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var destinations = new List<int>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            destinations.Add(checked((int)reader.GetInt64(0)));
        return destinations;
    }

    /// <summary>The next due deliveries of a destination after a patient, in order of number.</summary>
    public async Task<IReadOnlyList<DueDelivery>> DueAsync(long campaign, int destination, int afterPatient, DateTimeOffset now, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection,
            """
            SELECT patient, attempts, first_at FROM delivery
            WHERE org = @org AND campaign = @campaign AND destination = @destination AND state IN (0, 9) AND state = 0 AND patient > @after AND next_at <= @now
            ORDER BY patient LIMIT @limit
            """,
            ("@org", Org), ("@campaign", campaign), ("@destination", destination), ("@after", afterPatient), ("@now", Sql.Stored(now)), ("@limit", limit));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var due = new List<DueDelivery>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var first = reader.GetInt64(2);
            due.Add(new DueDelivery(new PatientNumber(checked((int)reader.GetInt64(0))), checked((int)reader.GetInt64(1)), first == 0 ? null : Sql.Instant(first)));
        }

        return due;
    }

    /// <summary>When the next pending delivery of a destination is due; null where none is pending.</summary>
    public async Task<DateTimeOffset?> NextDueAsync(long campaign, int destination, CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection,
            "SELECT MIN(next_at) FROM delivery WHERE org = @org AND campaign = @campaign AND destination = @destination AND state IN (0, 9) AND state = 0",
            ("@org", Org), ("@campaign", campaign), ("@destination", destination));
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is long next ? Sql.Instant(next) : null;
    }

    /// <summary>Numbers among a range that already have a row, so that none is selected twice.</summary>
    public async Task<IReadOnlySet<int>> ExistingAsync(long campaign, PatientNumber first, PatientNumber last, DbTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(
            transaction,
            "SELECT patient FROM delivery WHERE org = @org AND campaign = @campaign AND patient BETWEEN @first AND @last",
            ("@org", Org), ("@campaign", campaign), ("@first", first.Value), ("@last", last.Value));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var existing = new HashSet<int>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            existing.Add(checked((int)reader.GetInt64(0)));
        return existing;
    }

    /// <summary>Defers every due delivery of a destination that cannot be reached: one statement whatever their number. No try was made for them, but the wait counts as one.</summary>
    public Task DeferAllAsync(long campaign, int destination, DateTimeOffset now, DateTimeOffset next, CancellationToken cancellationToken) =>
        context.Database.WriteAsync(
            (transaction, token) => Sql.ExecuteAsync(
                transaction,
                """
                UPDATE delivery SET next_at = @next, first_at = CASE WHEN first_at = 0 THEN @now ELSE first_at END
                WHERE org = @org AND campaign = @campaign AND destination = @destination AND state IN (0, 9) AND state = 0 AND next_at <= @now
                """,
                [("@next", Sql.Stored(next)), ("@now", Sql.Stored(now)), ("@org", Org), ("@campaign", campaign), ("@destination", destination)],
                token),
            cancellationToken);

    /// <summary>Lets pending deliveries wait until an instant; no try is counted.</summary>
    public Task PostponeAsync(long campaign, IReadOnlyList<(PatientNumber Patient, DateTimeOffset Until)> deliveries, CancellationToken cancellationToken) =>
        context.Database.WriteAsync(
            async (transaction, token) =>
            {
                foreach (var (patient, until) in deliveries)
                {
                    await Sql.ExecuteAsync(
                        transaction,
                        "UPDATE delivery SET next_at = @next WHERE org = @org AND campaign = @campaign AND patient = @patient AND state = 0",
                        [("@next", Sql.Stored(until)), ("@org", Org), ("@campaign", campaign), ("@patient", patient.Value)],
                        token).ConfigureAwait(false);
                }

                return deliveries.Count;
            },
            cancellationToken);

    /// <summary>Gives a destination's pending deliveries a final state: all of them, or those first tried before an instant. Returns whose.</summary>
    public async Task<IReadOnlyList<PatientNumber>> EndPendingAsync(
        long campaign, int? destination, Outcome outcome, DateTimeOffset? firstTriedBefore, DateTimeOffset now, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var where = "org = @org AND campaign = @campaign AND state IN (0, 9) AND state = 0"
            + (destination is null ? "" : " AND destination = @destination")
            + (firstTriedBefore is null ? "" : " AND first_at > 0 AND first_at <= @before");
        List<(string, object?)> parameters = [("@org", Org), ("@campaign", campaign), ("@now", Sql.Stored(now)), ("@state", (int)outcome)];
        if (destination is { } number)
            parameters.Add(("@destination", number));
        if (firstTriedBefore is { } before)
            parameters.Add(("@before", Sql.Stored(before)));
        await using var command = Sql.Command(transaction, $"UPDATE delivery SET state = @state, changed_at = @now WHERE {where} RETURNING patient", [.. parameters]);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var patients = new List<PatientNumber>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            patients.Add(new PatientNumber(checked((int)reader.GetInt64(0))));
        return patients;
    }

    /// <summary>After a restart, or for one destination whose lane broke: what was in flight is in doubt. Returns whose, with their campaign, and the reason where it was a notice.</summary>
    public async Task<IReadOnlyList<(long Campaign, PatientNumber Patient, WithholdReason? Reason)>> DoubtInFlightAsync((long Campaign, int Destination)? of, DateTimeOffset now, DbTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(
            transaction,
            $"UPDATE delivery SET state = @doubt, changed_at = @now WHERE org = @org AND state IN (0, 9) AND state = 9{(of is null ? "" : " AND campaign = @campaign AND destination = @destination")} RETURNING campaign, patient, reason",
            ("@doubt", (int)Outcome.InDoubt), ("@now", Sql.Stored(now)), ("@org", Org), ("@campaign", of?.Campaign ?? 0), ("@destination", of?.Destination ?? 0));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var doubted = new List<(long, PatientNumber, WithholdReason?)>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            doubted.Add((reader.GetInt64(0), new PatientNumber(checked((int)reader.GetInt64(1))), reader.GetInt64(2) is var reason and > 0 ? (WithholdReason)reason : null));
        return doubted;
    }

    /// <summary>Deliveries of a campaign that have no outcome yet.</summary>
    public async Task<long> OpenAsync(long campaign, DbTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(
            transaction, "SELECT COUNT(*) FROM delivery WHERE org = @org AND campaign = @campaign AND state IN (0, 9)",
            ("@org", Org), ("@campaign", campaign));
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false), CultureInfo.InvariantCulture);
    }
}
