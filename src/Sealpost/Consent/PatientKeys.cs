using System.Data.Common;
using Sealpost.Storage;
using Sealpost.Trust.Keys;

namespace Sealpost.Consent;

/// <summary>Reads wrapped patient keys; a patient without one does not exist or was erased.</summary>
internal static class PatientKeys
{
    /// <summary>The wrapped key of one patient; null where there is none.</summary>
    public static async Task<byte[]?> WrappedAsync(DbTransaction transaction, OrganisationId organisation, PatientNumber patient, CancellationToken cancellationToken)
    {
        await using var command = transaction.Command("SELECT wrapped FROM keys.patient_key WHERE org = @org AND patient = @patient", ("org", organisation.Value), ("patient", patient.Value));
        return await command.ExecuteScalarAsync(cancellationToken) as byte[];
    }

    /// <summary>Wrapped keys of many; those without one are absent.</summary>
    public static async Task<Dictionary<PatientNumber, byte[]>> WrappedAsync(DbConnection connection, OrganisationId organisation, IReadOnlyCollection<PatientNumber> patients, CancellationToken cancellationToken)
    {
        Dictionary<PatientNumber, byte[]> found = [];
        foreach (var chunk in patients.Chunk(ConsentTables.PerStatement))
        {
            await using var command = connection.Command($"SELECT patient, wrapped FROM keys.patient_key WHERE org = @org AND patient IN ({string.Join(",", chunk)})", ("org", organisation.Value));
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
                found[new PatientNumber((int)reader.GetInt64(0))] = reader.GetFieldValue<byte[]>(1);
        }

        return found;
    }
}
