using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sealpost.App.Demo;

/// <summary>A certificate authority made at start, for the built-in mailbox and for tests. Its root is in memory and is trusted nowhere else.</summary>
internal sealed class MailboxCertificates : IDisposable
{
    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");

    private readonly TimeProvider _time;
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _root;

    public MailboxCertificates(TimeProvider time)
    {
        _time = time;
        var request = new CertificateRequest("CN=Sealpost demo root", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var now = time.GetUtcNow();
        _root = request.CreateSelfSigned(now.AddYears(-2), now.AddYears(2));
        Root = X509CertificateLoader.LoadCertificate(_root.RawData);
    }

    /// <summary>The root without its key, for <see cref="Sealpost.Delivery.DeliveryOptions.ExtraRoots"/>.</summary>
    public X509Certificate2 Root { get; }

    /// <summary>A server certificate with its key, good for a year from yesterday.</summary>
    public X509Certificate2 Issue(params string[] names) => Issue(_time.GetUtcNow().AddDays(-1), _time.GetUtcNow().AddYears(1), names);

    /// <summary>A server certificate that ended yesterday.</summary>
    public X509Certificate2 IssueExpired(string name) => Issue(_time.GetUtcNow().AddDays(-90), _time.GetUtcNow().AddDays(-1), name);

    /// <summary>A server certificate for a time.</summary>
    public X509Certificate2 Issue(DateTimeOffset from, DateTimeOffset to, params string[] names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Request(names, key);
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_root, true, false));
        using var certificate = request.Create(_root, from, to, RandomNumberGenerator.GetBytes(16));
        return certificate.CopyWithPrivateKey(key);
    }

    /// <summary>A certificate that no authority vouches for.</summary>
    public X509Certificate2 SelfSigned(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Request([name], key).CreateSelfSigned(_time.GetUtcNow().AddDays(-1), _time.GetUtcNow().AddYears(1));
    }

    /// <summary>What a listener hands to the handshake.</summary>
    public static SslStreamCertificateContext ContextOf(X509Certificate2 certificate) =>
        SslStreamCertificateContext.Create(certificate, null, offline: true);

    public void Dispose()
    {
        Root.Dispose();
        _root.Dispose();
        _key.Dispose();
    }

    private static CertificateRequest Request(string[] names, ECDsa key)
    {
        var request = new CertificateRequest("CN=Sealpost demo mailbox", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([ServerAuthentication], false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            if (IPAddress.TryParse(name, out var address))
                alternatives.AddIpAddress(address);
            else
                alternatives.AddDnsName(name);
        }

        request.CertificateExtensions.Add(alternatives.Build());
        return request;
    }
}
