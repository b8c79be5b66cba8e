using System.Buffers.Binary;
using System.Buffers.Text;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Sealing;

namespace Sealpost.Consent;

/// <summary>What a link that expires leads to. Each kind is sealed apart, so that one never opens another's page.</summary>
internal enum PatientLinkKind : byte
{
    /// <summary>The forms to sign, and what was signed.</summary>
    Forms = 1,

    /// <summary>Proof, inside a page, that the patient answered the extra question a moment ago.</summary>
    Proof = 2,

    /// <summary>A message that waits on our page.</summary>
    Pickup = 3,

    /// <summary>Proof, inside the page of a message, that it was opened a moment ago.</summary>
    PickupProof = 4,

    /// <summary>No patient's: a challenge that proves that unsubscribe links reach this server.</summary>
    Probe = 5,

    /// <summary>Proof, in a cookie of one browser and one link, that the message was opened there a moment ago.</summary>
    PickupSession = 6,
}

/// <summary>A link with an end: opaque and unforgeable as <see cref="UnsubscribeToken"/>, and bound to organisation, patient, mailbox, campaign and kind.</summary>
/// <param name="Kind">Where it leads.</param>
/// <param name="Campaign">Campaign whose message it comes from; 0 for none.</param>
/// <param name="Patient">Whose.</param>
/// <param name="Mailbox">Blind index of the mailbox it was sent to.</param>
/// <param name="Subject">Number of the thing it is about, by kind; 0 for none.</param>
/// <param name="ExpiresAt">UTC, whole seconds.</param>
internal sealed record PatientLink(PatientLinkKind Kind, long Campaign, PatientNumber Patient, ReadOnlyMemory<byte> Mailbox, long Subject, DateTimeOffset ExpiresAt)
{
    private const int OrganisationBytes = 4;
    private const int FixedBytes = 4 + 1 + 8 + 4 + 8 + 8;

    /// <summary>The text of the link; <c>A-Z a-z 0-9 - _</c>.</summary>
    public string ToText(KeyRing keys)
    {
        var clear = new byte[FixedBytes + Mailbox.Length];
        BinaryPrimitives.WriteInt32BigEndian(clear, keys.Organisation.Value);
        clear[4] = (byte)Kind;
        BinaryPrimitives.WriteInt64BigEndian(clear.AsSpan(5), Campaign);
        BinaryPrimitives.WriteInt32BigEndian(clear.AsSpan(13), Patient.Value);
        BinaryPrimitives.WriteInt64BigEndian(clear.AsSpan(17), Subject);
        BinaryPrimitives.WriteInt64BigEndian(clear.AsSpan(25), ExpiresAt.ToUnixTimeSeconds());
        Mailbox.CopyTo(clear.AsMemory(FixedBytes));
        return Base64Url.EncodeToString([.. clear[..OrganisationBytes], .. keys.Seal(Context(Kind), clear)]);
    }

    /// <summary>Reads a link of one kind; null where it is altered, of another kind or organisation. Expired ones are read too: see <see cref="IsExpired"/>.</summary>
    public static PatientLink? Read(KeyRing keys, PatientLinkKind kind, string token)
    {
        if (UnsubscribeToken.Decode(token) is not { } bytes || BinaryPrimitives.ReadInt32BigEndian(bytes) != keys.Organisation.Value)
            return null;
        byte[] clear;
        try
        {
            clear = keys.Open(Context(kind), bytes.AsSpan(OrganisationBytes));
        }
        catch (SealException)
        {
            return null;
        }

        return clear.Length < FixedBytes || BinaryPrimitives.ReadInt32BigEndian(clear) != keys.Organisation.Value || clear[4] != (byte)kind
            ? null
            : new PatientLink(
                kind,
                BinaryPrimitives.ReadInt64BigEndian(clear.AsSpan(5)),
                new PatientNumber(BinaryPrimitives.ReadInt32BigEndian(clear.AsSpan(13))),
                clear.AsMemory(FixedBytes),
                BinaryPrimitives.ReadInt64BigEndian(clear.AsSpan(17)),
                DateTimeOffset.FromUnixTimeSeconds(BinaryPrimitives.ReadInt64BigEndian(clear.AsSpan(25))));
    }

    /// <summary>Whether it leads nowhere any more.</summary>
    public bool IsExpired(DateTimeOffset now) => now >= ExpiresAt;

    /// <summary>Names its kind only.</summary>
    public override string ToString() => $"patient link ({Kind})";

    private static string Context(PatientLinkKind kind) => $"patient-link:{(int)kind}";
}
