using System.Data.Common;
using System.Text;
using Sealpost.Storage;
using Sealpost.Trust;
using Sealpost.Trust.Keys;

namespace Sealpost.Delivery.MtaSts;

/// <summary>Policies on disk, so that a restart does not forget what a domain demanded. Domains are sealed: whom one writes to is nobody's business.</summary>
internal sealed class StsStore(IDatabase database, KeyRing keys)
{
    private int Org => keys.Organisation.Value;

    /// <summary>The policy kept for a domain, expired or not.</summary>
    public async Task<StsEntry?> FindAsync(string domain, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenReadAsync(cancellationToken);
        await using var command = Sql.Command(
            connection, "SELECT fetched_at, content FROM sts_policy WHERE org = @org AND domain_index = @index", ("@org", Org), ("@index", IndexOf(domain)));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Read(reader) : null;
    }

    /// <summary>Policies fetched before an instant and not expired at another, oldest first.</summary>
    public async Task<IReadOnlyList<StsEntry>> StaleAsync(DateTimeOffset fetchedBefore, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenReadAsync(cancellationToken);
        await using var command = Sql.Command(
            connection,
            "SELECT fetched_at, content FROM sts_policy WHERE org = @org AND fetched_at < @before AND expires_at > @now ORDER BY fetched_at LIMIT 1000",
            ("@org", Org), ("@before", Sql.Stored(fetchedBefore)), ("@now", Sql.Stored(now)));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var entries = new List<StsEntry>();
        while (await reader.ReadAsync(cancellationToken))
        {
            if (Read(reader) is { } entry)
                entries.Add(entry);
        }

        return entries;
    }

    /// <summary>Keeps a policy in place of the domain's earlier one.</summary>
    public Task KeepAsync(StsEntry entry, CancellationToken cancellationToken) => database.WriteAsync(
        (transaction, token) => Sql.ExecuteAsync(
            transaction,
            """
            INSERT INTO sts_policy (org, domain_index, fetched_at, expires_at, content) VALUES (@org, @index, @fetched, @expires, @content)
            ON CONFLICT (org, domain_index) DO UPDATE SET fetched_at = excluded.fetched_at, expires_at = excluded.expires_at, content = excluded.content
            """,
            [
                ("@org", Org),
                ("@index", IndexOf(entry.Domain)),
                ("@fetched", Sql.Stored(entry.FetchedAt)),
                ("@expires", Sql.Stored(entry.ExpiresAt)),
                ("@content", keys.Seal("sts-policy", Encoding.UTF8.GetBytes($"{entry.Domain}\n{entry.Id}\n{entry.Raw}"))),
            ],
            token),
        cancellationToken);

    private byte[] IndexOf(string domain) => keys.BlindIndex("domain", domain);

    private StsEntry? Read(DbDataReader reader)
    {
        var parts = Encoding.UTF8.GetString(keys.Open("sts-policy", reader.GetFieldValue<byte[]>(1))).Split('\n', 3);
        return parts is [var domain, var id, var raw] && MtaStsPolicy.Read(raw) is { } policy ? new StsEntry(domain, id, Sql.Instant(reader.GetInt64(0)), raw, policy) : null;
    }
}
