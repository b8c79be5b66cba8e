using System.Security.Cryptography;
using MemoryPack;
using Sealpost.Delivery;
using Sealpost.Storage;
using Sealpost.Trust.Keys;

namespace Sealpost.Tests.Campaigns;

/// <summary>Opens a campaign's receipts and checks each against its commitment.</summary>
internal static class Receipts
{
    public static async Task<IReadOnlyList<Receipt>> OpenAsync(TestClinic clinic, long campaign)
    {
        await using var connection = await clinic.Context.Database.OpenReadAsync(TestClinic.Token);
        await using var command = Sql.Command(
            connection,
            "SELECT r.id, r.patient, r.body, r.salt, r.commitment, k.wrapped FROM ledger_receipt r JOIN keys.patient_key k ON k.org = r.org AND k.patient = r.patient WHERE r.campaign = @campaign",
            ("@campaign", campaign));
        await using var reader = await command.ExecuteReaderAsync(TestClinic.Token);
        var receipts = new List<Receipt>();
        while (await reader.ReadAsync(TestClinic.Token))
        {
            var id = new Guid(reader.GetFieldValue<byte[]>(0), bigEndian: true);
            using var key = clinic.Context.Keys.UnwrapPatientKey(new PatientNumber((int)reader.GetInt64(1)), reader.GetFieldValue<byte[]>(5));
            var clear = key.Open($"receipt:{id}", 1, reader.GetFieldValue<byte[]>(2));
            Assert.Equal(reader.GetFieldValue<byte[]>(4), SHA256.HashData([.. reader.GetFieldValue<byte[]>(3), .. clear]));
            receipts.Add(MemoryPackSerializer.Deserialize<Receipt>(clear)!);
        }

        return receipts;
    }
}
