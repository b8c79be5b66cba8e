using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using MemoryPack;

namespace Sealpost.Delivery.Smime;

/// <summary>The organisation's S/MIME signing certificate and key: signs before a message is sealed, where the campaign's sender is an address that the certificate names. RFC 8551 §2.4.2, §3.7. Thread-safe.</summary>
public sealed class SmimeSigner : IDisposable
{
    private readonly SmimeKeyRecord _record;
    private readonly X509Certificate2 _certificate;
    private readonly X509Certificate2Collection _others;
    private readonly Lock _lock = new();

    private SmimeSigner(SmimeKeyRecord record)
    {
        _record = record;
        using var leaf = X509CertificateLoader.LoadCertificate(record.Certificate);
        _certificate = WithKey(leaf, record.PrivateKey);
        _others = [.. record.Others.Select(other => X509CertificateLoader.LoadCertificate(other))];
        Mailboxes = OfferedCertificate.MailboxesOf(_certificate);
        Fingerprint = Convert.ToHexStringLower(_certificate.GetCertHash(HashAlgorithmName.SHA256));
        (ValidFrom, ValidUntil) = OfferedCertificate.ValidityOf(_certificate);
    }

    /// <summary>Addresses that it may sign for.</summary>
    public IReadOnlyList<string> Mailboxes { get; }

    /// <summary>SHA-256 of the certificate, lower-case hex.</summary>
    public string Fingerprint { get; }

    /// <summary>UTC.</summary>
    public DateTimeOffset ValidFrom { get; }

    /// <summary>UTC.</summary>
    public DateTimeOffset ValidUntil { get; }

    /// <summary>Reads a PKCS#12 file, or PEM with certificate and private key.</summary>
    /// <param name="file">The file.</param>
    /// <param name="password">Its password; empty for none.</param>
    /// <param name="now">UTC.</param>
    /// <exception cref="RefusedException">It cannot be read, or the certificate is not fit to sign mail.</exception>
    public static SmimeSigner Read(ReadOnlySpan<byte> file, string password, DateTimeOffset now)
    {
        try
        {
            var signer = new SmimeSigner(ReadFile(file, password));
            if (signer.Problem(now) is not { } problem)
                return signer;
            signer.Dispose();
            throw new RefusedException(problem);
        }
        catch (CryptographicException exception)
        {
            throw new RefusedException("No certificate with its private key could be read. Give a PKCS#12 file with its password, or PEM with certificate and key.", exception);
        }
    }

    /// <summary>Reads what <see cref="Export"/> wrote.</summary>
    /// <exception cref="CryptographicException">The bytes are no signing key.</exception>
    public static SmimeSigner Import(ReadOnlySpan<byte> exported) =>
        new(MemoryPackSerializer.Deserialize<SmimeKeyRecord>(exported) ?? throw new CryptographicException("There is no signing key in these bytes."));

    /// <summary>Certificate and private key as bytes; seal them.</summary>
    public byte[] Export() => MemoryPackSerializer.Serialize(_record);

    /// <summary>Whether a message of this sender, now, is one that it signs. RFC 8550 §3: readers compare the two.</summary>
    public bool SignsFor(string mailbox, DateTimeOffset now) => now >= ValidFrom && now < ValidUntil && Mailboxes.Any(name => CheckCertificate.IsSame(name, mailbox));

    /// <inheritdoc/>
    public void Dispose()
    {
        _certificate.Dispose();
        CryptographicOperations.ZeroMemory(_record.PrivateKey);
    }

    /// <summary>SignedData around the content, DER. RFC 5652 §5, SHA-256.</summary>
    internal byte[] Sign(byte[] content, DateTimeOffset now)
    {
        var signed = new SignedCms(new ContentInfo(content), detached: false);
        var signer = new CmsSigner(SubjectIdentifierType.IssuerAndSerialNumber, _certificate)
        {
            DigestAlgorithm = new Oid("2.16.840.1.101.3.4.2.1"),
            IncludeOption = X509IncludeOption.EndCertOnly,
        };
        signer.Certificates.AddRange(_others);
        signer.SignedAttributes.Add(new Pkcs9SigningTime(now.UtcDateTime)); // RFC 8551 §2.5.1
        lock (_lock)
            signed.ComputeSignature(signer, silent: true);
        return signed.Encode();
    }

