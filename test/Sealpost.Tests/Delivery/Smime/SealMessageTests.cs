using System.Security.Cryptography.X509Certificates;
using System.Text;
using MimeKit;
using Sealpost.Delivery;
using Sealpost.Delivery.Smime;

namespace Sealpost.Tests.Delivery.Smime;

/// <summary>A message sealed to a patient: others' programs open it, a changed byte shuts it, and outside it says nothing. RFC 8551, RFC 9788.</summary>
public sealed class SealMessageTests : IDisposable
{
    private const string RealSubject = "Your yearly eye exam, Zoë";
    private readonly SmimeAuthority _authority = new(TimeProvider.System.GetUtcNow());
    private readonly SignMessage _sign = new(SampleMessage.Keys);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _authority.Dispose();

    [Theory]
    [InlineData("rsa2048")]
    [InlineData("rsa3072")]
    [InlineData("p256")]
    [InlineData("p384")]
    public async Task OpenSSL_opens_what_was_sealed(string key)
    {
        using var recipient = _authority.Issue(new CertificateWish { Key = key });
        var message = await SealAsync(recipient, null);
        var payload = Parse(await OpenSsl.DecryptAsync(message, recipient, Token) ?? throw new InvalidOperationException("OpenSSL could not open it."));
        Assert.Contains("your yearly eye exam is due", payload.TextBody, StringComparison.Ordinal);
        Assert.Contains("HbA1c of 7.2 %", payload.HtmlBody, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plain_reader_opens_it_and_a_changed_byte_anywhere_shuts_it()
    {
        using var recipient = _authority.Issue(new CertificateWish());
        var sealedBytes = Content(await SealAsync(recipient, null));
        Assert.Contains("multipart/alternative", Encoding.UTF8.GetString(PlainCms.Decrypt(sealedBytes, recipient)), StringComparison.Ordinal);
        foreach (var at in new[] { sealedBytes.Length - 1, sealedBytes.Length - 100, sealedBytes.Length / 2 })
        {
            var changed = sealedBytes.ToArray();
            changed[at] ^= 1;
            Assert.ThrowsAny<Exception>(() => PlainCms.Decrypt(changed, recipient));
        }
    }

    [Theory]
    [InlineData("rsa2048")]
    [InlineData("p256")]
    public async Task OpenSSL_refuses_a_changed_byte(string key)
    {
        using var recipient = _authority.Issue(new CertificateWish { Key = key });
        var lines = Encoding.ASCII.GetString(await SealAsync(recipient, null)).Split("\r\n");
        var at = lines.Length - 20;
        lines[at] = (lines[at][0] == 'A' ? 'B' : 'A') + lines[at][1..];
        Assert.Null(await OpenSsl.DecryptAsync(Encoding.ASCII.GetBytes(string.Join("\r\n", lines)), recipient, Token));
    }

    [Fact]
    public async Task Another_certificate_does_not_open_it()
    {
        using var recipient = _authority.Issue(new CertificateWish());
        using var other = _authority.Issue(new CertificateWish());
        Assert.Null(await OpenSsl.DecryptAsync(await SealAsync(recipient, null), other, Token));
    }

    [Fact]
    public async Task Outside_stand_no_word_of_the_message_and_no_subject()
    {
        using var recipient = _authority.Issue(new CertificateWish());
        var bytes = await SealAsync(recipient, null);
        var outer = Parse(bytes);
        Assert.Equal("[...]", outer.Subject);
        Assert.Equal("application/pkcs7-mime", outer.Body!.ContentType.MimeType);
        Assert.Equal("authEnveloped-data", outer.Body.ContentType.Parameters["smime-type"]);
        var clear = Encoding.ASCII.GetString(bytes) + Encoding.Latin1.GetString(Content(bytes));
        foreach (var secret in new[] { "eye exam", "HbA1c of", "Dear Zo", "twenty minutes", "text/html" })
            Assert.DoesNotContain(secret, clear, StringComparison.OrdinalIgnoreCase);
        // RFC 8058 §3.1: mailbox providers look for one-click outside.
        Assert.Equal("<https://care.greenvalley.test/u/Zm9vYmFyYmF6?l=2>", outer.Headers["List-Unsubscribe"]);
        Assert.Equal("List-Unsubscribe=One-Click", outer.Headers["List-Unsubscribe-Post"]);
        Assert.All(Encoding.ASCII.GetString(bytes).Split("\r\n"), line => Assert.InRange(line.Length, 0, 78));
    }

    [Fact]
    public async Task Both_signatures_of_the_domain_are_over_the_sealed_message()
    {
        using var recipient = _authority.Issue(new CertificateWish());
        Assert.Equal("pass pass", await DkimPy.VerifyAsync(await SealAsync(recipient, null), SampleMessage.Keys.DnsRecords, Token));
    }

    [Fact]
    public async Task Inside_stand_the_real_header_fields_and_what_was_hidden()
    {
        // RFC 9788 §2.1.1, §2.2, §3.2.1.
        using var recipient = _authority.Issue(new CertificateWish());
        var bytes = await SealAsync(recipient, null);
        var (outer, payload) = (Parse(bytes), Parse((await OpenSsl.DecryptAsync(bytes, recipient, Token))!));
        Assert.Equal("cipher", payload.Body!.ContentType.Parameters["hp"]);
        Assert.Equal(RealSubject, payload.Subject);
        string[] structural = ["MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Content-Disposition", "DKIM-Signature"];
        var outside = outer.Headers.Where(field => !structural.Contains(field.Field, StringComparer.OrdinalIgnoreCase)).Select(field => $"{field.Field}: {Header.Unfold(Raw(field)).Trim()}").ToList();
        var recorded = payload.Headers.Where(field => field.Field == "HP-Outer").Select(field => string.Join(": ", Header.Unfold(Raw(field)).Trim().Split(':', 2).Select(part => part.Trim()))).ToList();
        Assert.Equal(outside, recorded);
        Assert.Contains("Subject: [...]", recorded);
        foreach (var name in new[] { "From", "To", "Date", "Message-ID", "List-Unsubscribe", "Feedback-ID" })
            Assert.Equal(outer.Headers[name], payload.Headers[name]);
    }

    [Fact]
    public async Task Older_readers_see_the_subject_in_text_and_html()
    {
        // RFC 9788 §5.2.2, §5.2.3.
        using var recipient = _authority.Issue(new CertificateWish());
        var payload = Parse((await OpenSsl.DecryptAsync(await SealAsync(recipient, null), recipient, Token))!);
        var parts = ((Multipart)payload.Body!).Cast<TextPart>().ToList();
        Assert.All(parts, part => Assert.Equal("1", part.ContentType.Parameters["hp-legacy-display"]));
        Assert.StartsWith($"Subject: {RealSubject}\n\nDear Zoë", parts[0].Text.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Contains($"<body style=\"margin:0\"><div class=\"header-protection-legacy-display\"><pre>Subject: Your yearly eye exam, Zo", parts[1].Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rsa2048")]
    [InlineData("p256")]
    public async Task A_message_is_signed_before_it_is_sealed_where_the_organisation_can(string key)
    {
        using var recipient = _authority.Issue(new CertificateWish());
        using var own = _authority.Issue(new CertificateWish { Mailbox = "care@mail.greenvalley.test", Key = key, KeyUsage = X509KeyUsageFlags.DigitalSignature });
        var file = Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(_authority.FileOf(own)) + (own.GetRSAPrivateKey()?.ExportPkcs8PrivateKeyPem() ?? own.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()));
        using var signer = SmimeSigner.Read(file, "", TimeProvider.System.GetUtcNow());
        Assert.True(signer.SignsFor("care@MAIL.greenvalley.test", TimeProvider.System.GetUtcNow()));
        Assert.False(signer.SignsFor("news@mail.greenvalley.test", TimeProvider.System.GetUtcNow()));
        var signed = (await OpenSsl.DecryptAsync(await SealAsync(recipient, signer), recipient, Token))!;
        Assert.Contains("smime-type=signed-data", Encoding.ASCII.GetString(signed, 0, 200), StringComparison.Ordinal);
        var payload = Parse(await OpenSsl.VerifyAsync(signed, _authority.Root, Token) ?? throw new InvalidOperationException("The signature is not good."));
        Assert.Equal("cipher", payload.Body!.ContentType.Parameters["hp"]);
        Assert.Equal(RealSubject, payload.Subject);
    }

    [Fact]
    public void A_signing_key_is_read_from_PKCS12_and_survives_being_stored()
    {
        using var own = _authority.Issue(new CertificateWish { Mailbox = "care@mail.greenvalley.test" });
        using var signer = SmimeSigner.Read(own.Export(X509ContentType.Pkcs12, "correct horse"), "correct horse", TimeProvider.System.GetUtcNow());
        using var again = SmimeSigner.Import(signer.Export());
        Assert.Equal(signer.Fingerprint, again.Fingerprint);
        Assert.Throws<RefusedException>(() => SmimeSigner.Read(own.Export(X509ContentType.Pkcs12, "correct horse"), "wrong", TimeProvider.System.GetUtcNow()));
        using var old = _authority.Issue(new CertificateWish { Mailbox = "care@mail.greenvalley.test", UntilDays = -1 });
        Assert.Contains("expired", Assert.Throws<RefusedException>(() => SmimeSigner.Read(old.Export(X509ContentType.Pkcs12, ""), "", TimeProvider.System.GetUtcNow())).Message, StringComparison.Ordinal);
    }

    private static string Raw(Header field) => Encoding.UTF8.GetString(field.RawValue);

    private async Task<byte[]> SealAsync(X509Certificate2 recipient, SmimeSigner? signer)
    {
        using var mail = new SmimeMail(new SmimeTrust { Roots = [_authority.Root] }, null, TimeProvider.System);
        using var offered = OfferedCertificate.Read(_authority.FileOf(recipient));
        var (verified, problem) = await mail.Check.VerifyAsync(offered, ["zoe@example.com"], pinned: false, Token);
        Assert.Null(problem);
        using var message = _sign.Seal(SampleMessage.Rendered, SampleMessage.Headers(), new SealTo(verified!, signer));
        return message.Bytes.ToArray();
    }

    private static byte[] Content(byte[] message)
    {
        using var stream = new MemoryStream();
        ((MimePart)Parse(message).Body!).Content!.DecodeTo(stream);
        return stream.ToArray();
    }

    private static MimeMessage Parse(byte[] bytes) => MimeMessage.Load(new MemoryStream(bytes));
}
