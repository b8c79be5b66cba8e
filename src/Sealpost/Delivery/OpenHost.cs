using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Sealpost.Consent;
using Sealpost.Delivery.Dane;

namespace Sealpost.Delivery;

/// <summary>Connects to one address: greeting, EHLO, STARTTLS, verification, EHLO. Any other ending is a <see cref="ConnectResult"/> too.</summary>
internal sealed class OpenHost
{
    private readonly byte[] _hello;
    private readonly CertificateRules _rules;
    private readonly DaneRules _dane;
    private readonly TimeProvider _time;

    public OpenHost(string heloName, X509Certificate2Collection extraRoots, TimeProvider time)
    {
        EnvelopeCommands.Check(heloName, nameof(heloName));
        _hello = Encoding.ASCII.GetBytes($"EHLO {heloName}\r\n");
        _rules = new CertificateRules(extraRoots, time);
        _dane = new DaneRules(time);
        _time = time;
    }

    public async Task<OpenedHost> OpenAsync(HostTarget target, CancellationToken cancellationToken)
    {
        SmtpChannel? channel = null;
        var judge = new JudgeHost(_rules, _dane, target);
        try
        {
            channel = new SmtpChannel(await ConnectAsync(target.Address, cancellationToken), _time);
            var result = await SpeakAsync(channel, target, judge, cancellationToken);
            if (result is ConnectResult.Connected)
                channel = null;
            return Told(result, target, judge);
        }
        catch (SmtpConnectionException e)
        {
            return NotJudged(new ConnectResult.Deferred($"{target.Name}: {e.Message}", null), target, judge);
        }
        catch (Exception e) when (Unforeseen.Is(e))
        {
            // The next host, and every other domain, goes on.
            return NotJudged(ConnectResult.Deferred.By(e, target.Name), target, judge);
        }
        finally
        {
            if (channel is not null)
                await channel.DisposeAsync();
        }
    }

    // Where a policy demands TLS, what lacks it may be an attack or a mistake that is mended soon: it is tried again. RFC 8461 §5, RFC 7672 §2.2.
    private static OpenedHost Told(ConnectResult result, HostTarget target, JudgeHost judge)
    {
        if (result is ConnectResult.Connected)
            return new OpenedHost(result, true, judge.DaneFailure, judge.WebPkiFailure);
        if (result is not ConnectResult.Withheld withheld)
            return NotJudged(result, target, judge);
        var seen = SeenOf(target, judge);
        TlsFailure? noTls = judge.Reason is not null ? null : judge.HandshakeFailed ? TlsFailure.ValidationFailure : TlsFailure.StartTlsNotSupported;
        var isRefusedByPolicy = target.StsEnforced || target.Dane is DaneFinding.Usable || (target.Dane is DaneFinding.Unusable && judge.Reason is null);
        return new OpenedHost(
            isRefusedByPolicy && withheld.Reason != WithholdReason.TierTooLow ? new ConnectResult.Deferred(withheld.Detail, null) { Cause = withheld.Reason, Seen = seen } : withheld with { Seen = seen },
            true,
            noTls ?? judge.DaneFailure,
            noTls ?? judge.WebPkiFailure);
    }

    private static OpenedHost NotJudged(ConnectResult result, HostTarget target, JudgeHost judge) =>
        new(result with { Seen = SeenOf(target, judge) }, false, judge.DaneFailure, judge.WebPkiFailure);

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

