using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sealpost.Delivery.Smime;

/// <summary>Seals bytes to one certificate as CMS AuthEnvelopedData: AES-256 in GCM, so that a changed byte makes it unreadable. RFC 5083, RFC 5084, RFC 8551 §2.4.4, §2.7.</summary>
/// <remarks>Written here, since neither .NET's EnvelopedCms nor MimeKit makes AuthEnvelopedData; the ciphers are the platform's own. EnvelopedData with CBC is never made: its ciphertext can be bent (EFAIL).</remarks>
internal static class SealCms
{
    private const string AuthEnvelopedData = "1.2.840.113549.1.9.16.1.23";
    private const string Data = "1.2.840.113549.1.7.1";
    private const string Aes256Gcm = "2.16.840.1.101.3.4.1.46";
    private const int NonceLength = 12; // RFC 5084 §3.2: the recommended length
    private const int TagLength = 16;

    /// <summary>The ContentInfo, DER.</summary>
    public static byte[] Seal(ReadOnlySpan<byte> clear, VerifiedCertificate recipient)
    {
        Span<byte> key = stackalloc byte[32];
        Span<byte> tag = stackalloc byte[TagLength];
        var nonce = RandomNumberGenerator.GetBytes(NonceLength);
        RandomNumberGenerator.Fill(key);
        try
        {
            var sealedBytes = new byte[clear.Length];
            using (var cipher = new AesGcm(key, TagLength))
                cipher.Encrypt(nonce, clear, sealedBytes, tag); // RFC 5083 §2.2: no authAttrs, so nothing else is authenticated
            using var certificate = X509CertificateLoader.LoadCertificate(recipient.Certificate.Span);
            var writer = new AsnWriter(AsnEncodingRules.DER);
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(AuthEnvelopedData);
                using (writer.PushSequence(Explicit(0)))
                using (writer.PushSequence())
                {
                    writer.WriteInteger(0); // RFC 5083 §2.1
                    using (writer.PushSetOf())
                        SealKey.Write(writer, key, certificate);
                    WriteContent(writer, nonce, sealedBytes);
                    writer.WriteOctetString(tag);
                }
            }

            return writer.Encode();
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>A context-specific tag.</summary>
    internal static Asn1Tag Explicit(int number) => new(TagClass.ContextSpecific, number, isConstructed: true);

    private static void WriteContent(AsnWriter writer, byte[] nonce, byte[] sealedBytes)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(Data);
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(Aes256Gcm);
                using (writer.PushSequence())
                {
                    writer.WriteOctetString(nonce);
                    writer.WriteInteger(TagLength);
                }
            }

            writer.WriteOctetString(sealedBytes, new Asn1Tag(TagClass.ContextSpecific, 0));
        }
    }
}
