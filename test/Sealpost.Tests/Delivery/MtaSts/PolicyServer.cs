using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Sealpost.App.Demo;
using Sealpost.Delivery;
using Sealpost.Delivery.MtaSts;

namespace Sealpost.Tests.Delivery.MtaSts;

/// <summary>An HTTPS server on loopback that answers every request in one way, with a DNS server that leads every policy host to it.</summary>
internal sealed class PolicyServer : IAsyncDisposable
{
    private readonly MailboxCertificates _certificates = new(TimeProvider.System);
    private readonly DnsStub _dns = new();
    private readonly ConcurrentQueue<string> _requests = [];
    private readonly X509Certificate2 _certificate;
    private readonly ClientServer _server;
    private volatile byte[] _answer;

    private PolicyServer(byte[] answer, Func<MailboxCertificates, X509Certificate2>? certificate)
    {
        _answer = answer;
        _certificate = certificate?.Invoke(_certificates) ?? _certificates.Issue("mta-sts.clinic.example");
        _dns.WithA("mta-sts.clinic.example", "127.0.0.1");
        _server = new ClientServer(SpeakAsync);
    }

    /// <summary>Requests that came.</summary>
    public IReadOnlyCollection<string> Requests => _requests;

    public int Port => _server.Port;

    public static PolicyServer Start(HttpStatusCode status, string body, string headers = "Content-Type: text/plain\r\n", Func<MailboxCertificates, X509Certificate2>? certificate = null) =>
        new(Bytes(status, body, headers), certificate);

    public DnsStub Dns => _dns;

    /// <summary>Answers otherwise from now on.</summary>
    public void Answer(HttpStatusCode status, string body) => _answer = Bytes(status, body, "Content-Type: text/plain\r\n");

    public FetchStsPolicy Fetch(TimeProvider time) => new(new MxLookup(new Resolver(_dns.Server)), [_certificates.Root], Port, time);

    public Task<StsFetch> FetchAsync(string domain, CancellationToken cancellationToken) => Fetch(TimeProvider.System).RunAsync(domain, cancellationToken);

    private static byte[] Bytes(HttpStatusCode status, string body, string headers) =>
        Encoding.UTF8.GetBytes($"HTTP/1.1 {(int)status} x\r\n{headers}Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _dns.DisposeAsync();
        _certificate.Dispose();
        _certificates.Dispose();
    }

    private async Task SpeakAsync(NetworkStream stream)
    {
        await using var tls = new SslStream(stream);
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = MailboxCertificates.ContextOf(_certificate) });
        var buffer = new byte[8_192];
        var read = await tls.ReadAsync(buffer);
        if (read == 0)
            return; // under TLS 1.3 the client refuses after the server's end of the handshake
        _requests.Enqueue(Encoding.Latin1.GetString(buffer, 0, read).Split("\r\n")[0]);
        await tls.WriteAsync(_answer);
    }
}
