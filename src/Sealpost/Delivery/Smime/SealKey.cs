using System.Buffers.Binary;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Parameters;

namespace Sealpost.Delivery.Smime;

/// <summary>Seals a content key to a certificate: RSAES-OAEP with SHA-256 (RFC 3560), or ephemeral-static ECDH with AES key wrap (RFC 5753). RFC 8551 §2.3.</summary>
internal static class SealKey
{
    private const string Oaep = "1.2.840.113549.1.1.7";
    private const string Mgf1 = "1.2.840.113549.1.1.8";
    private const string Sha256 = "2.16.840.1.101.3.4.2.1";
    private const string EcPublicKey = "1.2.840.10045.2.1";
    private const string Aes256Wrap = "2.16.840.1.101.3.4.1.45";
    private const int WrapKeyLength = 32;

    /// <summary>Writes the RecipientInfo.</summary>
    public static void Write(AsnWriter writer, ReadOnlySpan<byte> key, X509Certificate2 certificate)
    {
        using var rsa = certificate.GetRSAPublicKey();
        if (rsa is not null)
        {
            WriteTransport(writer, key, certificate, rsa);
            return;
        }

        using var agreement = certificate.GetECDiffieHellmanPublicKey() ?? throw new CryptographicException("The certificate's key is of a kind that was not checked.");
        WriteAgreement(writer, key, certificate, agreement);
    }

    // RFC 5652 §6.2.1.
    private static void WriteTransport(AsnWriter writer, ReadOnlySpan<byte> key, X509Certificate2 certificate, RSA rsa)
    {
        using (writer.PushSequence())
        {
            writer.WriteInteger(0);
            WriteRecipient(writer, certificate);
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(Oaep);
                using (writer.PushSequence()) // RFC 4055 §4.1: RSAES-OAEP-params
                {
                    using (writer.PushSequence(SealCms.Explicit(0)))
                        WriteSha256(writer);
                    using (writer.PushSequence(SealCms.Explicit(1)))
                    using (writer.PushSequence())
                    {
                        writer.WriteObjectIdentifier(Mgf1);
                        WriteSha256(writer);
                    }
                }
            }

            writer.WriteOctetString(rsa.Encrypt(key, RSAEncryptionPadding.OaepSHA256));
        }
    }

    // RFC 5652 §6.2.2, RFC 5753 §3.1.
    private static void WriteAgreement(AsnWriter writer, ReadOnlySpan<byte> key, X509Certificate2 certificate, ECDiffieHellman recipient)
    {
        using var ephemeral = ECDiffieHellman.Create(recipient.ExportParameters(includePrivateParameters: false).Curve);
        // RFC 5753 §7.1.4: dhSinglePass-stdDH-sha256kdf-scheme, sha384kdf for P-384.
        var (scheme, hash) = recipient.KeySize <= 256 ? ("1.3.132.1.11.1", HashAlgorithmName.SHA256) : ("1.3.132.1.11.2", HashAlgorithmName.SHA384);
        // X9.63: one round gives 32 bytes and more, counter 1 before the shared info.
        var derived = ephemeral.DeriveKeyFromHash(recipient.PublicKey, hash, null, [0, 0, 0, 1, .. SharedInfo()]);
        try
        {
            using (writer.PushSequence(SealCms.Explicit(1)))
            {
                writer.WriteInteger(3);
                using (writer.PushSequence(SealCms.Explicit(0)))
                using (writer.PushSequence(SealCms.Explicit(1)))
                    WriteEphemeral(writer, ephemeral);
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(scheme);
                    WriteWrap(writer);
                }

                using (writer.PushSequence())
                using (writer.PushSequence())
                {
                    WriteRecipient(writer, certificate);
                    writer.WriteOctetString(Wrap(derived.AsSpan(0, WrapKeyLength), key));
                }
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(derived);
        }
    }

    private static void WriteEphemeral(AsnWriter writer, ECDiffieHellman ephemeral)
    {
        var point = ephemeral.ExportParameters(includePrivateParameters: false).Q;
        using (writer.PushSequence())
            writer.WriteObjectIdentifier(EcPublicKey); // RFC 5753 §3.1.1: parameters absent, the recipient knows the curve
        writer.WriteBitString([4, .. point.X!, .. point.Y!]);
    }

    // RFC 5652 §6.2.1: issuerAndSerialNumber.
    private static void WriteRecipient(AsnWriter writer, X509Certificate2 certificate)
    {
        using (writer.PushSequence())
        {
            writer.WriteEncodedValue(certificate.IssuerName.RawData);
            writer.WriteInteger(certificate.SerialNumberBytes.Span);
        }
    }

    private static void WriteSha256(AsnWriter writer)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(Sha256);
            writer.WriteNull();
        }
    }

    private static void WriteWrap(AsnWriter writer)
    {
        using (writer.PushSequence())
            writer.WriteObjectIdentifier(Aes256Wrap); // RFC 5753 §7.1.5: parameters absent
    }

    // RFC 5753 §7.2: ECC-CMS-SharedInfo.
    private static byte[] SharedInfo()
    {
        var bits = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bits, WrapKeyLength * 8);
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            WriteWrap(writer);
            using (writer.PushSequence(SealCms.Explicit(2)))
                writer.WriteOctetString(bits);
        }

        return writer.Encode();
    }

    // RFC 3394.
    private static byte[] Wrap(ReadOnlySpan<byte> wrapKey, ReadOnlySpan<byte> key)
    {
        var engine = new AesWrapEngine();
        engine.Init(true, new KeyParameter(wrapKey));
        return engine.Wrap(key.ToArray(), 0, key.Length);
    }
}
