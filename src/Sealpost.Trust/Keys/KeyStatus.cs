using System.Data.Common;

namespace Sealpost.Trust.Keys;

/// <summary>What <c>keys status</c> shows; holds no key.</summary>
/// <param name="SourceKind"><see cref="IKeySource.Kind"/>.</param>
/// <param name="OrganisationKeys">When each version was made (UTC), by version from 1; the highest one seals.</param>
/// <param name="PageKeys">Pages of 4,096 patients that have a key.</param>
/// <param name="PagesBehind">Pages whose key was made under an older organisation key: a rotation is unfinished.</param>
/// <param name="OldestPageKeyAt">UTC instant of the oldest page key in use; null where there is none.</param>
/// <param name="PatientKeys">Patients that have a key.</param>
/// <param name="RootUnfinished">A rotation of the root key is unfinished.</param>
public sealed record KeyStatus(
    string SourceKind,
    IReadOnlyDictionary<int, DateTimeOffset> OrganisationKeys,
    long PageKeys,
    long PagesBehind,
    DateTimeOffset? OldestPageKeyAt,
    long PatientKeys,
    bool RootUnfinished)
{
    /// <summary>Reads the state of an organisation's keys.</summary>
    public static async Task<KeyStatus> ReadAsync(OrganisationId organisation, IKeySource source, DbConnection connection, CancellationToken cancellationToken)
    {
        var versions = new SortedDictionary<int, DateTimeOffset>();
        await using (var select = connection.Command("SELECT version, created_at FROM keys.organisation_key WHERE org = @org ORDER BY version", ("@org", organisation.Value)))
        await using (var reader = await select.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
                versions[(int)reader.GetInt64(0)] = DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(1));
        }

        await using var count = connection.Command(
            """
            SELECT COUNT(*), COALESCE(SUM(CASE WHEN made_under < @current THEN 1 ELSE 0 END), 0), MIN(created_at),
                   (SELECT COUNT(*) FROM keys.patient_key WHERE org = @org)
            FROM keys.page_key AS one
            WHERE org = @org AND version = (SELECT MAX(version) FROM keys.page_key AS other WHERE other.org = one.org AND other.page = one.page)
            """,
            ("@org", organisation.Value), ("@current", versions.Keys.LastOrDefault()));
        await using var counts = await count.ExecuteReaderAsync(cancellationToken);
        await counts.ReadAsync(cancellationToken);
        return new KeyStatus(
            source.Kind,
            versions,
            counts.GetInt64(0),
            counts.GetInt64(1),
            await counts.IsDBNullAsync(2, cancellationToken) ? null : DateTimeOffset.FromUnixTimeMilliseconds(counts.GetInt64(2)),
            counts.GetInt64(3),
            source is FileKeySource { RootCount: > 1 });
    }
}
