using System.Security.Cryptography.X509Certificates;
using Sealpost.Consent;
using Sealpost.Delivery.Dane;

namespace Sealpost.Delivery;

/// <summary>Judges one host's certificate in one handshake, by every policy that applies, and says which tier the connection has.</summary>
internal sealed class JudgeHost(CertificateRules certificates, DaneRules dane, HostTarget target)
{
    /// <summary>The tier, once accepted.</summary>
    public Tier Tier { get; private set; } = Tier.T1;

    /// <summary>Why it was refused; null where it was accepted, or no handshake got so far.</summary>
    public WithholdReason? Reason { get; private set; }

    /// <summary>The handshake was begun and did not end well.</summary>
    public bool HandshakeFailed { get; set; }

    /// <summary>What was seen of a connection that was refused; null where it was accepted, or no handshake got so far.</summary>
    public TransportObservation? Seen { get; set; }

    /// <summary>Failure by the TLSA records.</summary>
    public TlsFailure? DaneFailure { get; private set; }

    /// <summary>Failure by the web's certificate authorities.</summary>
    public TlsFailure? WebPkiFailure { get; private set; }

    /// <summary>Whether the handshake may go on.</summary>
    public bool Accept(X509Certificate2? certificate, X509Chain? chain)
    {
        var webPki = certificates.Judge(certificate, chain, target.Name);
        WebPkiFailure = FailureOf(webPki);
        if (target.Dane is DaneFinding.Usable usable)
        {
            DaneFailure = certificate is null ? TlsFailure.ValidationFailure : dane.Judge(usable, certificate, [.. chain?.ChainPolicy.ExtraStore ?? []]);
            // RFC 8461 §2: MTA-STS never rescues a host that DANE refuses. Where both apply, both must hold.
            Reason = DaneFailure is not null ? WithholdReason.DaneMismatch : target.StsEnforced && webPki is not null ? WithholdReason.MtaStsRefused : null;
            Tier = Tier.T4;
            return Reason is null;
        }

        if (target.Dane is DaneFinding.Unusable)
            DaneFailure = TlsFailure.TlsaInvalid;
        if (target.StsEnforced && webPki is not null)
        {
            Reason = WithholdReason.MtaStsRefused;
            return false;
        }

        // RFC 7672 §2.2: TLSA records that nobody can use make TLS mandatory and authenticate nobody.
        Tier = webPki is not null || target.Dane is DaneFinding.Unusable ? Tier.T1 : target.StsEnforced ? Tier.T3 : Tier.T2;
        Reason = Tier >= target.Lowest ? null : target.Dane is DaneFinding.Unusable ? WithholdReason.TierTooLow : webPki;
        return Reason is null;
    }

    private static TlsFailure? FailureOf(WithholdReason? reason) => reason switch
    {
        null => null,
        WithholdReason.CertificateExpired => TlsFailure.CertificateExpired,
        WithholdReason.CertificateNameMismatch => TlsFailure.CertificateHostMismatch,
        _ => TlsFailure.CertificateNotTrusted,
    };
}