    private async Task<ConnectResult> SpeakAsync(SmtpChannel channel, HostTarget target, JudgeHost judge, CancellationToken cancellationToken)
    {
        if (!target.ImplicitTls && await StartTlsAsync(channel, target, cancellationToken) is { } refused)
            return refused;
        var (tls, failure) = await HandshakeAsync(channel, target, judge, cancellationToken);
        if (tls is null)
            return failure!;
        channel.Upgrade(tls);
        if (target.ImplicitTls && await ReadGreetingAsync(channel, target, cancellationToken) is { } unwelcome)
            return unwelcome;
        // RFC 3207 §4.2: EHLO again; what was offered in clear counts for nothing.
        var hello = await HelloAsync(channel, cancellationToken);
        if (!hello.IsPositive)
            return Refused(hello, target, "EHLO after STARTTLS");
        var features = SmtpFeatures.Parse(hello);
        if (target.SignIn is not null && await target.SignIn.RunAsync(channel, features, target.Name, cancellationToken) is { } stranger)
            return stranger;
        return new ConnectResult.Connected(new SmtpSession(channel, features, Observe(tls, tls.RemoteCertificate!, target, judge.Tier, PolicyOf(target, judge.Tier)) with
        {
            // RFC 8689 §4.1: only to a host whose name DANE or MTA-STS proved.
            RequireTls = features.RequireTls && judge.Tier >= Tier.T3,
        }));
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

    private async Task<(SslStream? Tls, ConnectResult? Failure)> HandshakeAsync(SmtpChannel channel, HostTarget target, JudgeHost judge, CancellationToken cancellationToken)
    {
        var tls = new SslStream(channel.Stream, leaveInnerStreamOpen: false);
        var options = TlsProfile.ClientOptions(target.Sni, _rules.SystemPolicy(), (sender, certificate, chain, _) => Accept(judge, target, (SslStream)sender, certificate as X509Certificate2, chain));
        using var limit = new CancellationTokenSource(SmtpLimits.Of(SmtpStage.Handshake), _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await tls.AuthenticateAsClientAsync(options, linked.Token);
            return (tls, null);
        }
        catch (Exception e) when (e is OperationCanceledException || Unforeseen.Is(e))
        {
            await tls.DisposeAsync();
            channel.Close();
            cancellationToken.ThrowIfCancellationRequested();
            judge.HandshakeFailed = true;
            return (null, judge.Reason is { } reason ? new ConnectResult.Withheld(reason, $"{target.Name}: {Describe(reason)}")
                : e is AuthenticationException ? NoTls(target, "could not agree on TLS 1.2 or 1.3 with an approved cipher suite")
                : e is IOException or OperationCanceledException ? new ConnectResult.Deferred($"{target.Name}: the connection broke during the TLS handshake", null)
                : new ConnectResult.Withheld(WithholdReason.CertificateUntrusted, $"{target.Name}: what it says in the TLS handshake cannot be read ({e.GetType().Name})"));
        }
    }

    private static bool Accept(JudgeHost judge, HostTarget target, SslStream tls, X509Certificate2? certificate, X509Chain? chain)
    {
        var isGood = judge.Accept(certificate, chain);
        if (!isGood && certificate is not null)
            judge.Seen = Observe(tls, certificate, target, Tier.T1, DemandedOf(target));
        return isGood;
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

    private static TransportObservation SeenOf(HostTarget target, JudgeHost judge) => judge.Seen ?? new TransportObservation(
        Mx: target.Name,
        Ip: target.Address.Address.ToString(),
        Port: target.Address.Port,
        Tier: Tier.T0,
        TlsVersion: "",
        Cipher: "",
        CertificateFingerprint: "",
        Policy: DemandedOf(target),
        Relay: target.RelayEndpoint is not null,
        Endpoint: target.RelayEndpoint)
    {
        Dnssec = target.Dnssec,
    };

    private static TransportObservation Observe(SslStream tls, X509Certificate certificate, HostTarget target, Tier tier, string policy) => new(
        Mx: target.Name,
        Ip: target.Address.Address.ToString(),
        Port: target.Address.Port,
        Tier: tier,
        TlsVersion: TlsProfile.NameOf(tls.SslProtocol),
        Cipher: tls.NegotiatedCipherSuite.ToString(),
        CertificateFingerprint: certificate.GetCertHashString(HashAlgorithmName.SHA256),
        Policy: policy,
        Relay: target.RelayEndpoint is not null,
        Endpoint: target.RelayEndpoint)
    {
        Dnssec = target.Dnssec,
    };

    /// <summary>The policy that a host is held to, whether it satisfies it or not.</summary>
    private static string DemandedOf(HostTarget target) => PolicyOf(target, target.Potential);

    private static string PolicyOf(HostTarget target, Tier tier) => tier switch
    {
        Tier.T4 => target.StsId is { } id ? $"dane+mta-sts:{id}" : "dane",
        Tier.T3 => $"mta-sts:{target.StsId}",
        Tier.T2 => "pkix",
        _ => target.Dane is DaneFinding.Unusable ? "dane-unusable" : "none",
    };

    private static ConnectResult Refused(SmtpReply reply, HostTarget target, string what) => reply.IsPermanent
        ? new ConnectResult.Rejected($"{target.Name}: refused {what} with {reply}", reply)
        : new ConnectResult.Deferred($"{target.Name}: answered {what} with {reply}", reply);

    private static ConnectResult.Withheld NoTls(HostTarget target, string how) =>
        new(WithholdReason.TlsUnavailable, $"{target.Name}: {how}");

    private static string Describe(WithholdReason reason) => reason switch
    {
        WithholdReason.CertificateExpired => "its certificate is expired or not valid yet",
        WithholdReason.CertificateNameMismatch => "its certificate names another host",
        WithholdReason.DaneMismatch => "its certificate is not the one that the domain's signed TLSA records name",
        WithholdReason.MtaStsRefused => "its certificate does not satisfy the domain's MTA-STS policy",
        WithholdReason.TierTooLow => "the domain's TLSA records cannot be used, so nobody can tell whether this is the right host",
        _ => "its certificate is not from a trusted root, is too weak, or cannot be read",
    };
}
