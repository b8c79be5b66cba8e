using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Sealpost.Delivery.Returns;

namespace Sealpost.Tests.Delivery.Returns;

/// <summary>The LMTP listener in conversation. RFC 2033.</summary>
public sealed class LmtpTests : IAsyncLifetime
{
    private readonly List<IncomingMail> _taken = [];
    private readonly List<TcpClient> _clients = [];
    private LmtpListener _listener = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _listener = LmtpListener.Start(new IPEndPoint(IPAddress.Loopback, 0), Rules(), NullLogger.Instance);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
            client.Dispose();
        await _listener.DisposeAsync();
    }

    [Fact]
    public async Task Every_recipient_gets_a_reply_of_its_own_after_the_dot()
    {
        var peer = await ConnectAsync();
        await peer.SayAsync("LHLO mx.clinic.test", "250-mail.clinic.test", "250-PIPELINING", "250-8BITMIME", "250-SMTPUTF8", "250-ENHANCEDSTATUSCODES", "250 SIZE 1000");
        await peer.SayAsync("MAIL FROM:<>", "250 2.1.0");
        await peer.SayAsync("RCPT TO:<one@clinic.test>", "250 2.1.5");
        await peer.SayAsync("RCPT TO:<stranger@clinic.test>", "550 5.1.1");
        await peer.SayAsync("RCPT TO:<busy@clinic.test>", "250 2.1.5");
        await peer.SayAsync("RCPT TO:<nobody@clinic.test>", "250 2.1.5");
        await peer.SayAsync("DATA", "354");
        await peer.SayAsync("Subject: x\r\n\r\n..a line that begins with a dot\r\n.", "250 2.0.0", "451 4.3.0", "550 5.7.1");
        await peer.SayAsync("QUIT", "221");
        var mail = Assert.Single(_taken);
        Assert.Equal(("one@clinic.test", ReturnWay.Lmtp), (Assert.Single(mail.Recipients), mail.Way));
        Assert.Equal("Subject: x\r\n\r\n.a line that begins with a dot\r\n", Encoding.ASCII.GetString(mail.Bytes.Span));
    }

    [Fact]
    public async Task Commands_in_one_packet_are_answered_in_order()
    {
        var peer = await ConnectAsync();
        await peer.SayAsync("LHLO a\r\nMAIL FROM:<> SIZE=10 BODY=8BITMIME\r\nRCPT TO:<one@clinic.test>\r\nDATA", "250-", "250-", "250-", "250-", "250-", "250 ", "250", "250", "354");
        await peer.SayAsync("x\r\n.\r\nMAIL FROM:<>\r\nRSET\r\nNOOP", "250", "250", "250", "250");
    }

    [Fact]
    public async Task Only_CRLF_ends_a_line_so_nothing_is_smuggled()
    {
        var peer = await ReadyAsync();
        await peer.SayAsync("a\n.\nRSET\r\nb\r.\r\nc\r\n.\nd\r\n.", "250 2.0.0");
        Assert.Equal("a\n.\nRSET\r\nb\r.\r\nc\r\n\nd\r\n", Encoding.ASCII.GetString(Assert.Single(_taken).Bytes.Span));
    }

    [Fact]
    public async Task Too_large_a_mail_is_read_to_its_end_and_refused_for_good()
    {
        var peer = await ReadyAsync();
        await peer.SayAsync(new string('x', 5_000) + "\r\n.", "552 5.3.4");
        await peer.SayAsync("MAIL FROM:<> SIZE=1001", "552 5.3.4");
        await peer.SayAsync("NOOP", "250");
        Assert.Empty(_taken);
    }

    [Theory]
    [InlineData("HELO a", "500")]
    [InlineData("EHLO a", "500")]
    [InlineData("LHLO", "501")]
    [InlineData("MAIL FROM:<>", "503")]
    [InlineData("RCPT TO:<one@clinic.test>", "503")]
    [InlineData("DATA", "503")]
    [InlineData("VRFY one", "252")]
    [InlineData("", "500")]
    public async Task Out_of_turn_or_unknown_is_said_so(string command, string reply) => await (await ConnectAsync()).SayAsync(command, reply);

    [Fact]
    public async Task A_client_that_only_makes_faults_is_hung_up_on()
    {
        var peer = await ConnectAsync();
        for (var i = 0; i < 20; i++)
            await peer.SayAsync(new string('x', 10_000), "500");
        Assert.Null(await peer.LineAsync());
    }

    [Fact]
    public async Task A_process_short_of_descriptors_listens_again_when_it_has_some()
    {
        var clock = new FakeTimeProvider();
        var times = 0;
        await using var listener = LmtpListener.Start(
            new IPEndPoint(IPAddress.Loopback, 0),
            Rules() with { Time = clock },
            NullLogger.Instance,
            (inner, token) => Interlocked.Increment(ref times) <= 2 ? throw new SocketException((int)SocketError.TooManyOpenSockets) : inner.AcceptTcpClientAsync(token));
        using var client = new TcpClient();
        await client.ConnectAsync(listener.Endpoint, Token);
        using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
        var greeting = reader.ReadLineAsync(Token).AsTask();
        await Eventually.TrueAsync(
            () =>
            {
                clock.Advance(TimeSpan.FromSeconds(1));
                return Task.FromResult(greeting.IsCompleted);
            },
            "it greets",
            Token);
        Assert.StartsWith("220 ", await greeting, StringComparison.Ordinal);
    }

    [Fact]
    public void It_listens_on_this_machine_alone() =>
        Assert.Throws<RefusedException>(() => LmtpListener.Start(new IPEndPoint(IPAddress.Any, 0), Rules(), NullLogger.Instance));

    private LmtpRules Rules() => new()
    {
        HostName = "mail.clinic.test",
        LargestBytes = 1_000,
        Time = TimeProvider.System,
        AcceptsAsync = (recipient, _) => Task.FromResult(!recipient.StartsWith("stranger", StringComparison.Ordinal)),
        TakeAsync = (mail, _) =>
        {
            if (mail.Recipients[0].StartsWith("busy", StringComparison.Ordinal))
                throw new InvalidOperationException("The store is away.");
            if (mail.Recipients[0].StartsWith("nobody", StringComparison.Ordinal))
                return Task.FromResult(false);
            _taken.Add(mail);
            return Task.FromResult(true);
        },
    };

    private async Task<Peer> ReadyAsync()
    {
        var peer = await ConnectAsync();
        await peer.SayAsync("LHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<one@clinic.test>\r\nDATA", "250-", "250-", "250-", "250-", "250-", "250 ", "250", "250", "354");
        return peer;
    }

    private async Task<Peer> ConnectAsync()
    {
        var client = new TcpClient();
        _clients.Add(client);
        await client.ConnectAsync(_listener.Endpoint, Token);
        var peer = new Peer(client.GetStream(), new StreamReader(client.GetStream(), Encoding.ASCII));
        Assert.StartsWith("220 mail.clinic.test", await peer.LineAsync(), StringComparison.Ordinal);
        return peer;
    }

    private sealed class Peer(NetworkStream stream, StreamReader reader)
    {
        public async Task<string?> LineAsync() => await reader.ReadLineAsync(Token).AsTask().WaitAsync(Eventually.Patience, Token);

        public async Task SayAsync(string line, params string[] replies)
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(line + "\r\n"), Token);
            foreach (var reply in replies)
                Assert.StartsWith(reply, await LineAsync(), StringComparison.Ordinal);
        }
    }
}
