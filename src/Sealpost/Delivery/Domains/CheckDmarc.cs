namespace Sealpost.Delivery.Domains;

/// <summary>Whether others are told to refuse forged mail, and nothing leaks by reports. RFC 9989.</summary>
internal sealed class CheckDmarc(AskDns dns)
{
    // RFC 9989 §4.7 and its appendix C: gone since RFC 7489.
    private static readonly string[] Gone = ["pct", "rf", "ri"];

    /// <summary>Checks the record that applies to the domain.</summary>
    public async Task<IReadOnlyList<DomainFinding>> RunAsync(SenderDomain domain, CancellationToken cancellationToken)
    {
        ZoneRecord[] publish = [DomainRecords.Dmarc(domain.Domain)];
        var (record, organisation, failed) = await DmarcWalk.RunAsync(dns, domain.Domain, cancellationToken).ConfigureAwait(false);
        if (failed && record is null)
            return [new DomainFinding("DMARC", DomainStanding.Unknown, $"DNS did not answer for {domain.Domain} or a name above it.", "Check again in a few minutes.")];
        if (record is null)
            return [new DomainFinding("DMARC", DomainStanding.Wrong, $"Neither {domain.Domain} nor a name above it publishes a DMARC record (or one publishes several, which count as none).", "Publish one; large receivers refuse bulk mail without it.") { Publish = publish }];
        var findings = new List<DomainFinding> { Policy(domain.Domain, record, organisation, publish) };
        findings.AddRange(Details(record, publish));
        foreach (var report in record.Reports)
        {
            if (await AllowsAsync(record.At, organisation, report, cancellationToken).ConfigureAwait(false) is { } finding)
                findings.Add(finding);
        }

        return findings;
    }

    private static DomainFinding Policy(string domain, DmarcRecord record, string organisation, ZoneRecord[] publish)
    {
        var own = record.At == domain;
        var policy = own ? record.Policy : record.SubdomainPolicy;
        var where = own ? $"_dmarc.{domain}" : $"_dmarc.{record.At} (found by walking up; organisational domain {organisation})";
        return policy switch
        {
            _ when record.IsTest => new DomainFinding("DMARC", DomainStanding.Advice, $"{where} says {policy}, but t=y makes it a test.", "Remove t=y once reports show that your own mail passes.") { Publish = publish },
            "reject" => new DomainFinding("DMARC", DomainStanding.Good, $"{where} asks to reject forged mail."),
            "quarantine" => new DomainFinding("DMARC", DomainStanding.Advice, $"{where} asks to put forged mail aside (quarantine).", "Go on to p=reject once reports show that your own mail passes.") { Publish = publish },
            _ => new DomainFinding("DMARC", DomainStanding.Advice, $"{where} asks for nothing (none): anybody can write in your name.", "Go on to p=reject once reports show that your own mail passes.") { Publish = publish },
        };
    }

    private static IEnumerable<DomainFinding> Details(DmarcRecord record, ZoneRecord[] publish)
    {
        if (Gone.Where(record.Tags.ContainsKey).ToList() is { Count: > 0 } gone)
            yield return new DomainFinding("DMARC", DomainStanding.Advice, $"The record has {string.Join(", ", gone)}, which RFC 9989 removed; receivers skip {(gone.Count == 1 ? "it" : "them")}.", gone.Contains("pct") ? "Remove it; t=y takes the place of a partial policy." : "Remove it.") { Publish = publish };
        if (record.Tags.ContainsKey("ruf"))
            yield return new DomainFinding("DMARC", DomainStanding.Wrong, "The record asks for failure reports (ruf), which carry copies of messages: health information would go to whoever receives them, in clear (45 CFR 164.502(a)).", "Remove ruf.") { Publish = publish };
        if (record.Reports.Count == 0)
            yield return new DomainFinding("DMARC", DomainStanding.Advice, "The record asks for no aggregate reports, so nobody sees who writes in your name.", "Add rua.") { Publish = publish };
        if (record.MissingPolicy != "reject")
            yield return new DomainFinding("DMARC", DomainStanding.Advice, $"Names that do not exist below {record.At} may be forged ({record.MissingPolicy}).", "Add np=reject.") { Publish = publish };
        if (record.Tags.GetValueOrDefault("aspf") == "s")
            yield return new DomainFinding("DMARC", DomainStanding.Advice, "aspf=s: SPF counts only for the very same domain, and return paths are in a subdomain. DKIM alone carries the mail then.", "Remove aspf=s.");
    }

    /// <summary>RFC 9990 §4: reports to another organisation's domain need that domain's word.</summary>
    private async Task<DomainFinding?> AllowsAsync(string at, string organisation, string report, CancellationToken cancellationToken)
    {
        if (!report.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase) || report.IndexOf('@', StringComparison.Ordinal) is not (> 0 and var sign))
            return new DomainFinding("DMARC", DomainStanding.Advice, $"'{report}' is no address for reports; write mailto:name@domain.", "Mend rua.");
        var target = report[(sign + 1)..].Split('!')[0].TrimEnd('.').ToLowerInvariant();
        if (target == organisation || target.EndsWith("." + organisation, StringComparison.Ordinal))
            return null;
        ZoneRecord[] publish = [new($"{at}._report._dmarc.{target}", "TXT", "v=DMARC1")];
        var answer = await dns.TextAsync(publish[0].Name, cancellationToken).ConfigureAwait(false);
        return answer.Failed || answer.Values.Any(text => DmarcRecord.Parse(target, text) is not null)
            ? null
            : new DomainFinding("DMARC", DomainStanding.Advice, $"Reports go to {target}, which does not say that it takes them, so nobody sends them.", "Ask its owner to publish this, or name an address in your own domain.") { Publish = publish };
    }
}
