using System.Globalization;
using Sealpost.Delivery.DomainReports;
using Sealpost.Delivery.MtaSts;

namespace Sealpost.Delivery.Domains;

/// <summary>Whether bounces and replies arrive, and under verified TLS: MX, MTA-STS (RFC 8461), TLS reports (RFC 8460).</summary>
internal sealed class CheckReceiving(AskDns dns, HttpsPages pages, int policyPort, TimeProvider time)
{
    /// <summary>Checks the return path's domain, and the sender's where it takes mail.</summary>
    public async Task<IReadOnlyList<DomainFinding>> RunAsync(SenderDomain domain, CancellationToken cancellationToken)
    {
        var parts = await Task.WhenAll(
            OneAsync(domain.ReturnDomain, domain.ReturnHost, domain.ReturnDomain, isReturn: true, cancellationToken),
            OneAsync(domain.Domain, null, domain.ReturnDomain, isReturn: false, cancellationToken)).ConfigureAwait(false);
        return [.. parts.SelectMany(part => part)];
    }

    private async Task<IReadOnlyList<DomainFinding>> OneAsync(string name, string? wanted, string reportsTo, bool isReturn, CancellationToken cancellationToken)
    {
        var findings = new List<DomainFinding>();
        var hosts = await MxAsync(name, wanted, findings, isReturn, cancellationToken).ConfigureAwait(false);
        if (hosts.Count > 0)
            findings.AddRange(await Task.WhenAll(StsAsync(name, hosts, cancellationToken), TlsReportsAsync(name, reportsTo, cancellationToken)).ConfigureAwait(false));
        return findings;
    }

    private async Task<IReadOnlyList<string>> MxAsync(string name, string? wanted, List<DomainFinding> findings, bool isReturn, CancellationToken cancellationToken)
    {
        var what = isReturn ? "bounces" : "replies";
        var hosts = await dns.HostsAsync(name, cancellationToken).ConfigureAwait(false);
        if (hosts is null)
        {
            findings.Add(new DomainFinding("MX", DomainStanding.Unknown, $"DNS did not answer for the MX of {name}.", "Check again in a few minutes."));
            return [];
        }

        if (hosts is [] or ["."])
        {
            findings.Add(new DomainFinding("MX", isReturn ? DomainStanding.Wrong : DomainStanding.Advice,
                isReturn ? $"{name} takes no mail, so no bounce comes back: dead addresses go on being written to." : $"{name} takes no mail: answers of patients who press Reply are lost, and some receivers refuse senders that cannot be answered.",
                "Publish the host that takes it.")
            {
                Publish = [new ZoneRecord(name, "MX", "10 " + (wanted ?? $"<host that takes {what}>"))],
            });
            return [];
        }

        foreach (var host in hosts)
        {
            var addresses = await dns.AddressesAsync(host, cancellationToken).ConfigureAwait(false);
            if (addresses is { Count: 0 })
                findings.Add(new DomainFinding("MX", DomainStanding.Wrong, $"{name}: its host {host} has no address.", "Publish its address, or name another host."));
            else if (await dns.IsAliasAsync(host, cancellationToken).ConfigureAwait(false))
                findings.Add(new DomainFinding("MX", DomainStanding.Advice, $"{name}: its host {host} is an alias, which RFC 5321 §5.1 does not allow.", "Name the host itself."));
            else
                findings.Add(new DomainFinding("MX", addresses is null ? DomainStanding.Unknown : DomainStanding.Good, addresses is null ? $"DNS did not answer for {host}." : $"{host} takes {what} for {name}."));
        }

        return hosts;
    }

