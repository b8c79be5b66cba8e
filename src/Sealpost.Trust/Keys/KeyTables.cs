using System.Data.Common;
using System.Security.Cryptography;

namespace Sealpost.Trust.Keys;

/// <summary>A stored organisation key.</summary>
internal readonly record struct OrganisationKeyRow(int Version, byte[] Wrapped);

/// <summary>A stored page key.</summary>
internal readonly record struct PageKeyRow(int Page, int Version, byte[] Wrapped, int MadeUnder);

/// <summary>A stored patient key.</summary>
internal readonly record struct PatientKeyRow(PatientNumber Patient, byte[] Wrapped);

/// <summary>A key wrapped by the root; organisation 0 is the ledger key.</summary>
internal readonly record struct RootedKeyRow(long Organisation, long Version, byte[] Wrapped);

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

    /// <summary>The newest key of the first page that was made under an older organisation key; null where there is none.</summary>
    public static async Task<PageKeyRow?> PageBehindAsync(OrganisationId organisation, int organisationVersion, DbTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = transaction.Command(
            """
            SELECT page, version, wrapped, made_under FROM keys.page_key AS one
            WHERE org = @org AND made_under < @current
              AND version = (SELECT MAX(version) FROM keys.page_key AS other WHERE other.org = one.org AND other.page = one.page)
            ORDER BY page LIMIT 1
            """,
            ("@org", organisation.Value), ("@current", organisationVersion));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new PageKeyRow((int)reader.GetInt64(0), (int)reader.GetInt64(1), reader.Bytes(2), (int)reader.GetInt64(3))
            : null;
    }

    public static async Task<List<PatientKeyRow>> PatientKeysAsync(OrganisationId organisation, int page, DbTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = transaction.Command(
            "SELECT patient, wrapped FROM keys.patient_key WHERE org = @org AND patient >= @first AND patient < @end ORDER BY patient",
            ("@org", organisation.Value), ("@first", (long)page * KeyRing.PatientsPerPage), ("@end", ((long)page + 1) * KeyRing.PatientsPerPage));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<PatientKeyRow>();
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(new PatientKeyRow(new PatientNumber((int)reader.GetInt64(0)), reader.Bytes(1)));
        return rows;
    }

    /// <summary>Wraps everything that hangs on the root key anew: all organisations' keys and the ledger key.</summary>
    public static async Task RewrapRootedAsync(IKeySource source, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var rows = new List<RootedKeyRow>();
        await using (var select = transaction.Command("SELECT org, version, wrapped FROM keys.organisation_key UNION ALL SELECT 0, 0, wrapped FROM keys.ledger_key"))
        await using (var reader = await select.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
                rows.Add(new RootedKeyRow(reader.GetInt64(0), reader.GetInt64(1), reader.Bytes(2)));
        }

        foreach (var (organisation, version, wrapped) in rows)
        {
            var key = await source.UnwrapAsync(wrapped, cancellationToken);
            var again = await source.WrapAsync(key, cancellationToken);
            CryptographicOperations.ZeroMemory(key);
            await transaction.ExecuteAsync(
                organisation == 0
                    ? "UPDATE keys.ledger_key SET wrapped = @wrapped"
                    : "UPDATE keys.organisation_key SET wrapped = @wrapped WHERE org = @org AND version = @version",
                organisation == 0 ? [("@wrapped", again)] : [("@org", organisation), ("@version", version), ("@wrapped", again)],
                cancellationToken);
        }
    }
}
