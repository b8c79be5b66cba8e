using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sealpost.Consent;

namespace Sealpost.Delivery;

/// <summary>Decides whether a receiver's certificate proves that we reached the host we mean. RFC 9525, RFC 8461 §4.2.</summary>
/// <remarks>Revocation is not asked for: an OCSP or CRL fetch would tell third parties whom we write to and would fail open when they are down.</remarks>
internal sealed class CertificateRules
{
    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");

    private readonly X509Certificate2Collection _extraRoots;
    private readonly TimeProvider _time;

    public CertificateRules(X509Certificate2Collection extraRoots, TimeProvider time)
    {
        _extraRoots = extraRoots;
        _time = time;
    }

    /// <summary>Chain policy against the system's roots: validity now, server authentication, nothing fetched.</summary>
    public X509ChainPolicy SystemPolicy()
    {
        var policy = new X509ChainPolicy
        {
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            VerificationTime = _time.GetUtcNow().UtcDateTime,
        };
        policy.ApplicationPolicy.Add(ServerAuthentication);
        return policy;
    }

    /// <summary>Null where the certificate is good for the host; else why not. An untrusted chain comes first, since nothing else it says counts; one that cannot be judged is untrusted.</summary>
    /// <param name="certificate">Leaf, as the server sent it.</param>
    /// <param name="chain">The chain built under <see cref="SystemPolicy"/>.</param>
    /// <param name="hostName">MX host name, or the host named in the configuration; a wildcard stands for one left-most label, the common name is ignored.</param>
    public WithholdReason? Judge(X509Certificate2? certificate, X509Chain? chain, string hostName)
    {
        if (certificate is null || chain is null)
            return WithholdReason.CertificateUntrusted;
        try
        {
            return JudgeRead(certificate, chain, hostName);
        }
        catch (Exception e) when (Unforeseen.Is(e))
        {
            // A key or an extension that the library cannot read proves nothing, in whatever words it says so.
            return WithholdReason.CertificateUntrusted;
        }
    }

    private WithholdReason? JudgeRead(X509Certificate2 certificate, X509Chain chain, string hostName)
    {
        var reason = JudgeChain(chain);
        if (reason is not null && _extraRoots.Count > 0)
        {
            using var extra = new X509Chain { ChainPolicy = SystemPolicy() };
            extra.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            extra.ChainPolicy.CustomTrustStore.AddRange(_extraRoots);
            extra.ChainPolicy.ExtraStore.AddRange(chain.ChainPolicy.ExtraStore);
            foreach (var element in chain.ChainElements)
                extra.ChainPolicy.ExtraStore.Add(element.Certificate);
            _ = extra.Build(certificate);
            var second = JudgeChain(extra);
            // Expired under the extra root says more than unknown to the system.
            reason = second is null || reason == WithholdReason.CertificateUntrusted ? second : reason;
        }

        return reason ?? (Names(certificate, hostName) ? null : WithholdReason.CertificateNameMismatch);
    }

    /// <summary>Whether the certificate names the host among its alternative names. RFC 9525 §6.3.</summary>
    /// <remarks>The platform's own comparison refuses to be asked for a name with an underscore or a hyphen in front, and MX hosts have such names.</remarks>
    internal static bool Names(X509Certificate2 certificate, string hostName) => IPAddress.TryParse(hostName, out _)
        ? certificate.MatchesHostname(hostName, allowWildcards: false, allowCommonName: false)
        : certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(names => names.EnumerateDnsNames()).Any(name => HostPattern.Matches(name, hostName));

    private static WithholdReason? JudgeChain(X509Chain chain)
    {
        if (chain.ChainElements.Count == 0)
            return WithholdReason.CertificateUntrusted;
        var status = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status);
        if ((status & ~X509ChainStatusFlags.NotTimeValid) != X509ChainStatusFlags.NoError)
            return WithholdReason.CertificateUntrusted;
        if (status != X509ChainStatusFlags.NoError)
            return WithholdReason.CertificateExpired;
        // The root is trusted by name, not by its signature.
        return chain.ChainElements.SkipLast(1).All(element => IsStrong(element.Certificate)) ? null : WithholdReason.CertificateUntrusted;
    }

    // NIST SP 800-52r2 §3.2: RSA of 2048 bits or more, P-256 or P-384 and above, SHA-256 or better.
    private static bool IsStrong(X509Certificate2 certificate) =>
        certificate.SignatureAlgorithm.Value is not ("1.2.840.113549.1.1.4" or "1.2.840.113549.1.1.5" or "1.2.840.10045.4.1") && HasStrongKey(certificate);

    internal static bool IsStrong(Org.BouncyCastle.X509.X509Certificate certificate)
    {
        using var same = X509CertificateLoader.LoadCertificate(certificate.GetEncoded());
        return IsStrong(same);
    }

    /// <summary>Whether the key alone is strong enough.</summary>
    internal static bool HasStrongKey(X509Certificate2 certificate)
    {
        using var rsa = certificate.GetRSAPublicKey();
        if (rsa is not null)
            return rsa.KeySize >= 2048;
        using var ecdsa = certificate.GetECDsaPublicKey();
        return ecdsa is { KeySize: >= 256 };
    }
}
