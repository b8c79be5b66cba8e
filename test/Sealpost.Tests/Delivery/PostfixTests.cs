using System.Text;
using MimeKit;
using Sealpost.Consent;
using Sealpost.Delivery;

namespace Sealpost.Tests.Delivery;

/// <summary>Delivery to a real Postfix over STARTTLS.</summary>
public sealed class PostfixTests(PostfixServer postfix) : IClassFixture<PostfixServer>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_received_file_has_the_content_and_both_signatures_verify_there()
    {
        postfix.Require();
        var headers = SampleMessage.Headers() with { MessageId = "received-1@mail.greenvalley.test" };
        using var signed = new SignMessage(SampleMessage.Keys).Sign(SampleMessage.Rendered, headers);
        await using (var session = await OpenAsync())
        {
            Assert.True((await session.EnvelopeAsync("b+x@bounce.example.com", "zoe@example.com", signed.Bytes.Length, Token)).IsPositive);
            var reply = await session.DataAsync(signed.Bytes, Token);
            Assert.Equal("250 2.0.0", reply.ToString());
            Assert.Equal((Tier.T2, "TLS 1.3"), (session.Observed.Tier, session.Observed.TlsVersion));
        }

        var received = Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(await postfix.ReceiveAsync(headers.MessageId, Token)).ReplaceLineEndings("\r\n"));
        using var stream = new MemoryStream(received);
        var parsed = await MimeMessage.LoadAsync(stream, Token);
        Assert.Equal(SampleMessage.Rendered.Subject, parsed.Subject);
        Assert.Equal(SampleMessage.Rendered.Html.TrimEnd(), parsed.HtmlBody!.TrimEnd(), ignoreLineEndingDifferences: true);
        Assert.Equal("pass pass", await DkimPy.VerifyAsync(received, SampleMessage.Keys.DnsRecords, Token));

        var changed = Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(received).Replace("List-Unsubscribe: <https://care.", "List-Unsubscribe: <https://evil.", StringComparison.Ordinal));
        Assert.NotEqual(received, changed);
        Assert.Equal("fail fail", await DkimPy.VerifyAsync(changed, SampleMessage.Keys.DnsRecords, Token));
    }

    [Fact]
    public async Task A_session_carries_many_messages_and_survives_a_refusal()
    {
        postfix.Require();
        await using var session = await OpenAsync();
        for (var i = 0; i < 5; i++)
        {
            var headers = SampleMessage.Headers() with { MessageId = $"many-{i}@mail.greenvalley.test" };
            using var signed = new SignMessage(SampleMessage.Keys).Sign(SampleMessage.Rendered, headers);
            var refused = await session.EnvelopeAsync("b+x@bounce.example.com", "zoe@elsewhere..example", signed.Bytes.Length, Token);
            Assert.True(refused.IsPermanent);
            Assert.True((await session.EnvelopeAsync("b+x@bounce.example.com", "zoe@clinic.example", signed.Bytes.Length, Token)).IsPositive);
            Assert.True((await session.DataAsync(signed.Bytes, Token)).IsPositive);
        }

        for (var i = 0; i < 5; i++)
            Assert.NotEmpty(await postfix.ReceiveAsync($"many-{i}@mail.greenvalley.test", Token));
    }

    [Theory]
    [InlineData("plain", WithholdReason.TlsUnavailable)]
    [InlineData("expired", WithholdReason.CertificateExpired)]
    [InlineData("selfsigned", WithholdReason.CertificateUntrusted)]
    [InlineData("wrongname", WithholdReason.CertificateNameMismatch)]
    public async Task Without_verified_TLS_zero_bytes_of_DATA_leave(string listener, WithholdReason reason)
    {
        postfix.Require();
        var result = await new ConnectDestination(postfix.OptionsFor(listener), TimeProvider.System).ConnectAsync("example.com", Token);
        Assert.Equal(reason, Assert.IsType<ConnectResult.Withheld>(result).Reason);
        var commands = await postfix.DisconnectLineAsync(listener, Token);
        Assert.Contains("ehlo=1", commands);
        Assert.DoesNotMatch("mail=|rcpt=|data=|bdat=", commands);
    }

    private async Task<SmtpSession> OpenAsync() =>
        Assert.IsType<ConnectResult.Connected>(await new ConnectDestination(postfix.OptionsFor("good"), TimeProvider.System).ConnectAsync("example.com", Token)).Session;
}
