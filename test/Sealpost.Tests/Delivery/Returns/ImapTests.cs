using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Sealpost.Delivery.Returns;

namespace Sealpost.Tests.Delivery.Returns;

/// <summary>Returned mail from a real Dovecot: over verified TLS only, gone once taken.</summary>
public sealed class ImapTests(DovecotServer server) : IClassFixture<DovecotServer>
{
    private readonly BlockingCollection<IncomingMail> _taken = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Mail_is_taken_and_then_deleted()
    {
        server.Require();
        await server.DeliverAsync("delete", "Delivered-To: b+one@bounce.clinic.test\nSubject: first\n\nbody\n", Token);
        await server.DeliverAsync("delete", "Subject: second\n\nbody\n", Token);
        Assert.Equal(2, await Reader("delete").OnceAsync(Token));
        Assert.Equal(["first", "second"], _taken.Select(mail => Encoding.ASCII.GetString(mail.Bytes.Span).Split("Subject: ")[1].Split('\r', '\n')[0]).Order());
        Assert.All(_taken, mail => Assert.Equal(ReturnWay.Imap, mail.Way));
        Assert.Equal(0, server.Count("delete", ""));
        Assert.Equal(0, await Reader("delete").OnceAsync(Token));
    }

    [Fact]
    public async Task Mail_that_could_not_be_taken_stays()
    {
        server.Require();
        await server.DeliverAsync("stays", "Subject: x\n\nbody\n", Token);
        await Assert.ThrowsAsync<InvalidOperationException>(() => new ReadMailbox(Settings("stays"), (_, _) => throw new InvalidOperationException("The store is away."), NoLeaving, TimeProvider.System, NullLogger.Instance).OnceAsync(Token));
        Assert.Equal(1, server.Count("stays", ""));
        Assert.Equal(1, await Reader("stays").OnceAsync(Token));
    }

    [Fact]
    public async Task Mail_that_is_none_of_ours_stays_unread_and_is_not_read_again()
    {
        server.Require();
        await server.DeliverAsync("other", "Subject: invoice\n\nbody\n", Token);
        await server.DeliverAsync("other", "Subject: report\n\nbody\n", Token);
        var asked = new List<string>();
        var reader = new ReadMailbox(
            Settings("other"),
            (mail, _) =>
            {
                asked.Add(Encoding.ASCII.GetString(mail.Bytes.Span).Contains("report", StringComparison.Ordinal) ? "report" : "invoice");
                return Task.FromResult(asked[^1] == "report");
            },
            NoLeaving,
            TimeProvider.System,
            NullLogger.Instance);
        Assert.Equal(1, await reader.OnceAsync(Token));
        Assert.Equal(0, await reader.OnceAsync(Token));
        Assert.Equal(["invoice", "report"], asked.Order());
        Assert.Equal((1, false), (server.Count("other", ""), server.HasSeen("other")));
    }

    [Fact]
    public async Task A_mail_that_cannot_be_read_is_stepped_past_and_those_behind_it_are_read()
    {
        server.Require();
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await server.DeliverAsync("poison", "Subject: poison\n\nbody\n", Token);
        await server.DeliverAsync("poison", "Subject: good\n\nbody\n", Token);
        var (tries, left) = (0, 0);
        var reader = new ReadMailbox(
            Settings("poison"),
            (mail, _) => Encoding.ASCII.GetString(mail.Bytes.Span).Contains("poison", StringComparison.Ordinal) && ++tries > 0 ? throw new InvalidOperationException("Cannot be read.") : Task.FromResult(true),
            _ => Task.FromResult(++left),
            clock,
            NullLogger.Instance);
        await Assert.ThrowsAsync<InvalidOperationException>(() => reader.OnceAsync(Token));
        Assert.Equal(1, server.Count("poison", ""));
        await Assert.ThrowsAsync<InvalidOperationException>(() => reader.OnceAsync(Token));
        Assert.Equal(0, await reader.OnceAsync(Token));
        Assert.Equal(0, await reader.OnceAsync(Token));
        Assert.Equal((3, 1, 1, false), (tries, left, server.Count("poison", ""), server.HasSeen("poison")));

        // What failed may have been the store: later it is looked at again, and told no second time.
        clock.Advance(LeftMails.TryAgainAfter);
        Assert.Equal(0, await reader.OnceAsync(Token));
        Assert.Equal((4, 1), (tries, left));
    }

