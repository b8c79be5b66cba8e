using System.Text;
using System.Text.Json;
using CsCheck;
using MimeKit;
using MimeKit.Cryptography;
using Org.BouncyCastle.Crypto;
using Sealpost.Delivery;

namespace Sealpost.Tests.Delivery;

public sealed class DkimTests
{
    private readonly DkimKeys _keys = SampleMessage.Keys;
    private readonly byte[] _message;

    public DkimTests()
    {
        using var signed = new SignMessage(_keys).Sign(SampleMessage.Rendered, SampleMessage.Headers());
        _message = signed.Bytes.ToArray();
    }

    [Fact]
    public void The_relaxed_forms_of_RFC_6376_come_out()
    {
        using var json = JsonDocument.Parse(File.ReadAllText(TestData.Require("mail-auth-vectors", "rfc", "rfc6376-canonicalisation.json")));
        var example = json.RootElement.GetProperty("example_3_4_5");
        var input = example.GetProperty("input").GetString()!;
        var split = input.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        Assert.Equal(example.GetProperty("relaxed_header").GetString(), Headers(input[..(split + 2)]));
        Assert.Equal(example.GetProperty("relaxed_body").GetString(), Body(input[(split + 4)..]));
        var empty = json.RootElement.GetProperty("empty_body").GetProperty("relaxed").GetProperty("sha256").GetString();
        Assert.Equal(empty, Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(Encoding.ASCII.GetBytes(Body("\r\n\r\n")))));
    }

    [Fact]
    public void The_relaxed_body_equals_the_rule_applied_byte_by_byte() =>
        Gen.String[Gen.OneOf(Gen.Const(' '), Gen.Const(' '), Gen.Const('\t'), Gen.Const('x'), Gen.Const('y'), Gen.Const('\n')), 0, 300].Sample(text =>
        {
            var body = text.Replace("\n", "\r\n", StringComparison.Ordinal);
            Assert.Equal(ByTheRule(body), Body(body));
        }, iter: 20_000);

    [Fact]
    public void Both_signatures_of_RFC_8463_verify_over_our_canonical_form()
    {
        var message = Crlf(File.ReadAllBytes(TestData.Require("mail-auth-vectors", "dkim-mimekit", "rfc8463-example.msg")));
        var keys = new Dictionary<string, string>
        {
            // RFC 8463 §A.2
            ["brisbane"] = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
            ["test"] = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB",
        };
        Assert.Equal(["ed25519-sha256", "rsa-sha256"], PlainDkimVerifier.Verify(message, selector => keys[selector]));
    }

    [Fact]
    public void A_changed_body_fails_over_our_canonical_form()
    {
        var text = Encoding.ASCII.GetString(Crlf(File.ReadAllBytes(TestData.Require("mail-auth-vectors", "dkim-mimekit", "rfc8463-example.msg"))));
        var changed = Encoding.ASCII.GetBytes(text.Replace("We lost", "We won", StringComparison.Ordinal));
        Assert.Empty(PlainDkimVerifier.Verify(changed, _ => throw new InvalidOperationException("The body hash already differs.")));
    }

    [Fact]
    public void Both_signatures_verify_with_MimeKit_and_break_when_List_Unsubscribe_changes()
    {
        Assert.Equal([true, true], VerifyByMimeKit(_message));
        Assert.Equal([false, false], VerifyByMimeKit(Change("List-Unsubscribe: <https://care.", "List-Unsubscribe: <https://evil.")));
        Assert.Equal([false, false], VerifyByMimeKit(Change("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", "")));
    }

    [Theory]
    [InlineData("Subject: Another\r\n")]
    [InlineData("From: Other <other@mail.greenvalley.test>\r\n")]
    [InlineData("Reply-To: other@example.com\r\n")]
    [InlineData("List-Unsubscribe: <https://evil.example.com/>\r\n")]
    public void A_second_header_put_in_front_breaks_both(string added)
    {
        // RFC 6376 §8.15: behind the signatures, where the headers end, is where a reader that takes the last one looks.
        Assert.Equal([false, false], VerifyByMimeKit(Change("\r\nMIME-Version: 1.0\r\n", "\r\nMIME-Version: 1.0\r\n" + added)));
    }

    [Fact]
    public async Task Both_signatures_verify_with_dkimpy_and_break_when_List_Unsubscribe_changes()
    {
        Assert.Equal("pass pass", await DkimPy.VerifyAsync(_message, _keys.DnsRecords, TestContext.Current.CancellationToken));
        var changed = Change("List-Unsubscribe: <https://care.", "List-Unsubscribe: <https://evil.");
        Assert.Equal("fail fail", await DkimPy.VerifyAsync(changed, _keys.DnsRecords, TestContext.Current.CancellationToken));
        var post = Change("List-Unsubscribe=One-Click", "List-Unsubscribe=Two-Click");
        Assert.Equal("fail fail", await DkimPy.VerifyAsync(post, _keys.DnsRecords, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void The_signatures_name_what_they_cover_and_limit_no_body_length()
    {
        var text = Encoding.ASCII.GetString(_message);
        var signature = text[..text.IndexOf("\r\nFrom:", StringComparison.Ordinal)].Replace("\r\n", "", StringComparison.Ordinal);
        Assert.Equal(2, signature.Split("DKIM-Signature:").Length - 1);
        Assert.DoesNotContain(" l=", signature);
        var covered = signature.Split("h=")[1].Split(';')[0].Replace(" ", "", StringComparison.Ordinal).Split(':');
        foreach (var name in new[] { "From", "To", "Subject", "Date", "List-Unsubscribe", "List-Unsubscribe-Post" })
            Assert.Equal(2, covered.Count(c => c == name));
    }

    [Fact]
    public void Exported_keys_sign_the_same_after_import()
    {
        using var again = DkimKeys.Import(_keys.Export());
        Assert.Equal(_keys.DnsRecords, again.DnsRecords);
        using var signed = new SignMessage(again).Sign(SampleMessage.Rendered, SampleMessage.Headers());
        Assert.Equal([true, true], VerifyByMimeKit(signed.Bytes.ToArray()));
        Assert.Throws<System.Security.Cryptography.CryptographicException>(() => DkimKeys.Import([1, 2, 3]));
    }

    [Fact]
    public void Records_over_255_octets_are_shown_in_several_strings()
    {
        var line = _keys.ZoneLines()[0];
        var strings = line.Split('"').Where((_, i) => i % 2 == 1).ToList();
        Assert.True(strings.Count >= 2 && strings.TrueForAll(s => s.Length <= 255));
        Assert.Equal(_keys.DnsRecords[0].Value, string.Concat(strings));
        Assert.StartsWith("v=DKIM1; k=ed25519; p=", _keys.DnsRecords[1].Value);
    }

    [Fact]
    public void Many_threads_sign_at_once()
    {
        var sign = new SignMessage(_keys);
        Parallel.For(0, 64, i =>
        {
            using var signed = sign.Sign(SampleMessage.Rendered with { Subject = $"Number {i}" }, SampleMessage.Headers());
            Assert.Equal([true, true], VerifyByMimeKit(signed.Bytes.ToArray()));
        });
    }

    private bool[] VerifyByMimeKit(byte[] message)
    {
        using var stream = new MemoryStream(message);
        var parsed = MimeMessage.Load(stream);
        var verifier = new DkimVerifier(new Locator(_keys.DnsRecords));
        return [.. parsed.Headers.Where(h => h.Id == HeaderId.DkimSignature).Select(h => verifier.Verify(parsed, h))];
    }

    private byte[] Change(string from, string to)
    {
        var text = Encoding.ASCII.GetString(_message);
        Assert.Contains(from, text);
        return Encoding.ASCII.GetBytes(text.Replace(from, to, StringComparison.Ordinal));
    }

    private static string Headers(string fields)
    {
        using var to = new PooledBytes(16);
        DkimCanonicalisation.RelaxedHeaders(Encoding.ASCII.GetBytes(fields), to);
        return Encoding.ASCII.GetString(to.Span);
    }

    private static string Body(string body)
    {
        var to = new byte[body.Length + 2];
        return Encoding.ASCII.GetString(to, 0, DkimCanonicalisation.RelaxedBody(Encoding.ASCII.GetBytes(body), to));
    }

    // RFC 6376 §3.4.4, literally.
    private static string ByTheRule(string body)
    {
        var lines = body.Split("\r\n").Select(l => Collapse(l).TrimEnd(' ')).ToList();
        while (lines.Count > 0 && lines[^1].Length == 0)
            lines.RemoveAt(lines.Count - 1);
        return lines.Count == 0 ? "" : string.Join("\r\n", lines) + "\r\n";
    }

    private static string Collapse(string line)
    {
        line = line.Replace('\t', ' ');
        while (line.Contains("  ", StringComparison.Ordinal))
            line = line.Replace("  ", " ", StringComparison.Ordinal);
        return line;
    }

    private static byte[] Crlf(byte[] message) =>
        Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(message).ReplaceLineEndings("\r\n"));

    private sealed class Locator(IReadOnlyList<(string Name, string Value)> records) : DkimPublicKeyLocatorBase
    {
        public override AsymmetricKeyParameter LocatePublicKey(string methods, string domain, string selector, CancellationToken cancellationToken = default) =>
            GetPublicKey(records.Single(r => r.Name == $"{selector}._domainkey.{domain}").Value);

        public override Task<AsymmetricKeyParameter> LocatePublicKeyAsync(string methods, string domain, string selector, CancellationToken cancellationToken = default) =>
            Task.FromResult(LocatePublicKey(methods, domain, selector, cancellationToken));
    }
}
