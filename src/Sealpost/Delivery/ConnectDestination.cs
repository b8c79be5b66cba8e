using System.Net;

namespace Sealpost.Delivery;

/// <summary>Opens verified SMTP connections to the hosts of a recipient domain. Thread-safe.</summary>
public sealed class ConnectDestination
{
    private readonly DeliveryOptions _options;
    private readonly MxLookup _dns;
    private readonly OpenHost _open;
    private readonly (string Host, int Port)? _via;

    /// <summary>Creates it with the organisation's options.</summary>
    /// <exception cref="ArgumentException">HELO name, relay or DNS server cannot be read; the message says how to write it.</exception>
    public ConnectDestination(DeliveryOptions options, TimeProvider time)
    {
        _options = options;
        _dns = new MxLookup(options.DnsServer);
        _open = new OpenHost(options.HeloName, options.ExtraRoots, time);
        _via = options.Via is { } via ? ParseEndpoint(via) : null;
    }

    /// <summary>Opens a connection; tries MX hosts in order of preference. Never falls back to clear text or unverified TLS.</summary>
    /// <param name="domain">Recipient domain as an A-label.</param>
    /// <param name="cancellationToken">Cancelling closes what was opened.</param>
    /// <returns>
    /// The first host that verifies. Else, if any host may do better later, <see cref="ConnectResult.Deferred"/>; if every host failed for good and one
    /// for its TLS, <see cref="ConnectResult.Withheld"/> with the reason of the most preferred one; else <see cref="ConnectResult.Rejected"/>.
    /// </returns>
    public async Task<ConnectResult> ConnectAsync(string domain, CancellationToken cancellationToken)
    {
        if (_via is { } via)
            return await TryHostAsync(via.Host, via.Port, via.Host, isRelay: true, cancellationToken);
        if (_options.Routes.TryGetValue(domain, out var route) || _options.Routes.TryGetValue("*", out route))
            return await TryHostAsync(route.Host, route.Port, route.VerifiedName, isRelay: false, cancellationToken);

        var answer = await _dns.HostsAsync(domain, cancellationToken);
        if (answer.Failure is { } failure)
            return failure;
        var worst = new List<ConnectResult>();
        foreach (var host in answer.Hosts)
        {
            var result = await TryHostAsync(host, _options.Port, host, isRelay: false, cancellationToken);
            if (result is ConnectResult.Connected)
                return result;
            worst.Add(result);
        }

        return Sum(worst);
    }

    private async Task<ConnectResult> TryHostAsync(string host, int port, string name, bool isRelay, CancellationToken cancellationToken)
    {
        var addresses = host == "localhost" ? [IPAddress.Loopback] : await _dns.AddressesAsync(host, cancellationToken);
        if (addresses is null or { Count: 0 })
            return new ConnectResult.Deferred($"{name}: {(addresses is null ? "DNS did not answer" : "has no address")}", null);
        var failures = new List<ConnectResult>();
        foreach (var address in addresses)
        {
            var target = new HostTarget(new IPEndPoint(address, port), name, isRelay ? _options.Via : null, ImplicitTls: isRelay && port == 465);
            var result = await _open.OpenAsync(target, cancellationToken);
            if (result is ConnectResult.Connected)
                return result;
            failures.Add(result);
        }

        return Sum(failures);
    }

    private static ConnectResult Sum(List<ConnectResult> failures) =>
        failures.OfType<ConnectResult.Deferred>().FirstOrDefault()
        ?? failures.OfType<ConnectResult.Withheld>().FirstOrDefault()
        ?? failures[0];

    private static (string Host, int Port) ParseEndpoint(string endpoint)
    {
        var colon = endpoint.LastIndexOf(':');
        var host = colon > 0 ? endpoint[..colon].Trim('[', ']') : "";
        return host.Length > 0 && ushort.TryParse(endpoint[(colon + 1)..], out var port) && port > 0
            ? (host, port)
            : throw new ArgumentException($"The relay '{endpoint}' needs a host and a port, such as relay.example.com:587.", nameof(endpoint));
    }
}
