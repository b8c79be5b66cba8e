using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Sealpost.Consent;

namespace Sealpost.Delivery;

/// <summary>One host to try.</summary>
/// <param name="Address">Where to connect.</param>
/// <param name="Name">Name the certificate must carry.</param>
/// <param name="RelayEndpoint"><c>host:port</c> of a configured relay; null for a domain's own MX.</param>
/// <param name="ImplicitTls">TLS from the first byte. RFC 8314 §3.3.</param>
internal sealed record HostTarget(IPEndPoint Address, string Name, string? RelayEndpoint, bool ImplicitTls);

/// <summary>Connects to one address: greeting, EHLO, STARTTLS, verification, EHLO. Any other ending is a <see cref="ConnectResult"/> too.</summary>
internal sealed class OpenHost
{
    private readonly byte[] _hello;
    private readonly CertificateRules _rules;
    private readonly TimeProvider _time;

    public OpenHost(string heloName, X509Certificate2Collection extraRoots, TimeProvider time)
    {
        EnvelopeCommands.Check(heloName, nameof(heloName));
        _hello = Encoding.ASCII.GetBytes($"EHLO {heloName}\r\n");
        _rules = new CertificateRules(extraRoots, time);
        _time = time;
    }

    public async Task<ConnectResult> OpenAsync(HostTarget target, CancellationToken cancellationToken)
    {
        SmtpChannel? channel = null;
        try
        {
            channel = new SmtpChannel(await ConnectAsync(target.Address, cancellationToken), _time);
            var result = await SpeakAsync(channel, target, cancellationToken);
            if (result is ConnectResult.Connected)
                channel = null;
            return result;
        }
        catch (SmtpConnectionException e)
        {
            return new ConnectResult.Deferred($"{target.Name}: {e.Message}", null);
        }
        finally
        {
            if (channel is not null)
                await channel.DisposeAsync();
        }
    }

    private async Task<NetworkStream> ConnectAsync(IPEndPoint address, CancellationToken cancellationToken)
    {
        // Nagle's algorithm against delayed acknowledgement costs 40 ms a message.
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var limit = new CancellationTokenSource(SmtpLimits.Of(SmtpStage.Connect), _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await socket.ConnectAsync(address, linked.Token);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            socket.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            throw new SmtpConnectionException(e is SocketException s ? $"no connection ({s.SocketErrorCode})" : "no connection within 30 seconds", e);
        }
    }

    private async Task<ConnectResult> SpeakAsync(SmtpChannel channel, HostTarget target, CancellationToken cancellationToken)
    {
        if (!target.ImplicitTls && await StartTlsAsync(channel, target, cancellationToken) is { } refused)
            return refused;
        var (tls, failure) = await HandshakeAsync(channel, target, cancellationToken);
        if (tls is null)
            return failure!;
        channel.Upgrade(tls);
        if (target.ImplicitTls && await ReadGreetingAsync(channel, target, cancellationToken) is { } unwelcome)
            return unwelcome;
        // RFC 3207 §4.2: EHLO again; what was offered in clear counts for nothing.
        var hello = await HelloAsync(channel, cancellationToken);
        return hello.IsPositive
            ? new ConnectResult.Connected(new SmtpSession(channel, SmtpFeatures.Parse(hello), Observe(tls, target)))
            : Refused(hello, target, "EHLO after STARTTLS");
    }

