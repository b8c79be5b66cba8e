using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Sealpost.Benchmarks.Lab;

/// <summary>How a mail host of the lab behaves.</summary>
internal enum LabManner
{
    Kind,

    /// <summary>451 4.7.1 to a recipient's first try.</summary>
    Greylists,

    /// <summary>421 4.7.0 and close, above so many messages in ten seconds, and once after as many.</summary>
    Throttles,

    /// <summary>451 4.7.500 at RCPT, above so many messages in ten seconds, and once after as many.</summary>
    ThrottlesRecipients,

    /// <summary>421 4.3.2 in place of a greeting, above two connections.</summary>
    FewConnections,

    NoStartTls,
    Expired,
    WrongName,
    SelfSigned,

    /// <summary>Nobody listens.</summary>
    Dead,

    /// <summary>Takes the message and resets the connection in place of the final reply.</summary>
    ResetsAfterDot,

    /// <summary>Takes the message and closes without a word.</summary>
    SilentAfterDot,
}

/// <summary>One mail host on a loopback port, over STARTTLS, with a manner of its own. Counts what it took, and every byte of DATA in clear.</summary>
internal sealed class LabHost : IAsyncDisposable
{
    private const int MostConnections = 2;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly SslStreamCertificateContext _certificate;
    private readonly int _burst;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, byte> _tried = new(StringComparer.Ordinal);
    private readonly Queue<DateTimeOffset> _lately = new();
    private readonly Task _running;
    private int _asked;
    private int _open;
    private long _touched;

    public LabHost(string name, LabManner manner, SslStreamCertificateContext certificate, int burst, TimeProvider time)
    {
        (Name, Manner, _certificate, _burst, _time) = (name, manner, certificate, burst, time);
        // A dead host holds its port and does not listen, so that nobody else comes to answer there.
        if (manner == LabManner.Dead)
            _listener.Server.Bind(_listener.LocalEndpoint);
        else
            _listener.Start(256);
        Port = ((IPEndPoint)(_listener.Server.LocalEndPoint ?? _listener.LocalEndpoint)).Port;
        _running = manner == LabManner.Dead ? Task.CompletedTask : AcceptAsync();
    }

    public string Name { get; }

    public LabManner Manner { get; }

    public int Port { get; }

    /// <summary>Messages taken, by recipient.</summary>
    public ConcurrentDictionary<string, int> Taken { get; } = new(StringComparer.Ordinal);

    /// <summary>Bytes of DATA that came in clear.</summary>
    public long ClearBytes { get; private set; }

    /// <summary>Times that it asked for less.</summary>
    public int AskedForLess { get; private set; }

    public int Open => Volatile.Read(ref _open);

