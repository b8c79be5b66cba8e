using System.Net;

namespace Sealpost.Delivery.Domains;

/// <summary>A DNS record to publish.</summary>
/// <param name="Name">Owner name, without trailing dot.</param>
/// <param name="Type">Such as <c>TXT</c>.</param>
/// <param name="Value">Its value; TXT values as one string, whatever their length.</param>
internal sealed record ZoneRecord(string Name, string Type, string Value);

/// <summary>What a sender domain is to look like from outside.</summary>
internal sealed record SenderDomain
{
    /// <summary>Domain of the header From, <c>d=</c> of the signatures.</summary>
    public required string Domain { get; init; }

    /// <summary>Domain of return paths.</summary>
    public string ReturnDomain => ReturnPath.DomainOf(Domain);

    /// <summary>Name given at HELO.</summary>
    public required string HeloName { get; init; }

    /// <summary>Addresses that mail leaves from, as the internet sees them; empty takes those of <see cref="HeloName"/>.</summary>
    public IReadOnlyList<IPAddress> Addresses { get; init; } = [];

    /// <summary>Public DKIM keys to publish: name and value.</summary>
    public required IReadOnlyList<(string Name, string Value)> Dkim { get; init; }

    /// <summary>Host that takes bounces; null where none is stated.</summary>
    public string? ReturnHost { get; init; }

    /// <summary>A relay sends in our place: then SPF, PTR and HELO are the relay's.</summary>
    public bool HasRelay { get; init; }
}

/// <summary>What a sender domain is told to publish.</summary>
internal static class DomainRecords
{
    /// <summary>RFC 7208: every sender of ours, and nobody else.</summary>
    public static ZoneRecord Spf(string name, SenderDomain domain) =>
        new(name, "TXT", domain.HasRelay ? "v=spf1 include:<your relay's SPF domain> -all" : $"v=spf1 {(domain.Addresses.Count == 0 ? "ip4:<address this server sends from>" : string.Join(' ', domain.Addresses.Select(Mechanism)))} -all");

    /// <summary>RFC 9989: policy for the domain and for subdomains that do not exist; failure reports stay off, they may hold PHI. Reports go where bounces go, whose MX is ours.</summary>
    public static ZoneRecord Dmarc(string domain) => new("_dmarc." + domain, "TXT", $"v=DMARC1; p=reject; np=reject; rua=mailto:dmarc@{ReturnPath.DomainOf(domain)}");

    /// <summary>RFC 8460 §3: where others report how TLS went.</summary>
    public static ZoneRecord TlsReports(string domain, string to) => new("_smtp._tls." + domain, "TXT", $"v=TLSRPTv1; rua=mailto:tlsrpt@{to}");

    private static string Mechanism(IPAddress address) => (address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? "ip6:" : "ip4:") + address;
}
