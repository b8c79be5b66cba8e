using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Sealpost.App.Demo;

namespace Sealpost.Tests.Delivery.Domains;

/// <summary>An HTTPS server on loopback that answers every request by a function of the request's first line and body.</summary>
internal sealed class PageServer : IAsyncDisposable
{
    private readonly X509Certificate2 _certificate;
    private readonly Func<string, string, (string Status, string Type, string Text)> _answer;
    private readonly ClientServer _server;

    public PageServer(MailboxCertificates certificates, string[] names, Func<string, string, (string Status, string Type, string Text)> answer)
    {
        (_certificate, _answer) = (certificates.Issue(names), answer);
        _server = new ClientServer(SpeakAsync);
    }

    public int Port => _server.Port;

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _certificate.Dispose();
    }

    private async Task SpeakAsync(NetworkStream stream)
    {
        await using var tls = new SslStream(stream);
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = MailboxCertificates.ContextOf(_certificate) });
        using var reader = new StreamReader(tls, leaveOpen: true);
        var first = await reader.ReadLineAsync() ?? "";
        if (first.Length == 0)
            return;
        var length = 0;
        while (await reader.ReadLineAsync() is { Length: > 0 } line)
        {
            if (line.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase))
                length = int.Parse(line["Content-Length: ".Length..], System.Globalization.CultureInfo.InvariantCulture);
        }

        var body = new char[length];
        if (length > 0)
            await reader.ReadBlockAsync(body.AsMemory());
        var (status, type, text) = _answer(first, new string(body));
        await tls.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Type: {type}\r\nContent-Length: {text.Length}\r\nConnection: close\r\n\r\n{text}"));
    }
}