    private string? Problem(DateTimeOffset now)
    {
        if (now >= ValidUntil || now < ValidFrom)
            return "The certificate is expired or not valid yet. Have it renewed first.";
        if (!_certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().Any(usage => usage.EnhancedKeyUsages.Cast<Oid>().Any(oid => oid.Value == "1.3.6.1.5.5.7.3.4")))
            return "The certificate is not made for email: its extended key usage does not say emailProtection.";
        if (!_certificate.Extensions.OfType<X509KeyUsageExtension>().All(usage => (usage.KeyUsages & (X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.NonRepudiation)) != X509KeyUsageFlags.None))
            return "The certificate's key usage allows no signatures.";
        if (!CertificateStrength.IsStrong(_certificate))
            return "The certificate is too weak: it needs RSA of 2048 bits, P-256 or P-384, and SHA-256.";
        return Mailboxes.Count == 0 ? "The certificate names no email address, so no reader would believe its signature." : null;
    }

    private static SmimeKeyRecord ReadFile(ReadOnlySpan<byte> file, string password)
    {
        if (file.Length > OfferedCertificate.LargestBytes)
            throw new CryptographicException("Too large.");
        var text = System.Text.Encoding.Latin1.GetString(file);
        if (text.Contains("-----BEGIN", StringComparison.Ordinal))
        {
            using var pair = password.Length == 0 ? X509Certificate2.CreateFromPem(text, text) : X509Certificate2.CreateFromEncryptedPem(text, text, password);
            var all = new X509Certificate2Collection();
            all.ImportFromPem(text);
            return RecordOf(pair, all);
        }

        var read = X509CertificateLoader.LoadPkcs12Collection(file, password, X509KeyStorageFlags.Exportable | X509KeyStorageFlags.EphemeralKeySet);
        return RecordOf(read.FirstOrDefault(one => one.HasPrivateKey) ?? throw new CryptographicException("No private key."), read);
    }

    private static SmimeKeyRecord RecordOf(X509Certificate2 pair, X509Certificate2Collection all) => new()
    {
        Certificate = pair.RawData,
        PrivateKey = KeyOf(pair),
        Others = [.. all.Where(one => !one.RawData.AsSpan().SequenceEqual(pair.RawData)).Select(one => one.RawData)],
    };

    private static byte[] KeyOf(X509Certificate2 pair)
    {
        using AsymmetricAlgorithm key = (AsymmetricAlgorithm?)pair.GetRSAPrivateKey() ?? pair.GetECDsaPrivateKey() ?? throw new CryptographicException("The key is neither RSA nor an elliptic curve's.");
        return key.ExportPkcs8PrivateKey();
    }

    private static X509Certificate2 WithKey(X509Certificate2 certificate, byte[] privateKey)
    {
        if (certificate.PublicKey.Oid.Value == CertificateStrength.RsaKey)
        {
            using var rsa = RSA.Create();
            rsa.ImportPkcs8PrivateKey(privateKey, out _);
            return certificate.CopyWithPrivateKey(rsa);
        }

        using var ecdsa = ECDsa.Create();
        ecdsa.ImportPkcs8PrivateKey(privateKey, out _);
        return certificate.CopyWithPrivateKey(ecdsa);
    }
}

/// <summary>What is stored of the signing key.</summary>
[MemoryPackable(GenerateType.VersionTolerant)]
internal sealed partial record SmimeKeyRecord
{
    [MemoryPackOrder(0)]
    public byte[] Certificate { get; init; } = [];

    [MemoryPackOrder(1)]
    public byte[] PrivateKey { get; init; } = [];

    [MemoryPackOrder(2)]
    public byte[][] Others { get; init; } = [];

    /// <summary>Never the key.</summary>
    public override string ToString() => "S/MIME signing key";
}
