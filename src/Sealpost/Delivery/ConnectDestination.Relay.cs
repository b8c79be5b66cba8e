using System.Net;
using Sealpost.Consent;
using Sealpost.Delivery.Dane;
using Sealpost.Delivery.MtaSts;

namespace Sealpost.Delivery;

/// <content>A configured relay: its own name is the next hop, and its own policies are what it is held to.</content>
public sealed partial class ConnectDestination
{
    // The recipient's domain says nothing about a relay. What the relay's own name publishes does: TLSA records (RFC 7672 §2.2.2, a next hop
    // that no MX was looked up for) and MTA-STS (RFC 8461 §3.4: the smart host's domain is the policy domain).
    private async Task<ConnectResult> RelayAsync(string host, int port, HopNeed need, CancellationToken cancellationToken)
    {
        var found = await StatedAddressesAsync(host, cancellationToken);
        if (found.Addresses is null or { Count: 0 })
            return NoAddress(host, found);
        if (need.IsForReport || host == "localhost" || IPAddress.TryParse(host, out _))
            return await TryRelayAsync(host, port, found, DaneFinding.NotApplicable, new StsFinding(null, null), cancellationToken);

        // The name was written into the settings: no lookup led to it that would have to be signed.
        var dane = await _tlsa.FindAsync(host, new MxAnswer([host], null) { IsSecure = true }, host, found, port, cancellationToken);
        if (dane is DaneFinding.Failed failed)
            return new ConnectResult.Deferred($"{host}: {failed.Problem}", null);
        var sts = await _sts.ForAsync(host, cancellationToken);
        var result = await TryRelayAsync(host, port, found, dane, sts, cancellationToken);
        return sts.EnforcedId is not null && result is not ConnectResult.Connected && await _sts.RecheckAsync(host, sts, cancellationToken) is { } changed
            ? await TryRelayAsync(host, port, found, dane, changed, cancellationToken)
            : result;
    }

    private async Task<ConnectResult> TryRelayAsync(string host, int port, HostAddresses found, DaneFinding dane, StsFinding sts, CancellationToken cancellationToken)
    {
        if (sts.EnforcedId is not null && sts.Misses(host))
            return new ConnectResult.Deferred($"{host}: is not named by its own MTA-STS policy", null) { Cause = WithholdReason.MtaStsRefused };

        // Everybody's mail goes through it: a relay that is not verified gets none, not even a notice.
        return await TryAddressesAsync(
            host,
            sts,
            [.. found.Addresses!.Select(address => new HostTarget(new IPEndPoint(address, port), host, _options.Via, ImplicitTls: port == 465)
            {
                Dane = dane,
                StsId = sts.EnforcedId,
                Lowest = Tier.T2,
                SignIn = _options.ViaSignIn,
                Dnssec = found.IsSecure ? "secure" : "insecure",
            })],
            isCounted: false,
            cancellationToken);
    }
}
