using System.Globalization;
using Sealpost.Organisations;
using Sealpost.Storage;
using Sealpost.Trust.Keys;

namespace Sealpost.Campaigns;

/// <summary>Keys of patients whose receipts are to be sealed.</summary>
internal static class PatientKeys
{
    /// <summary>Unwrapped keys; an erased patient has none. Dispose them.</summary>
    public static async Task<IReadOnlyDictionary<PatientNumber, PatientKey>> LoadAsync(OrganisationContext context, IEnumerable<PatientNumber> patients, CancellationToken cancellationToken)
    {
        var numbers = string.Join(',', patients.Select(patient => patient.Value.ToString(CultureInfo.InvariantCulture)));
        var keys = new Dictionary<PatientNumber, PatientKey>();
        if (numbers.Length == 0)
            return keys;
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(connection, $"SELECT patient, wrapped FROM keys.patient_key WHERE org = @org AND patient IN ({numbers})", ("@org", context.Organisation.Id.Value));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var patient = new PatientNumber(checked((int)reader.GetInt64(0)));
            keys[patient] = context.Keys.UnwrapPatientKey(patient, reader.GetFieldValue<byte[]>(1));
        }

        return keys;
    }
}
