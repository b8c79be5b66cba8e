using System.Data.Common;
using Sealpost.Storage;
using Sealpost.Trust.Keys;

namespace Sealpost.Patients;

/// <summary>The blind indexes of an organisation's patients.</summary>
internal sealed class Lookups(OrganisationId organisation)
{
    /// <summary>Finds patients by blind index; the result's keys are hex.</summary>
    public async Task<Dictionary<string, List<PatientNumber>>> FindAsync(DbConnection connection, IReadOnlyCollection<byte[]> blinds, CancellationToken cancellationToken)
    {
        Dictionary<string, List<PatientNumber>> found = new(StringComparer.Ordinal);
        foreach (var chunk in blinds.Chunk(ChartTables.NumbersPerStatement))
        {
            await using var command = connection.Command(
                $"SELECT blind, patient FROM patient_lookup WHERE org = @org AND blind IN ({string.Join(",", chunk.Select((_, i) => "@b" + i))})",
                ("org", organisation.Value));
            for (var i = 0; i < chunk.Length; i++)
                command.With("b" + i, chunk[i]);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                var blind = Convert.ToHexString(reader.GetFieldValue<byte[]>(0));
                if (!found.TryGetValue(blind, out var patients))
                    found.Add(blind, patients = []);
                patients.Add(new PatientNumber((int)reader.GetInt64(1)));
            }
        }

        // Sorted here: asked for the order, SQLite walks the whole table by its other index.
        foreach (var patients in found.Values)
            patients.Sort((left, right) => left.Value.CompareTo(right.Value));
        return found;
    }

    /// <summary>Deletes the patients' blind indexes that are not among those given.</summary>
    public async Task DropOthersAsync(IReadOnlyDictionary<PatientNumber, byte[][]> kept, DbTransaction transaction, CancellationToken cancellationToken)
    {
        List<(byte[] Blind, PatientNumber Patient)> stale = [];
        foreach (var chunk in kept.Keys.Chunk(ChartTables.NumbersPerStatement))
        {
            await using var command = transaction.Command($"SELECT blind, patient FROM patient_lookup WHERE org = @org AND patient {ChartTables.In(chunk)}", ("org", organisation.Value));
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                var blind = reader.GetFieldValue<byte[]>(0);
                var patient = new PatientNumber((int)reader.GetInt64(1));
                if (!kept[patient].Any(other => other.AsSpan().SequenceEqual(blind)))
                    stale.Add((blind, patient));
            }
        }

        foreach (var (blind, patient) in stale)
        {
            await transaction.ExecuteAsync(
                "DELETE FROM patient_lookup WHERE org = @org AND blind = @blind AND patient = @patient",
                [("org", organisation.Value),
                ("blind", blind),
                ("patient", patient.Value)],
                cancellationToken);
        }
    }
}
