using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Sealpost.App.Demo;
using Sealpost.Consent;
using Sealpost.Delivery;

namespace Sealpost.Tests.Delivery.Lab;

/// <summary>What became of one message in the lab.</summary>
/// <param name="Result">How connecting ended.</param>
/// <param name="Decision">The transport gate's answer; null without a connection.</param>
/// <param name="Reply">The host's last reply; null where nothing was sent.</param>
internal sealed record LabOutcome(ConnectResult Result, TransportDecision? Decision, SmtpReply? Reply)
{
    public TransportObservation Observed => ((ConnectResult.Connected)Result).Session.Observed;
}

/// <summary>
/// Mail hosts, policy hosts and name servers on loopback: every way in which a domain can be protected, badly protected or attacked. A class fixture;
/// each test calls <see cref="Require"/> first. Every mail host has an address of its own in 127.0.1.0/24 and the same port.
/// </summary>
public sealed partial class MailLab : IAsyncLifetime
{
    private readonly Dictionary<string, LabHost> _hosts = new(StringComparer.Ordinal);
    private readonly StringBuilder _zone = new();
    private readonly List<X509Certificate2> _issued = [];
    private readonly int _port = Ports.Take();
    private readonly LabAuthority _authority = new(TimeProvider.System);
    private int _next = 1;
    private DnsLab? _dns;

    internal MailboxCertificates Certificates { get; } = new(TimeProvider.System);

    internal LabPolicies Policies { get; private set; } = null!;

    internal DnsLab Dns => _dns!;

    /// <summary>What TLS reports would count.</summary>
    internal ConcurrentQueue<TlsAttempt> Attempts { get; } = new();

    internal ConnectDestination Connect { get; private set; } = null!;

    internal LabHost Host(string name) => _hosts[name];

    /// <summary>Skips, or fails under SEALPOST_FULL=1, where the lab cannot run here.</summary>
    public static void Require() => DnsLab.Require();

    public async ValueTask InitializeAsync()
    {
        Policies = new LabPolicies(Certificates);
        if (!DnsLab.IsPossible)
            return;
        var (unsigned, bogus) = Describe();
        _dns = await DnsLab.StartAsync(_zone.ToString(), unsigned, bogus);
        Connect = NewSender();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts.Values)
            await host.DisposeAsync();
        await Policies.DisposeAsync();
        if (_dns is not null)
            await _dns.DisposeAsync();
        _issued.ForEach(c => c.Dispose());
        _authority.Dispose();
        Certificates.Dispose();
    }

    /// <summary>A sender that knows nothing yet.</summary>
    internal ConnectDestination NewSender() => NewSender(Attempts.Enqueue);

    /// <summary>The same, with another listener.</summary>
    internal ConnectDestination NewSender(Action<TlsAttempt> attempted) => new(Options, TimeProvider.System) { Attempted = attempted };

    /// <summary>How mail gets into the lab.</summary>
    internal DeliveryOptions Options => new() { HeloName = "mail.greenvalley.test", DnsServer = Dns.Server, Port = _port, PolicyPort = Policies.Port, AllowsOwnNetwork = true, ExtraRoots = [Certificates.Root] };

    /// <summary>A sender through a relay of the lab; it knows nothing yet.</summary>
    internal ConnectDestination NewSenderVia(string relay, RelaySignIn? signIn = null) =>
        new(Options with { Via = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{relay}:{_port}"), ViaSignIn = signIn }, TimeProvider.System) { Attempted = Attempts.Enqueue };

    /// <summary>Sends one message of a class to a domain, as a campaign would: connect, gate, envelope, DATA.</summary>
    internal Task<LabOutcome> SendAsync(string domain, MessageClass messageClass, CancellationToken cancellationToken) => SendAsync(Connect, domain, messageClass, TransportAllowance.None, cancellationToken);

    internal static async Task<LabOutcome> SendAsync(ConnectDestination sender, string domain, MessageClass messageClass, TransportAllowance allowance, CancellationToken cancellationToken)
    {
        var gate = new TransportGate([], []);
        var today = new DateOnly(2026, 11, 29);
        var result = await sender.ConnectAsync(domain, gate.NeedFor(messageClass, allowance, today), cancellationToken);
        if (result is not ConnectResult.Connected connected)
            return new LabOutcome(result, null, null);
        await using var session = connected.Session;
        var decision = gate.Decide(messageClass, session.Observed, allowance, today);
        if (decision is not TransportDecision.Permit)
            return new LabOutcome(result, decision, null);
        var message = "Subject: lab\r\n\r\nSecret.\r\n"u8.ToArray();
        var reply = await session.EnvelopeAsync("b+1@bounce.greenvalley.test", "zoe@" + domain, message.Length, cancellationToken);
        return new LabOutcome(result, decision, reply.IsPositive ? await session.DataAsync(message, cancellationToken) : reply);
    }

    private X509Certificate2 Keep(X509Certificate2 certificate)
    {
        _issued.Add(certificate);
        return certificate;
    }

    private string Address(string name, LabTls? tls)
    {
        var address = $"127.0.1.{_next++}";
        _hosts[name] = new LabHost(IPAddress.Parse(address), _port, tls);
        return address;
    }

    /// <summary>A domain whose one MX is <c>mx.</c> below it.</summary>
    private void Domain(string domain, LabTls? tls, string? tlsa = null, string? sts = null)
    {
        var mx = "mx." + domain;
        _zone.Append(null, $"{domain}. MX 10 {mx}.\n{mx}. A {Address(mx, tls)}\n");
        if (tlsa is not null)
            Tlsa(mx, tlsa);
        if (sts is not null)
            Sts(domain, sts);
    }

    private void Tlsa(string host, string records)
    {
        foreach (var record in records.Split('\n'))
            _zone.Append(null, $"_{_port}._tcp.{host}. TLSA {record}\n");
    }

    private void Sts(string domain, string policy, int status = 200)
    {
        _zone.Append(null, $"_mta-sts.{domain}. 0 TXT \"v=STSv1; id=id1;\"\nmta-sts.{domain}. A {LabPolicies.Address}\n");
        Policies.Set(domain, policy, status);
    }

    private static string Enforce(params string[] mx) => $"version: STSv1\r\nmode: enforce\r\n{string.Concat(mx.Select(m => $"mx: {m}\r\n"))}max_age: 86400\r\n";

    private static string Spki(X509Certificate2 certificate) => Convert.ToHexString(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));

    private static string Full(X509Certificate2 certificate) => Convert.ToHexString(SHA512.HashData(certificate.RawData));
}
