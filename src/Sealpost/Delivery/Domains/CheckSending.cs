using System.Net;

namespace Sealpost.Delivery.Domains;

/// <summary>Whether the name given at HELO and the sending addresses lead to each other. RFC 5321 §4.1.1.1, RFC 1912 §2.1.</summary>
internal sealed class CheckSending(AskDns dns)
{
    /// <summary>Checks; the domain comes back with the addresses that its HELO name leads to, where none were stated.</summary>
    public async Task<(SenderDomain Known, IReadOnlyList<DomainFinding> Findings)> RunAsync(SenderDomain domain, CancellationToken cancellationToken)
    {
        if (domain.HasRelay)
            return (domain, [new DomainFinding("HELO", DomainStanding.Good, "A relay sends; HELO name and PTR are the relay's.")]);
        var forward = await dns.AddressesAsync(domain.HeloName, cancellationToken).ConfigureAwait(false);
        if (forward is null)
            return (domain, [new DomainFinding("HELO", DomainStanding.Unknown, $"DNS did not answer for {domain.HeloName}.", "Check again in a few minutes.")]);
        if (forward.Count == 0 && domain.Addresses.Count == 0)
        {
            return (domain, [new DomainFinding("HELO", DomainStanding.Wrong, $"{domain.HeloName}, the name given at HELO, has no address; many receivers refuse that.",
                "Publish the address that this server sends from. Where it differs from the name's, say it with `sealpost org set sends-from`.")
            {
                Publish = [new ZoneRecord(domain.HeloName, "A", "<address this server sends from>")],
            }]);
        }

        var known = domain.Addresses.Count > 0 ? domain : domain with { Addresses = forward };
        var findings = new List<DomainFinding> { Helo(known, forward) };
        foreach (var address in known.Addresses)
            findings.Add(await PointerAsync(known.HeloName, address, cancellationToken).ConfigureAwait(false));
        return (known, findings);
    }

    private static DomainFinding Helo(SenderDomain domain, IReadOnlyList<IPAddress> forward) =>
        domain.Addresses.All(forward.Contains)
            ? new DomainFinding("HELO", DomainStanding.Good, $"{domain.HeloName} leads to {string.Join(", ", forward)}.")
            : new DomainFinding("HELO", DomainStanding.Wrong, $"{domain.HeloName} does not lead to every address that mail leaves from.", "Publish them all.")
            {
                Publish = [.. domain.Addresses.Where(address => !forward.Contains(address)).Select(address => new ZoneRecord(domain.HeloName, address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? "AAAA" : "A", address.ToString()))],
            };

    private async Task<DomainFinding> PointerAsync(string helo, IPAddress address, CancellationToken cancellationToken)
    {
        ZoneRecord[] publish = [new(address.GetReverseName(), "PTR", helo + ".")];
        if (await dns.NamesAsync(address, cancellationToken).ConfigureAwait(false) is not { } names)
            return new DomainFinding("PTR", DomainStanding.Unknown, $"DNS did not answer for {address}.", "Check again in a few minutes.");
        foreach (var name in names)
        {
            if ((await dns.AddressesAsync(name, cancellationToken).ConfigureAwait(false) ?? []).Contains(address))
            {
                return name == helo
                    ? new DomainFinding("PTR", DomainStanding.Good, $"{address} points back to {helo}.")
                    : new DomainFinding("PTR", DomainStanding.Advice, $"{address} points back to {name}, which is not the name given at HELO ({helo}).", "Let it point to the HELO name; whoever runs the address sets it.") { Publish = publish };
            }
        }

        return new DomainFinding("PTR", DomainStanding.Wrong,
            names.Count == 0 ? $"{address} points back to no name; large receivers refuse mail from it." : $"{address} points back to {names[0]}, which does not lead to it again.",
            "Ask whoever runs the address (your provider) to set its PTR.")
        { Publish = publish };
    }
}

/// <summary>Names of addresses in reverse zones.</summary>
internal static class ReverseNames
{
    /// <summary>RFC 1035 §3.5, RFC 3596 §2.5; without trailing dot.</summary>
    public static string GetReverseName(this IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        return bytes.Length == 4
            ? $"{string.Join('.', bytes.Reverse())}.in-addr.arpa"
            : $"{string.Join('.', Convert.ToHexStringLower(bytes).Reverse())}.ip6.arpa";
    }
}
