using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Sealpost.Delivery.DomainReports;
using Sealpost.Organisations;
using Sealpost.Storage;

namespace Sealpost.Campaigns.TlsReports;

/// <summary>What became of one domain's report.</summary>
public enum TlsReportState
{
    /// <summary>Its day has not ended, or the last try failed and the next one comes.</summary>
    Waiting,

    /// <summary>Delivered to every address that the domain names.</summary>
    Sent,

    /// <summary>The domain asks for none.</summary>
    NotAsked,

    /// <summary>Mail went to so few patients of the domain that the report could tell of one of them.</summary>
    TooFew,

    /// <summary>It could not be delivered within a day.</summary>
    GivenUp,
}

/// <summary>One domain's sessions on one UTC day.</summary>
/// <param name="Index">Keyed hash of the domain, as in the table of destinations.</param>
/// <param name="Day">UTC day.</param>
/// <param name="Domain">Its name.</param>
/// <param name="State">What became of the report.</param>
/// <param name="Policies">Sessions by policy.</param>
internal sealed record DomainDay(byte[] Index, DateOnly Day, string Domain, TlsReportState State, IReadOnlyList<ReportedPolicy> Policies)
{
    /// <summary>Never the domain.</summary>
    public override string ToString() => "domain and day";
}

/// <summary>Sessions that wait for their report. A domain of one family's own names patients, so all of it is sealed.</summary>
internal sealed class TallyRows(OrganisationContext context)
{
    /// <summary>Days for which it can be seen what was reported.</summary>
    private const int KeepDays = 30;

    private int Org => context.Organisation.Id.Value;

    /// <summary>Adds what was counted to what stands.</summary>
    /// <param name="counted">By day and domain.</param>
    /// <param name="dueAt">When the report of a day is due.</param>
    /// <param name="cancellationToken">Cancelling writes nothing.</param>
    public Task AddAsync(IReadOnlyDictionary<(DateOnly Day, string Domain), IReadOnlyList<ReportedPolicy>> counted, Func<DateOnly, DateTimeOffset> dueAt, CancellationToken cancellationToken) =>
        context.Database.WriteAsync(
            async (transaction, token) =>
            {
                foreach (var ((day, domain), policies) in counted)
                    await AddAsync(day, domain, policies, dueAt(day), transaction, token).ConfigureAwait(false);
                return await Sql.ExecuteAsync(
                    transaction, "DELETE FROM tls_tally WHERE org = @org AND day < @old", [("@org", Org), ("@old", Today.DayNumber - KeepDays)], token).ConfigureAwait(false);
            },
            cancellationToken);

    /// <summary>Reports whose time has come.</summary>
    public Task<IReadOnlyList<DomainDay>> DueAsync(int limit, CancellationToken cancellationToken) =>
        ReadAsync("state = 0 AND next_at <= @now ORDER BY next_at", limit, cancellationToken, ("@now", Sql.Stored(context.Time.GetUtcNow())));

    /// <summary>All that is kept, the newest day first.</summary>
    public Task<IReadOnlyList<DomainDay>> AllAsync(int limit, CancellationToken cancellationToken) =>
        ReadAsync("day >= 0 ORDER BY day DESC", limit, cancellationToken);

    /// <summary>Notes what became of reports; one that waits gets its next time.</summary>
    public Task SettleAsync(IReadOnlyList<DomainDay> reports, TlsReportState state, DateTimeOffset next, CancellationToken cancellationToken) => context.Database.WriteAsync(
        async (transaction, token) =>
        {
            foreach (var report in reports)
            {
                await Sql.ExecuteAsync(
                    transaction,
                    "UPDATE tls_tally SET state = @state, next_at = @next WHERE org = @org AND day = @day AND domain_index = @index",
                    [("@state", (int)state), ("@next", Sql.Stored(next)), ("@org", Org), ("@day", report.Day.DayNumber), ("@index", report.Index)],
                    token).ConfigureAwait(false);
            }

            return 0;
        },
        cancellationToken);

    /// <summary>Patients ever written to, by keyed hash of the receiving domain in hexadecimal digits.</summary>
    public async Task<IReadOnlyDictionary<string, long>> PatientsAsync(CancellationToken cancellationToken)
    {
        var patients = new Dictionary<string, long>(StringComparer.Ordinal);
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection,
            """
            SELECT d.domain_index, COUNT(*) FROM (SELECT DISTINCT destination, patient FROM delivery WHERE org = @org) p
            JOIN destination d ON d.org = @org AND d.id = p.destination GROUP BY d.domain_index
            """,
            ("@org", Org));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            patients[Convert.ToHexString(reader.GetFieldValue<byte[]>(0))] = reader.GetInt64(1);
        return patients;
    }

    private DateOnly Today => DateOnly.FromDateTime(context.Time.GetUtcNow().UtcDateTime);

    private async Task AddAsync(DateOnly day, string domain, IReadOnlyList<ReportedPolicy> policies, DateTimeOffset dueAt, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var index = context.Keys.BlindIndex("domain", domain);
        await using (var find = Sql.Command(transaction, "SELECT body FROM tls_tally WHERE org = @org AND day = @day AND domain_index = @index", ("@org", Org), ("@day", day.DayNumber), ("@index", index)))
        {
            if (await find.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is byte[] body)
                policies = SessionCounts.Sum([.. Open(day, body).Policies, .. policies]);
        }

        var packed = context.Keys.Seal(PartOf(day), JsonSerializer.SerializeToUtf8Bytes(new Body(domain, policies)));
        await Sql.ExecuteAsync(
            transaction,
            """
            INSERT INTO tls_tally (org, day, domain_index, next_at, body) VALUES (@org, @day, @index, @due, @body)
            ON CONFLICT (org, day, domain_index) DO UPDATE SET body = excluded.body
            """,
            [("@org", Org), ("@day", day.DayNumber), ("@index", index), ("@due", Sql.Stored(dueAt)), ("@body", packed)],
            cancellationToken).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<DomainDay>> ReadAsync(string where, int limit, CancellationToken cancellationToken, params (string Name, object? Value)[] more)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection, $"SELECT domain_index, day, state, body FROM tls_tally WHERE org = @org AND {where} LIMIT @limit", [("@org", Org), ("@limit", limit), .. more]);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var found = new List<DomainDay>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var day = DateOnly.FromDayNumber(checked((int)reader.GetInt64(1)));
            var body = Open(day, reader.GetFieldValue<byte[]>(3));
            found.Add(new DomainDay(reader.GetFieldValue<byte[]>(0), day, body.Domain, (TlsReportState)reader.GetInt64(2), body.Policies));
        }

        return found;
    }

    private Body Open(DateOnly day, byte[] body) => JsonSerializer.Deserialize<Body>(context.Keys.Open(PartOf(day), body))!;

    private static string PartOf(DateOnly day) => string.Create(CultureInfo.InvariantCulture, $"tls-tally:{day.DayNumber}");

    private sealed record Body(string Domain, IReadOnlyList<ReportedPolicy> Policies);
}
