using System.Net;
using Sealpost.Consent;
using Sealpost.Delivery.Dane;
using Sealpost.Delivery.MtaSts;

namespace Sealpost.Delivery;

/// <summary>Opens verified SMTP connections to the hosts of a recipient domain, by the policies that the domain publishes. Thread-safe.</summary>
public sealed partial class ConnectDestination
{
    private readonly DeliveryOptions _options;
    private readonly Resolver _resolver;
    private readonly MxLookup _dns;
    private readonly TlsaLookup _tlsa;
    private readonly FindStsPolicy _sts;
    private readonly OpenHost _open;
    private readonly ReportAttempts _report;
    private readonly (string Host, int Port)? _via;

    /// <summary>Creates it with the organisation's options; MTA-STS policies are kept in memory alone.</summary>
    /// <exception cref="ArgumentException">HELO name, relay or DNS server cannot be read; the message says how to write it.</exception>
    public ConnectDestination(DeliveryOptions options, TimeProvider time)
        : this(options, new StsCache(null), time)
    {
    }

    internal ConnectDestination(DeliveryOptions options, StsCache policies, TimeProvider time)
    {
        _options = options;
        _resolver = new Resolver(options.DnsServer);
        _dns = new MxLookup(_resolver);
        _tlsa = new TlsaLookup(_resolver);
        _sts = new FindStsPolicy(_resolver, new FetchStsPolicy(_dns, options.ExtraRoots, options.PolicyPort, time), policies, time);
        _open = new OpenHost(options.HeloName, options.ExtraRoots, time);
        _report = new ReportAttempts(() => Attempted, time);
        _via = options.Via is { } via ? ParseEndpoint(via) : null;
    }

    /// <summary>Told of every session, or try to have one, under each policy that applied. Called on the connection's thread; must not throw or wait.</summary>
    public Action<TlsAttempt>? Attempted { get; init; }

    /// <summary>Opens a connection under verified TLS of any kind.</summary>
    /// <inheritdoc cref="ConnectAsync(string, HopNeed, CancellationToken)"/>
    public Task<ConnectResult> ConnectAsync(string domain, CancellationToken cancellationToken) => ConnectAsync(domain, HopNeed.Verified, cancellationToken);

    /// <summary>Opens a connection; tries MX hosts in order of preference. Never falls back to clear text, and to unverified TLS only where <paramref name="need"/> says so.</summary>
    /// <param name="domain">Recipient domain as an A-label.</param>
    /// <param name="need">How good it has to be.</param>
    /// <param name="cancellationToken">Cancelling closes what was opened.</param>
    /// <returns>
    /// The first host that reaches the wanted tier, else the best that may be used. Else, if any host may do better later, <see cref="ConnectResult.Deferred"/>;
    /// if every host failed for good and one for its TLS, <see cref="ConnectResult.Withheld"/> with the reason of the most preferred one; else <see cref="ConnectResult.Rejected"/>.
    /// </returns>
    public async Task<ConnectResult> ConnectAsync(string domain, HopNeed need, CancellationToken cancellationToken)
    {
        try
        {
            return await FindAsync(domain, need, cancellationToken);
        }
        catch (Exception e) when (Unforeseen.Is(e))
        {
            // What DNS and a policy's web server answer is a stranger's, too. It concerns this domain, and no other one waits for it.
            return ConnectResult.Deferred.By(e, domain);
        }
    }

    private async Task<ConnectResult> FindAsync(string domain, HopNeed need, CancellationToken cancellationToken)
    {
        if (_via is { } via)
            return await RelayAsync(via.Host, via.Port, need, cancellationToken);
        if (_options.Routes.TryGetValue(domain, out var route) || _options.Routes.TryGetValue("*", out route))
            return await StatedAsync(domain, route, need, cancellationToken);

        var mx = await _dns.HostsAsync(domain, cancellationToken);
        if (mx.Failure is { } failure)
            return failure;
        if (need.IsForReport)
            return await TryAllAsync(domain, mx, new StsFinding(null, null), need, cancellationToken);
        var sts = await _sts.ForAsync(domain, cancellationToken);
        if (sts.Problem is { } problem)
            _report.NoPolicy(domain, problem);
        var result = await TryAllAsync(domain, mx, sts, need, cancellationToken);
        // RFC 8461 §5.1: before a policy makes delivery fail, look whether the domain has changed it.
        return sts.EnforcedId is not null && result is not ConnectResult.Connected && await _sts.RecheckAsync(domain, sts, cancellationToken) is { } changed
            ? await TryAllAsync(domain, mx, changed, need, cancellationToken)
            : result;
    }

