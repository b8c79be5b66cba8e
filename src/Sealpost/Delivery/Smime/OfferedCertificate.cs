using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Sealpost.Delivery.Smime;

/// <summary>A certificate as somebody gave it, with the authorities' certificates that came along. Not checked yet. Dispose it.</summary>
internal sealed class OfferedCertificate : IDisposable
{
    /// <summary>Largest file: a certificate has 1 to 4 KB, and a few authorities may come along.</summary>
    public const int LargestBytes = 64 * 1024;

    private const int MostCertificates = 10;

    private OfferedCertificate(X509Certificate2 leaf, X509Certificate2Collection others)
    {
        Leaf = leaf;
        Others = others;
    }

    /// <summary>The patient's certificate.</summary>
    public X509Certificate2 Leaf { get; }

    /// <summary>What came along.</summary>
    public X509Certificate2Collection Others { get; }

    /// <summary>SHA-256 of the certificate, lower-case hex.</summary>
    public string Fingerprint => Convert.ToHexStringLower(Leaf.GetCertHash(HashAlgorithmName.SHA256));

    /// <summary>Mailboxes that it names: rfc822Name of the subject alternative name. The subject's own emailAddress does not count (RFC 8550 §3).</summary>
    public IReadOnlyList<string> Mailboxes => MailboxesOf(Leaf);

    /// <summary>Reads a PEM or DER file.</summary>
    /// <exception cref="RefusedException">It holds no certificate, too much, or a private key.</exception>
    public static OfferedCertificate Read(ReadOnlySpan<byte> file)
    {
        if (file.Length > LargestBytes)
            throw new RefusedException("A certificate file has a few kilobytes; this one is larger. Give the patient's certificate, and at most those of its authorities.");
        var text = Encoding.Latin1.GetString(file);
        if (text.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
            throw new RefusedException("The file holds a private key. Nobody but its owner may have it: give the certificate alone, and have the patient make a new key.");
        try
        {
            return text.Contains("-----BEGIN CERTIFICATE-----", StringComparison.Ordinal) ? FromPem(text) : Of(file, []);
        }
        catch (CryptographicException exception)
        {
            throw new RefusedException("No X.509 certificate could be read from the file. Give it as PEM (-----BEGIN CERTIFICATE-----) or DER.", exception);
        }
    }

    /// <summary>What <see cref="Read"/> read once, from its parts.</summary>
    public static OfferedCertificate Of(ReadOnlySpan<byte> leaf, IEnumerable<byte[]> others)
    {
        var read = X509CertificateLoader.LoadCertificate(leaf);
        return new OfferedCertificate(read, [.. others.Select(other => X509CertificateLoader.LoadCertificate(other))]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Leaf.Dispose();
        foreach (var other in Others)
            other.Dispose();
    }

    /// <summary>UTC instants between which a certificate is valid.</summary>
    internal static (DateTimeOffset From, DateTimeOffset Until) ValidityOf(X509Certificate2 certificate) =>
        (new DateTimeOffset(certificate.NotBefore.ToUniversalTime()), new DateTimeOffset(certificate.NotAfter.ToUniversalTime()));

    /// <summary>Mailboxes that a certificate names.</summary>
    internal static IReadOnlyList<string> MailboxesOf(X509Certificate2 certificate)
    {
        if (certificate.Extensions["2.5.29.17"] is not { } names)
            return [];
        try
        {
            // RFC 5280 §4.2.1.6: GeneralNames; rfc822Name is [1] IA5String.
            var mailbox = new Asn1Tag(TagClass.ContextSpecific, 1);
            var reader = new AsnReader(names.RawData, AsnEncodingRules.DER).ReadSequence();
            var found = new List<string>();
            while (reader.HasData)
            {
                if (reader.PeekTag().HasSameClassAndValue(mailbox))
                    found.Add(reader.ReadCharacterString(UniversalTagNumber.IA5String, mailbox));
                else
                    reader.ReadEncodedValue();
            }

            return found;
        }
        catch (AsnContentException)
        {
            return [];
        }
    }

    private static OfferedCertificate FromPem(string text)
    {
        var all = new X509Certificate2Collection();
        all.ImportFromPem(text);
        if (all.Count is 0 or > MostCertificates)
            throw new CryptographicException("No certificate, or too many.");
        var leaf = all.FirstOrDefault(one => !IsAuthority(one)) ?? all[0];
        return new OfferedCertificate(leaf, [.. all.Where(one => !ReferenceEquals(one, leaf))]);
    }

    private static bool IsAuthority(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(constraints => constraints.CertificateAuthority);
}
