using System.Security.Cryptography;
using MemoryPack;
using Sealpost.Campaigns;
using Sealpost.Delivery;
using Sealpost.Organisations;
using Sealpost.Storage;
using Sealpost.Trust.Keys;

namespace Sealpost.Reports;

/// <summary>A receipt, opened. Prints as <c>[phi]</c>.</summary>
/// <param name="Id">Number in the ledger.</param>
/// <param name="Receipt">What was proven.</param>
/// <param name="Clear">The bytes that the ledger's commitment covers.</param>
public sealed record OpenReceipt(Guid Id, Receipt Receipt, ReadOnlyMemory<byte> Clear)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>Opens the receipts of a delivery. A read of health information: the caller records who read. 45 CFR 164.312(b).</summary>
public sealed class ReadReceipts
{
    private readonly OrganisationContext _context;

    /// <summary>Creates it for an organisation.</summary>
    public ReadReceipts(OrganisationContext context) => _context = context;

    /// <summary>The receipts of one patient's delivery, in order of attempt; empty where no attempt was made.</summary>
    /// <exception cref="RefusedException">The patient was erased: nobody can open the receipts again.</exception>
    /// <exception cref="Trust.Sealing.SealException">A receipt was changed or belongs elsewhere.</exception>
    public async Task<IReadOnlyList<OpenReceipt>> OfDeliveryAsync(long campaign, PatientNumber patient, CancellationToken cancellationToken)
    {
        var keys = await PatientKeys.LoadAsync(_context, [patient], cancellationToken).ConfigureAwait(false);
        if (!keys.TryGetValue(patient, out var key))
            throw new RefusedException("The patient was erased: the receipts stand in the ledger, but nobody can open them.");
        using var _ = key;
        await using var connection = await _context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection,
            "SELECT id, body, salt, commitment FROM ledger_receipt WHERE org = @org AND patient = @patient AND campaign = @campaign ORDER BY entry, position",
            ("@org", _context.Organisation.Id.Value), ("@patient", patient.Value), ("@campaign", campaign));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var receipts = new List<OpenReceipt>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var id = new Guid(reader.GetFieldValue<byte[]>(0), bigEndian: true);
            var clear = key.Open($"receipt:{id}", 1, reader.GetFieldValue<byte[]>(1));
            if (!SHA256.HashData([.. reader.GetFieldValue<byte[]>(2), .. clear]).AsSpan().SequenceEqual(reader.GetFieldValue<byte[]>(3)))
                throw new RefusedException($"Receipt {id} does not fit its commitment. Run `sealpost ledger verify`; it names what was changed.");
            receipts.Add(new OpenReceipt(id, Read(clear), clear));
        }

        return receipts;
    }

    /// <summary>Reads the clear bytes of a receipt.</summary>
    /// <exception cref="FormatException">Not a receipt.</exception>
    public static Receipt Read(ReadOnlyMemory<byte> clear)
    {
        try
        {
            return MemoryPackSerializer.Deserialize<Receipt>(clear.Span) ?? throw new FormatException("This is not a receipt.");
        }
        catch (MemoryPackSerializationException exception)
        {
            throw new FormatException("This is not a receipt.", exception);
        }
    }

    /// <summary>How many deliveries of a campaign count as accepted after a try of ours and have no receipt. Anything but 0 is a fault or tampering.</summary>
    /// <remarks>Deliveries that were in doubt and that a person resolved have no tier and no receipt: no reply was seen.</remarks>
    public async Task<long> AcceptedWithoutAsync(long campaign, CancellationToken cancellationToken)
    {
        await using var connection = await _context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection,
            """
            SELECT COUNT(*) FROM delivery d
            WHERE d.org = @org AND d.campaign = @campaign AND d.state = @accepted AND d.tier > 0
              AND NOT EXISTS (SELECT 1 FROM ledger_receipt r WHERE r.org = d.org AND r.patient = d.patient AND r.campaign = d.campaign)
            """,
            ("@org", _context.Organisation.Id.Value), ("@campaign", campaign), ("@accepted", (long)Outcome.Accepted));
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false), System.Globalization.CultureInfo.InvariantCulture);
    }
}