    /// <summary>Moves with every line that comes.</summary>
    public long Touched => Volatile.Read(ref _touched);

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _running;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync();
                socket.NoDelay = true;
                _ = SpeakAsync(socket);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Stopped.
        }
    }

    private async Task SpeakAsync(Socket socket)
    {
        var open = Interlocked.Increment(ref _open);
        try
        {
            await using Stream clear = new NetworkStream(socket, ownsSocket: true);
            if (Manner == LabManner.FewConnections && open > MostConnections)
            {
                AskedForLess++;
                await clear.WriteAsync("421 4.3.2 too many connections\r\n"u8.ToArray());
                return;
            }

            await clear.WriteAsync("220 lab\r\n"u8.ToArray());
            if (await HelloAsync(clear))
            {
                await using var tls = new SslStream(clear);
                await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = _certificate });
                await ServeAsync(new LabLines(tls), socket);
            }
        }
        catch (Exception e) when (e is IOException or AuthenticationException or SocketException or ObjectDisposedException)
        {
            // The sender left.
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    /// <summary>Up to STARTTLS. False where it is not offered and the sender has left.</summary>
    private async Task<bool> HelloAsync(Stream clear)
    {
        var lines = new LabLines(clear);
        while (await lines.ReadAsync() is { } line)
        {
            Interlocked.Increment(ref _touched);
            if (line.StartsWith("STARTTLS", StringComparison.OrdinalIgnoreCase) && Manner != LabManner.NoStartTls)
            {
                await lines.WriteAsync("220 go");
                return true;
            }

            if (line.StartsWith("DATA", StringComparison.OrdinalIgnoreCase) || line.StartsWith("BDAT", StringComparison.OrdinalIgnoreCase))
                ClearBytes += line.Length;
            await lines.WriteAsync(line.StartsWith("EHLO", StringComparison.OrdinalIgnoreCase) ? Manner == LabManner.NoStartTls ? "250 lab" : "250-lab\r\n250 STARTTLS"
                : line.StartsWith("QUIT", StringComparison.OrdinalIgnoreCase) ? "221 bye" : "530 5.7.0 STARTTLS first");
        }

        return false;
    }

    private async Task ServeAsync(LabLines lines, Socket socket)
    {
        var recipient = "";
        while (await lines.ReadAsync() is { } line)
        {
            Interlocked.Increment(ref _touched);
            var reply = "250 2.0.0 ok";
            if (line.StartsWith("EHLO", StringComparison.Ordinal))
                reply = "250-lab\r\n250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n250-CHUNKING\r\n250 SIZE 10000000";
            else if (line.StartsWith("RCPT", StringComparison.Ordinal))
                (recipient, reply) = Recipient(line);
            else if (line.StartsWith("BDAT", StringComparison.Ordinal))
            {
                await lines.SkipAsync(int.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture));
                if (recipient.Length > 0 && Take(recipient, socket) is not { } taken)
                    return;
                reply = recipient.Length > 0 ? "250 2.0.0 taken" : "503 5.5.1 no recipient";
                recipient = "";
            }

            await lines.WriteAsync(line.StartsWith("QUIT", StringComparison.Ordinal) ? "221 bye" : reply);
            if (line.StartsWith("QUIT", StringComparison.Ordinal) || reply.StartsWith("421", StringComparison.Ordinal))
                return;
        }
    }

    /// <summary>Null where there is no final reply.</summary>
    private string? Take(string recipient, Socket socket)
    {
        Taken.AddOrUpdate(recipient, 1, (_, times) => times + 1);
        if (Manner == LabManner.ResetsAfterDot)
            socket.LingerState = new LingerOption(true, 0);
        return Manner is LabManner.ResetsAfterDot or LabManner.SilentAfterDot ? null : recipient;
    }

    private (string Recipient, string Reply) Recipient(string line)
    {
        var recipient = line[(line.IndexOf('<', StringComparison.Ordinal) + 1)..line.IndexOf('>', StringComparison.Ordinal)];
        if (Manner == LabManner.Greylists && _tried.TryAdd(recipient, 0))
            return ("", "451 4.7.1 try again later");
        if (Manner is not (LabManner.Throttles or LabManner.ThrottlesRecipients) || Within())
            return (recipient, "250 2.1.5 ok");
        AskedForLess++;
        return ("", Manner == LabManner.Throttles ? "421 4.7.0 slow down" : "451 4.7.500 server busy");
    }

    private bool Within()
    {
        lock (_lately)
        {
            var now = _time.GetUtcNow();
            while (_lately.TryPeek(out var first) && now - first > TimeSpan.FromSeconds(10))
                _lately.Dequeue();
            // Once in a while whatever the pace, so that a slow sender hears it too.
            if (_lately.Count >= _burst || ++_asked % (_burst + 1) == 0)
                return false;
            _lately.Enqueue(now);
            return true;
        }
    }
}

/// <summary>Lines and chunks over a stream.</summary>
internal sealed class LabLines(Stream stream)
{
    private readonly byte[] _buffer = new byte[65_536];
    private int _start;
    private int _end;

    public async Task<string?> ReadAsync()
    {
        while (true)
        {
            var at = _buffer.AsSpan(_start.._end).IndexOf((byte)'\n');
            if (at >= 0)
            {
                var line = Encoding.Latin1.GetString(_buffer, _start, at).TrimEnd('\r');
                _start += at + 1;
                return line;
            }

            if (!await FillAsync())
                return null;
        }
    }

    public async Task SkipAsync(int bytes)
    {
        while (bytes > _end - _start)
        {
            bytes -= _end - _start;
            _start = _end;
            if (!await FillAsync())
                throw new IOException("The sender left within a chunk.");
        }

        _start += bytes;
    }

    public async Task WriteAsync(string reply) => await stream.WriteAsync(Encoding.ASCII.GetBytes(reply + "\r\n"));

    private async Task<bool> FillAsync()
    {
        _buffer.AsSpan(_start.._end).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        var read = await stream.ReadAsync(_buffer.AsMemory(_end));
        _end += read;
        return read > 0;
    }
}
