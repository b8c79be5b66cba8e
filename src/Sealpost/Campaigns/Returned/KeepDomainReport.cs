using System.Globalization;
using System.Text.Json;
using Sealpost.Consent;
using Sealpost.Delivery.DomainReports;
using Sealpost.Organisations;
using Sealpost.Storage;

namespace Sealpost.Campaigns.Returned;

/// <summary>A report as it is kept.</summary>
internal sealed record KeptDomainReport
{
    /// <summary>Who says it.</summary>
    public required string Reporter { get; init; }

    /// <summary>UTC begin.</summary>
    public required DateTimeOffset Begin { get; init; }

    /// <summary>UTC end.</summary>
    public required DateTimeOffset End { get; init; }

    /// <summary>DMARC: by source.</summary>
    public IReadOnlyList<DmarcRow> Sources { get; init; } = [];

    /// <summary>TLS: by policy.</summary>
    public IReadOnlyList<ReportedPolicy> Policies { get; init; } = [];
}

/// <summary>Keeps reports about our domains as data, each once.</summary>
/// <param name="context">The organisation.</param>
internal sealed class KeepDomainReport(OrganisationContext context)
{
    /// <summary>Reports older than this are forgotten.</summary>
    private static readonly TimeSpan KeepFor = TimeSpan.FromDays(400);

    /// <summary>Reports per organisation; whoever floods us finds a full shelf.</summary>
    private const long MostReports = 50_000;

    private int Org => context.Organisation.Id.Value;

    /// <summary>Whether a report is about the organisation's sender domain, the domain above it, or one below it.</summary>
    public static bool IsAbout(OrganisationContext context, DomainReport report) =>
        Domains(report).Any(domain => IsRelated(domain, context.Organisation.Domain.ToLowerInvariant()));

    /// <summary>Keeps a report that came by mail, and counts it.</summary>
    public async Task<ReturnDone> TakeAsync(DomainReport report, CancellationToken cancellationToken)
    {
        var done = await RunAsync(report, cancellationToken).ConfigureAwait(false) ? ReturnDone.DomainReport : ReturnDone.Repeated;
        await context.Database.WriteAsync((transaction, token) => new ReturnRows(context).TallyAsync(done, transaction, token), cancellationToken).ConfigureAwait(false);
        return done;
    }

    /// <summary>Keeps it; false where a copy was kept before, or the shelf is full.</summary>
    public Task<bool> RunAsync(DomainReport report, CancellationToken cancellationToken)
    {
        var (kept, good, bad) = report switch
        {
            DomainReport.Dmarc dmarc => (
                new KeptDomainReport { Reporter = dmarc.Reporter, Begin = dmarc.Begin, End = dmarc.End, Sources = dmarc.Rows },
                Sum(dmarc.Rows.Where(row => row.Passed).Select(row => row.Count)),
                Sum(dmarc.Rows.Where(row => !row.Passed).Select(row => row.Count))),
            DomainReport.Tls tls => (
                new KeptDomainReport { Reporter = tls.Reporter, Begin = tls.Begin, End = tls.End, Policies = tls.Policies },
                Sum(tls.Policies.Select(policy => policy.Successes)),
                Sum(tls.Policies.Select(policy => policy.Failures))),
            _ => throw new ArgumentOutOfRangeException(nameof(report)),
        };
        var key = context.Keys.BlindIndex("domain-report", string.Join('\n', (string[])[report.GetType().Name, report.Reporter, report.Id, .. Domains(report)]));
        return context.Database.WriteAsync(
            async (transaction, token) =>
            {
                await Sql.ExecuteAsync(transaction, "DELETE FROM domain_report WHERE org = @org AND end_at < @old", [("@org", Org), ("@old", Sql.Stored(context.Time.GetUtcNow() - KeepFor))], token).ConfigureAwait(false);
                await using (var count = Sql.Command(transaction, "SELECT COUNT(*) FROM domain_report WHERE org = @org", ("@org", Org)))
                {
                    if (Convert.ToInt64(await count.ExecuteScalarAsync(token).ConfigureAwait(false), CultureInfo.InvariantCulture) >= MostReports)
                        return false;
                }

                var id = await ConsentTables.NextAsync(transaction, context.Organisation.Id, "domain-report", token).ConfigureAwait(false);
                return await Sql.ExecuteAsync(
                    transaction,
                    """
                    INSERT INTO domain_report (org, id, report_key, kind, end_at, received_at, good, bad, body)
                    VALUES (@org, @id, @key, @kind, @end, @now, @good, @bad, @body) ON CONFLICT (org, report_key) DO NOTHING
                    """,
                    [
                        ("@org", Org), ("@id", id), ("@key", key), ("@kind", report is DomainReport.Tls ? 1 : 0), ("@end", Sql.Stored(report.End)), ("@now", Sql.Stored(context.Time.GetUtcNow())),
                        ("@good", good), ("@bad", bad), ("@body", context.Keys.Seal(PartOf(id), JsonSerializer.SerializeToUtf8Bytes(kept))),
                    ],
                    token).ConfigureAwait(false) == 1;
            },
            cancellationToken);
    }

    /// <summary>Reports that end after an instant, newest first.</summary>
    /// <param name="after">UTC.</param>
    /// <param name="limit">Most reports opened.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public async Task<IReadOnlyList<KeptDomainReport>> ListAsync(DateTimeOffset after, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(connection, "SELECT id, body FROM domain_report WHERE org = @org AND end_at > @after ORDER BY end_at DESC LIMIT @limit", ("@org", Org), ("@after", Sql.Stored(after)), ("@limit", limit));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var reports = new List<KeptDomainReport>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            reports.Add(JsonSerializer.Deserialize<KeptDomainReport>(context.Keys.Open(PartOf(reader.GetInt64(0)), reader.GetFieldValue<byte[]>(1)))!);
        return reports;
    }

    private static IEnumerable<string> Domains(DomainReport report) => report switch
    {
        DomainReport.Dmarc dmarc => [dmarc.Domain],
        DomainReport.Tls tls => tls.Policies.Select(policy => policy.Domain).Where(domain => domain.Length > 0).Distinct(),
        _ => [],
    };

    // DMARC reports are about the organisational domain, which is above a sender domain such as mail.example.org.
    private static bool IsRelated(string domain, string ours) =>
        domain == ours || domain.EndsWith("." + ours, StringComparison.Ordinal) || (domain.Contains('.', StringComparison.Ordinal) && ours.EndsWith("." + domain, StringComparison.Ordinal));

    // A hostile report may claim more than a number holds.
    private static long Sum(IEnumerable<long> counts) => counts.Aggregate(0L, (sum, count) => sum > long.MaxValue - count ? long.MaxValue : sum + count);

    private static string PartOf(long id) => string.Create(CultureInfo.InvariantCulture, $"domain-report:{id}");
}
