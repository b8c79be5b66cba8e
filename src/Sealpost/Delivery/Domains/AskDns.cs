using System.Net;
using DnsClient;
using DnsClient.Protocol;

namespace Sealpost.Delivery.Domains;

/// <summary>Text records of a name, or why there are none.</summary>
/// <param name="Values">One string a record; its parts joined without a space. RFC 7208 §3.3, RFC 6376 §3.6.2.2.</param>
/// <param name="Failed">DNS did not answer, or with an error: nothing can be said.</param>
/// <param name="IsMissing">There is no such name at all.</param>
internal sealed record TextAnswer(IReadOnlyList<string> Values, bool Failed, bool IsMissing);

/// <summary>Asks for what a domain publishes, never from a cache: who just published a record wants it seen.</summary>
internal sealed class AskDns
{
    private readonly Resolver _dns;

    /// <summary>Creates it.</summary>
    /// <param name="server">Address with an optional port; null asks the system's.</param>
    public AskDns(string? server) => _dns = new Resolver(server);

    /// <summary>TXT records of a name, aliases followed.</summary>
    public async Task<TextAnswer> TextAsync(string name, CancellationToken cancellationToken)
    {
        var answer = await _dns.AskFreshAsync(name, QueryType.TXT, cancellationToken).ConfigureAwait(false);
        return new TextAnswer([.. answer.Records.OfType<TxtRecord>().Select(record => string.Concat(record.Text))], answer.Result == DnsResult.Failed, answer.Result == DnsResult.NoDomain);
    }

    /// <summary>Addresses of a name; null where DNS failed.</summary>
    public async Task<IReadOnlyList<IPAddress>?> AddressesAsync(string name, CancellationToken cancellationToken)
    {
        var four = await _dns.AskFreshAsync(name, QueryType.A, cancellationToken).ConfigureAwait(false);
        var six = await _dns.AskFreshAsync(name, QueryType.AAAA, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<IPAddress> found = [.. four.Records.Concat(six.Records).OfType<AddressRecord>().Select(record => record.Address)];
        return found.Count == 0 && (four.Result == DnsResult.Failed || six.Result == DnsResult.Failed) ? null : found;
    }

    /// <summary>MX hosts, best first, without trailing dot (<c>.</c> alone stays); null where DNS failed.</summary>
    public async Task<IReadOnlyList<string>?> HostsAsync(string name, CancellationToken cancellationToken)
    {
        var answer = await _dns.AskFreshAsync(name, QueryType.MX, cancellationToken).ConfigureAwait(false);
        return answer.Result == DnsResult.Failed ? null : [.. answer.Records.OfType<MxRecord>().OrderBy(record => record.Preference).Select(record => Bare(record.Exchange.Value))];
    }

    /// <summary>Names that an address points back to; null where DNS failed.</summary>
    public async Task<IReadOnlyList<string>?> NamesAsync(IPAddress address, CancellationToken cancellationToken)
    {
        var answer = await _dns.AskFreshAsync(address.GetReverseName(), QueryType.PTR, cancellationToken).ConfigureAwait(false);
        return answer.Result == DnsResult.Failed ? null : [.. answer.Records.OfType<PtrRecord>().Select(record => Bare(record.PtrDomainName.Value))];
    }

    /// <summary>Whether a name is an alias.</summary>
    public async Task<bool> IsAliasAsync(string name, CancellationToken cancellationToken) =>
        (await _dns.AskFreshAsync(name, QueryType.A, cancellationToken).ConfigureAwait(false)).Records.OfType<CNameRecord>().Any();

    private static string Bare(string name) => name.Length > 1 ? name.TrimEnd('.').ToLowerInvariant() : name;
}
