using System.Data.Common;
using System.Globalization;
using System.Text;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Audience;

/// <summary>One version of a saved audience.</summary>
/// <param name="Name">Name as written.</param>
/// <param name="Version">From 1.</param>
/// <param name="Query">Canonical text.</param>
/// <param name="Actor">Who saved it.</param>
/// <param name="SavedAt">UTC.</param>
public sealed record SavedAudience(string Name, int Version, string Query, string Actor, DateTimeOffset SavedAt)
{
    /// <summary>Always <c>[phi]</c>: names and queries tell of conditions.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>Named audiences of one organisation, every version kept; names and queries are sealed. Names differ by more than case.</summary>
public sealed class SavedAudiences(IDatabase database, KeyRing keys, Ledger ledger, TimeProvider time)
{
    /// <summary>Longest name, in characters.</summary>
    public const int MaxNameLength = 200;

    /// <summary>Saves a query under a name; returns its version. The same query again changes nothing and returns the version there is. A ledger event.</summary>
    /// <exception cref="RefusedException">The name is empty, too long, or holds control characters.</exception>
    public Task<int> SaveAsync(string name, AudienceQuery query, string actor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        var trimmed = name.Trim();
        if (trimmed.Length is 0 or > MaxNameLength || trimmed.Any(char.IsControl))
            throw new RefusedException($"The name of an audience has 1 to {MaxNameLength} characters and no control characters. Choose another name.");
        var blind = Blind(trimmed);
        return database.WriteAsync(
            async (transaction, token) =>
            {
                var last = await LastAsync(transaction.Connection!, transaction, blind, token);
                if (last is not null && last.Query == query.ToText() && last.Name == trimmed)
                    return last.Version;
                var version = (last?.Version ?? 0) + 1;
                await transaction.ExecuteAsync(
                    "INSERT INTO saved_audience (org, audience, version, name, query, actor, saved_at) VALUES (@org, @audience, @version, @name, @query, @actor, @now)",
                    [("org", (long)keys.Organisation.Value),
                    ("audience", blind),
                    ("version", (long)version),
                    ("name", keys.Seal(Context(blind, version, "name"), Encoding.UTF8.GetBytes(trimmed))),
                    ("query", keys.Seal(Context(blind, version, "query"), Encoding.UTF8.GetBytes(query.ToText()))),
                    ("actor", actor),
                    ("now", Sql.Stored(time.GetUtcNow()))],
                    token);
                await ledger.AppendAsync(
                    new AuditEvent(keys.Organisation, "audience.saved", actor, null, $"{Convert.ToHexStringLower(blind.AsSpan(0, 8))}/{version.ToString(CultureInfo.InvariantCulture)}", "done"),
                    transaction,
                    token);
                return version;
            },
            cancellationToken);
    }

    /// <summary>The newest version under a name; null where there is none.</summary>
    public async Task<SavedAudience?> GetAsync(string name, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenReadAsync(cancellationToken);
        return await LastAsync(connection, null, Blind(name.Trim()), cancellationToken);
    }

    /// <summary>The newest version of each, by name.</summary>
    public async Task<IReadOnlyList<SavedAudience>> ListAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenReadAsync(cancellationToken);
        await using var command = connection.Command(
            Select + " AND version = (SELECT MAX(version) FROM saved_audience later WHERE later.org = saved_audience.org AND later.audience = saved_audience.audience)",
            ("org", (long)keys.Organisation.Value));
        var saved = await ReadAsync(command, cancellationToken);
        return [.. saved.OrderBy(audience => audience.Name, StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>Every version under a name, newest first; empty where there is none.</summary>
    public async Task<IReadOnlyList<SavedAudience>> HistoryAsync(string name, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenReadAsync(cancellationToken);
        await using var command = connection.Command(Select + " AND audience = @audience ORDER BY version DESC", ("org", (long)keys.Organisation.Value), ("audience", Blind(name.Trim())));
        return await ReadAsync(command, cancellationToken);
    }

    private const string Select = "SELECT audience, version, name, query, actor, saved_at FROM saved_audience WHERE org = @org";

    private async Task<SavedAudience?> LastAsync(DbConnection connection, DbTransaction? transaction, byte[] blind, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(Select + " AND audience = @audience ORDER BY version DESC LIMIT 1", ("org", (long)keys.Organisation.Value), ("audience", blind));
        command.Transaction = transaction;
        return (await ReadAsync(command, cancellationToken)).SingleOrDefault();
    }

    private async Task<List<SavedAudience>> ReadAsync(DbCommand command, CancellationToken cancellationToken)
    {
        var saved = new List<SavedAudience>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var (blind, version) = ((byte[])reader[0], (int)reader.GetInt64(1));
            saved.Add(new SavedAudience(
                Encoding.UTF8.GetString(keys.Open(Context(blind, version, "name"), (byte[])reader[2])),
                version,
                Encoding.UTF8.GetString(keys.Open(Context(blind, version, "query"), (byte[])reader[3])),
                reader.GetString(4),
                Sql.Instant(reader.GetInt64(5))));
        }

        return saved;
    }

    private byte[] Blind(string name) => keys.BlindIndex("audience", name.ToUpperInvariant());

    /// <summary>Binds a sealed value to its row and column.</summary>
    private static string Context(byte[] blind, int version, string column) =>
        string.Create(CultureInfo.InvariantCulture, $"saved-audience:{Convert.ToHexStringLower(blind)}:{version}:{column}");
}
