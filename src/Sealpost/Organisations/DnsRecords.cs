using Sealpost.Delivery;

namespace Sealpost.Organisations;

/// <summary>A DNS record to publish.</summary>
/// <param name="Name">Owner name, without a trailing dot.</param>
/// <param name="Type">Record type.</param>
/// <param name="Value">Value as most providers' forms take it.</param>
internal sealed record DnsRecord(string Name, string Type, string Value)
{
    /// <summary>What it is for, in a sentence.</summary>
    public string Purpose { get; init; } = "";

    /// <summary>Holds a placeholder that only the organisation can fill.</summary>
    public bool IsIncomplete => Value.Contains('<', StringComparison.Ordinal);
}

/// <summary>What a sender domain publishes so that its mail is accepted.</summary>
internal static class DnsRecords
{
    /// <summary>The records, with placeholders where the settings do not say what stands there.</summary>
    /// <param name="organisation">Whose domain.</param>
    /// <param name="dkim">Names and values of the DKIM keys.</param>
    /// <param name="settings">Settings; <c>sends-from</c> and <c>bounce-host</c> fill the placeholders.</param>
    public static IReadOnlyList<DnsRecord> For(Organisation organisation, IReadOnlyList<(string Name, string Value)> dkim, IReadOnlyDictionary<string, string> settings)
    {
        var spf = $"v=spf1 {Senders(settings)} -all";
        var returns = ReturnPath.DomainOf(organisation.Domain);
        return
        [
            .. dkim.Select(record => new DnsRecord(record.Name, "TXT", record.Value) { Purpose = "DKIM: shows that a message came from you, unchanged." }),
            new(organisation.Domain, "TXT", spf) { Purpose = "SPF: the addresses that send for the domain, and no others." },
            new(returns, "TXT", spf) { Purpose = "SPF of the domain that bounces return to." },
            new(returns, "MX", $"10 {settings.GetValueOrDefault("bounce-host", "<host that takes bounces>")}") { Purpose = "Where bounces and reports are delivered." },

            // RFC 9989: policy for the domain and for subdomains that do not exist; failure reports stay off, they may hold PHI.
            new("_dmarc." + organisation.Domain, "TXT", $"v=DMARC1; p=reject; np=reject; rua=mailto:dmarc@{returns}") { Purpose = "DMARC: mail that only pretends to be yours is refused." },
        ];
    }

    private static string Senders(IReadOnlyDictionary<string, string> settings) =>
        OrganisationSettings.SendsFrom(settings) is { Count: > 0 } addresses
            ? string.Join(' ', addresses.Select(address => (address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? "ip6:" : "ip4:") + address))
            : "ip4:<address this server sends from>";
}
