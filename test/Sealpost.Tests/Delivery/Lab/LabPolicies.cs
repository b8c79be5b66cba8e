using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Sealpost.App.Demo;

namespace Sealpost.Tests.Delivery.Lab;

/// <summary>The HTTPS host of every policy in the lab: one certificate and one answer per domain.</summary>
internal sealed class LabPolicies : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, byte[]> _answers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, X509Certificate2> _issued = new(StringComparer.Ordinal);
    private readonly MailboxCertificates _certificates;
    private readonly ClientServer _server;

    public const string Address = "127.0.2.1";

    public LabPolicies(MailboxCertificates certificates)
    {
        _certificates = certificates;
        _server = new ClientServer(SpeakAsync, IPAddress.Parse(Address));
    }

    public int Port => _server.Port;

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
        await _server.DisposeAsync();
        foreach (var certificate in _issued.Values)
            certificate.Dispose();
    }

    private async Task SpeakAsync(NetworkStream stream)
    {
        await using var tls = new SslStream(stream);
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateSelectionCallback = (_, name) => CertificateOf(name ?? "") });
        if (await ReadAsync(tls) is not { } body)
            return;
        if (body.Length > 0)
            Posted[tls.TargetHostName] = body;
        Requests.AddOrUpdate(tls.TargetHostName, 1, (_, n) => n + 1);
        await tls.WriteAsync(_answers.GetValueOrDefault(tls.TargetHostName) ?? "HTTP/1.1 404 no\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
    }

    // One for each name, also where two ask for it at once.
    private X509Certificate2 CertificateOf(string name)
    {
        lock (_issued)
            return _issued.GetOrAdd(name, one => _certificates.Issue(one));
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
