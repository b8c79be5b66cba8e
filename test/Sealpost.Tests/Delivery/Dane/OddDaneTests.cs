using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sealpost.Delivery;
using Sealpost.Delivery.Dane;
using Sealpost.Tests.Delivery.Lab;

namespace Sealpost.Tests.Delivery.Dane;

/// <summary>Records and certificates that one library reads and another does not. RFC 6698 §4.1, RFC 7672 §2.1.</summary>
public sealed class OddDaneTests : IDisposable
{
    private const string Host = "mx.clinic.example";

    private readonly LabAuthority _authority = new(TimeProvider.System);
    private readonly DaneRules _rules = new(TimeProvider.System);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _authority.Dispose();

    /// <summary>A public key of an algorithm that nobody knows.</summary>
    internal static byte[] OddKey()
    {
        var key = new AsnWriter(AsnEncodingRules.DER);
        using (key.PushSequence())
        {
            using (key.PushSequence())
                key.WriteObjectIdentifier("1.3.6.1.4.1.99999.1");
            key.WriteBitString([1, 2, 3]);
        }

        return key.Encode();
    }

    [Fact]
    public void A_trust_anchor_that_no_path_can_be_built_to_is_unusable_and_an_end_entity_is_only_compared()
    {
        Assert.False(new TlsaEntry(2, 1, 0, OddKey()).IsUsable);
        Assert.True(new TlsaEntry(3, 1, 0, OddKey()).IsUsable);
        using var odd = OddCertificate();
        Assert.False(new TlsaEntry(2, 0, 0, odd.RawData).IsUsable);
    }

    [Fact]
    public void A_record_that_cannot_be_read_is_a_failure_and_no_error()
    {
        using var leaf = _authority.Issue(Host);
        Assert.Equal(TlsFailure.ValidationFailure, _rules.Judge(new DaneFinding.Usable([new TlsaEntry(2, 1, 0, OddKey())], Host, [Host]), leaf, [_authority.Certificate]));
    }

    [Fact]
    public void An_odd_certificate_among_those_sent_hides_no_good_one()
    {
        using var leaf = _authority.Issue(Host);
        using var odd = OddCertificate();
        var root = new TlsaEntry(2, 0, 1, SHA256.HashData(_authority.Certificate.RawData));
        Assert.Null(_rules.Judge(new DaneFinding.Usable([root], Host, [Host]), leaf, [odd, _authority.Certificate]));
        Assert.Equal(TlsFailure.ValidationFailure, _rules.Judge(new DaneFinding.Usable([root], Host, [Host]), odd, [_authority.Certificate]));
    }

    [Fact]
    public void A_host_name_with_an_underscore_is_compared_like_any_other()
    {
        using var leaf = _authority.Issue("*.clinic.example");
        var root = new TlsaEntry(2, 0, 1, SHA256.HashData(_authority.Certificate.RawData));
        Assert.Null(_rules.Judge(new DaneFinding.Usable([root], "_dc-mx.clinic.example", ["_dc-mx.clinic.example"]), leaf, [_authority.Certificate]));
        Assert.Equal(TlsFailure.CertificateHostMismatch, _rules.Judge(new DaneFinding.Usable([root], "_dc.mx.clinic.example", ["_dc.mx.clinic.example"]), leaf, [_authority.Certificate]));
    }

    [Fact]
    public async Task Where_nobody_says_whether_the_host_is_an_alias_DANE_is_not_off()
    {
        await using var dns = new DnsStub();
        dns.WithCode(Host, 2);
        var finding = await new TlsaLookup(new Resolver(dns.Server)).FindAsync(
            "clinic.example", new MxAnswer([Host], null) { IsSecure = true }, Host, new HostAddresses([System.Net.IPAddress.Loopback], false, "mx.elsewhere.example"), 25, Token);
        Assert.IsType<DaneFinding.Failed>(finding);
    }

    // One library reads it; the other stumbles over its basic constraints.
    private static X509Certificate2 OddCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Odd", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509Extension(new Oid("2.5.29.19"), [0x04, 0x00], true));
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
    }
}