    /// <summary>Whether DNSSEC works here, so that DANE can. Asks for the root's own records.</summary>
    public async Task<DnssecStatus> DnssecAsync(CancellationToken cancellationToken) => DnssecStatus.Of(
        _resolver.IsLocal,
        _resolver.Servers,
        _resolver.IsLocal ? await _resolver.AskFreshAsync(".", DnsClient.QueryType.SOA, cancellationToken) : null);

    /// <summary>Fetches MTA-STS policies anew that were fetched more than a day ago. Returns how many were due.</summary>
    public Task<int> RefreshPoliciesAsync(CancellationToken cancellationToken) => _sts.RefreshAsync(cancellationToken);

    /// <summary>Enforced MTA-STS policies that could not be refreshed again and again and end soon. RFC 8461 §10.2.</summary>
    internal Task<IReadOnlyList<EndingPolicy>> EndingPoliciesAsync(CancellationToken cancellationToken) => _sts.EndingAsync(cancellationToken);

    // A stated route: neither MX nor policy of the recipient's domain speaks of it.
    private async Task<ConnectResult> StatedAsync(string domain, DeliveryRoute route, HopNeed need, CancellationToken cancellationToken)
    {
        var found = await StatedAddressesAsync(route.Host, cancellationToken);
        return found.Addresses is null or { Count: 0 }
            ? NoAddress(route.VerifiedName, found)
            : await TryAddressesAsync(
                domain,
                new StsFinding(null, null),
                [.. found.Addresses.Select(address => new HostTarget(new IPEndPoint(address, route.Port), route.VerifiedName, null, ImplicitTls: false) { Lowest = need.Lowest })],
                isCounted: false,
                cancellationToken);
    }

    private async Task<HostAddresses> StatedAddressesAsync(string host, CancellationToken cancellationToken) =>
        host == "localhost" ? new HostAddresses([IPAddress.Loopback], false, null) : await _dns.AddressesAsync(host, cancellationToken);

    private async Task<ConnectResult> TryAllAsync(string domain, MxAnswer mx, StsFinding sts, HopNeed need, CancellationToken cancellationToken)
    {
        SmtpSession? best = null;
        var left = mx.Hosts.Count;
        var failures = new List<ConnectResult>();
        try
        {
            foreach (var host in mx.Hosts)
            {
                left--;
                var (targets, result) = await PrepareAsync(domain, mx, host, sts, need, cancellationToken);
                // A host that cannot be better than the one at hand is not asked.
                if (result is null && (best is null || targets[0].Potential > best.Observed.Tier))
                    result = await TryAddressesAsync(domain, sts, targets, isCounted: !need.IsForReport, cancellationToken);
                if (result is ConnectResult.Connected connected)
                {
                    if (best is not null)
                        await best.DisposeAsync();
                    best = connected.Session;
                    if (best.Observed.Tier >= need.Wanted)
                        break;
                }
                else if (result is not null)
                {
                    failures.Add(result);
                }
            }
        }
        catch
        {
            if (best is not null)
                await best.DisposeAsync();
            throw;
        }

        return best is not null ? new ConnectResult.Connected(best) { LeavesOthers = left > 0, MayBeBetterLater = failures.OfType<ConnectResult.Deferred>().Any() } : Sum(failures);
    }

