namespace Sealpost.Delivery;

/// <summary>Which kind of policy a connection was tried under. RFC 8460 §4.2.</summary>
public enum TlsPolicyType
{
    /// <summary>The domain publishes neither MTA-STS nor usable DNSSEC records.</summary>
    NoPolicyFound,

    /// <summary>MTA-STS, in mode enforce or testing. RFC 8461.</summary>
    Sts,

    /// <summary>DANE. RFC 7672.</summary>
    Tlsa,
}

/// <summary>Why a connection failed its policy. RFC 8460 §4.3.</summary>
public enum TlsFailure
{
    /// <summary>No STARTTLS.</summary>
    StartTlsNotSupported,

    /// <summary>Certificate expired or not valid yet.</summary>
    CertificateExpired,

    /// <summary>Certificate names another host.</summary>
    CertificateHostMismatch,

    /// <summary>Certificate has no trusted root, or is too weak.</summary>
    CertificateNotTrusted,

    /// <summary>Anything else: no common TLS version or suite, no TLSA record matches, a host that the policy does not name.</summary>
    ValidationFailure,

    /// <summary>TLSA records are there and none can be used.</summary>
    TlsaInvalid,

    /// <summary>The resolver could not give a validated answer.</summary>
    DnssecInvalid,

    /// <summary>DANE was demanded and the host has none. Never seen here: no policy of ours demands it.</summary>
    DaneRequired,

    /// <summary>The MTA-STS policy could not be fetched.</summary>
    StsPolicyFetchError,

    /// <summary>The MTA-STS policy could not be read.</summary>
    StsPolicyInvalid,

    /// <summary>The certificate of the policy's web server does not verify.</summary>
    StsWebpkiInvalid,
}

/// <summary>One session, or one try to have one, under one policy: what a TLS report counts. A connection under both MTA-STS and DANE gives two. No patient data.</summary>
/// <param name="Domain">Recipient domain, an A-label.</param>
/// <param name="Policy">Kind of policy.</param>
/// <param name="PolicyStrings">Lines of the MTA-STS policy, or TLSA records as text; empty without policy.</param>
/// <param name="MxPatterns">MX patterns of the MTA-STS policy; for DANE the host that the records belong to.</param>
/// <param name="MxHost">Host tried; null where none was reached, such as a policy that cannot be fetched.</param>
/// <param name="ReceivingIp">Its address; null where no connection was made.</param>
/// <param name="Failure">Null where the session satisfied the policy.</param>
/// <param name="At">UTC.</param>
public sealed record TlsAttempt(
    string Domain,
    TlsPolicyType Policy,
    IReadOnlyList<string> PolicyStrings,
    IReadOnlyList<string> MxPatterns,
    string? MxHost,
    string? ReceivingIp,
    TlsFailure? Failure,
    DateTimeOffset At)
{
    /// <summary>The result type as RFC 8460 §4.3 writes it.</summary>
    public static string NameOf(TlsFailure failure) => failure switch
    {
        TlsFailure.StartTlsNotSupported => "starttls-not-supported",
        TlsFailure.CertificateExpired => "certificate-expired",
        TlsFailure.CertificateHostMismatch => "certificate-host-mismatch",
        TlsFailure.CertificateNotTrusted => "certificate-not-trusted",
        TlsFailure.TlsaInvalid => "tlsa-invalid",
        TlsFailure.DnssecInvalid => "dnssec-invalid",
        TlsFailure.DaneRequired => "dane-required",
        TlsFailure.StsPolicyFetchError => "sts-policy-fetch-error",
        TlsFailure.StsPolicyInvalid => "sts-policy-invalid",
        TlsFailure.StsWebpkiInvalid => "sts-webpki-invalid",
        _ => "validation-failure",
    };

    /// <summary>The policy type as RFC 8460 §4.2 writes it.</summary>
    public static string NameOf(TlsPolicyType policy) => policy switch
    {
        TlsPolicyType.Sts => "sts",
        TlsPolicyType.Tlsa => "tlsa",
        _ => "no-policy-found",
    };
}
