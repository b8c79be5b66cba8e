using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using DnsClient;
using DnsClient.Protocol;

namespace Sealpost.Delivery;

/// <summary>Hosts that take a domain's mail, best first; or why there are none.</summary>
/// <param name="Hosts">Host names without trailing dot.</param>
/// <param name="Failure">Set where <paramref name="Hosts"/> is empty.</param>
internal sealed record MxAnswer(IReadOnlyList<string> Hosts, ConnectResult? Failure)
{
    /// <summary>DNSSEC validated the answer.</summary>
    public bool IsSecure { get; init; }

    /// <summary>The name that the domain is an alias of; null where it is none.</summary>
    public string? Expanded { get; init; }
}

/// <summary>Addresses of a host.</summary>
/// <param name="Addresses">IPv4 first; empty where it has none; null where DNS failed.</param>
/// <param name="IsSecure">DNSSEC validated them, aliases on the way included.</param>
/// <param name="Expanded">The name that the host is an alias of; null where it is none.</param>
internal sealed record HostAddresses(IReadOnlyList<IPAddress>? Addresses, bool IsSecure, string? Expanded);

/// <summary>Asks DNS for MX hosts and their addresses. RFC 5321 §5.1.</summary>
internal sealed class MxLookup(Resolver dns)
{
    private static readonly SearchValues<char> HostChars = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_.");

    private const int MaxHosts = 10;
    private const int MaxAddressesPerFamily = 2;
    private const int MaxAliases = 10;

    /// <summary>MX hosts in order of preference, equal ones shuffled; the domain itself where it has none but has an address.</summary>
    public async Task<MxAnswer> HostsAsync(string domain, CancellationToken cancellationToken)
    {
        var answer = await dns.AskAsync(domain, QueryType.MX, cancellationToken);
        if (answer.Result == DnsResult.Failed)
            return Deferred($"{answer.Problem} when asked for the MX.");
        if (answer.Result == DnsResult.NoDomain)
            return Rejected(550, "5.1.2", "The domain does not exist.");

        var records = answer.Records.OfType<MxRecord>().ToList();
        // RFC 7505 §3: a single MX of "." says that the domain takes no mail.
        if (records is [{ Exchange.Value: "." }])
            return Rejected(556, "5.1.10", "The domain takes no mail (null MX).");
        var hosts = Order(records);
        // §5.1: no MX at all makes the domain its own, with preference 0; an MX that cannot be used does not.
        return records.Count == 0 ? await ImplicitAsync(domain, answer, cancellationToken)
            : hosts.Count == 0 ? Deferred("The domain names no usable MX.")
            : new MxAnswer(hosts, null) { IsSecure = answer.IsSecure, Expanded = AliasOf(domain, answer.Records) };
    }

    /// <summary>Addresses of a host.</summary>
    public async Task<HostAddresses> AddressesAsync(string host, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out var literal))
            return new HostAddresses([literal], false, null);
        var four = await dns.AskAsync(host, QueryType.A, cancellationToken);
        var six = Socket.OSSupportsIPv6 ? await dns.AskAsync(host, QueryType.AAAA, cancellationToken) : null;
        List<IPAddress> addresses =
        [
            .. four.Records.OfType<ARecord>().Select(r => r.Address).Take(MaxAddressesPerFamily),
            .. six?.Records.OfType<AaaaRecord>().Select(r => r.Address).Take(MaxAddressesPerFamily) ?? [],
        ];
        if (addresses.Count == 0)
            return new HostAddresses(four.Result == DnsResult.Failed || six is { Result: DnsResult.Failed } ? null : [], false, null);

        // RFC 7672 §2.2.2: one insecure set among those used makes the host insecure.
        var used = new[] { four, six }.Where(a => a is { Result: DnsResult.Found });
        return new HostAddresses(addresses, used.All(a => a!.IsSecure), AliasOf(host, (four.Result == DnsResult.Found ? four : six!).Records));
    }

    /// <summary>The end of a chain of aliases; null where the name is none.</summary>
    internal static string? AliasOf(string name, IReadOnlyList<DnsResourceRecord> records)
    {
        var at = name;
        for (var i = 0; i < MaxAliases && records.OfType<CNameRecord>().FirstOrDefault(r => Plain(r.DomainName.Value) == at) is { } alias; i++)
            at = Plain(alias.CanonicalName.Value);
        return at == name ? null : at;
    }

    private static string Plain(string name) => name.TrimEnd('.').ToLowerInvariant();

    private static List<string> Order(List<MxRecord> records) =>
        [.. records.Select(r => (r.Preference, Tie: RandomNumberGenerator.GetInt32(int.MaxValue), Host: Plain(r.Exchange.Value)))
            .Where(r => IsHostName(r.Host))
            .OrderBy(r => r.Preference).ThenBy(r => r.Tie)
            .Select(r => r.Host).Distinct(StringComparer.Ordinal).Take(MaxHosts)];

    // RFC 5321 §2.3.5: a host name, no address and nothing that a resolver or a log would read otherwise.
    private static bool IsHostName(string host) =>
        host.Length is > 0 and <= 253 && !host.AsSpan().ContainsAnyExcept(HostChars) && !IPAddress.TryParse(host, out _);

    private async Task<MxAnswer> ImplicitAsync(string domain, DnsAnswer mx, CancellationToken cancellationToken)
    {
        var found = await AddressesAsync(domain, cancellationToken);
        return found.Addresses is null ? Deferred("DNS did not answer the address question.")
            : found.Addresses.Count == 0 ? Rejected(550, "5.1.2", "The domain has neither MX nor address.")
            : new MxAnswer([domain], null) { IsSecure = mx.IsSecure };
    }

    private static MxAnswer Deferred(string detail) => new([], new ConnectResult.Deferred(detail, null));

    private static MxAnswer Rejected(int code, string enhanced, string detail) =>
        new([], new ConnectResult.Rejected(detail, new SmtpReply(code, enhanced, detail) { IsOurs = true }));
}
