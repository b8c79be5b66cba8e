namespace Sealpost.Delivery.Domains;

/// <summary>Whether the keys that sign are the keys that are published. RFC 6376 §3.6.1, 8463 §4.</summary>
internal sealed class CheckDkim(AskDns dns)
{
    /// <summary>Checks every key of the domain.</summary>
    public async Task<IReadOnlyList<DomainFinding>> RunAsync(SenderDomain domain, CancellationToken cancellationToken) =>
        await Task.WhenAll(domain.Dkim.Select(async key => Judge(key.Name, key.Value, await dns.TextAsync(key.Name, cancellationToken).ConfigureAwait(false)))).ConfigureAwait(false);

    /// <summary>Whether a key is published as it is.</summary>
    public static DomainFinding Judge(string name, string value, TextAnswer answer)
    {
        var selector = name[..name.IndexOf('.', StringComparison.Ordinal)];
        var publish = new ZoneRecord[] { new(name, "TXT", value) };
        DomainFinding Wrong(string says, string mend) => new("DKIM", DomainStanding.Wrong, says, mend) { Publish = publish };

        if (answer.Failed)
            return new DomainFinding("DKIM", DomainStanding.Unknown, $"DNS did not answer for {name}.", "Check again in a few minutes.");
        if (answer.Values.Count == 0)
            return Wrong($"Selector {selector} is not published, so signatures with it count for nothing.", "Publish it.");
        if (answer.Values.Count > 1)
            return Wrong($"{name} has {answer.Values.Count} records; what a receiver then does is undefined (RFC 6376 §3.6.2.2).", "Leave only this one.");
        var published = answer.Values[0];
        var key = TagList.Find(published, "p")?.Replace(" ", "", StringComparison.Ordinal);
        if (key is null or "")
            return Wrong($"Selector {selector} is published as revoked (p= is empty).", "Publish the key, or make new ones with `sealpost domain rotate`.");
        if (key != TagList.Find(value, "p") || (TagList.Find(published, "k") ?? "rsa") != TagList.Find(value, "k"))
            return Wrong($"Selector {selector} is published with another key than the one that signs.", "Publish ours; a panel that cuts long values needs it in parts of 255 characters.");
        return (TagList.Find(published, "t") ?? "").Split(':').Contains("y", StringComparer.Ordinal)
            ? new DomainFinding("DKIM", DomainStanding.Advice, $"Selector {selector} is marked as a test (t=y): receivers treat its mail as unsigned.", "Remove t=y.") { Publish = publish }
            : new DomainFinding("DKIM", DomainStanding.Good, $"Selector {selector} is published and is ours.");
    }
}