    [Fact]
    public async Task Kept_mail_moves_away_and_is_gone_within_a_week()
    {
        server.Require();
        await server.DeliverAsync("keep", "Subject: x\n\nbody\n", Token);
        var settings = Settings("keep") with { KeepDays = 6 };
        var reader = new ReadMailbox(settings, Take, NoLeaving, TimeProvider.System, NullLogger.Instance);
        Assert.Equal(1, await reader.OnceAsync(Token));
        Assert.Equal((0, 1), (server.Count("keep", ""), server.Count("keep", "." + settings.ReadFolder)));
        server.Age("keep", "." + settings.ReadFolder, TimeSpan.FromDays(8));
        Assert.Equal(0, await reader.OnceAsync(Token));
        Assert.Equal(0, server.Count("keep", "." + settings.ReadFolder));
    }

    [Fact]
    public async Task New_mail_is_taken_as_it_arrives()
    {
        server.Require();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var running = Reader("idle").RunAsync(stop.Token);
        await server.DeliverAsync("idle", "Subject: one\n\nbody\n", Token);
        Assert.True(_taken.TryTake(out _, Eventually.Patience));
        await server.DeliverAsync("idle", "Subject: two\n\nbody\n", Token);
        Assert.True(_taken.TryTake(out _, Eventually.Patience));
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task A_server_that_cannot_prove_its_name_gets_no_password()
    {
        server.Require();
        await Assert.ThrowsAnyAsync<Exception>(() => Reader(Settings("tls") with { Host = "127.0.0.1" }).OnceAsync(Token));
        await Assert.ThrowsAnyAsync<Exception>(() => Reader(Settings("tls") with { ExtraRoots = [] }).OnceAsync(Token));
        Assert.False(_asked);
    }

    [Fact]
    public async Task A_server_whose_STARTTLS_was_stripped_gets_no_password()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var heard = StrippedAsync(listener);
        var settings = new ImapSettings { Host = "127.0.0.1", Port = ((IPEndPoint)listener.LocalEndpoint).Port, User = "ann", Password = _ => throw new InvalidOperationException("The password was asked for.") };
        await Assert.ThrowsAsync<NotSupportedException>(() => Reader(settings).OnceAsync(Token));
        Assert.DoesNotContain("LOGIN", await heard, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>An IMAP server, or somebody on the way to one, that offers no encryption.</summary>
    private static async Task<string> StrippedAsync(TcpListener listener)
    {
        using var client = await listener.AcceptTcpClientAsync(Token);
        await using var stream = client.GetStream();
        await stream.WriteAsync("* OK ready\r\n"u8.ToArray(), Token);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        var heard = new StringBuilder();
        while (await reader.ReadLineAsync(Token) is { } line)
        {
            heard.AppendLine(line);
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"* CAPABILITY IMAP4rev1 IDLE\r\n{line.Split(' ')[0]} OK done\r\n"), Token);
        }

        return heard.ToString();
    }

    private bool _asked;

    private ReadMailbox Reader(string user) => Reader(Settings(user));

    private ReadMailbox Reader(ImapSettings settings) => new(settings, Take, NoLeaving, TimeProvider.System, NullLogger.Instance);

    private static Task NoLeaving(CancellationToken cancellationToken) => throw new InvalidOperationException("No mail is left here.");

    private Task<bool> Take(IncomingMail mail, CancellationToken cancellationToken)
    {
        _taken.Add(mail, cancellationToken);
        return Task.FromResult(true);
    }

    private ImapSettings Settings(string user) => new()
    {
        Host = DovecotServer.Host,
        Port = server.Port,
        User = user,
        ExtraRoots = [server.Root],
        Password = _ =>
        {
            _asked = true;
            return Task.FromResult(DovecotServer.Password);
        },
    };
}
