using System.Net.Sockets;
using System.Text;
using Sealpost.App.Demo;
using Sealpost.Consent;
using Sealpost.Delivery;

namespace Sealpost.Tests.Delivery;

/// <summary>Over real sockets to the built-in mailbox and to servers that break the rules.</summary>
public sealed class ConnectDestinationTests : IAsyncLifetime
{
    private DemoMailbox _mailbox = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _mailbox = DemoMailbox.Start(new MailboxOptions(), TimeProvider.System);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _mailbox.DisposeAsync();

    [Fact]
    public async Task A_message_arrives_as_signed_over_verified_TLS()
    {
        using var signed = new SignMessage(SampleMessage.Keys).Sign(SampleMessage.Rendered, SampleMessage.Headers());
        await using var session = await OpenAsync("example.com");
        Assert.True((await session.EnvelopeAsync("b+x@bounce.example.com", "zoe@example.com", signed.Bytes.Length, Token)).IsPositive);
        Assert.True((await session.DataAsync(signed.Bytes, Token)).IsPositive);

        var message = Assert.Single(_mailbox.Store.Messages);
        Assert.Equal(("zoe@example.com", "b+x@bounce.example.com", "Tls13"), (message.Recipient, message.MailFrom, message.TlsVersion));
        Assert.True(message.Bytes.Span.SequenceEqual(signed.Bytes.Span));
        Assert.Equal((Tier.T2, "TLS 1.3", "pkix", false, null), (session.Observed.Tier, session.Observed.TlsVersion, session.Observed.Policy, session.Observed.Relay, session.Observed.Endpoint));
        Assert.Matches("^TLS_AES_(256|128)_GCM_SHA(384|256)$", session.Observed.Cipher);
        Assert.Matches("^[0-9A-F]{64}$", session.Observed.CertificateFingerprint);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task Dots_survive_DATA_and_BDAT_with_and_without_pipelining(bool chunking, bool pipelining)
    {
        await using var mailbox = DemoMailbox.Start(new MailboxOptions { Chunking = chunking, Pipelining = pipelining }, TimeProvider.System);
        await using var session = await OpenAsync(mailbox, "example.com");
        var message = Encoding.ASCII.GetBytes("Subject: dots\r\n\r\n.\r\n..\r\n.a\r\nend.\r\n");
        for (var i = 0; i < 3; i++)
        {
            Assert.True((await session.EnvelopeAsync("", $"zoe{i}@example.com", message.Length, Token)).IsPositive);
            Assert.True((await session.DataAsync(message, Token)).IsPositive);
        }

        Assert.Equal(3, mailbox.Store.Messages.Count);
        Assert.All(mailbox.Store.Messages, m => Assert.Equal(message, m.Bytes.ToArray()));
        Assert.Equal(1, mailbox.Store.Connections);
    }

    [Theory]
    [InlineData(DemoMailbox.NoTlsDomain, WithholdReason.TlsUnavailable)]
    [InlineData(DemoMailbox.ExpiredDomain, WithholdReason.CertificateExpired)]
    [InlineData(DemoMailbox.SelfSignedDomain, WithholdReason.CertificateUntrusted)]
    [InlineData(DemoMailbox.WrongNameDomain, WithholdReason.CertificateNameMismatch)]
    public async Task Without_verified_TLS_the_message_is_withheld_and_no_byte_of_it_leaves(string domain, WithholdReason reason)
    {
        var result = await Connect(_mailbox).ConnectAsync(domain, Token);
        Assert.Equal(reason, Assert.IsType<ConnectResult.Withheld>(result).Reason);
        Assert.Equal((1, 0L), (_mailbox.Store.Connections, _mailbox.Store.BodyBytes));
    }

    [Fact]
    public async Task The_mailbox_s_root_is_trusted_only_where_it_is_named()
    {
        var options = _mailbox.OptionsFor("mail.greenvalley.test") with { ExtraRoots = [] };
        var result = await new ConnectDestination(options, TimeProvider.System).ConnectAsync("example.com", Token);
        Assert.Equal(WithholdReason.CertificateUntrusted, Assert.IsType<ConnectResult.Withheld>(result).Reason);
    }

    [Fact]
    public async Task Addresses_misbehave_as_their_names_say()
    {
        await using var session = await OpenAsync("example.com");
        Assert.Equal("550 5.1.1", (await EnvelopeAsync(session, "550@example.com")).ToString());
        Assert.Equal("451 4.3.0", (await EnvelopeAsync(session, "temperror@example.com")).ToString());
        Assert.Equal("451 4.3.0", (await EnvelopeAsync(session, "temperror@example.com")).ToString());
        Assert.True((await EnvelopeAsync(session, "temperror@example.com")).IsPositive);
        Assert.Equal("452 4.2.2", (await EnvelopeAsync(session, "full.7@example.com")).ToString());
        Assert.True((await EnvelopeAsync(session, "drop@example.com")).IsPositive);
        await Assert.ThrowsAsync<NoFinalReplyException>(() => session.DataAsync("x: y\r\n\r\n"u8.ToArray(), Token));
        Assert.Equal("drop@example.com", Assert.Single(_mailbox.Store.Messages).Recipient);
    }

    [Fact]
    public async Task A_held_envelope_that_is_reset_sends_zero_bytes_of_DATA()
    {
        var reached = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        var options = new MailboxOptions
        {
            Hold = async (stage, _, token) =>
            {
                if (stage != MailboxStage.BeforeRecipientReply)
                    return;
                reached.TrySetResult();
                await release.Task.WaitAsync(token);
            },
        };
        await using var mailbox = DemoMailbox.Start(options, TimeProvider.System);
        await using var session = await OpenAsync(mailbox, "example.com");
        var envelope = EnvelopeAsync(session, "zoe@example.com");
        await reached.Task;
        Assert.False(envelope.IsCompleted);
        release.SetResult();
        Assert.True((await envelope).IsPositive);
        await session.ResetAsync(Token);
        Assert.Equal(0, mailbox.Store.BodyBytesFor("zoe@example.com"));
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    public async Task A_relay_s_receipt_says_that_the_last_hop_is_not_seen(string host)
    {
        var via = $"{host}:{_mailbox.Routes["*"].Port}";
        await using var session = Assert.IsType<ConnectResult.Connected>(await ConnectVia(via)).Session;
        Assert.Equal((true, via, host), (session.Observed.Relay, session.Observed.Endpoint, session.Observed.Mx));
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    public async Task A_relay_must_have_a_certificate_for_the_name_configured(string host)
    {
        var result = await ConnectVia($"{host}:{_mailbox.Routes[DemoMailbox.WrongNameDomain].Port}");
        Assert.Equal(WithholdReason.CertificateNameMismatch, Assert.IsType<ConnectResult.Withheld>(result).Reason);
    }

    [Fact]
    public async Task A_mailbox_in_another_process_is_reached_by_its_description()
    {
        using var stop = new CancellationTokenSource();
        var line = new LineWriter();
        var running = DemoMailbox.RunAsync(new MailboxOptions(), line, TimeProvider.System, stop.Token);
        var options = MailboxDescription.FromJson(await line.Line.WaitAsync(Token)).ToOptions("mail.greenvalley.test");
        await using (var session = Assert.IsType<ConnectResult.Connected>(await new ConnectDestination(options, TimeProvider.System).ConnectAsync("example.com", Token)).Session)
            Assert.Equal(Tier.T2, session.Observed.Tier);
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task The_mailbox_keeps_records_when_bodies_are_over_the_bound()
    {
        await using var mailbox = DemoMailbox.Start(new MailboxOptions { MaxKeptBytes = 25, MaxMessages = 3 }, TimeProvider.System);
        await using var session = await OpenAsync(mailbox, "example.com");
        for (var i = 0; i < 4; i++)
        {
            Assert.True((await EnvelopeAsync(session, $"zoe{i}@example.com")).IsPositive);
            Assert.True((await session.DataAsync("a: b\r\n\r\nxy\r\n"u8.ToArray(), Token)).IsPositive);
        }

        Assert.Equal([("zoe1@example.com", 0), ("zoe2@example.com", 12), ("zoe3@example.com", 12)], mailbox.Store.Messages.Select(m => (m.Recipient, m.Bytes.Length)));
    }

    [Theory]
    [InlineData("220 mx\r\n", "220 go ahead\r\n250 injected\r\n", "sent clear text")]
    [InlineData("220 mx\r\n", "502 5.5.1 no\r\n", "answered STARTTLS with 502 5.5.1")]
    [InlineData("220 mx\r\n", "250 ok\r\n", "answered STARTTLS with 250")]
    public async Task A_server_that_breaks_STARTTLS_gets_nothing(string greeting, string startTls, string detail)
    {
        // RFC 3207 §6
        await using var server = new ScriptedServer(greeting, line => line.StartsWith("EHLO", StringComparison.Ordinal) ? "250-mx\r\n250 STARTTLS\r\n" : startTls);
        var withheld = Assert.IsType<ConnectResult.Withheld>(await ConnectTo(server));
        Assert.Equal(WithholdReason.TlsUnavailable, withheld.Reason);
        Assert.Contains(detail, withheld.Detail);
        Assert.DoesNotContain(server.Received, line => line.Contains("MAIL", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("421 4.3.2 busy\r\n", null, null)]
    [InlineData("450 later\r\n", null, null)]
    [InlineData(null, null, null)]
    [InlineData("220 mx\r\n", null, null)]
    [InlineData("220 mx\r\n", "421 4.7.0 slow down\r\n", null)]
    [InlineData("220 mx\r\n", "250-mx\r\n250 STARTTLS\r\n", "454 4.7.0 TLS not available due to temporary reason\r\n")]
    [InlineData("220 mx\r\n", "250-mx\r\n250 STARTTLS\r\n", null)]
    public async Task A_temporary_failure_before_TLS_is_deferred(string? greeting, string? hello, string? startTls)
    {
        await using var server = new ScriptedServer(greeting, line => line.StartsWith("EHLO", StringComparison.Ordinal) ? hello : startTls);
        Assert.IsType<ConnectResult.Deferred>(await ConnectTo(server));
    }

    [Fact]
    public async Task A_5yz_greeting_is_a_rejection()
    {
        await using var server = new ScriptedServer("554 5.3.2 no mail here\r\n", _ => null);
        Assert.Equal("554 5.3.2", Assert.IsType<ConnectResult.Rejected>(await ConnectTo(server)).Reply!.ToString());
    }

    [Fact]
    public async Task A_refused_EHLO_leaves_no_TLS_to_use()
    {
        await using var server = new ScriptedServer("220 mx\r\n", _ => "500 5.5.1 what\r\n");
        Assert.Equal(WithholdReason.TlsUnavailable, Assert.IsType<ConnectResult.Withheld>(await ConnectTo(server)).Reason);
    }

    [Fact]
    public async Task A_host_that_does_not_listen_is_deferred()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        var port = ((System.Net.IPEndPoint)socket.LocalEndPoint!).Port;
        var options = new DeliveryOptions { HeloName = "mail.greenvalley.test", Routes = new Dictionary<string, DeliveryRoute> { ["example.com"] = new("127.0.0.1", port, "mx.example.com") } };
        Assert.Contains("ConnectionRefused", Assert.IsType<ConnectResult.Deferred>(await new ConnectDestination(options, TimeProvider.System).ConnectAsync("example.com", Token)).Detail);
    }

    [Fact]
    public async Task TLS_below_1_2_or_without_an_approved_suite_is_withheld()
    {
        await using var server = new TlsServer(_mailbox.Certificates.Issue("mx.example.com"), System.Net.Security.TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256);
        var options = new DeliveryOptions
        {
            HeloName = "mail.greenvalley.test",
            ExtraRoots = [_mailbox.Certificates.Root],
            Routes = new Dictionary<string, DeliveryRoute> { ["example.com"] = new("127.0.0.1", server.Port, "mx.example.com") },
        };
        var result = await new ConnectDestination(options, TimeProvider.System).ConnectAsync("example.com", Token);
        Assert.Equal(WithholdReason.TlsUnavailable, Assert.IsType<ConnectResult.Withheld>(result).Reason);
    }

    [Theory]
    [InlineData("relay.example.com")]
    [InlineData("relay.example.com:smtp")]
    [InlineData(":25")]
    [InlineData("relay.example.com:0")]
    public void A_relay_that_cannot_be_read_is_refused_at_once(string via) =>
        Assert.Throws<ArgumentException>(() => new ConnectDestination(new DeliveryOptions { HeloName = "mail.greenvalley.test", Via = via }, TimeProvider.System));

    private async Task<SmtpSession> OpenAsync(string domain) => await OpenAsync(_mailbox, domain);

    private static async Task<SmtpSession> OpenAsync(DemoMailbox mailbox, string domain) =>
        Assert.IsType<ConnectResult.Connected>(await Connect(mailbox).ConnectAsync(domain, Token)).Session;

    private static ConnectDestination Connect(DemoMailbox mailbox) => new(mailbox.OptionsFor("mail.greenvalley.test"), TimeProvider.System);

    private Task<ConnectResult> ConnectVia(string via) =>
        new ConnectDestination(_mailbox.OptionsFor("mail.greenvalley.test") with { Via = via }, TimeProvider.System).ConnectAsync("example.com", Token);

    private static Task<SmtpReply> EnvelopeAsync(SmtpSession session, string recipient) =>
        session.EnvelopeAsync("b+x@bounce.example.com", recipient, 100, Token);

    private static Task<ConnectResult> ConnectTo(ScriptedServer server) => new ConnectDestination(
        new DeliveryOptions { HeloName = "mail.greenvalley.test", Routes = new Dictionary<string, DeliveryRoute> { ["*"] = new("localhost", server.Port, "mx.example.com") } },
        TimeProvider.System).ConnectAsync("example.com", Token);

    private sealed class LineWriter : StringWriter
    {
        private readonly TaskCompletionSource<string> _line = new();

        public Task<string> Line => _line.Task;

        public override Task WriteLineAsync(ReadOnlyMemory<char> buffer, CancellationToken cancellationToken = default)
        {
            _line.TrySetResult(buffer.ToString());
            return Task.CompletedTask;
        }
    }
}
