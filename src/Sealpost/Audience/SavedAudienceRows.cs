using System.Data.Common;
using System.Globalization;
using System.Text;
using Sealpost.Storage;
using Sealpost.Trust.Keys;

namespace Sealpost.Audience;

/// <summary>Saved audiences as rows: opened when read, sealed when written.</summary>
internal sealed class SavedAudienceRows(KeyRing keys)
{
    /// <summary>One in use, by blind index of its name.</summary>
    public const string ByName = "a.name_index = @key AND a.deleted_at IS NULL";

    /// <summary>One, deleted or not, by number.</summary>
    public const string ById = "a.id = @key";

    /// <summary>All in use.</summary>
    public const string InUse = "a.deleted_at IS NULL";

    /// <summary>All deleted.</summary>
    public const string Deleted = "a.deleted_at IS NOT NULL";

    private const string Select =
        """
        SELECT a.id, a.handle, a.deleted_at, v.version, v.name, v.query, v.actor, v.saved_at
        FROM audience a JOIN saved_audience v ON v.org = a.org AND v.audience = a.handle WHERE a.org = @org AND
        """;

    private const string Newest = " AND v.version = (SELECT MAX(version) FROM saved_audience later WHERE later.org = v.org AND later.audience = v.audience)";

    private long Organisation => keys.Organisation.Value;

    public byte[] Index(string name) => keys.BlindIndex("audience", name.ToUpperInvariant());

    public Task<SavedAudience?> FindAsync(DbTransaction transaction, string which, object key, CancellationToken cancellationToken) =>
        FindAsync(transaction.Connection!, transaction, which, key, cancellationToken);

    public async Task<SavedAudience?> FindAsync(DbConnection connection, DbTransaction? transaction, string which, object key, CancellationToken cancellationToken)
    {
        await using var command = connection.Command($"{Select} {which}{Newest}", ("org", Organisation), ("key", key));
        command.Transaction = transaction;
        return (await ReadAsync(command, cancellationToken)).SingleOrDefault();
    }

    public async Task<List<SavedAudience>> VersionsAsync(DbConnection connection, DbTransaction? transaction, long id, CancellationToken cancellationToken)
    {
        await using var command = connection.Command($"{Select} {ById} ORDER BY v.version DESC", ("org", Organisation), ("key", id));
        command.Transaction = transaction;
        return await ReadAsync(command, cancellationToken);
    }

    public async Task<IReadOnlyList<SavedAudience>> ListAsync(DbConnection connection, string which, CancellationToken cancellationToken)
    {
        await using var command = connection.Command($"{Select} {which}{Newest}", ("org", Organisation));
        return [.. (await ReadAsync(command, cancellationToken)).OrderBy(audience => audience.Name, StringComparer.OrdinalIgnoreCase)];
    }

    public async Task<long> NextIdAsync(DbTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = transaction.Command("SELECT MAX(id) FROM audience WHERE org = @org", ("org", Organisation));
        return 1 + (await command.ExecuteScalarAsync(cancellationToken) is long newest ? newest : 0);
    }

    public async Task<byte[]> HandleAsync(DbTransaction transaction, long id, CancellationToken cancellationToken)
    {
        await using var command = transaction.Command("SELECT handle FROM audience WHERE org = @org AND id = @id", ("org", Organisation), ("id", id));
        return (byte[])(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public Task InsertAsync(DbTransaction transaction, byte[] handle, SavedAudience version, CancellationToken cancellationToken) =>
        transaction.ExecuteAsync(
            "INSERT INTO saved_audience (org, audience, version, name, query, actor, saved_at) VALUES (@org, @audience, @version, @name, @query, @actor, @now)",
            [("org", Organisation),
            ("audience", handle),
            ("version", (long)version.Version),
            ("name", keys.Seal(Context(handle, version.Version, "name"), Encoding.UTF8.GetBytes(version.Name))),
            ("query", keys.Seal(Context(handle, version.Version, "query"), Encoding.UTF8.GetBytes(version.Query))),
            ("actor", version.Actor),
            ("now", Sql.Stored(version.SavedAt))],
            cancellationToken);

    private async Task<List<SavedAudience>> ReadAsync(DbCommand command, CancellationToken cancellationToken)
    {
        var saved = new List<SavedAudience>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var (handle, version) = ((byte[])reader[1], (int)reader.GetInt64(3));
            saved.Add(new SavedAudience(
                Encoding.UTF8.GetString(keys.Open(Context(handle, version, "name"), (byte[])reader[4])),
                version,
                Encoding.UTF8.GetString(keys.Open(Context(handle, version, "query"), (byte[])reader[5])),
                reader.GetString(6),
                Sql.Instant(reader.GetInt64(7)))
            {
                Id = reader.GetInt64(0),
                DeletedAt = await reader.IsDBNullAsync(2, cancellationToken) ? null : Sql.Instant(reader.GetInt64(2)),
            });
        }

        return saved;
    }

    /// <summary>Binds a sealed value to its row and column.</summary>
    private static string Context(byte[] handle, int version, string column) =>
        string.Create(CultureInfo.InvariantCulture, $"saved-audience:{Convert.ToHexStringLower(handle)}:{version}:{column}");
}
