using System.Data.Common;
using Sealpost.Storage;
using Sealpost.Trust.Keys;

namespace Sealpost.Patients;

/// <summary>The tables of <c>0010-patients.sql</c> and the reads that several operations share.</summary>
internal static class ChartTables
{
    /// <summary>Patients whose numbers stand in one statement.</summary>
    public const int NumbersPerStatement = 500;

    /// <summary>Bytes of a blind index that are kept: 128 bits tell any number of values apart.</summary>
    public const int BlindBytes = 16;

    public static readonly BulkTable Patient = new("patient", ["org", "patient", "version", "content", "parts"], 2);
    public static readonly BulkTable Part = new("chart_part", ["org", "patient", "part", "version", "sealed"], 3);
    public static readonly BulkTable Lookup = new("patient_lookup", ["org", "blind", "patient"], 3);
    public static readonly BulkTable Key = new("keys.patient_key", ["org", "patient", "wrapped"], 2);
    public static readonly BulkTable ImportPatient = new("import_patient", ["org", "import", "patient", "created", "content", "former_content", "former_parts"], 3);
    public static readonly BulkTable ImportPart = new("import_part", ["org", "import", "patient", "part", "version", "sealed"], 4) { KeepExisting = true };

    /// <summary>The blind index as the look-up table keeps it.</summary>
    public static byte[] BlindOf(KeyRing keys, LookupKey key) => keys.BlindIndex(key.Kind, key.Value)[..BlindBytes];

    /// <summary>SQL text of a list of numbers. Numbers only, so nothing needs quoting.</summary>
    public static string In(IEnumerable<PatientNumber> patients) => $"IN ({string.Join(",", patients)})";

    /// <summary>Rows of <c>patient</c> with their wrapped keys. Patients that do not exist are absent.</summary>
    public static async Task<Dictionary<PatientNumber, PatientRow>> PatientsAsync(DbConnection connection, OrganisationId organisation, IReadOnlyCollection<PatientNumber> patients, CancellationToken cancellationToken)
    {
        var rows = new Dictionary<PatientNumber, PatientRow>(patients.Count);
        foreach (var chunk in patients.Chunk(NumbersPerStatement))
        {
            await foreach (var row in PatientsWhereAsync(connection, organisation, In(chunk), cancellationToken))
                rows.Add(row.Patient, row);
        }

        return rows;
    }

    /// <summary>Rows of <c>patient</c> with their wrapped keys in order of number, <paramref name="condition"/> following the column's name.</summary>
    public static async IAsyncEnumerable<PatientRow> PatientsWhereAsync(DbConnection connection, OrganisationId organisation, string condition, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = connection.Command(
            $"""
            SELECT p.patient, p.version, p.content, p.parts, k.wrapped FROM patient p
            LEFT JOIN keys.patient_key k ON k.org = p.org AND k.patient = p.patient
            WHERE p.org = @org AND p.patient {condition} ORDER BY p.patient
            """,
            ("org", organisation.Value));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var wrapped = await reader.IsDBNullAsync(4, cancellationToken) ? null : reader.GetFieldValue<byte[]>(4);
            yield return new PatientRow(new PatientNumber((int)reader.GetInt64(0)), reader.GetInt64(1), reader.GetInt64(2), (int)reader.GetInt64(3), wrapped);
        }
    }

    /// <summary>Sealed parts in order of patient and part.</summary>
    public static async IAsyncEnumerable<(PatientNumber Patient, SealedPart Part)> PartsWhereAsync(DbConnection connection, OrganisationId organisation, string condition, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = connection.Command(
            $"SELECT patient, part, version, sealed FROM chart_part WHERE org = @org AND patient {condition} ORDER BY patient, part",
            ("org", organisation.Value));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            yield return (new PatientNumber((int)reader.GetInt64(0)), new SealedPart((int)reader.GetInt64(1), reader.GetInt64(2), reader.GetFieldValue<byte[]>(3)));
    }

    /// <summary>Adds to the counts of the shards that hold these patients.</summary>
    public static async Task CountAsync(DbTransaction transaction, OrganisationId organisation, IEnumerable<PatientNumber> patients, int sign, CancellationToken cancellationToken)
    {
        foreach (var shard in patients.CountBy(patient => patient.Shard))
        {
            await transaction.ExecuteAsync(
                "INSERT INTO patient_shard (org, shard, patients) VALUES (@org, @shard, @count) ON CONFLICT (org, shard) DO UPDATE SET patients = patient_shard.patients + excluded.patients",
                [("org", organisation.Value),
                ("shard", shard.Key),
                ("count", sign * shard.Value)],
                cancellationToken);
        }
    }

    /// <summary>Deletes everything of the patients in these tables but their journal of other imports; the caller deletes keys.</summary>
    public static async Task DeleteAsync(DbTransaction transaction, OrganisationId organisation, IReadOnlyCollection<PatientNumber> patients, CancellationToken cancellationToken)
    {
        string[] tables = ["patient_lookup", "chart_part", "import_part", "import_patient", "patient_certificate", "patient_told", "keys.patient_key"];
        foreach (var chunk in patients.Chunk(NumbersPerStatement))
        {
            foreach (var table in tables)
                await transaction.ExecuteAsync($"DELETE FROM {table} WHERE org = @org AND patient {In(chunk)}", [("org", organisation.Value)], cancellationToken);
            var gone = await transaction.ExecuteAsync($"DELETE FROM patient WHERE org = @org AND patient {In(chunk)}", [("org", organisation.Value)], cancellationToken);
            if (gone != chunk.Length)
                throw new TransientStoreException("A patient to be removed was removed by another. Try again.");
        }

        await CountAsync(transaction, organisation, patients, -1, cancellationToken);
    }
}

/// <summary>A row of <c>patient</c> with the wrapped key.</summary>
/// <param name="Patient">Number.</param>
/// <param name="Version">Grows with every change.</param>
/// <param name="Content">The version that made the present content.</param>
/// <param name="Parts">Rows in <c>chart_part</c>.</param>
/// <param name="Wrapped">Wrapped key; null where it was destroyed.</param>
internal readonly record struct PatientRow(PatientNumber Patient, long Version, long Content, int Parts, byte[]? Wrapped);
