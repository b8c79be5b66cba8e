using System.Security.Cryptography.X509Certificates;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.Security.Certificates;
using Org.BouncyCastle.X509;

namespace Sealpost.Delivery.Smime;

/// <summary>Reads a revocation list and looks for a certificate in it. RFC 5280 §5, §6.3.3.</summary>
internal sealed class ReadCrl(FetchStatus fetch, TimeProvider time)
{
    /// <summary>The list's word; null where there is none that counts: not signed by the issuer, not of now, or of a kind that we do not read.</summary>
    public async Task<RevocationAnswer?> ReadAsync(Uri url, X509Certificate2 certificate, X509Certificate2 issuer, CancellationToken cancellationToken) =>
        await fetch.GetAsync(url, cancellationToken).ConfigureAwait(false) is { } bytes ? Judge(bytes, certificate, issuer, time.GetUtcNow()) : null;

    private static RevocationAnswer? Judge(byte[] bytes, X509Certificate2 certificate, X509Certificate2 issuer, DateTimeOffset now)
    {
        try
        {
            var authority = new X509CertificateParser().ReadCertificate(issuer.RawData);
            if (new X509CrlParser().ReadCrl(bytes) is not { } list || !list.IssuerDN.Equivalent(authority.SubjectDN))
                return null;
            // Partial, indirect and delta lists say so in critical extensions (RFC 5280 §5.2.4, §5.2.5): such a list may be silent on this certificate.
            if (list.GetCriticalExtensionOids() is { Count: > 0 })
                return null;
            if (!MaySignLists(issuer) || CertificateStrength.IsWeak(list.SigAlgOid))
                return null;
            list.Verify(authority.GetPublicKey());
            if (list.NextUpdate is not { } next || now < Utc(list.ThisUpdate) || now >= Utc(next))
                return null;
            return new RevocationAnswer(list.IsRevoked(new X509CertificateParser().ReadCertificate(certificate.RawData)) ? RevocationStanding.Revoked : RevocationStanding.Good, Utc(next));
        }
        catch (Exception exception) when (exception is GeneralSecurityException or IOException or ArgumentException or InvalidOperationException or FormatException)
        {
            // CrlException, InvalidKeyException and SignatureException are GeneralSecurityExceptions.
            return null;
        }
    }

    // RFC 5280 §4.2.1.3: where the extension is there, cRLSign has to be set.
    private static bool MaySignLists(X509Certificate2 issuer) =>
        issuer.Extensions.OfType<X509KeyUsageExtension>().All(usage => usage.KeyUsages.HasFlag(X509KeyUsageFlags.CrlSign));

    private static DateTimeOffset Utc(DateTime instant) => new(DateTime.SpecifyKind(instant, DateTimeKind.Utc));
}
