using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Sealpost.Benchmarks.Sending;

/// <summary>Takes every message over STARTTLS and forgets it. Runs as a process of its own, so that a sender's CPU time is the sender's alone.</summary>
internal sealed class SmtpSink : IDisposable
{
    /// <summary>Argument that makes this executable the sink.</summary>
    public const string Argument = "smtp-sink";

    /// <summary>Name in the sink's certificate.</summary>
    public const string HostName = "sink.example.com";

    private readonly Process _process;

    private SmtpSink(Process process, int port, X509Certificate2 root)
    {
        _process = process;
        Port = port;
        Root = root;
    }

    public int Port { get; }

    public X509Certificate2 Root { get; }

    /// <summary>Starts the sink and waits until it listens.</summary>
    public static async Task<SmtpSink> StartAsync(CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardInput = true, UseShellExecute = false };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(typeof(SmtpSink).Assembly.Location);
        start.ArgumentList.Add(Argument);
        var process = Process.Start(start)!;
        var port = int.Parse((await process.StandardOutput.ReadLineAsync(cancellationToken))!, System.Globalization.CultureInfo.InvariantCulture);
        var root = Convert.FromBase64String((await process.StandardOutput.ReadLineAsync(cancellationToken))!);
        return new SmtpSink(process, port, X509CertificateLoader.LoadCertificate(root));
    }

    /// <summary>The child's side: serves until its input closes.</summary>
    public static async Task ServeAsync()
    {
        using var root = Certificate(null, out var rootKey);
        using var leaf = Certificate((root, rootKey), out _);
        var context = SslStreamCertificateContext.Create(leaf, null, offline: true);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start(128);
        Console.WriteLine(((IPEndPoint)listener.LocalEndpoint).Port);
        Console.WriteLine(Convert.ToBase64String(root.RawData));
        _ = AcceptAsync(listener, context);
        _ = await Console.In.ReadLineAsync();
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
        Root.Dispose();
    }

    private static async Task AcceptAsync(TcpListener listener, SslStreamCertificateContext context)
    {
        try
        {
            while (true)
            {
                var socket = await listener.AcceptSocketAsync();
                socket.NoDelay = true;
                _ = SpeakAsync(socket, context);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private static async Task SpeakAsync(Socket socket, SslStreamCertificateContext context)
    {
        try
        {
            await using Stream clear = new NetworkStream(socket, ownsSocket: true);
            await clear.WriteAsync("220 sink\r\n"u8.ToArray());
            var line = new byte[512];
            _ = await clear.ReadAsync(line);
            await clear.WriteAsync("250-sink\r\n250 STARTTLS\r\n"u8.ToArray());
            _ = await clear.ReadAsync(line);
            await clear.WriteAsync("220 go\r\n"u8.ToArray());
            await using var tls = new SslStream(clear);
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = context });
            await TakeAsync(tls);
        }
        catch (IOException)
        {
            // The sender left.
        }
    }

    private static async Task TakeAsync(SslStream tls)
    {
        var buffer = new byte[262_144];
        var end = 0;
        var inBody = false;
        while (true)
        {
            var read = await tls.ReadAsync(buffer.AsMemory(end));
            if (read == 0)
                return;
            end += read;
            var replies = new StringBuilder();
            var used = 0;
            while (Take(buffer.AsSpan(used..end), ref inBody, replies) is var taken and > 0)
                used += taken;
            buffer.AsSpan(used..end).CopyTo(buffer);
            end -= used;
            if (replies.Length > 0)
                await tls.WriteAsync(Encoding.ASCII.GetBytes(replies.ToString()));
        }
    }

    // Bytes of one command or body; 0 where it is not whole.
    private static int Take(ReadOnlySpan<byte> bytes, ref bool inBody, StringBuilder replies)
    {
        if (inBody)
        {
            var dot = bytes.IndexOf("\r\n.\r\n"u8);
            if (dot < 0)
                return 0;
            inBody = false;
            replies.Append("250 2.0.0 taken\r\n");
            return dot + 5;
        }

        var end = bytes.IndexOf("\r\n"u8);
        if (end < 0)
            return 0;
        var line = bytes[..end];
        if (line.StartsWith("BDAT "u8))
        {
            var number = line[5..];
            _ = System.Buffers.Text.Utf8Parser.TryParse(number, out int length, out _);
            if (bytes.Length < end + 2 + length)
                return 0;
            replies.Append("250 2.0.0 taken\r\n");
            return end + 2 + length;
        }

        inBody = line.StartsWith("DATA"u8);
        replies.Append(inBody ? "354 go\r\n" : line.StartsWith("EHLO"u8) ? "250-sink\r\n250-PIPELINING\r\n250-CHUNKING\r\n250 SIZE 10000000\r\n" : "250 2.0.0 ok\r\n");
        return end + 2;
    }

    private static X509Certificate2 Certificate((X509Certificate2 Certificate, ECDsa Key)? issuer, out ECDsa key)
    {
        key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(issuer is null ? "CN=bench root" : "CN=sink", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(issuer is null, false, 0, true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(HostName);
        request.CertificateExtensions.Add(names.Build());
        var from = TimeProvider.System.GetUtcNow().AddDays(-1);
        if (issuer is not { } root)
            return request.CreateSelfSigned(from, from.AddDays(30));
        using var certificate = request.Create(root.Certificate, from.AddHours(1), from.AddDays(20), RandomNumberGenerator.GetBytes(12));
        return certificate.CopyWithPrivateKey(key);
    }
}
