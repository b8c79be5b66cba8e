namespace Sealpost.Consent;

/// <summary>Why a message was withheld. Names are stable: reports, the store and scripts use them.</summary>
public enum WithholdReason
{
    /// <summary>Purpose or payment questions not answered.</summary>
    PurposeUndeclared = 1,

    /// <summary>Record merged away, inactive, or a test person.</summary>
    Identity = 2,

    /// <summary>Recorded as deceased. 45 CFR 164.502(f).</summary>
    Deceased = 3,

    /// <summary>A minor: representative workflow not evaluated. 164.502(g)(3).</summary>
    Minor = 4,

    /// <summary>No email address.</summary>
    NoAddress = 5,

    /// <summary>Address malformed, old, ended, or undeliverable in form.</summary>
    UnusableAddress = 6,

    /// <summary>Address neither verified nor from an attested source. 164.530(c).</summary>
    UnverifiedAddress = 7,

    /// <summary>Address shared with another patient. 164.530(c).</summary>
    SharedAddress = 8,

    /// <summary>Confidential communication asks for another channel or address. 164.522(b).</summary>
    ConfidentialCommunication = 9,

    /// <summary>Psychotherapy notes or SUD counselling notes. 164.508(a)(2).</summary>
    ProhibitedData = 10,

    /// <summary>An agreed restriction forbids it. 164.522(a).</summary>
    Restriction = 11,

    /// <summary>An authorization is needed and there is none. 164.508(a)(3).</summary>
    NeverAuthorized = 12,

    /// <summary>The authorization expired. 164.508(b)(2)(i).</summary>
    AuthorizationExpired = 13,

    /// <summary>The authorization was revoked. 164.508(b)(5).</summary>
    AuthorizationRevoked = 14,

    /// <summary>The authorization covers other purposes, data or parties. 164.508(c)(1).</summary>
    AuthorizationScope = 15,

    /// <summary>The authorization does not say that remuneration is involved. 164.508(a)(3)(ii).</summary>
    AuthorizationRemuneration = 16,

    /// <summary>The authorization lacks a required element. 164.508(b)(2)(ii).</summary>
    AuthorizationDefective = 17,

    /// <summary>Sensitive category (class N3): not for this purpose, or neither sealed mail nor our page reaches the patient.</summary>
    Sensitive = 18,

    /// <summary>Opted out, complained, or hard bounced. 15 USC 7704(a)(4).</summary>
    Suppressed = 19,

    /// <summary>Opted out of fundraising. 164.514(f)(2)(iv).</summary>
    FundraisingOptOut = 20,

    /// <summary>Over the frequency cap.</summary>
    FrequencyCap = 21,

    /// <summary>A value the template needs is missing for this patient.</summary>
    MissingValue = 22,

    /// <summary>No longer in the audience at send time.</summary>
    NoLongerMatches = 23,

    /// <summary>Patient erased.</summary>
    Erased = 24,

    /// <summary>No TLS offered, or it failed: nothing travels in clear.</summary>
    TlsUnavailable = 40,

    /// <summary>Certificate expired.</summary>
    CertificateExpired = 41,

    /// <summary>Certificate not from a trusted root.</summary>
    CertificateUntrusted = 42,

    /// <summary>Certificate names another host.</summary>
    CertificateNameMismatch = 43,

    /// <summary>TLS verified, but the tier is too low for the message's class.</summary>
    TierTooLow = 44,

    /// <summary>The relay has no agreement covering sending. 164.504(e), 164.308(b).</summary>
    NoAgreement = 45,

    /// <summary>The message cannot be represented on this hop (SMTPUTF8, SIZE).</summary>
    NotRepresentable = 46,

    /// <summary>The host's certificate is not the one that the domain's signed TLSA records name. RFC 7672.</summary>
    DaneMismatch = 47,

    /// <summary>The domain's MTA-STS policy in mode enforce does not allow the host or its certificate. RFC 8461 §5.</summary>
    MtaStsRefused = 48,

    /// <summary>The domain's MX is none of those that the organisation expects.</summary>
    UnexpectedMx = 49,

    /// <summary>The campaign carries files, so its message waits on our page alone, and this patient could not prove there who they are.</summary>
    FilesNotMailed = 50,
}
