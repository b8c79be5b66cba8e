using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Org.BouncyCastle.Asn1.Ocsp;
using Org.BouncyCastle.Asn1.Oiw;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.Crypto.Operators;
using Org.BouncyCastle.Ocsp;
using Org.BouncyCastle.Security;
using X509Certificate = Org.BouncyCastle.X509.X509Certificate;
using X509CertificateParser = Org.BouncyCastle.X509.X509CertificateParser;

namespace Sealpost.Delivery.Smime;

/// <summary>Asks an OCSP responder about one certificate. RFC 6960.</summary>
internal sealed class AskOcsp(FetchStatus fetch, TimeProvider time)
{
    // RFC 6960 §4.2.2.1: without nextUpdate there is always newer word; clocks differ a little.
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    /// <summary>The responder's word; null where none that counts came.</summary>
    public async Task<RevocationAnswer?> AskAsync(Uri url, X509Certificate2 certificate, X509Certificate2 issuer, CancellationToken cancellationToken)
    {
        var authority = new X509CertificateParser().ReadCertificate(issuer.RawData);
        var subject = new X509CertificateParser().ReadCertificate(certificate.RawData);
        // SHA-1 names the issuer here and proves nothing; it is what responders know (RFC 5019 §2.1.1).
        var id = new CertificateID(Asn1DigestFactory.Get(OiwObjectIdentifiers.IdSha1), authority, subject.SerialNumber);
        var question = new OcspReqGenerator();
        question.AddRequest(id);
        return await fetch.AskAsync(url, question.Generate().GetEncoded(), cancellationToken).ConfigureAwait(false) is { } bytes
            ? Judge(bytes, id, authority, time.GetUtcNow())
            : null;
    }

    private static RevocationAnswer? Judge(byte[] bytes, CertificateID id, X509Certificate authority, DateTimeOffset now)
    {
        try
        {
            if (new OcspResp(bytes) is not { Status: OcspRespStatus.Successful } answer || answer.GetResponseObject() is not BasicOcspResp basic)
                return null;
            if (CertificateStrength.IsWeak(BasicOcspResponse.GetInstance(basic.GetEncoded()).SignatureAlgorithm.Algorithm.Id))
                return null;
            if (SignerOf(basic, authority, now) is not { } signer || !basic.Verify(signer))
                return null;
            return basic.Responses.Where(one => one.GetCertID().Equals(id)).Select(one => Judge(one, now)).FirstOrDefault(one => one is not null);
        }
        catch (Exception exception) when (exception is OcspException or GeneralSecurityException or IOException or ArgumentException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static RevocationAnswer? Judge(SingleResp response, DateTimeOffset now)
    {
        var until = response.NextUpdate is { } next ? Utc(next) : now + Skew;
        if (now + Skew < Utc(response.ThisUpdate) || now >= until)
            return null;
        return response.GetCertStatus() switch
        {
            null => new RevocationAnswer(RevocationStanding.Good, until), // CertificateStatus.Good is null there
            RevokedStatus => new RevocationAnswer(RevocationStanding.Revoked, until),
            _ => null,
        };
    }

    /// <summary>The key that may sign for this authority: its own, or one that it lent for OCSP alone (RFC 6960 §4.2.2.2).</summary>
    private static Org.BouncyCastle.Crypto.AsymmetricKeyParameter? SignerOf(BasicOcspResp basic, X509Certificate authority, DateTimeOffset now)
    {
        if (basic.Verify(authority.GetPublicKey()))
            return authority.GetPublicKey();
        foreach (var lent in basic.GetCerts())
        {
            if (!lent.IssuerDN.Equivalent(authority.SubjectDN) || !lent.IsValid(now.UtcDateTime) || lent.GetExtendedKeyUsage() is not { } usage || !usage.Contains(KeyPurposeID.id_kp_OCSPSigning))
                continue;
            lent.Verify(authority.GetPublicKey());
            using var same = X509CertificateLoader.LoadCertificate(lent.GetEncoded());
            if (CertificateStrength.IsStrong(same))
                return lent.GetPublicKey();
        }

        return null;
    }

    private static DateTimeOffset Utc(DateTime instant) => new(DateTime.SpecifyKind(instant, DateTimeKind.Utc));
}
