using System.Security.Cryptography.X509Certificates;
using Org.BouncyCastle.Asn1.Pkcs;
using Org.BouncyCastle.Asn1.X509;

namespace Sealpost.Delivery.Smime;

/// <summary>Algorithms good enough for S/MIME. RFC 8550 §4.3, RFC 8551 §2.2, §2.3; NIST SP 800-57 part 1 table 2.</summary>
internal static class CertificateStrength
{
    /// <summary>rsaEncryption. RFC 8017.</summary>
    public const string RsaKey = "1.2.840.113549.1.1.1";

    private const int LeastRsaBits = 2048;
    private const string P256 = "1.2.840.10045.3.1.7";
    private const string P384 = "1.3.132.0.34";

    /// <summary>Key and signature.</summary>
    public static bool IsStrong(X509Certificate2 certificate) => HasStrongSignature(certificate) && HasStrongKey(certificate);

    /// <summary>RSA of 2048 bits or more, P-256, P-384.</summary>
    public static bool HasStrongKey(X509Certificate2 certificate)
    {
        using var rsa = certificate.GetRSAPublicKey();
        return rsa is not null ? rsa.KeySize >= LeastRsaBits : CurveOf(certificate) is P256 or P384;
    }

    /// <summary>SHA-256 or better.</summary>
    public static bool HasStrongSignature(X509Certificate2 certificate) => certificate.SignatureAlgorithm.Value switch
    {
        // RFC 8017 A.2.3: RSASSA-PSS names its hash in parameters, and without them it is SHA-1.
        "1.2.840.113549.1.1.10" => PssHashOf(certificate) is "2.16.840.1.101.3.4.2.1" or "2.16.840.1.101.3.4.2.2" or "2.16.840.1.101.3.4.2.3",
        var algorithm => algorithm is not null && !IsWeak(algorithm),
    };

    /// <summary>Whether a signature algorithm uses MD5 or SHA-1: md5WithRSA, sha1WithRSA, ecdsa-with-SHA1, dsa-with-sha1.</summary>
    public static bool IsWeak(string signatureAlgorithm) =>
        signatureAlgorithm is "1.2.840.113549.1.1.4" or "1.2.840.113549.1.1.5" or "1.2.840.10045.4.1" or "1.2.840.10040.4.3";

    /// <summary>The named curve of an elliptic key; null for another key.</summary>
    public static string? CurveOf(X509Certificate2 certificate)
    {
        if (certificate.PublicKey.Oid.Value != "1.2.840.10045.2.1" || certificate.PublicKey.EncodedParameters is not { } parameters)
            return null;
        try
        {
            return new System.Formats.Asn1.AsnReader(parameters.RawData, System.Formats.Asn1.AsnEncodingRules.DER).ReadObjectIdentifier();
        }
        catch (System.Formats.Asn1.AsnContentException)
        {
            return null;
        }
    }

    private static string PssHashOf(X509Certificate2 certificate) =>
        RsassaPssParameters.GetInstance(X509CertificateStructure.GetInstance(certificate.RawData).SignatureAlgorithm.Parameters).HashAlgorithm.Algorithm.Id;
}
