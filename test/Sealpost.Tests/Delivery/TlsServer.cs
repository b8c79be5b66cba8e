using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Sealpost.Tests.Delivery;

/// <summary>A server that offers STARTTLS with one cipher suite alone.</summary>
internal sealed class TlsServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2 _certificate;
    private readonly TlsCipherSuite _suite;
    private readonly Task _running;

    public TlsServer(X509Certificate2 certificate, TlsCipherSuite suite)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Cipher suites can be chosen on Linux.");
        _certificate = certificate;
        _suite = suite;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _running = RunAsync();
    }

    public int Port { get; }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _running;
        _certificate.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            using var socket = await _listener.AcceptSocketAsync();
            await using var stream = new NetworkStream(socket);
            await stream.WriteAsync("220 mx\r\n"u8.ToArray());
            var buffer = new byte[1_024];
            _ = await stream.ReadAsync(buffer);
            await stream.WriteAsync(Encoding.ASCII.GetBytes("250-mx\r\n250 STARTTLS\r\n"));
            _ = await stream.ReadAsync(buffer);
            await stream.WriteAsync("220 go\r\n"u8.ToArray());
            await using var tls = new SslStream(stream);
            var options = new SslServerAuthenticationOptions { ServerCertificate = _certificate };
            if (OperatingSystem.IsLinux())
                options.CipherSuitesPolicy = new CipherSuitesPolicy([_suite]);
            await tls.AuthenticateAsServerAsync(options);
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException or AuthenticationException)
        {
            // Stopped, or refused as it should be.
        }
    }
}
