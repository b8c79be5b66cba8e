using Sealpost.Delivery.Smime;

namespace Sealpost.Certificates;

/// <summary>A patient's certificate as people are shown it.</summary>
public sealed record PatientCertificate
{
    /// <summary>Number, for this patient.</summary>
    public required long Id { get; init; }

    /// <summary>The one mailbox it is used for.</summary>
    public required string Address { get; init; }

    /// <summary>Whom it names.</summary>
    public required string Subject { get; init; }

    /// <summary>Who vouches for it.</summary>
    public required string Issuer { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset ValidFrom { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset ValidUntil { get; init; }

    /// <summary>SHA-256, lower-case hex.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Who confirmed the fingerprint with the patient; null where a trusted root stands behind it.</summary>
    public string? ConfirmedBy { get; init; }

    /// <summary>How it was confirmed.</summary>
    public string? Confirmation { get; init; }

    /// <summary>User id.</summary>
    public required string AddedBy { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset AddedAt { get; init; }

    /// <summary>Why it is not used now; null where it is, unless its authority revokes it. Asked of nobody: sending asks.</summary>
    public CertificateProblem? Problem { get; init; }

    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>A person's word that a fingerprint is the patient's, given by the patient over another channel than email.</summary>
/// <param name="Fingerprint">SHA-256 in hex, as the patient read it out; spaces and colons do not matter.</param>
/// <param name="By">Name of the person who confirmed it.</param>
/// <param name="How">How: in person, on the telephone number on record.</param>
public sealed record FingerprintConfirmed(string Fingerprint, string By, string How);