    private async Task<DomainFinding> StsAsync(string name, IReadOnlyList<string> hosts, CancellationToken cancellationToken)
    {
        var answer = await dns.TextAsync("_mta-sts." + name, cancellationToken).ConfigureAwait(false);
        if (answer.Failed)
            return new DomainFinding("MTA-STS", DomainStanding.Unknown, $"DNS did not answer for _mta-sts.{name}.", "Check again in a few minutes.");
        var body = $"version: STSv1\nmode: enforce\n{string.Concat(hosts.Select(host => $"mx: {host}\n"))}max_age: 604800";
        // §8.1: the page first, then the record that points to it.
        var mend = $"Serve this at https://mta-sts.{name}/.well-known/mta-sts.txt as text/plain, then publish the record:\n{body}";
        ZoneRecord[] publish = [new("_mta-sts." + name, "TXT", string.Create(CultureInfo.InvariantCulture, $"v=STSv1; id={time.GetUtcNow():yyyyMMddHHmm}"))];
        if (StsRecord.IdOf(answer.Values) is not { } id)
        {
            return new DomainFinding("MTA-STS", DomainStanding.Advice, !answer.Values.Any(text => text.StartsWith("v=STSv1", StringComparison.Ordinal))
                ? $"{name} has no MTA-STS policy: mail to it may be read on the way by whoever removes STARTTLS."
                : $"_mta-sts.{name} cannot be used: one record with an id of letters and digits is needed.", mend)
            { Publish = publish };
        }

        var page = await pages.FetchAsync(new Uri($"https://mta-sts.{name}:{policyPort}/.well-known/mta-sts.txt"), null, null, cancellationToken).ConfigureAwait(false);
        if (Problem(page, hosts) is { } problem)
            return new DomainFinding("MTA-STS", DomainStanding.Wrong, $"The policy of {name} is announced, but {problem}", mend) { Publish = publish };
        return MtaStsPolicy.Read(page.Text)!.Mode == MtaStsMode.Enforce
            ? new DomainFinding("MTA-STS", DomainStanding.Good, $"{name} enforces TLS for what is sent to it (policy {id}).")
            : new DomainFinding("MTA-STS", DomainStanding.Advice, $"The policy of {name} enforces nothing.", mend) { Publish = publish };
    }

    private static string? Problem(PageAnswer page, IReadOnlyList<string> hosts) => page switch
    {
        { Status: 0 } => $"its page cannot be fetched: {page.Problem}.",
        { Status: not 200 } => $"its page answers with {page.Status}; only 200 counts, and no redirect is followed.",
        { MediaType: not "text/plain" } => "its page is not text/plain.",
        _ when MtaStsPolicy.Read(page.Text) is null => "its page cannot be read as a policy.",
        _ when MtaStsPolicy.Read(page.Text) is { MaxAge.TotalDays: < 1 } => "its max_age is less than a day.",
        _ when hosts.Where(host => MtaStsPolicy.Read(page.Text)?.Allows(host) != true).ToList() is { Count: > 0 } missing => $"it does not name {string.Join(", ", missing)}.",
        _ => null,
    };

    private async Task<DomainFinding> TlsReportsAsync(string name, string reportsTo, CancellationToken cancellationToken)
    {
        ZoneRecord[] publish = [DomainRecords.TlsReports(name, reportsTo)];
        var answer = await dns.TextAsync(ReportTargets.RecordOf(name), cancellationToken).ConfigureAwait(false);
        if (answer.Failed)
            return new DomainFinding("TLS-RPT", DomainStanding.Unknown, $"DNS did not answer for _smtp._tls.{name}.", "Check again in a few minutes.");
        return ReportTargets.Of(answer.Values).Count > 0
            ? new DomainFinding("TLS-RPT", DomainStanding.Good, $"Others report how TLS to {name} went.")
            : new DomainFinding("TLS-RPT", DomainStanding.Advice, !answer.Values.Any(text => text.StartsWith("v=TLSRPTv1", StringComparison.Ordinal)) ? $"Nobody reports when TLS to {name} fails." : $"_smtp._tls.{name} cannot be used: one record with rua=mailto: or https: is needed.", "Publish it.") { Publish = publish };
    }
}