    // Everything that is known before a connection is made: whether the host may be used at all, and what it has to prove.
    private async Task<(IReadOnlyList<HostTarget> Targets, ConnectResult? Failure)> PrepareAsync(
        string domain, MxAnswer mx, string host, StsFinding sts, HopNeed need, CancellationToken cancellationToken)
    {
        if (_options.ExpectedMx.TryGetValue(domain, out var expected) && !expected.Any(suffix => host == suffix || host.EndsWith("." + suffix, StringComparison.Ordinal)))
            return ([], new ConnectResult.Withheld(WithholdReason.UnexpectedMx, $"{host}: is none of the mail hosts that this organisation expects for the domain") { Seen = Unasked(host, "expected-mx") });
        var isNamed = !sts.Misses(host);
        if (!isNamed)
            _report.NotNamed(domain, sts, host);
        if (!isNamed && sts.EnforcedId is not null) // RFC 8461 §5: the next host may be named
            return ([], new ConnectResult.Deferred($"{host}: is not named by the domain's MTA-STS policy", null) { Cause = WithholdReason.MtaStsRefused, Seen = Unasked(host, $"mta-sts:{sts.EnforcedId}") });
        var found = await _dns.AddressesAsync(host, cancellationToken);
        if (found.Addresses is null or { Count: 0 })
            return ([], NoAddress(host, found));
        IReadOnlyList<IPAddress> reachable = _options.AllowsOwnNetwork ? found.Addresses : [.. found.Addresses.Where(PublicAddress.Is)];
        if (reachable.Count == 0)
            return ([], new ConnectResult.Withheld(WithholdReason.UnexpectedMx, $"{host}: its address is one of this machine or of an inner network; where that is meant, state the host by a route") { Seen = Unasked(host, "public-address") });
        var dane = need.IsForReport ? DaneFinding.NotApplicable : await _tlsa.FindAsync(domain, mx, host, found, _options.Port, cancellationToken);
        if (dane is DaneFinding.Failed failed)
        {
            // RFC 7672 §2.1.2: a host whose records cannot be had must not be used; an attacker could be the one who keeps them away.
            _report.NoTlsa(domain, host);
            return ([], new ConnectResult.Deferred($"{host}: {failed.Problem}", null) { Seen = Unasked(host, "dane") });
        }

        return ([.. reachable.Select(address => new HostTarget(new IPEndPoint(address, _options.Port), host, null, ImplicitTls: false)
        {
            Dane = dane,
            StsId = sts.EnforcedId,
            Lowest = need.Lowest,
            Dnssec = mx.IsSecure && found.IsSecure ? "secure" : "insecure",
        })], null);
    }

    // A host that was passed over before any connection: its name and the policy are all there is.
    private TransportObservation Unasked(string host, string policy) => new(host, "", _options.Port, Tier.T0, "", "", "", policy, false, null);

    private async Task<ConnectResult> TryAddressesAsync(string domain, StsFinding sts, IReadOnlyList<HostTarget> targets, bool isCounted, CancellationToken cancellationToken)
    {
        var failures = new List<ConnectResult>();
        foreach (var target in targets)
        {
            var opened = await _open.OpenAsync(target, cancellationToken);
            if (isCounted)
                _report.Judged(domain, sts, target, opened);
            if (opened.Result is ConnectResult.Connected)
                return opened.Result;
            failures.Add(opened.Result);
        }

        return Sum(failures);
    }

    private static ConnectResult.Deferred NoAddress(string name, HostAddresses found) =>
        new($"{name}: {(found.Addresses is null ? "DNS did not answer" : "has no address")}", null);

    // An ordinary failure says that later may be better, whatever the policies say; so does a policy's refusal, and its cause is kept.
    // What the hosts that answered lack is kept beside an ordinary failure: it need not be waited for without end.
    private static ConnectResult Sum(List<ConnectResult> failures) =>
        failures.OfType<ConnectResult.Deferred>().FirstOrDefault(d => d.Cause is null) is { } ordinary
            ? ordinary with { Otherwise = failures.Select(Lacking).FirstOrDefault(reason => reason is not null) }
            : failures.OfType<ConnectResult.Deferred>().FirstOrDefault()
            ?? failures.OfType<ConnectResult.Withheld>().FirstOrDefault()
            ?? failures[0];

    private static WithholdReason? Lacking(ConnectResult failure) => failure switch
    {
        ConnectResult.Withheld withheld => withheld.Reason,
        ConnectResult.Deferred deferred => deferred.InTheEnd,
        _ => null,
    };

    private static (string Host, int Port) ParseEndpoint(string endpoint)
    {
        var colon = endpoint.LastIndexOf(':');
        var host = colon > 0 ? endpoint[..colon].Trim('[', ']') : "";
        return host.Length > 0 && ushort.TryParse(endpoint[(colon + 1)..], out var port) && port > 0
            ? (host, port)
            : throw new ArgumentException($"The relay '{endpoint}' needs a host and a port, such as relay.example.com:587.", nameof(endpoint));
    }
}
