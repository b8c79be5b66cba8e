using System.Data.Common;

namespace Sealpost.Trust.Keys;

/// <summary>A stored organisation key.</summary>
internal readonly record struct OrganisationKeyRow(int Version, byte[] Wrapped);

/// <summary>A stored page key.</summary>
internal readonly record struct PageKeyRow(int Page, int Version, byte[] Wrapped, int MadeUnder);

/// <summary>Makes a command on a connection or within a transaction.</summary>
internal delegate DbCommand CommandFactory(string text, params ReadOnlySpan<(string Name, object? Value)> parameters);

/// <summary>Rows of the schema <c>keys</c>.</summary>
internal static class KeyTables
{
    public static Task InsertOrganisationKeyAsync(OrganisationId organisation, int version, byte[] wrapped, TimeProvider time, DbTransaction transaction, CancellationToken cancellationToken) =>
        transaction.ExecuteAsync(
            "INSERT INTO keys.organisation_key (org, version, wrapped, created_at) VALUES (@org, @version, @wrapped, @at)",
            [("@org", organisation.Value), ("@version", version), ("@wrapped", wrapped), ("@at", time.GetUtcNow().ToUnixTimeMilliseconds())],
            cancellationToken);

    public static Task InsertBlindIndexKeyAsync(OrganisationId organisation, byte[] wrapped, TimeProvider time, DbTransaction transaction, CancellationToken cancellationToken) =>
        transaction.ExecuteAsync(
            "INSERT INTO keys.blind_index_key (org, wrapped, created_at) VALUES (@org, @wrapped, @at)",
            [("@org", organisation.Value), ("@wrapped", wrapped), ("@at", time.GetUtcNow().ToUnixTimeMilliseconds())],
            cancellationToken);

    /// <summary>Does nothing where the page has that version already.</summary>
    public static Task InsertPageKeyAsync(OrganisationId organisation, PageKeyRow row, TimeProvider time, DbTransaction transaction, CancellationToken cancellationToken) =>
        transaction.ExecuteAsync(
            """
            INSERT INTO keys.page_key (org, page, version, wrapped, made_under, created_at) VALUES (@org, @page, @version, @wrapped, @under, @at)
            ON CONFLICT (org, page, version) DO NOTHING
            """,
            [("@org", organisation.Value), ("@page", row.Page), ("@version", row.Version), ("@wrapped", row.Wrapped), ("@under", row.MadeUnder), ("@at", time.GetUtcNow().ToUnixTimeMilliseconds())],
            cancellationToken);

    public static async Task<List<OrganisationKeyRow>> OrganisationKeysAsync(OrganisationId organisation, DbConnection connection, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(
            "SELECT version, wrapped FROM keys.organisation_key WHERE org = @org ORDER BY version",
            ("@org", organisation.Value));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<OrganisationKeyRow>();
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(new OrganisationKeyRow((int)reader.GetInt64(0), reader.Bytes(1)));
        return rows;
    }

    public static async Task<byte[]?> BlindIndexKeyAsync(OrganisationId organisation, DbConnection connection, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("SELECT wrapped FROM keys.blind_index_key WHERE org = @org", ("@org", organisation.Value));
        return await command.ExecuteScalarAsync(cancellationToken) as byte[];
    }

    public static async Task<List<PageKeyRow>> PageKeysAsync(OrganisationId organisation, int first, int last, CommandFactory command, CancellationToken cancellationToken)
    {
        await using var select = command(
            "SELECT page, version, wrapped, made_under FROM keys.page_key WHERE org = @org AND page BETWEEN @first AND @last ORDER BY page, version",
            ("@org", organisation.Value), ("@first", first), ("@last", last));
        await using var reader = await select.ExecuteReaderAsync(cancellationToken);
        var rows = new List<PageKeyRow>();
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(new PageKeyRow((int)reader.GetInt64(0), (int)reader.GetInt64(1), reader.Bytes(2), (int)reader.GetInt64(3)));
        return rows;
    }
}
