namespace Sealpost.Delivery.Smime;

/// <summary>Why a certificate may not seal a message to a patient. Names are stable: events and scripts use them.</summary>
public enum CertificateProblem
{
    /// <summary>Its validity has ended.</summary>
    Expired,

    /// <summary>Its validity has not begun.</summary>
    NotYetValid,

    /// <summary>Extended key usage does not say emailProtection. RFC 8550 §4.4.4.</summary>
    NotForEmail,

    /// <summary>Key usage allows no encryption: keyEncipherment for RSA, keyAgreement for elliptic curves. RFC 8550 §4.4.2.</summary>
    NotForEncryption,

    /// <summary>No rfc822Name is the patient's address. RFC 8550 §3.</summary>
    OtherAddress,

    /// <summary>RSA under 2048 bits, or another key than RSA, P-256 or P-384. RFC 8551 §2.3, RFC 8550 §4.3.</summary>
    WeakKey,

    /// <summary>Signed with MD5 or SHA-1. RFC 8550 §4.3.</summary>
    WeakSignature,

    /// <summary>No root that the organisation trusts stands behind it, and nobody confirmed its fingerprint.</summary>
    Untrusted,

    /// <summary>Its authority has revoked it.</summary>
    Revoked,

    /// <summary>Its authority names a place where revocations are published, and no proof of good standing could be had there. RFC 5280 §6.3.</summary>
    RevocationUnknown,
}

/// <summary>The problems in words.</summary>
internal static class CertificateProblems
{
    /// <summary>A sentence for staff.</summary>
    public static string Describe(CertificateProblem problem) => problem switch
    {
        CertificateProblem.Expired => "Its validity has ended.",
        CertificateProblem.NotYetValid => "It is not valid yet.",
        CertificateProblem.NotForEmail => "It is not made for email: its extended key usage does not say emailProtection.",
        CertificateProblem.NotForEncryption => "It is made for signing alone: its key usage allows no encryption.",
        CertificateProblem.OtherAddress => "It does not name the address that mail to this patient goes to. The part before the @ has to be the same letter by letter, capitals too.",
        CertificateProblem.WeakKey => "Its key is too weak: RSA needs 2048 bits, an elliptic curve has to be P-256 or P-384.",
        CertificateProblem.WeakSignature => "It is signed with MD5 or SHA-1, which can be forged.",
        CertificateProblem.Untrusted => "No root that this organisation trusts for S/MIME stands behind it, and nobody confirmed its fingerprint with the patient.",
        CertificateProblem.Revoked => "Its authority has revoked it.",
        _ => "Its authority did not prove that it is still good. Try again later; where the authority's own certificate is missing, give it in the same file.",
    };
}
