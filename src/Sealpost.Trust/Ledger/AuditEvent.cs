using System.Runtime.InteropServices;

namespace Sealpost.Trust.Ledger;

/// <summary>One business event for the ledger: who did what, to which patient, why, with what outcome. 45 CFR 164.312(b).</summary>
/// <param name="Organisation">Organisation the event belongs to.</param>
/// <param name="Kind">Dotted lower-case word, such as <c>consent.revoked</c>, <c>patient.read</c>, <c>campaign.approved</c>.</param>
/// <param name="Actor">User id or <c>system</c>; never a name or an address.</param>
/// <param name="Patient">Patient number, where one patient is concerned.</param>
/// <param name="Subject">Id of the thing concerned (campaign id, authorization id), never its name.</param>
/// <param name="Outcome">One word: <c>done</c>, <c>refused</c>, <c>permit</c>, <c>withheld</c>.</param>
/// <param name="Detail">Reason codes and citations; no PHI, no names. Bound by hash and stored in the clear.</param>
/// <param name="SealedDetail">Detail that may hold PHI, already sealed by the caller.</param>
public sealed record AuditEvent(
    Keys.OrganisationId Organisation,
    string Kind,
    string Actor,
    Keys.PatientNumber? Patient,
    string? Subject,
    string Outcome,
    string? Detail = null,
    ReadOnlyMemory<byte> SealedDetail = default)
{
    /// <summary>Content columns of <c>ledger_entry</c> in hashing order.</summary>
    internal object?[] ToRow(long sequence, DateTimeOffset at) =>
    [
        sequence,
        (long)Organisation.Value,
        at.ToUnixTimeMilliseconds(),
        Kind,
        Actor,
        (long?)Patient?.Value,
        Subject,
        Outcome,
        Detail,
        SealedDetail.IsEmpty ? null : SealedDetail.ToArray(),
    ];
}

/// <summary>A receipt for one delivery attempt, as the ledger sees it.</summary>
/// <param name="Id">128-bit random id.</param>
/// <param name="Organisation">Organisation.</param>
/// <param name="Campaign">Campaign number.</param>
/// <param name="Patient">Patient number.</param>
/// <param name="Body">The receipt sealed with the patient's key (part <c>receipt:ID</c>, version 1).</param>
/// <param name="Salt">32 random bytes.</param>
/// <param name="Commitment">SHA-256(salt ‖ clear receipt): proves the content to whoever is shown the opened receipt and salt.</param>
public sealed record ReceiptLeaf(
    Guid Id,
    Keys.OrganisationId Organisation,
    long Campaign,
    Keys.PatientNumber Patient,
    ReadOnlyMemory<byte> Body,
    ReadOnlyMemory<byte> Salt,
    ReadOnlyMemory<byte> Commitment)
{
    /// <summary>Content columns of <c>ledger_receipt</c> in hashing order, and room for their sums.</summary>
    /// <param name="entry">Number of the entry, the same object for the whole batch.</param>
    /// <param name="position">Place in the batch.</param>
    /// <param name="organisation">The organisation's number, the same object for the whole batch.</param>
    internal object?[] ToRow(object entry, long position, object organisation) =>
    [
        entry,
        position,
        Id.ToByteArray(bigEndian: true),
        organisation,
        Campaign,
        (long)Patient.Value,
        Whole(Body),
        Whole(Salt),
        Whole(Commitment),
        null,
    ];

    // A row holds arrays; what is one already is not copied.
    private static byte[] Whole(ReadOnlyMemory<byte> bytes) =>
        MemoryMarshal.TryGetArray(bytes, out var part) && part.Array is { } array && part.Count == array.Length ? array : bytes.ToArray();
}
