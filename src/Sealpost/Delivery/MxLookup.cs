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
internal sealed record MxAnswer(IReadOnlyList<string> Hosts, ConnectResult? Failure);

/// <summary>Asks DNS for MX hosts and their addresses. RFC 5321 §5.1.</summary>
internal sealed class MxLookup
{
    private static readonly SearchValues<char> HostChars = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_.");

    private const int MaxHosts = 10;
    private const int MaxAddressesPerFamily = 2;
    private readonly LookupClient _dns;

    public MxLookup(string? server)
    {
        var options = server is null ? new LookupClientOptions() : new LookupClientOptions(ParseServer(server));
        options.UseCache = true;
        options.Timeout = TimeSpan.FromSeconds(5);
        options.Retries = 2;
        options.ThrowDnsErrors = false;
        _dns = new LookupClient(options);
    }

    /// <summary>MX hosts in order of preference, equal ones shuffled; the domain itself where it has none but has an address.</summary>
    public async Task<MxAnswer> HostsAsync(string domain, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(domain, QueryType.MX, cancellationToken);
        if (answer is null)
            return Deferred("DNS did not answer the MX question.");
        if (answer.Header.ResponseCode == DnsHeaderResponseCode.NotExistentDomain)
            return Rejected(550, "5.1.2", "The domain does not exist.");
        if (answer.HasError)
            return Deferred($"DNS answered the MX question with {answer.Header.ResponseCode}.");

        var records = answer.Answers.MxRecords().ToList();
        // RFC 7505 §3: a single MX of "." says that the domain takes no mail.
        if (records is [{ Exchange.Value: "." }])
            return Rejected(556, "5.1.10", "The domain takes no mail (null MX).");
        var hosts = Order(records);
        // §5.1: no MX at all makes the domain its own, with preference 0; an MX that cannot be used does not.
        return records.Count == 0 ? await ImplicitAsync(domain, cancellationToken)
            : hosts.Count == 0 ? Deferred("The domain names no usable MX.")
            : new MxAnswer(hosts, null);
    }

    /// <summary>Addresses of a host, IPv4 first; empty where it has none; null where DNS failed.</summary>
    public async Task<IReadOnlyList<IPAddress>?> AddressesAsync(string host, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out var literal))
            return [literal];
        var four = await AskAsync(host, QueryType.A, cancellationToken);
        var six = Socket.OSSupportsIPv6 ? await AskAsync(host, QueryType.AAAA, cancellationToken) : null;
        var addresses = new List<IPAddress>();
        addresses.AddRange((four?.Answers.ARecords() ?? []).Select(r => r.Address).Take(MaxAddressesPerFamily));
        addresses.AddRange((six?.Answers.AaaaRecords() ?? []).Select(r => r.Address).Take(MaxAddressesPerFamily));
        var failed = four is null || (four.HasError && four.Header.ResponseCode != DnsHeaderResponseCode.NotExistentDomain);
        return addresses.Count == 0 && failed ? null : addresses;
    }

    private static List<string> Order(List<MxRecord> records) =>
        [.. records.Select(r => (r.Preference, Tie: RandomNumberGenerator.GetInt32(int.MaxValue), Host: r.Exchange.Value.TrimEnd('.').ToLowerInvariant()))
            .Where(r => IsHostName(r.Host))
            .OrderBy(r => r.Preference).ThenBy(r => r.Tie)
            .Select(r => r.Host).Distinct(StringComparer.Ordinal).Take(MaxHosts)];

    // RFC 5321 §2.3.5: a host name, no address and nothing that a resolver or a log would read otherwise.
    private static bool IsHostName(string host) =>
        host.Length is > 0 and <= 253 && !host.AsSpan().ContainsAnyExcept(HostChars) && !IPAddress.TryParse(host, out _);

    private async Task<MxAnswer> ImplicitAsync(string domain, CancellationToken cancellationToken)
    {
        var addresses = await AddressesAsync(domain, cancellationToken);
        return addresses is null ? Deferred("DNS did not answer the address question.")
            : addresses.Count == 0 ? Rejected(550, "5.1.2", "The domain has neither MX nor address.")
            : new MxAnswer([domain], null);
    }

    private async Task<IDnsQueryResponse?> AskAsync(string name, QueryType type, CancellationToken cancellationToken)
    {
        try
        {
            return await _dns.QueryAsync(name, type, cancellationToken: cancellationToken);
        }
        catch (DnsResponseException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return null;
        }
    }

    private static MxAnswer Deferred(string detail) => new([], new ConnectResult.Deferred(detail, null));

    private static MxAnswer Rejected(int code, string enhanced, string detail) =>
        new([], new ConnectResult.Rejected(detail, new SmtpReply(code, enhanced, detail) { IsOurs = true }));

    private static NameServer[] ParseServer(string server) =>
        IPEndPoint.TryParse(server, out var endpoint)
            ? [new NameServer(endpoint.Address, endpoint.Port == 0 ? 53 : endpoint.Port)]
            : throw new ArgumentException($"The DNS server '{server}' is no address; write 192.0.2.1 or 192.0.2.1:53.", nameof(server));
}
