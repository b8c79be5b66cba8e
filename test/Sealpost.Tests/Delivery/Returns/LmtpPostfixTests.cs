using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Sealpost.Delivery.Returns;

namespace Sealpost.Tests.Delivery.Returns;

/// <summary>A real Postfix hands returned mail over by LMTP, keeps what we cannot take, and tries again.</summary>
public sealed class LmtpPostfixTests : IAsyncLifetime
{
    private const string Program = "/usr/sbin/postfix";
    private const string Domain = "bounce.clinic.example";

    private readonly BlockingCollection<IncomingMail> _taken = [];
    private string? _folder;
    private int _port;
    private int _failures;
    private LmtpListener _listener = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var rules = new LmtpRules
        {
            HostName = Domain,
            Time = TimeProvider.System,
            AcceptsAsync = (recipient, _) => Task.FromResult(!recipient.StartsWith("forged", StringComparison.Ordinal)),
            TakeAsync = (mail, _) =>
            {
                if (Interlocked.Decrement(ref _failures) >= 0)
                    throw new InvalidOperationException("The store is away.");
                _taken.Add(mail, CancellationToken.None);
                return Task.FromResult(true);
            },
        };
        _listener = LmtpListener.Start(new IPEndPoint(IPAddress.Loopback, 0), rules, NullLogger.Instance);
        if (File.Exists(Program) && Environment.IsPrivilegedProcess)
            await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_folder is not null)
        {
            await RunAsync(Program, ["-c", Path.Combine(_folder, "etc"), "stop"]);
            await Eventually.DeletedAsync(_folder);
        }

        await _listener.DisposeAsync();
        _taken.Dispose();
    }

    [Fact]
    public async Task Postfix_gives_each_mail_with_its_envelope_recipient()
    {
        Require();
        await SendAsync($"b+one@{Domain}", "Subject: first\r\n\r\nbody\r\n..dots\r\n");
        var mail = Take();
        Assert.Equal($"b+one@{Domain}", Assert.Single(mail.Recipients));
        var text = Encoding.ASCII.GetString(mail.Bytes.Span);
        Assert.Contains("Subject: first", text, StringComparison.Ordinal);
        Assert.Contains("\r\n.dots", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_we_cannot_take_now_Postfix_keeps_and_gives_again()
    {
        Require();
        _failures = 1;
        await SendAsync($"b+two@{Domain}", "Subject: again\r\n\r\nx\r\n");
        await Eventually.TrueAsync(() => File.Exists(Log) && File.ReadAllText(Log).Contains("status=deferred", StringComparison.Ordinal), "Postfix defers it", Token);

        // A flush that comes while Postfix still puts the mail aside passes it over: so more than one.
        var mail = await Eventually.FoundAsync(
            async () =>
            {
                await RunAsync("/usr/sbin/postqueue", ["-c", Path.Combine(_folder!, "etc"), "-f"]);
                return _taken.TryTake(out var again, TimeSpan.FromMilliseconds(500)) ? again : null;
            },
            async () => "Postfix gives the mail again. Its log: " + await File.ReadAllTextAsync(Log, Token),
            Token);
        Assert.Contains("Subject: again", Encoding.ASCII.GetString(mail.Bytes.Span), StringComparison.Ordinal);
        Assert.Empty(_taken);
    }

    [Fact]
    public async Task What_we_never_sent_Postfix_drops()
    {
        Require();
        await SendAsync($"forged@{Domain}", "Subject: backscatter\r\n\r\nx\r\n");
        await Eventually.TrueAsync(() => File.Exists(Log) && File.ReadAllText(Log).Contains("550 5.1.1", StringComparison.Ordinal), "Postfix logs it", Token);
        Assert.Empty(_taken);
    }

    private string Log => Path.Combine(_folder!, "log");

    private void Require()
    {
        TestData.RequirePart(File.Exists(Program), "Postfix (/usr/sbin/postfix)");
        TestData.RequirePart(Environment.IsPrivilegedProcess, "The right to start Postfix (root)");
        Assert.NotNull(_folder);
    }

    private IncomingMail Take() => _taken.TryTake(out var mail, Eventually.Patience) ? mail : throw new TimeoutException("Postfix gave nothing: " + File.ReadAllText(Log));

    private async Task SendAsync(string recipient, string mail)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _port, Token);
        await using var stream = client.GetStream();
        using var reader = new StreamReader(stream, Encoding.ASCII);
        Assert.StartsWith("220", await reader.ReadLineAsync(Token), StringComparison.Ordinal);
        foreach (var (line, reply) in new[] { ("HELO mx.a.example", "250"), ("MAIL FROM:<>", "250"), ($"RCPT TO:<{recipient}>", "250"), ("DATA", "354"), (mail + ".", "250"), ("QUIT", "221") })
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(line + "\r\n"), Token);
            Assert.StartsWith(reply, await reader.ReadLineAsync(Token), StringComparison.Ordinal);
        }
    }

    private async Task StartAsync()
    {
        _folder = Directory.CreateTempSubdirectory("sealpost-postfix-").FullName;
        if (OperatingSystem.IsLinux())
            File.SetUnixFileMode(_folder, (UnixFileMode)0b111_101_101);
        foreach (var name in new[] { "etc", "spool", "data" })
            Directory.CreateDirectory(Path.Combine(_folder, name));
        _port = Ports.Take();
        await RunAsync("/bin/chown", ["postfix", Path.Combine(_folder, "data")]);
        await File.WriteAllTextAsync(Path.Combine(_folder, "etc", "master.cf"), $"127.0.0.1:{_port} inet n - n - - smtpd\n" + """
            pickup unix n - n 60 1 pickup
            cleanup unix n - n - 0 cleanup
            qmgr unix n - n 300 1 qmgr
            tlsmgr unix - - n 1000? 1 tlsmgr
            rewrite unix - - n - - trivial-rewrite
            bounce unix - - n - 0 bounce
            defer unix - - n - 0 bounce
            trace unix - - n - 0 bounce
            flush unix n - n 1000? 0 flush
            verify unix - - n - 1 verify
            proxymap unix - - n - - proxymap
            error unix - - n - - error
            retry unix - - n - - error
            discard unix - - n - - discard
            lmtp unix - - n - - lmtp
            anvil unix - - n - 1 anvil
            showq unix n - n - - showq
            postlog unix-dgram n - n - 1 postlogd

            """);
        await File.WriteAllTextAsync(Path.Combine(_folder, "etc", "main.cf"), $"""
            compatibility_level = 3.6
            queue_directory = {_folder}/spool
            data_directory = {_folder}/data
            command_directory = /usr/sbin
            daemon_directory = /usr/lib/postfix/sbin
            mail_owner = postfix
            setgid_group = postdrop
            maillog_file_prefixes = {_folder}
            maillog_file = {_folder}/log
            myhostname = mx.clinic.example
            inet_interfaces = loopback-only
            inet_protocols = ipv4
            mynetworks = 127.0.0.0/8
            mydestination =
            local_transport = error:no local mail
            default_transport = error:no mail leaves this server
            alias_maps =
            alias_database =
            smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination
            relay_domains = {Domain}
            relay_transport = lmtp:inet:127.0.0.1:{_listener.Endpoint.Port}

            """);
        await RunAsync(Program, ["-c", Path.Combine(_folder, "etc"), "start"]);
        await Ports.ListeningAsync(_port, "Postfix", Token);
    }

    private static async Task RunAsync(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        await process.WaitForExitAsync();
    }
}
