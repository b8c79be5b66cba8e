using System.Data.Common;
using Sealpost.Trust.Keys;

namespace Sealpost.Consent;

/// <summary>A suppression or restriction as found for one patient.</summary>
/// <param name="Blind">The key it was found by, hex; null where by patient number.</param>
/// <param name="Entry">Number of the entry.</param>
/// <param name="Kind">Kind.</param>
/// <param name="Scope">Of a suppression.</param>
/// <param name="Source">Of a suppression.</param>
/// <param name="Owner">Patient whose key seals the value.</param>
/// <param name="Sealed">Value.</param>
/// <param name="RecordedAt">UTC.</param>
/// <param name="Sequence">Newest change of it.</param>
/// <param name="Ended">No longer in force.</param>
internal sealed record EntryRow(
    string? Blind,
    long Entry,
    string Kind,
    SuppressionScope Scope,
    SuppressionSource Source,
    PatientNumber Owner,
    byte[]? Sealed,
    DateTimeOffset RecordedAt,
    long Sequence,
    bool Ended)
{
    /// <summary>Reads a row: patient, blind, link sequence, entry, kind, scope, source, owner, sealed, recorded at, sequence, ended at, ended sequence.</summary>
    /// <exception cref="InvalidDataException">The entry's row is missing.</exception>
    public static async Task<EntryRow> ReadAsync(DbDataReader reader, CancellationToken cancellationToken)
    {
        var entry = reader.GetInt64(3);
        if (await reader.IsDBNullAsync(4, cancellationToken))
            throw new InvalidDataException($"Consent entry {entry} is missing from consent_entry; restore it from a backup.");
        var ended = !await reader.IsDBNullAsync(11, cancellationToken);
        var sequence = Math.Max(reader.GetInt64(2), ended ? reader.GetInt64(12) : reader.GetInt64(10));
        return new EntryRow(
            await reader.IsDBNullAsync(1, cancellationToken) ? null : Convert.ToHexString(reader.GetFieldValue<byte[]>(1)),
            entry,
            reader.GetString(4),
            await reader.IsDBNullAsync(5, cancellationToken) ? SuppressionScope.All : (SuppressionScope)reader.GetInt64(5),
            await reader.IsDBNullAsync(6, cancellationToken) ? SuppressionSource.Staff : (SuppressionSource)reader.GetInt64(6),
            new PatientNumber(await reader.IsDBNullAsync(7, cancellationToken) ? 0 : (int)reader.GetInt64(7)),
            await reader.IsDBNullAsync(8, cancellationToken) ? null : reader.GetFieldValue<byte[]>(8),
            DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(9)),
            sequence,
            ended);
    }

    /// <summary>The restriction with its opened value.</summary>
    public Restriction ToRestriction(string? value) => new(Entry, Kind, value, RecordedAt);

    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}
