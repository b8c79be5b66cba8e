using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Sealpost.Tests.Delivery.Smime;

/// <summary>What a certificate of a test is like; by default one that is good.</summary>
internal sealed record CertificateWish
{
    public string Mailbox { get; init; } = "zoe@example.com";

    public string Key { get; init; } = "rsa2048";

    public string Usage { get; init; } = "1.3.6.1.5.5.7.3.4"; // emailProtection

    public HashAlgorithmName Hash { get; init; } = HashAlgorithmName.SHA256;

    public X509KeyUsageFlags? KeyUsage { get; init; }

    public int FromDays { get; init; } = -30;

    public int UntilDays { get; init; } = 300;

    /// <summary>Where its authority publishes a revocation list.</summary>
    public string? CrlUrl { get; init; }

    /// <summary>Where its authority answers.</summary>
    public string? OcspUrl { get; init; }
}

/// <summary>An authority for S/MIME certificates, below a root of its own.</summary>
internal sealed class SmimeAuthority : IDisposable
{
    private readonly RSA _rootKey = RSA.Create(2048);
    private readonly RSA _key = RSA.Create(2048);
    private readonly DateTimeOffset _now;

    public SmimeAuthority(DateTimeOffset now)
    {
        _now = now;
        Root = Request("CN=S/MIME test root", _rootKey).CreateSelfSigned(now.AddYears(-2), now.AddYears(2));
        using var issued = Request("CN=S/MIME test authority", _key).Create(Root, now.AddYears(-1), now.AddYears(1), RandomNumberGenerator.GetBytes(16));
        Issuer = issued.CopyWithPrivateKey(_key);
    }

    /// <summary>The root, with its key.</summary>
    public X509Certificate2 Root { get; }

    /// <summary>The authority between root and people, with its key.</summary>
    public X509Certificate2 Issuer { get; }

    /// <summary>A certificate with its private key.</summary>
    public X509Certificate2 Issue(CertificateWish wish)
    {
        AsymmetricAlgorithm key = wish.Key switch
        {
            "p256" => ECDsa.Create(ECCurve.NamedCurves.nistP256),
            "p384" => ECDsa.Create(ECCurve.NamedCurves.nistP384),
            "p521" => ECDsa.Create(ECCurve.NamedCurves.nistP521),
            _ => RSA.Create(int.Parse(wish.Key.AsSpan(3), System.Globalization.CultureInfo.InvariantCulture)),
        };
        using (key)
        {
            var request = key is RSA rsa
                ? new CertificateRequest("CN=Zoe Sample", rsa, wish.Hash, RSASignaturePadding.Pkcs1)
                : new CertificateRequest("CN=Zoe Sample", (ECDsa)key, wish.Hash);
            var usage = wish.KeyUsage ?? (key is RSA ? X509KeyUsageFlags.KeyEncipherment | X509KeyUsageFlags.DigitalSignature : X509KeyUsageFlags.KeyAgreement | X509KeyUsageFlags.DigitalSignature);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
            request.CertificateExtensions.Add(new X509KeyUsageExtension(usage, true));
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(wish.Usage)], false));
            var names = new SubjectAlternativeNameBuilder();
            names.AddEmailAddress(wish.Mailbox);
            request.CertificateExtensions.Add(names.Build());
            if (wish.CrlUrl is { } crl)
                request.CertificateExtensions.Add(CertificateRevocationListBuilder.BuildCrlDistributionPointExtension([crl]));
            if (wish.OcspUrl is { } ocsp)
                request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension([ocsp], null));
            var generator = X509SignatureGenerator.CreateForRSA(_key, RSASignaturePadding.Pkcs1);
            using var certificate = request.Create(Issuer.SubjectName, generator, _now.AddDays(wish.FromDays), _now.AddDays(wish.UntilDays), RandomNumberGenerator.GetBytes(16));
            return key is RSA own ? certificate.CopyWithPrivateKey(own) : certificate.CopyWithPrivateKey((ECDsa)key);
        }
    }

    /// <summary>A certificate that nobody else vouches for.</summary>
    public X509Certificate2 SelfSigned(string mailbox)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=Zoe Sample", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.4")], false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddEmailAddress(mailbox);
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(_now.AddDays(-30), _now.AddDays(300));
    }

    /// <summary>The certificate and its authority's, as a patient would hand them over.</summary>
    public byte[] FileOf(X509Certificate2 certificate) => Encoding.ASCII.GetBytes(certificate.ExportCertificatePem() + "\n" + Issuer.ExportCertificatePem() + "\n");

    /// <summary>A revocation list of now.</summary>
    public byte[] Crl(params X509Certificate2[] revoked)
    {
        var list = new CertificateRevocationListBuilder();
        foreach (var one in revoked)
            list.AddEntry(one, _now.AddDays(-1));
        return list.Build(Issuer, 7, _now.AddDays(1), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1, _now.AddHours(-1));
    }

    public void Dispose()
    {
        Issuer.Dispose();
        Root.Dispose();
        _key.Dispose();
        _rootKey.Dispose();
    }

    private static CertificateRequest Request(string subject, RSA key)
    {
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign | X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request;
    }
}
