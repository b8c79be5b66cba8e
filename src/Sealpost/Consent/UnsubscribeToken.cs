using System.Buffers.Binary;
using System.Buffers.Text;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Sealing;

namespace Sealpost.Consent;

/// <summary>What an unsubscribe link says: an opaque, unforgeable text that names no one to whoever reads the URL. RFC 8058 §3.1; 16 CFR 316.5: no login, no other data.</summary>
/// <param name="Organisation">Organisation that sent the message.</param>
/// <param name="Campaign">Campaign number.</param>
/// <param name="Patient">Patient it was sent to.</param>
/// <param name="Mailbox">Blind index of the mailbox it was sent to, so that it works after the patient's erasure too.</param>
public sealed record UnsubscribeToken(OrganisationId Organisation, long Campaign, PatientNumber Patient, ReadOnlyMemory<byte> Mailbox)
{
    private const string Context = "unsubscribe";
    private const int OrganisationBytes = 4;
    private const int FixedBytes = OrganisationBytes + 8 + 4;

    /// <summary>Makes the token for one message; about 100 characters of <c>A-Z a-z 0-9 - _</c>. It never expires: 15 USC 7704(a)(3) asks for 30 days at least.</summary>
    /// <param name="keys">The organisation's keys.</param>
    /// <param name="campaign">Campaign number.</param>
    /// <param name="patient">Patient.</param>
    /// <param name="normalisedAddress">The mailbox the message goes to.</param>
    public static string Issue(KeyRing keys, long campaign, PatientNumber patient, string normalisedAddress) =>
        new UnsubscribeToken(keys.Organisation, campaign, patient, ConsentTables.BlindOf(keys, "email", normalisedAddress)).ToText(keys);

    /// <summary>The token as a link carries it.</summary>
    internal string ToText(KeyRing keys)
    {
        Span<byte> clear = stackalloc byte[FixedBytes + Mailbox.Length];
        BinaryPrimitives.WriteInt32BigEndian(clear, keys.Organisation.Value);
        BinaryPrimitives.WriteInt64BigEndian(clear[OrganisationBytes..], Campaign);
        BinaryPrimitives.WriteInt32BigEndian(clear[(OrganisationBytes + 8)..], Patient.Value);
        Mailbox.Span.CopyTo(clear[FixedBytes..]);
        Span<byte> text = stackalloc byte[OrganisationBytes + KeyRing.SealOverhead + clear.Length];
        clear[..OrganisationBytes].CopyTo(text);
        keys.Seal(Context, clear, text[OrganisationBytes..]);
        return Base64Url.EncodeToString(text);
    }

    /// <summary>The organisation whose keys open a token; null where the text is none. Says nothing about whether the token is genuine.</summary>
    public static OrganisationId? OrganisationOf(string token) =>
        Decode(token) is { } bytes ? new OrganisationId(BinaryPrimitives.ReadInt32BigEndian(bytes)) : null;

    /// <summary>Reads a token; null where it is altered, truncated, or of another organisation.</summary>
    public static UnsubscribeToken? Read(KeyRing keys, string token)
    {
        if (Decode(token) is not { } bytes || BinaryPrimitives.ReadInt32BigEndian(bytes) != keys.Organisation.Value)
            return null;
        byte[] clear;
        try
        {
            clear = keys.Open(Context, bytes.AsSpan(OrganisationBytes));
        }
        catch (SealException)
        {
            return null;
        }

        return clear.Length <= FixedBytes || BinaryPrimitives.ReadInt32BigEndian(clear) != keys.Organisation.Value
            ? null
            : new UnsubscribeToken(
                keys.Organisation,
                BinaryPrimitives.ReadInt64BigEndian(clear.AsSpan(OrganisationBytes)),
                new PatientNumber(BinaryPrimitives.ReadInt32BigEndian(clear.AsSpan(OrganisationBytes + 8))),
                clear.AsMemory(FixedBytes));
    }

    /// <summary>Names the campaign by number only.</summary>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"unsubscribe token of campaign {Campaign}");

    internal static byte[]? Decode(string token) =>
        token.Length is >= 32 and <= 512 && Base64Url.IsValid(token) && Base64Url.DecodeFromChars(token) is { Length: > OrganisationBytes } bytes ? bytes : null;
}
