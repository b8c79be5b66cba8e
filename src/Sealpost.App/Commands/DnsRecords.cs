using Sealpost.Organisations;

namespace Sealpost.App.Commands;

/// <summary>A DNS record to publish.</summary>
internal sealed record DnsRecord(string Name, string Type, string Value);

/// <summary>What a sender domain publishes so that its mail is accepted.</summary>
internal static class DnsRecords
{
    public static IReadOnlyList<DnsRecord> For(Organisation organisation, IReadOnlyList<(string Name, string Value)> dkim) =>
    [
        .. dkim.Select(record => new DnsRecord(record.Name, "TXT", record.Value)),
        new(organisation.Domain, "TXT", "v=spf1 ip4:<address this server sends from> -all"),
        new("bounce." + organisation.Domain, "TXT", "v=spf1 ip4:<address this server sends from> -all"),
        new("bounce." + organisation.Domain, "MX", "10 <host that takes bounces>"),

        // RFC 9989: policy for the domain and for subdomains that do not exist; failure reports stay off, they may hold PHI.
        new("_dmarc." + organisation.Domain, "TXT", $"v=DMARC1; p=reject; np=reject; rua=mailto:dmarc@{organisation.Domain}"),
    ];
}
