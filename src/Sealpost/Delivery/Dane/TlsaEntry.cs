using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Org.BouncyCastle.Security;
using BcCertificate = Org.BouncyCastle.X509.X509Certificate;

namespace Sealpost.Delivery.Dane;

/// <summary>One TLSA record. RFC 6698 §2.1.</summary>
/// <param name="Usage">0 PKIX-TA, 1 PKIX-EE, 2 DANE-TA, 3 DANE-EE.</param>
/// <param name="Selector">0 whole certificate, 1 its public key.</param>
/// <param name="Matching">0 the data itself, 1 SHA-256, 2 SHA-512.</param>
/// <param name="Data">What is compared.</param>
internal sealed record TlsaEntry(byte Usage, byte Selector, byte Matching, byte[] Data)
{
    public const byte TrustAnchor = 2;
    public const byte EndEntity = 3;

    /// <summary>Whether SMTP can use it. RFC 7672 §3.1.3 leaves usages 0 and 1 undefined: no mail client has the roots that they mean.</summary>
    public bool IsUsable => Usage is TrustAnchor or EndEntity && Selector is 0 or 1 && Matching switch
    {
        0 => IsReadable(),
        1 => Data.Length == SHA256.HashSizeInBytes,
        2 => Data.Length == SHA512.HashSizeInBytes,
        _ => false,
    };

    /// <summary>The certificate that the record itself holds; null where it holds a digest or a key.</summary>
    public X509Certificate2? Certificate => Selector == 0 && Matching == 0 ? X509CertificateLoader.LoadCertificate(Data) : null;

    /// <summary>Whether it speaks of this certificate, whatever the usage.</summary>
    public bool Matches(X509Certificate2 certificate)
    {
        var selected = Selector == 0 ? certificate.RawData : certificate.PublicKey.ExportSubjectPublicKeyInfo();
        return Data.AsSpan().SequenceEqual(Matching switch
        {
            0 => selected,
            1 => SHA256.HashData(selected),
            _ => SHA512.HashData(selected),
        });
    }

    /// <summary>As a TLS report writes it. RFC 8460 §4.2.</summary>
    public override string ToString() => $"{Usage} {Selector} {Matching} {Convert.ToHexString(Data)}";

    private bool IsReadable()
    {
        try
        {
            if (Selector == 0)
            {
                using var certificate = Certificate;
                return certificate is not null && (Usage != TrustAnchor || new BcCertificate(Data).GetPublicKey() is not null);
            }

            _ = PublicKey.CreateFromSubjectPublicKeyInfo(Data, out var read);
            return read == Data.Length && (Usage != TrustAnchor || PublicKeyFactory.CreateKey(Data) is not null);
        }
        catch (Exception e) when (Unforeseen.Is(e))
        {
            // RFC 6698 §4.1: a record that nobody here can read is unusable. A trust anchor has to be read by the library that builds paths to it, too.
            return false;
        }
    }
}
