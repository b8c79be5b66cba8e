using System.Net;

namespace Sealpost.Delivery.Domains;

/// <summary>Whether SPF allows our addresses, and nobody else, for the domain and its return path. RFC 7208.</summary>
internal sealed class CheckSpf(AskDns dns)
{
    // TEST-NET-1 (RFC 5737): nobody sends from it, so what passes for it passes for everybody.
    private static readonly IPAddress Stranger = IPAddress.Parse("192.0.2.123");

    /// <summary>Checks both domains.</summary>
    public async Task<IReadOnlyList<DomainFinding>> RunAsync(SenderDomain domain, CancellationToken cancellationToken) =>
    [
        await OneAsync(domain.ReturnDomain, domain, cancellationToken).ConfigureAwait(false),
        await OneAsync(domain.Domain, domain, cancellationToken).ConfigureAwait(false),
    ];

    private async Task<DomainFinding> OneAsync(string name, SenderDomain domain, CancellationToken cancellationToken)
    {
        ZoneRecord[] publish = [DomainRecords.Spf(name, domain)];
        var answer = await dns.TextAsync(name, cancellationToken).ConfigureAwait(false);
        if (answer.Failed)
            return new DomainFinding("SPF", DomainStanding.Unknown, $"DNS did not answer for {name}.", "Check again in a few minutes.");
        if (EvaluateSpf.RecordsIn(answer.Values) is not [var record])
        {
            return new DomainFinding("SPF", DomainStanding.Wrong, EvaluateSpf.RecordsIn(answer.Values).Count == 0 ? $"{name} publishes no SPF record." : $"{name} publishes several SPF records, which makes all of them void (RFC 7208 §3.2).", "Publish exactly one.")
            {
                Publish = publish,
            };
        }

        foreach (var address in domain.HasRelay ? [] : domain.Addresses)
        {
            var ours = await EvaluateAsync(address, name, domain, cancellationToken).ConfigureAwait(false);
            if (ours.Result != SpfResult.Pass)
                return Refused(name, address, ours, publish);
        }

        var stranger = await EvaluateAsync(Stranger, name, domain, cancellationToken).ConfigureAwait(false);
        return stranger.Result switch
        {
            SpfResult.Pass => new DomainFinding("SPF", DomainStanding.Wrong, $"{name} lets anybody send in its name.", "End the record with -all.") { Publish = publish },
            SpfResult.PermError or SpfResult.TempError => Refused(name, Stranger, stranger, publish),
            SpfResult.Fail => new DomainFinding("SPF", DomainStanding.Good, $"{name} allows {(domain.HasRelay ? "its relay" : string.Join(", ", domain.Addresses))} and nobody else; {stranger.LookUps} of 10 look-ups."),
            _ => new DomainFinding("SPF", DomainStanding.Advice, $"{name} does not forbid others ({record[(record.LastIndexOf(' ') + 1)..]}).", "End the record with -all.") { Publish = publish },
        };
    }

    private Task<SpfOutcome> EvaluateAsync(IPAddress address, string name, SenderDomain domain, CancellationToken cancellationToken) =>
        new EvaluateSpf(dns, address, "b@" + name, domain.HeloName).RunAsync(name, cancellationToken);

    private static DomainFinding Refused(string name, IPAddress address, SpfOutcome outcome, ZoneRecord[] publish) => outcome.Result switch
    {
        SpfResult.TempError => new DomainFinding("SPF", DomainStanding.Unknown, $"{name}: {outcome.Problem}", "Check again in a few minutes."),
        SpfResult.PermError => new DomainFinding("SPF", DomainStanding.Wrong, $"{name}: the record cannot be used: {outcome.Problem}", "Name addresses (ip4:, ip6:) in place of include:, a and mx.") { Publish = publish },
        _ => new DomainFinding("SPF", DomainStanding.Wrong, $"{name} does not allow {address}, which mail leaves from ({outcome.Result.ToString().ToLowerInvariant()}).", "Add the address.") { Publish = publish },
    };
}
