using DnsClient;
using DnsClient.Protocol;

namespace Sealpost.Delivery.Dane;

/// <summary>Asks for the TLSA records of an MX host, only where everything that led to it was signed. RFC 7672 §2.2.</summary>
internal sealed class TlsaLookup(Resolver dns)
{
    /// <summary>What DNSSEC says about the host's certificate.</summary>
    /// <param name="domain">Recipient domain, an A-label.</param>
    /// <param name="mx">Its MX answer.</param>
    /// <param name="host">One of its hosts.</param>
    /// <param name="addresses">Addresses of that host.</param>
    /// <param name="port">Port to connect to.</param>
    /// <param name="cancellationToken">Stops asking.</param>
    public async Task<DaneFinding> FindAsync(string domain, MxAnswer mx, string host, HostAddresses addresses, int port, CancellationToken cancellationToken)
    {
        if (!mx.IsSecure)
            return DaneFinding.NotApplicable;
        if (await BaseDomainsAsync(host, addresses, cancellationToken) is not { } names)
            return new DaneFinding.Failed($"DNS gave no validated answer when asked whether {host} is an alias");
        foreach (var name in names)
        {
            var answer = await dns.AskAsync($"_{port}._tcp.{name}", (QueryType)52, cancellationToken);
            if (answer.Result == DnsResult.Failed)
                return new DaneFinding.Failed($"{answer.Problem} when asked for the TLSA records of {name}");
            if (answer.Result != DnsResult.Found || !answer.IsSecure)
                continue;
            var records = answer.Records.OfType<TlsaRecord>().Select(r => new TlsaEntry((byte)r.CertificateUsage, (byte)r.Selector, (byte)r.MatchingType, [.. r.CertificateAssociationData])).ToList();
            var usable = records.Where(r => r.IsUsable).ToList();
            return usable.Count == 0
                ? new DaneFinding.Unusable(records, name)
                : new DaneFinding.Usable(usable, name, [.. new[] { name, domain, mx.Expanded }.OfType<string>().Distinct(StringComparer.Ordinal)]); // RFC 7672 §3.2.2
        }

        return DaneFinding.NotApplicable;
    }

    // RFC 7672 §2.2.2: the name that a signed alias leads to goes before the host's own. Null where that could not be asked: who suppresses the
    // answer must not turn DANE off (§2.1.1).
    private async Task<IReadOnlyList<string>?> BaseDomainsAsync(string host, HostAddresses addresses, CancellationToken cancellationToken)
    {
        if (addresses.IsSecure)
            return addresses.Expanded is { } expanded ? [expanded, host] : [host];
        if (addresses.Expanded is null)
            return [];
        // §2.1.3: an alias in a signed zone may lead to an unsigned one; the zone of the host's own name still speaks for it.
        var alias = await dns.AskAsync(host, QueryType.CNAME, cancellationToken);
        return alias.Result == DnsResult.Failed ? null : alias is { Result: DnsResult.Found, IsSecure: true } ? [host] : [];
    }
}
