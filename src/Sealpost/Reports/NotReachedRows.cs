using System.Data.Common;
using System.Globalization;
using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Organisations;
using Sealpost.Storage;
using Sealpost.Trust.Keys;

namespace Sealpost.Reports;

/// <summary>A delivery that did not reach its patient.</summary>
internal readonly record struct NotReachedRow(PatientNumber Patient, Outcome Outcome, WithholdReason? Reason, DateTimeOffset ChangedAt);

/// <summary>Deliveries that did not reach their patients, and rows of <c>patient_told</c>.</summary>
internal sealed class NotReachedRows(OrganisationContext context)
{
    /// <summary>How email ends without reaching the patient, as SQL. What waits on our page is not among them: it has its own reminder.</summary>
    internal const string Ended = DeliveryIndexes.Rare + " AND state IN (2, 4, 5)";

    /// <summary>Neither told otherwise nor erased since, as SQL.</summary>
    internal const string Untold = """
        NOT EXISTS (SELECT 1 FROM patient_told t WHERE t.org = d.org AND t.patient = d.patient AND t.campaign = d.campaign)
        AND EXISTS (SELECT 1 FROM patient p WHERE p.org = d.org AND p.patient = d.patient)
        """;

    /// <summary>A page over the outcomes: each is walked in order of its index, so that no page sorts all of them.</summary>
    internal static readonly string Page = string.Join(" UNION ALL ", new[] { Outcome.WithheldTransport, Outcome.Rejected, Outcome.Expired }.Select(outcome => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        SELECT * FROM (
            SELECT d.patient, d.state, d.reason, d.changed_at FROM delivery d
            WHERE d.org = @org AND d.campaign = @campaign AND d.patient > @after AND {DeliveryIndexes.Rare} AND state = {(int)outcome} AND {Untold}
            ORDER BY d.patient LIMIT @limit) AS of_{(int)outcome}
        """))) + " ORDER BY patient LIMIT @limit";

    private const string Counter = "told";

    private int Org => context.Organisation.Id.Value;

    /// <summary>A page in order of patient.</summary>
    public async Task<IReadOnlyList<NotReachedRow>> PageAsync(long campaign, int? after, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(connection, Page, ("@org", Org), ("@campaign", campaign), ("@after", after ?? -1), ("@limit", limit));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var page = new List<NotReachedRow>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var reason = reader.GetInt64(2);
            page.Add(new NotReachedRow(new PatientNumber(checked((int)reader.GetInt64(0))), (Outcome)reader.GetInt64(1), reason == 0 ? null : (WithholdReason)reason, Sql.Instant(reader.GetInt64(3))));
        }

        return page;
    }

    /// <summary>How many are open. Walks the index of rare outcomes alone.</summary>
    public async Task<long> CountAsync(long campaign, CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(connection, $"SELECT COUNT(*) FROM delivery d WHERE d.org = @org AND d.campaign = @campaign AND {Ended} AND {Untold}", ("@org", Org), ("@campaign", campaign));
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false), CultureInfo.InvariantCulture);
    }

    /// <summary>Marks one patient, or all that are open; returns the mark with how many it covers.</summary>
    public async Task<ToldMark> MarkAsync(long campaign, PatientNumber? patient, ToldBy way, string actor, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var mark = await NextAsync(transaction, cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            transaction,
            $"""
            INSERT INTO patient_told (org, patient, campaign, mark, way, told_at, told_by)
            SELECT d.org, d.patient, d.campaign, @mark, @way, @at, @by FROM delivery d
            WHERE d.org = @org AND d.campaign = @campaign AND {Ended} AND {Untold}{(patient is null ? "" : " AND d.patient = @patient")}
            """,
            ("@org", Org), ("@campaign", campaign), ("@mark", mark), ("@way", (long)way), ("@at", Sql.Stored(context.Time.GetUtcNow())), ("@by", actor));
        if (patient is { } one)
            command.With("@patient", (long)one.Value);
        return new ToldMark(mark, await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Takes a mark back; returns how many it covered, and the patient where it was one.</summary>
    public async Task<(long Patients, PatientNumber? One)> UnmarkAsync(long campaign, long mark, DbTransaction transaction, CancellationToken cancellationToken)
    {
        await NextAsync(transaction, cancellationToken).ConfigureAwait(false);
        (string, object?)[] which = [("@org", Org), ("@campaign", campaign), ("@mark", mark)];
        long first;
        await using (var command = Sql.Command(transaction, "SELECT COALESCE(MIN(patient), -1) FROM patient_told WHERE org = @org AND campaign = @campaign AND mark = @mark", which))
            first = Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false), CultureInfo.InvariantCulture);
        var gone = await Sql.ExecuteAsync(transaction, "DELETE FROM patient_told WHERE org = @org AND campaign = @campaign AND mark = @mark", which, cancellationToken).ConfigureAwait(false);
        return (gone, gone == 1 ? new PatientNumber(checked((int)first)) : null);
    }

    /// <summary>A number that changes with every mark and every mark taken back, also by another process: by it, a count that was kept is known to be old.</summary>
    public async Task<long> ChangesAsync(CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(connection, "SELECT next FROM consent_number WHERE org = @org AND name = @name", ("@org", Org), ("@name", Counter));
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is long next ? next : 0;
    }

    private Task<long> NextAsync(DbTransaction transaction, CancellationToken cancellationToken) => ConsentTables.NextAsync(transaction, context.Organisation.Id, Counter, cancellationToken);
}
