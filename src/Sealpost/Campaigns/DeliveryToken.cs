using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Sealing;

namespace Sealpost.Campaigns;

/// <summary>Opaque, unforgeable names for one delivery, for URLs and return paths. Sealed with the organisation's key, so they hold no readable address, number or name.</summary>
internal static class DeliveryToken
{
    private const string BounceContext = "token:bounce";
    private const string UnsubscribeContext = "token:unsubscribe";

    /// <summary>Local part of the return path: at most 64 octets (RFC 5321 §4.5.3.1.1), case kept by every host (§2.4).</summary>
    public static string ReturnPath(KeyRing keys, long campaign, PatientNumber patient) =>
        "b+" + Base64Url.EncodeToString(keys.Seal(BounceContext, Numbers(campaign, patient)));

    /// <summary>Reads a return path's local part; null for one we did not make (backscatter).</summary>
    public static (long Campaign, PatientNumber Patient)? ReadReturnPath(KeyRing keys, string localPart) =>
        localPart.StartsWith("b+", StringComparison.Ordinal) && Open(keys, BounceContext, localPart[2..]) is { } clear ? Numbers(clear) : null;

    /// <summary>Token of the unsubscribe page (RFC 8058 §3.1). Holds the mailbox too: an opt-out counts even when the patient was erased since.</summary>
    public static string Unsubscribe(KeyRing keys, long campaign, PatientNumber patient, string mailbox)
    {
        var clear = new byte[8 + Encoding.UTF8.GetByteCount(mailbox)];
        Numbers(campaign, patient).CopyTo(clear, 0);
        Encoding.UTF8.GetBytes(mailbox, clear.AsSpan(8));
        return Base64Url.EncodeToString(keys.Seal(UnsubscribeContext, clear));
    }

    /// <summary>Reads an unsubscribe token; null for one we did not make.</summary>
    public static (long Campaign, PatientNumber Patient, Phi<string> Mailbox)? ReadUnsubscribe(KeyRing keys, string token)
    {
        if (Open(keys, UnsubscribeContext, token) is not { Length: > 8 } clear)
            return null;
        var (campaign, patient) = Numbers(clear);
        return (campaign, patient, new Phi<string>(Encoding.UTF8.GetString(clear.AsSpan(8))));
    }

    private static byte[] Numbers(long campaign, PatientNumber patient)
    {
        var clear = new byte[8];
        BinaryPrimitives.WriteUInt32BigEndian(clear, checked((uint)campaign));
        BinaryPrimitives.WriteInt32BigEndian(clear.AsSpan(4), patient.Value);
        return clear;
    }

    private static (long Campaign, PatientNumber Patient) Numbers(ReadOnlySpan<byte> clear) =>
        (BinaryPrimitives.ReadUInt32BigEndian(clear), new PatientNumber(BinaryPrimitives.ReadInt32BigEndian(clear[4..])));

    private static byte[]? Open(KeyRing keys, string context, string token)
    {
        if (token.Length > 1_024 || !Base64Url.IsValid(token))
            return null;
        try
        {
            return keys.Open(context, Base64Url.DecodeFromChars(token));
        }
        catch (SealException)
        {
            // Someone else's or an altered token: not an error of ours.
            return null;
        }
    }
}
