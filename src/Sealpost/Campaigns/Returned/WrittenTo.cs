using MemoryPack;
using Sealpost.Delivery;
using Sealpost.Organisations;
using Sealpost.Patients;
using Sealpost.Storage;
using Sealpost.Trust.Keys;

namespace Sealpost.Campaigns.Returned;

/// <summary>The mailbox that a delivery went to. A report may name another one, to which the mail was forwarded; ours is in the receipt.</summary>
internal static class WrittenTo
{
    /// <summary>The normalised mailbox; null where the patient was erased, or a crash left no receipt and the report names none of the patient's mailboxes.</summary>
    public static async Task<string?> FindAsync(OrganisationContext context, long campaign, PatientNumber patient, IEnumerable<string> reported, CancellationToken cancellationToken)
    {
        var keys = await PatientKeys.LoadAsync(context, [patient], cancellationToken).ConfigureAwait(false);
        if (!keys.TryGetValue(patient, out var key))
            return null;
        using var _ = key;
        return await OfReceiptAsync(context, campaign, patient, key, cancellationToken).ConfigureAwait(false)
            ?? await OfChartAsync(context, patient, reported, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<string?> OfReceiptAsync(OrganisationContext context, long campaign, PatientNumber patient, PatientKey key, CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection,
            "SELECT id, body FROM ledger_receipt WHERE org = @org AND patient = @patient AND campaign = @campaign ORDER BY entry DESC, position DESC LIMIT 1",
            ("@org", context.Organisation.Id.Value), ("@patient", patient.Value), ("@campaign", campaign));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            return null;
        var id = new Guid(reader.GetFieldValue<byte[]>(0), bigEndian: true);
        return EmailAddress.Normalise(MemoryPackSerializer.Deserialize<Receipt>(key.Open($"receipt:{id}", 1, reader.GetFieldValue<byte[]>(1)))?.Recipient);
    }

    private static async Task<string?> OfChartAsync(OrganisationContext context, PatientNumber patient, IEnumerable<string> reported, CancellationToken cancellationToken)
    {
        if (await context.Patients.OpenAsync(patient, cancellationToken).ConfigureAwait(false) is not { } chart)
            return null;
        var own = LookupKey.Of(chart.Head).Where(known => known.Kind == "email").Select(known => known.Value).ToHashSet(StringComparer.Ordinal);
        return reported.Select(EmailAddress.Normalise).FirstOrDefault(mailbox => mailbox is not null && own.Contains(mailbox));
    }
}
