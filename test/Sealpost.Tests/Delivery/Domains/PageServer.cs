using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Sealpost.App.Demo;

namespace Sealpost.Tests.Delivery.Domains;

/// <summary>An HTTPS server on loopback that answers every request by a function of the request's first line and body.</summary>
internal sealed class PageServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly X509Certificate2 _certificate;
    private readonly Func<string, string, (string Status, string Type, string Text)> _answer;
    private readonly Task _running;

    public PageServer(MailboxCertificates certificates, string[] names, Func<string, string, (string Status, string Type, string Text)> answer)
    {
        (_certificate, _answer) = (certificates.Issue(names), answer);
        _listener.Start();
        _running = RunAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _running;
        _listener.Dispose();
        _certificate.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                await ServeAsync(client);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            await using var tls = new SslStream(client.GetStream());
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = MailboxCertificates.ContextOf(_certificate) }, _stop.Token);
            using var reader = new StreamReader(tls, leaveOpen: true);
            var first = await reader.ReadLineAsync(_stop.Token) ?? "";
            if (first.Length == 0)
                return;
            var length = 0;
            while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 } line)
            {
                if (line.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase))
                    length = int.Parse(line["Content-Length: ".Length..], System.Globalization.CultureInfo.InvariantCulture);
            }

            var body = new char[length];
            if (length > 0)
                await reader.ReadBlockAsync(body.AsMemory(), _stop.Token);
            var (status, type, text) = _answer(first, new string(body));
            await tls.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Type: {type}\r\nContent-Length: {text.Length}\r\nConnection: close\r\n\r\n{text}"), _stop.Token);
        }
        catch (Exception exception) when (exception is IOException or System.Security.Authentication.AuthenticationException)
        {
            // The client did not like us.
        }
    }
}
