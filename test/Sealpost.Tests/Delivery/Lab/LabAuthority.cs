using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sealpost.Tests.Delivery.Lab;

/// <summary>An authority below a root that nobody trusts: what usage 2 is for.</summary>
internal sealed class LabAuthority : IDisposable
{
    private readonly ECDsa _rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _root;
    private readonly X509Certificate2 _own;
    private readonly DateTimeOffset _now;

    public LabAuthority(TimeProvider time)
    {
        _now = time.GetUtcNow();
        _root = Request("CN=Lab root", _rootKey, isAuthority: true).CreateSelfSigned(_now.AddYears(-2), _now.AddYears(2));
        Certificate = Request("CN=Lab authority", _key, isAuthority: true).Create(_root, _now.AddYears(-1), _now.AddYears(1), RandomNumberGenerator.GetBytes(16));
        _own = Certificate.CopyWithPrivateKey(_key);
    }

    /// <summary>The authority's certificate, which hosts send along.</summary>
    public X509Certificate2 Certificate { get; }

    public X509Certificate2 Issue(string name, bool isExpired = false)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Request("CN=Lab host", key, isAuthority: false);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(_own, _now.AddDays(-90), isExpired ? _now.AddDays(-1) : _now.AddDays(90), RandomNumberGenerator.GetBytes(16));
        return certificate.CopyWithPrivateKey(key);
    }

    public void Dispose()
    {
        _own.Dispose();
        Certificate.Dispose();
        _root.Dispose();
        _key.Dispose();
        _rootKey.Dispose();
    }

    private static CertificateRequest Request(string subject, ECDsa key, bool isAuthority)
    {
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(isAuthority ? X509KeyUsageFlags.KeyCertSign : X509KeyUsageFlags.DigitalSignature, true));
        return request;
    }
}
