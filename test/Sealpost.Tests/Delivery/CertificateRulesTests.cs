using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sealpost.Consent;
using Sealpost.Delivery;

namespace Sealpost.Tests.Delivery;

/// <summary>Which certificates prove which host. RFC 9525, NIST SP 800-52r2.</summary>
public sealed class CertificateRulesTests : IDisposable
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddYears(56);
    private readonly RSA _rootKey = RSA.Create(2048);
    private readonly X509Certificate2 _root;

    public CertificateRulesTests()
    {
        var request = new CertificateRequest("CN=Test root", _rootKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _root = request.CreateSelfSigned(Now.AddYears(-1), Now.AddYears(5));
    }

    public void Dispose()
    {
        _root.Dispose();
        _rootKey.Dispose();
    }

    [Theory]
    [InlineData("mx.clinic.example", "mx.clinic.example", null)]
    [InlineData("mx.clinic.example", "MX.Clinic.Example", null)]
    [InlineData("*.clinic.example", "mx.clinic.example", null)]
    [InlineData("*.clinic.example", "clinic.example", WithholdReason.CertificateNameMismatch)]
    [InlineData("*.clinic.example", "a.mx.clinic.example", WithholdReason.CertificateNameMismatch)]
    [InlineData("m*.clinic.example", "mx.clinic.example", WithholdReason.CertificateNameMismatch)]
    [InlineData("mx.*.example", "mx.clinic.example", WithholdReason.CertificateNameMismatch)]
    [InlineData("mx.clinic.example", "clinic.example", WithholdReason.CertificateNameMismatch)]
    [InlineData("", "common.name.example", WithholdReason.CertificateNameMismatch)]
    [InlineData("*.0abc.clinic.example", "_dc-mx.0abc.clinic.example", null)]
    [InlineData("*.clinic.example", "_dc-mx.0abc.clinic.example", WithholdReason.CertificateNameMismatch)]
    [InlineData("mx.clinic.example", "_dc-mx.0abc.clinic.example", WithholdReason.CertificateNameMismatch)]
    [InlineData("*.clinic.example", "-mx.clinic.example", null)]
    [InlineData("mx.clinic.example", "-mx-.clinic.example", WithholdReason.CertificateNameMismatch)]
    [InlineData("10.0.0.1", "10.0.0.1", WithholdReason.CertificateNameMismatch)]
    public void The_alternative_name_must_be_the_host(string certified, string host, WithholdReason? expected) =>
        Assert.Equal(expected, Judge(Issue(certified), host));

    [Fact]
    public void A_certificate_whose_names_cannot_be_read_proves_nothing() =>
        Assert.NotNull(Judge(Issue("", odd: new X509Extension(new Oid("2.5.29.17"), [0x30, 0x7f, 0x01], false)), "mx.clinic.example"));

    [Theory]
    [InlineData(-10, -1, WithholdReason.CertificateExpired)]
    [InlineData(1, 10, WithholdReason.CertificateExpired)]
    [InlineData(-1, 1, null)]
    public void The_clock_that_was_passed_in_decides_validity(int fromDay, int toDay, WithholdReason? expected) =>
        Assert.Equal(expected, Judge(Issue("mx.clinic.example", from: Now.AddDays(fromDay), to: Now.AddDays(toDay)), "mx.clinic.example"));

    [Fact]
    public void A_client_certificate_is_no_server_s() =>
        Assert.Equal(WithholdReason.CertificateUntrusted, Judge(Issue("mx.clinic.example", usage: "1.3.6.1.5.5.7.3.2"), "mx.clinic.example"));

    [Fact]
    public void A_short_key_or_an_old_hash_is_not_trusted()
    {
        Assert.Equal(WithholdReason.CertificateUntrusted, Judge(Issue("mx.clinic.example", bits: 1024), "mx.clinic.example"));
        Assert.Equal(WithholdReason.CertificateUntrusted, Judge(Issue("mx.clinic.example", old: true), "mx.clinic.example"));
    }

    [Fact]
    public void A_root_that_nobody_named_is_not_trusted() =>
        Assert.Equal(WithholdReason.CertificateUntrusted, Judge(Issue("mx.clinic.example"), "mx.clinic.example", []));

    private WithholdReason? Judge(X509Certificate2 certificate, string host) => Judge(certificate, host, [_root]);

    private static WithholdReason? Judge(X509Certificate2 certificate, string host, X509Certificate2Collection roots)
    {
        using (certificate)
        {
            var rules = new CertificateRules(roots, new Microsoft.Extensions.Time.Testing.FakeTimeProvider(Now));
            using var chain = new X509Chain { ChainPolicy = rules.SystemPolicy() };
            _ = chain.Build(certificate);
            return rules.Judge(certificate, chain, host);
        }
    }

    private X509Certificate2 Issue(string name, DateTimeOffset? from = null, DateTimeOffset? to = null, string usage = "1.3.6.1.5.5.7.3.1", int bits = 2048, bool old = false, X509Extension? odd = null)
    {
        using var key = RSA.Create(bits);
        var request = new CertificateRequest("CN=common.name.example", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        if (name.Length > 0)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(name);
            request.CertificateExtensions.Add(names.Build());
        }

        if (odd is not null)
            request.CertificateExtensions.Add(odd);
        var generator = old ? new OldGenerator(_rootKey) : X509SignatureGenerator.CreateForRSA(_rootKey, RSASignaturePadding.Pkcs1);
        return request.Create(_root.SubjectName, generator, from ?? Now.AddDays(-1), to ?? Now.AddDays(30), RandomNumberGenerator.GetBytes(8));
    }

    /// <summary>sha1WithRSAEncryption, which the platform no longer writes itself.</summary>
    private sealed class OldGenerator(RSA key) : X509SignatureGenerator
    {
        public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm) => Convert.FromHexString("300d06092a864886f70d0101050500");

        public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm) => key.SignData(data, HashAlgorithmName.SHA1, RSASignaturePadding.Pkcs1);

        protected override PublicKey BuildPublicKey() => CreateForRSA(key, RSASignaturePadding.Pkcs1).PublicKey;
    }
}
