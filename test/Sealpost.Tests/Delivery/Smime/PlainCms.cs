using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Asn1.Cms;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Encodings;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Modes;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Security;
using ContentInfo = Org.BouncyCastle.Asn1.Cms.ContentInfo;

namespace Sealpost.Tests.Delivery.Smime;

/// <summary>A plain reader of AuthEnvelopedData for RSA, with Bouncy Castle's parser and ciphers: nothing of the writer is used.</summary>
internal static class PlainCms
{
    /// <exception cref="Org.BouncyCastle.Crypto.InvalidCipherTextException">A byte was changed.</exception>
    public static byte[] Decrypt(byte[] content, X509Certificate2 recipient)
    {
        var info = ContentInfo.GetInstance(Asn1Object.FromByteArray(content));
        Assert.Equal("1.2.840.113549.1.9.16.1.23", info.ContentType.Id); // id-ct-authEnvelopedData, RFC 5083 §2.1
        var enveloped = AuthEnvelopedData.GetInstance(info.Content);
        var transport = KeyTransRecipientInfo.GetInstance(RecipientInfo.GetInstance(Assert.Single(enveloped.RecipientInfos)).Info);
        Assert.Equal("1.2.840.113549.1.1.7", transport.KeyEncryptionAlgorithm.Algorithm.Id); // RSAES-OAEP
        using var rsa = recipient.GetRSAPrivateKey()!;
        var oaep = new OaepEncoding(new RsaEngine(), new Sha256Digest());
        oaep.Init(false, DotNetUtilities.GetRsaKeyPair(rsa.ExportParameters(true)).Private);
        var sealedKey = transport.EncryptedKey.GetOctets();
        var key = oaep.ProcessBlock(sealedKey, 0, sealedKey.Length);
        var encrypted = enveloped.AuthEncryptedContentInfo;
        Assert.Equal("2.16.840.1.101.3.4.1.46", encrypted.ContentEncryptionAlgorithm.Algorithm.Id); // aes256-GCM, RFC 5084 §3.2
        var parameters = GcmParameters.GetInstance(encrypted.ContentEncryptionAlgorithm.Parameters);
        Assert.Equal((12, 16), (parameters.GetNonce().Length, parameters.IcvLen));
        var cipher = new GcmBlockCipher(new AesEngine());
        cipher.Init(false, new AeadParameters(new KeyParameter(key), 128, parameters.GetNonce()));
        byte[] input = [.. encrypted.EncryptedContent.GetOctets(), .. enveloped.Mac.GetOctets()];
        var clear = new byte[cipher.GetOutputSize(input.Length)];
        var length = cipher.ProcessBytes(input, 0, input.Length, clear, 0);
        length += cipher.DoFinal(clear, length);
        return clear[..length];
    }
}
