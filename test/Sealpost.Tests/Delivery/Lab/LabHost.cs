using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Sealpost.Tests.Delivery.Lab;

/// <summary>How a mail host of the lab speaks TLS.</summary>
internal sealed record LabTls
{
    /// <summary>Leaf, then what is sent with it.</summary>
    public required IReadOnlyList<X509Certificate2> Chain { get; init; }

    public SslProtocols Protocols { get; init; } = SslProtocols.Tls12 | SslProtocols.Tls13;

    /// <summary>Null for the system's.</summary>
    public IReadOnlyList<TlsCipherSuite>? Suites { get; init; }

    /// <summary>Bytes slipped in after the answer to STARTTLS, in clear.</summary>
    public string Injected { get; init; } = "";

    /// <summary>Words of the EHLO reply inside TLS.</summary>
    public string Features { get; init; } = "";

    /// <summary>User and password it asks for; null: everybody may send.</summary>
    public (string User, string Password)? SignIn { get; init; }

    /// <summary>Somebody on the way blots the word STARTTLS out.</summary>
    public bool IsStripped { get; init; }
}

/// <summary>A mail host that takes whatever it is given, in clear too, and counts it.</summary>
internal sealed class LabHost : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly LabTls? _tls;
    private readonly Lock _lock = new();
    private readonly List<Task> _running = [];

    public LabHost(IPAddress address, int port, LabTls? tls)
    {
        _tls = tls;
        _listener = new TcpListener(address, port);
        _listener.Start();
        _running.Add(AcceptAsync());
    }

    /// <summary>Connections that came.</summary>
    public int Connections { get; private set; }

    /// <summary>Bytes of message text taken without TLS.</summary>
    public long ClearBytes { get; private set; }

    /// <summary>Bytes of message text taken under TLS.</summary>
    public long SafeBytes { get; private set; }

    /// <summary>Messages taken under TLS, dot-stuffing undone.</summary>
    public List<string> Messages { get; } = [];

    /// <summary>Commands heard, in clear and under TLS.</summary>
    public List<string> Commands { get; } = [];

    /// <summary>Names asked for by SNI.</summary>
    public List<string> Names { get; } = [];

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        Task[] running;
        lock (_lock)
            running = [.. _running];
        await Task.WhenAll(running);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync();
                lock (_lock)
                {
                    Connections++;
                    _running.Add(ServeAsync(socket));
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            if (!await SpeakAsync(stream, isSafe: false) || _tls is null)
                return;
            await using var tls = new SslStream(stream);
            await tls.AuthenticateAsServerAsync(Options(_tls));
            await SpeakAsync(tls, isSafe: true);
        }
        catch (Exception e) when (e is IOException or AuthenticationException or SocketException)
        {
            // The client left, as it may.
        }
    }

    private static SslServerAuthenticationOptions Options(LabTls tls)
    {
        var options = new SslServerAuthenticationOptions
        {
            EnabledSslProtocols = tls.Protocols,
            ServerCertificateContext = SslStreamCertificateContext.Create(tls.Chain[0], [.. tls.Chain.Skip(1)], offline: true),
        };
        if (tls.Suites is not null && OperatingSystem.IsLinux())
            SetSuites(options, tls.Suites);
        return options;
    }

    [SupportedOSPlatform("linux")]
    private static void SetSuites(SslServerAuthenticationOptions options, IReadOnlyList<TlsCipherSuite> suites) => options.CipherSuitesPolicy = new CipherSuitesPolicy(suites);

    // True where TLS begins.
    private async Task<bool> SpeakAsync(Stream stream, bool isSafe)
    {
        if (stream is SslStream tls)
            lock (_lock)
                Names.Add(tls.TargetHostName);
        var reader = new LineReading(stream);
        if (!isSafe)
            await SayAsync(stream, "220 lab ESMTP\r\n");
        while (await reader.LineAsync() is { } line)
        {
            lock (_lock)
                Commands.Add((isSafe ? "tls " : "") + line);
            switch (line.Split(' ', ':')[0].ToUpperInvariant())
            {
                case "EHLO":
                    await SayAsync(stream, "250-lab\r\n" + (isSafe ? _tls!.Features.Length == 0 ? "" : $"250-{_tls.Features}\r\n" : Offer()) + "250 8BITMIME\r\n");
                    break;
                case "STARTTLS" when !isSafe && _tls is { IsStripped: false }:
                    await SayAsync(stream, "220 go ahead\r\n" + _tls.Injected);
                    return true;
                case "DATA":
                    await SayAsync(stream, "354 go on\r\n");
                    await TakeAsync(reader, isSafe);
                    await SayAsync(stream, "250 2.0.0 taken\r\n");
                    break;
                case "QUIT":
                    await SayAsync(stream, "221 2.0.0 bye\r\n");
                    return false;
                case "STARTTLS":
                    await SayAsync(stream, "502 5.5.1 no\r\n");
                    break;
                case "AUTH" when isSafe && _tls!.SignIn is { } known:
                    await SayAsync(stream, await AnswersAsync(stream, reader, line) == known ? "235 2.7.0 welcome\r\n" : "535 5.7.8 unknown\r\n");
                    break;
                default:
                    await SayAsync(stream, "250 2.0.0 ok\r\n");
                    break;
            }
        }

        return false;
    }

    private static async Task<(string User, string Password)> AnswersAsync(Stream stream, LineReading reader, string line)
    {
        async Task<string> AskAsync(string challenge)
        {
            await SayAsync(stream, $"334 {Convert.ToBase64String(Encoding.ASCII.GetBytes(challenge))}\r\n");
            return Read(await reader.LineAsync() ?? "");
        }

        static string Read(string text) => Encoding.UTF8.GetString(Convert.FromBase64String(text));
        var words = line.Split(' ');
        if (words[1] == "LOGIN")
            return (await AskAsync("Username:"), await AskAsync("Password:"));
        var parts = (words.Length > 2 ? Read(words[2]) : await AskAsync("")).Split('\0');
        return (parts[1], parts[2]);
    }

    private string Offer() => _tls switch
    {
        null => "",
        { IsStripped: true } => "250-XXXXXXXX\r\n",
        _ => "250-STARTTLS\r\n250-REQUIRETLS\r\n", // a feature promised in clear must count for nothing
    };

    private async Task TakeAsync(LineReading reader, bool isSafe)
    {
        var message = new StringBuilder();
        while (await reader.LineAsync() is { } line && line != ".")
        {
            message.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
            lock (_lock)
            {
                if (isSafe)
                    SafeBytes += line.Length + 2;
                else
                    ClearBytes += line.Length + 2;
            }
        }

        if (isSafe)
            lock (_lock)
                Messages.Add(message.ToString());
    }

    private static ValueTask SayAsync(Stream stream, string text) => stream.WriteAsync(Encoding.Latin1.GetBytes(text));

    /// <summary>Reads lines byte by byte, so that nothing of the handshake behind STARTTLS is swallowed.</summary>
    private sealed class LineReading(Stream stream)
    {
        private readonly byte[] _one = new byte[1];

        public async Task<string?> LineAsync()
        {
            var line = new StringBuilder();
            while (await stream.ReadAsync(_one) == 1)
            {
                if (_one[0] == '\n')
                    return line.ToString().TrimEnd('\r');
                line.Append((char)_one[0]);
            }

            return null;
        }
    }
}
