using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Sealpost.Delivery.Smime;

namespace Sealpost.Tests.Delivery.Smime;

/// <summary>Which certificates a message may be sealed to. RFC 8550, RFC 5280 §6.3.</summary>
public sealed class CheckCertificateTests : IAsyncLifetime
{
    private const string Mailbox = "zoe@example.com";
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());
    private readonly StatusServer _status = new();
    private SmimeAuthority _authority = null!;
    private SmimeMail _mail = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _authority = new SmimeAuthority(_clock.GetUtcNow());
        _mail = new SmimeMail(new SmimeTrust { Roots = [X509CertificateLoader.LoadCertificate(_authority.Root.RawData)], RevocationHosts = [_status.Host] }, null, _clock);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        _mail.Dispose();
        _authority.Dispose();
        await _status.DisposeAsync();
    }

    [Theory]
    [InlineData("rsa2048")]
    [InlineData("p256")]
    [InlineData("p384")]
    public async Task A_good_certificate_is_taken(string key) => Assert.Null(await ProblemAsync(new CertificateWish { Key = key }));

    [Fact]
    public async Task Each_fault_is_refused_by_its_name()
    {
        (CertificateWish Wish, CertificateProblem Problem)[] rows =
        [
            (new CertificateWish { UntilDays = -1 }, CertificateProblem.Expired),
            (new CertificateWish { FromDays = 1 }, CertificateProblem.NotYetValid),
            (new CertificateWish { Usage = "1.3.6.1.5.5.7.3.1" }, CertificateProblem.NotForEmail),
            (new CertificateWish { KeyUsage = X509KeyUsageFlags.DigitalSignature }, CertificateProblem.NotForEncryption),
            (new CertificateWish { Key = "p256", KeyUsage = X509KeyUsageFlags.DigitalSignature }, CertificateProblem.NotForEncryption),
            (new CertificateWish { Mailbox = "zoe@example.org" }, CertificateProblem.OtherAddress),
            (new CertificateWish { Mailbox = "Zoe@example.com" }, CertificateProblem.OtherAddress),
            (new CertificateWish { Key = "rsa1024" }, CertificateProblem.WeakKey),
            (new CertificateWish { Key = "p521" }, CertificateProblem.WeakKey),
        ];
        foreach (var (wish, problem) in rows)
            Assert.Equal(problem, await ProblemAsync(wish));
    }

    [Fact]
    public async Task The_domain_is_compared_in_any_case_and_the_local_part_letter_by_letter()
    {
        // RFC 5321 §2.4.
        Assert.Null(await ProblemAsync(new CertificateWish { Mailbox = "zoe@EXAMPLE.com" }));
        Assert.Null(await ProblemAsync(new CertificateWish { Mailbox = "Zoe.Sample@example.com" }, "zoe.sample@example.com", "Zoe.Sample@Example.com"));
        Assert.Equal(CertificateProblem.OtherAddress, await ProblemAsync(new CertificateWish { Mailbox = "Zoe.Sample@example.com" }, "zoe.sample@example.com"));
    }

    [Fact]
    public async Task A_signature_with_SHA_1_is_refused()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=Zoe Sample", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.4")], false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddEmailAddress(Mailbox);
        request.CertificateExtensions.Add(names.Build());
        using var signer = RSA.Create(2048);
        using var old = request.Create(new X500DistinguishedName("CN=Old"), new Sha1Generator(signer), _clock.GetUtcNow().AddDays(-1), _clock.GetUtcNow().AddDays(1), [1, 2, 3]);
        using var offered = OfferedCertificate.Read(old.RawData);
        Assert.Equal(CertificateProblem.WeakSignature, _mail.Check.JudgeHere(offered, [Mailbox], pinned: true));
    }

    [Fact]
    public async Task Without_a_trusted_root_it_takes_a_persons_word()
    {
        using var certificate = _authority.SelfSigned(Mailbox);
        using var offered = OfferedCertificate.Read(certificate.RawData);
        Assert.Equal(CertificateProblem.Untrusted, (await _mail.Check.VerifyAsync(offered, [Mailbox], pinned: false, Token)).Problem);
        Assert.NotNull((await _mail.Check.VerifyAsync(offered, [Mailbox], pinned: true, Token)).Verified);

        using var elsewhere = new SmimeAuthority(_clock.GetUtcNow());
        using var foreign = elsewhere.Issue(new CertificateWish());
        using var of = OfferedCertificate.Read(elsewhere.FileOf(foreign));
        Assert.Equal(CertificateProblem.Untrusted, (await _mail.Check.VerifyAsync(of, [Mailbox], pinned: false, Token)).Problem);
    }

    [Fact]
    public async Task A_word_stands_in_for_the_root_and_for_nothing_else()
    {
        using var old = _authority.Issue(new CertificateWish { UntilDays = -1 });
        using var offered = OfferedCertificate.Read(_authority.FileOf(old));
        Assert.Equal(CertificateProblem.Expired, (await _mail.Check.VerifyAsync(offered, [Mailbox], pinned: true, Token)).Problem);
    }

    [Fact]
    public async Task With_a_persons_word_the_authority_is_asked_too_where_it_came_along()
    {
        using var elsewhere = new SmimeAuthority(_clock.GetUtcNow());
        using var certificate = elsewhere.Issue(new CertificateWish { CrlUrl = _status.UrlOf("list.crl") });
        _status.Publish("list.crl", _ => elsewhere.Crl());
        using var alone = OfferedCertificate.Read(certificate.RawData);
        Assert.Equal(CertificateProblem.RevocationUnknown, (await _mail.Check.VerifyAsync(alone, [Mailbox], pinned: true, Token)).Problem);

        // One of the same name that did not issue it has no say, whatever list stands there.
        using var impostor = new SmimeAuthority(_clock.GetUtcNow());
        _status.Publish("list.crl", _ => impostor.Crl());
        using var forged = OfferedCertificate.Read(Encoding.ASCII.GetBytes(certificate.ExportCertificatePem() + "\n" + impostor.Issuer.ExportCertificatePem()));
        Assert.Equal(CertificateProblem.RevocationUnknown, (await _mail.Check.VerifyAsync(forged, [Mailbox], pinned: true, Token)).Problem);

        _status.Publish("list.crl", _ => elsewhere.Crl());
        using var whole = OfferedCertificate.Read(elsewhere.FileOf(certificate));
        Assert.NotNull((await _mail.Check.VerifyAsync(whole, [Mailbox], pinned: true, Token)).Verified);
        _status.Publish("list.crl", _ => elsewhere.Crl(certificate));
        _clock.Advance(CheckRevocation.RememberFor);
        Assert.Equal(CertificateProblem.Revoked, (await _mail.Check.VerifyAsync(whole, [Mailbox], pinned: true, Token)).Problem);
    }

    [Fact]
    public async Task A_revocation_list_decides()
    {
        var wish = new CertificateWish { CrlUrl = _status.UrlOf("list.crl") };
        using var certificate = _authority.Issue(wish);
        Assert.Equal(CertificateProblem.RevocationUnknown, await ProblemAsync(certificate));
        _status.Publish("list.crl", _ => _authority.Crl());
        Assert.Null(await ProblemAsync(certificate));

        // What the authority said is remembered for an hour; then its newer word counts.
        var asked = _status.Asked;
        _status.Publish("list.crl", _ => _authority.Crl(certificate));
        Assert.Null(await ProblemAsync(certificate));
        Assert.Equal(asked, _status.Asked);
        _clock.Advance(CheckRevocation.RememberFor);
        Assert.Equal(CertificateProblem.Revoked, await ProblemAsync(certificate));
    }

    [Fact]
    public async Task A_list_of_another_authority_or_of_another_time_proves_nothing()
    {
        using var certificate = _authority.Issue(new CertificateWish { CrlUrl = _status.UrlOf("list.crl") });
        using var elsewhere = new SmimeAuthority(_clock.GetUtcNow());
        _status.Publish("list.crl", _ => elsewhere.Crl());
        Assert.Equal(CertificateProblem.RevocationUnknown, await ProblemAsync(certificate));
        _status.Publish("list.crl", _ => _authority.Crl());
        _clock.Advance(TimeSpan.FromDays(2));
        Assert.Equal(CertificateProblem.RevocationUnknown, await ProblemAsync(certificate));
        _status.Publish("list.crl", _ => [1, 2, 3]);
        Assert.Equal(CertificateProblem.RevocationUnknown, await ProblemAsync(certificate));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_OCSP_answer_decides(bool isRevoked)
    {
        using var certificate = _authority.Issue(new CertificateWish { OcspUrl = _status.UrlOf("ocsp") });
        _status.Publish("ocsp", question => StatusServer.Answer(question, _authority.Issuer, _authority.Issuer, isRevoked, _clock.GetUtcNow()));
        Assert.Equal(isRevoked ? CertificateProblem.Revoked : null, await ProblemAsync(certificate));
    }

    [Fact]
    public async Task An_OCSP_answer_that_the_authority_did_not_sign_proves_nothing_and_the_list_is_asked()
    {
        using var certificate = _authority.Issue(new CertificateWish { OcspUrl = _status.UrlOf("ocsp"), CrlUrl = _status.UrlOf("list.crl") });
        using var elsewhere = new SmimeAuthority(_clock.GetUtcNow());
        _status.Publish("ocsp", question => StatusServer.Answer(question, _authority.Issuer, elsewhere.Issuer, false, _clock.GetUtcNow()));
        Assert.Equal(CertificateProblem.RevocationUnknown, await ProblemAsync(certificate));
        _status.Publish("ocsp", question => StatusServer.Answer(question, _authority.Issuer, _authority.Issuer, false, _clock.GetUtcNow().AddDays(-2)));
        Assert.Equal(CertificateProblem.RevocationUnknown, await ProblemAsync(certificate));
        _status.Publish("list.crl", _ => _authority.Crl());
        Assert.Null(await ProblemAsync(certificate));
    }

    [Fact]
    public async Task Hosts_of_ones_own_network_are_not_asked_unless_they_are_named()
    {
        using var certificate = _authority.Issue(new CertificateWish { CrlUrl = _status.UrlOf("list.crl") });
        _status.Publish("list.crl", _ => _authority.Crl());
        _mail.Use(new SmimeTrust { Roots = [X509CertificateLoader.LoadCertificate(_authority.Root.RawData)] });
        Assert.Equal(CertificateProblem.RevocationUnknown, await ProblemAsync(certificate));
        Assert.Equal(0, _status.Asked);
    }

    [Fact]
    public void A_file_with_a_private_key_or_without_a_certificate_is_refused()
    {
        using var certificate = _authority.Issue(new CertificateWish());
        var both = Encoding.ASCII.GetBytes(certificate.ExportCertificatePem() + "\n" + certificate.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem());
        Assert.Contains("private key", Assert.Throws<RefusedException>(() => OfferedCertificate.Read(both)).Message, StringComparison.Ordinal);
        Assert.Throws<RefusedException>(() => OfferedCertificate.Read("no certificate"u8));
        Assert.Throws<RefusedException>(() => OfferedCertificate.Read(new byte[OfferedCertificate.LargestBytes + 1]));
    }

    private async Task<CertificateProblem?> ProblemAsync(CertificateWish wish, params string[] mailboxes)
    {
        using var certificate = _authority.Issue(wish);
        using var offered = OfferedCertificate.Read(_authority.FileOf(certificate));
        return (await _mail.Check.VerifyAsync(offered, mailboxes.Length == 0 ? [Mailbox] : mailboxes, pinned: false, Token)).Problem;
    }

    private async Task<CertificateProblem?> ProblemAsync(X509Certificate2 certificate)
    {
        using var offered = OfferedCertificate.Read(_authority.FileOf(certificate));
        return (await _mail.Check.VerifyAsync(offered, [Mailbox], pinned: false, Token)).Problem;
    }

    /// <summary>Signs with SHA-1, which .NET no longer does for certificates.</summary>
    private sealed class Sha1Generator(RSA key) : X509SignatureGenerator
    {
        private readonly X509SignatureGenerator _inner = CreateForRSA(key, RSASignaturePadding.Pkcs1);

        public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm) => [0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x05, 0x05, 0x00];

        public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm) => key.SignData(data, HashAlgorithmName.SHA1, RSASignaturePadding.Pkcs1);

        protected override PublicKey BuildPublicKey() => _inner.PublicKey;
    }
}
