using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Sealpost.App.Demo;

namespace Sealpost.Tests.Delivery.Lab;

/// <summary>The HTTPS host of every policy in the lab: one certificate and one answer per domain.</summary>
internal sealed class LabPolicies : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Parse(Address), 0);
    private readonly ConcurrentDictionary<string, byte[]> _answers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, X509Certificate2> _issued = new(StringComparer.Ordinal);
    private readonly MailboxCertificates _certificates;
    private readonly Task _running;

    public const string Address = "127.0.2.1";

    public LabPolicies(MailboxCertificates certificates)
    {
        _certificates = certificates;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _running = RunAsync();
    }

    public int Port { get; }

    /// <summary>Requests that came, by host.</summary>
    public ConcurrentDictionary<string, int> Requests { get; } = new(StringComparer.Ordinal);

    /// <summary>What was posted last, by host.</summary>
    public ConcurrentDictionary<string, byte[]> Posted { get; } = new(StringComparer.Ordinal);

    /// <summary>Sets what a domain's policy host answers.</summary>
    public void Set(string domain, string body, int status = 200) =>
        _answers["mta-sts." + domain] = Encoding.UTF8.GetBytes(
            $"HTTP/1.1 {status} x\r\nContent-Type: text/plain\r\nLocation: https://mta-sts.elsewhere.test:{Port}/.well-known/mta-sts.txt\r\nConnection: close\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _running;
        foreach (var certificate in _issued.Values)
            certificate.Dispose();
    }

    private async Task RunAsync()
    {
        while (true)
        {
            try
            {
                using var socket = await _listener.AcceptSocketAsync();
                await using var tls = new SslStream(new NetworkStream(socket));
                await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
                {
                    ServerCertificateSelectionCallback = (_, name) => _issued.GetOrAdd(name ?? "", n => _certificates.Issue(n)),
                });
                if (await ReadAsync(tls) is not { } body)
                    continue;
                if (body.Length > 0)
                    Posted[tls.TargetHostName] = body;
                Requests.AddOrUpdate(tls.TargetHostName, 1, (_, n) => n + 1);
                await tls.WriteAsync(_answers.GetValueOrDefault(tls.TargetHostName) ?? "HTTP/1.1 404 no\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
            }
            catch (Exception e) when (e is AuthenticationException or IOException)
            {
                // The client left, as it may.
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
        }
    }

    // The body of one request; null where none came whole.
    private static async Task<byte[]?> ReadAsync(SslStream tls)
    {
        using var all = new MemoryStream();
        var buffer = new byte[8_192];
        while (true)
        {
            var read = await tls.ReadAsync(buffer);
            if (read == 0)
                return null;
            all.Write(buffer, 0, read);
            var bytes = all.ToArray();
            var end = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
            if (end < 0)
                continue;
            var length = Encoding.ASCII.GetString(bytes, 0, end).Split("\r\n").Where(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)).Select(line => int.Parse(line.AsSpan(15), System.Globalization.CultureInfo.InvariantCulture)).FirstOrDefault();
            if (bytes.Length >= end + 4 + length)
                return bytes[(end + 4)..];
        }
    }
}