    private async Task<ConnectResult?> StartTlsAsync(SmtpChannel channel, HostTarget target, CancellationToken cancellationToken)
    {
        if (await ReadGreetingAsync(channel, target, cancellationToken) is { } unwelcome)
            return unwelcome;
        var hello = await HelloAsync(channel, cancellationToken);
        if (hello.IsTransient)
            return Refused(hello, target, "EHLO");
        if (!hello.IsPositive || !SmtpFeatures.Parse(hello).StartTls)
            return NoTls(target, "offers no STARTTLS");
        await channel.WriteAsync("STARTTLS\r\n"u8.ToArray(), SmtpStage.StartTls, cancellationToken);
        var reply = await channel.ReadReplyAsync(SmtpStage.StartTls, cancellationToken);
        if (reply.IsTransient) // RFC 3207 §4: 454 is temporary
            return Refused(reply, target, "STARTTLS");
        if (reply.Code != 220)
            return NoTls(target, $"answered STARTTLS with {reply}");
        // RFC 3207 §6 and CVE-2011-0411: bytes that came before the handshake were injected in clear.
        return channel.HasBufferedBytes ? NoTls(target, "sent clear text after its answer to STARTTLS") : null;
    }

    private async Task<(SslStream? Tls, ConnectResult? Failure)> HandshakeAsync(SmtpChannel channel, HostTarget target, CancellationToken cancellationToken)
    {
        WithholdReason? judged = null;
        var tls = new SslStream(channel.Stream, leaveInnerStreamOpen: false);
        var options = TlsProfile.ClientOptions(target.Name, _rules.SystemPolicy(), (_, certificate, chain, _) =>
        {
            judged = _rules.Judge(certificate as X509Certificate2, chain, target.Name);
            return judged is null;
        });
        using var limit = new CancellationTokenSource(SmtpLimits.Of(SmtpStage.Handshake), _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await tls.AuthenticateAsClientAsync(options, linked.Token);
            return (tls, null);
        }
        catch (Exception e) when (e is AuthenticationException or IOException or OperationCanceledException)
        {
            await tls.DisposeAsync();
            channel.Close();
            cancellationToken.ThrowIfCancellationRequested();
            return (null, judged is { } reason ? new ConnectResult.Withheld(reason, $"{target.Name}: {Describe(reason)}")
                : e is AuthenticationException ? NoTls(target, "could not agree on TLS 1.2 or 1.3 with an approved cipher suite")
                : new ConnectResult.Deferred($"{target.Name}: the connection broke during the TLS handshake", null));
        }
    }

    private static async Task<ConnectResult?> ReadGreetingAsync(SmtpChannel channel, HostTarget target, CancellationToken cancellationToken)
    {
        var greeting = await channel.ReadReplyAsync(SmtpStage.Greeting, cancellationToken);
        return greeting.Code == 220 ? null : Refused(greeting, target, "the connection");
    }

    private async Task<SmtpReply> HelloAsync(SmtpChannel channel, CancellationToken cancellationToken)
    {
        await channel.WriteAsync(_hello, SmtpStage.Hello, cancellationToken);
        return await channel.ReadReplyAsync(SmtpStage.Hello, cancellationToken);
    }

    private static TransportObservation Observe(SslStream tls, HostTarget target) => new(
        Mx: target.Name,
        Ip: target.Address.Address.ToString(),
        Port: target.Address.Port,
        Tier: Tier.T2,
        TlsVersion: TlsProfile.NameOf(tls.SslProtocol),
        Cipher: tls.NegotiatedCipherSuite.ToString(),
        CertificateFingerprint: tls.RemoteCertificate!.GetCertHashString(HashAlgorithmName.SHA256),
        Policy: "pkix",
        Relay: target.RelayEndpoint is not null,
        Endpoint: target.RelayEndpoint);

    private static ConnectResult Refused(SmtpReply reply, HostTarget target, string what) => reply.IsPermanent
        ? new ConnectResult.Rejected($"{target.Name}: refused {what} with {reply}", reply)
        : new ConnectResult.Deferred($"{target.Name}: answered {what} with {reply}", reply);

    private static ConnectResult.Withheld NoTls(HostTarget target, string how) =>
        new(WithholdReason.TlsUnavailable, $"{target.Name}: {how}");

    private static string Describe(WithholdReason reason) => reason switch
    {
        WithholdReason.CertificateExpired => "its certificate is expired or not valid yet",
        WithholdReason.CertificateNameMismatch => "its certificate names another host",
        _ => "its certificate is not from a trusted root, or too weak",
    };
}
