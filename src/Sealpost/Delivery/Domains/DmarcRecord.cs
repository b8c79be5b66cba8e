namespace Sealpost.Delivery.Domains;

/// <summary>A DMARC record. RFC 9989 §4.7.</summary>
/// <param name="At">Name of the domain it belongs to.</param>
/// <param name="Tags">Tags in lower case with their values.</param>
internal sealed record DmarcRecord(string At, IReadOnlyDictionary<string, string> Tags)
{
    /// <summary>Policy of the domain itself; none where the tag is missing or unknown.</summary>
    public string Policy => Known("p") ?? "none";

    /// <summary>Policy for a name below that exists.</summary>
    public string SubdomainPolicy => Known("sp") ?? Policy;

    /// <summary>Policy for a name below that does not exist.</summary>
    public string MissingPolicy => Known("np") ?? SubdomainPolicy;

    /// <summary><c>t=y</c>: receivers are asked to apply one step less.</summary>
    public bool IsTest => Tags.GetValueOrDefault("t") == "y";

    /// <summary>Where aggregate reports go.</summary>
    public IReadOnlyList<string> Reports => [.. Tags.GetValueOrDefault("rua", "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];

    /// <summary>Reads a record; null where the text is none.</summary>
    public static DmarcRecord? Parse(string at, string text)
    {
        var tags = TagList.Parse(text);
        return tags.Count > 0 && tags[0] is { Name: "v", Value: "DMARC1" }
            ? new DmarcRecord(at, tags.GroupBy(tag => tag.Name.ToLowerInvariant(), StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.First().Value, StringComparer.Ordinal))
            : null;
    }

    private string? Known(string tag) => Tags.GetValueOrDefault(tag)?.ToLowerInvariant() is ("none" or "quarantine" or "reject") and var policy ? policy : null;
}

/// <summary>Tag lists as DKIM, DMARC, MTA-STS and TLS-RPT records write them. RFC 6376 §3.2.</summary>
internal static class TagList
{
    /// <summary>Tags in order; a part without <c>=</c> is left out.</summary>
    public static IReadOnlyList<(string Name, string Value)> Parse(string text) =>
    [
        .. text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(part => (part, At: part.IndexOf('=', StringComparison.Ordinal)))
            .Where(part => part.At > 0)
            .Select(part => (part.part[..part.At].Trim(), part.part[(part.At + 1)..].Trim())),
    ];

    /// <summary>A tag's value; null where it is missing.</summary>
    public static string? Find(string text, string name) =>
        Parse(text).Where(tag => string.Equals(tag.Name, name, StringComparison.OrdinalIgnoreCase)).Select(tag => tag.Value).FirstOrDefault();
}

/// <summary>Finds the record that applies to a domain by walking up the tree. RFC 9989 §4.10.</summary>
internal static class DmarcWalk
{
    private const int MostLabels = 8;

    /// <summary>Names asked for, nearest first: the domain, then its parents; a name of eight labels or more goes on with its last seven.</summary>
    public static IReadOnlyList<string> NamesOf(string domain)
    {
        var names = new List<string> { domain };
        var labels = domain.Split('.');
        labels = labels.Length >= MostLabels ? labels[^(MostLabels - 1)..] : labels[1..];
        for (; labels.Length > 0; labels = labels[1..])
            names.Add(string.Join('.', labels));
        return names;
    }

    /// <summary>Walks.</summary>
    /// <returns>The record that applies (null for none), the organisational domain, and whether DNS failed on the way.</returns>
    public static async Task<(DmarcRecord? Applies, string Organisation, bool Failed)> RunAsync(AskDns dns, string domain, CancellationToken cancellationToken)
    {
        var found = new List<DmarcRecord>();
        foreach (var name in NamesOf(domain))
        {
            var answer = await dns.TextAsync("_dmarc." + name, cancellationToken).ConfigureAwait(false);
            if (answer.Failed)
                return (found.FirstOrDefault(record => record.At == domain), domain, true);
            // One record counts; several are as none.
            if (answer.Values.Select(text => DmarcRecord.Parse(name, text)).OfType<DmarcRecord>().ToList() is not [var record])
                continue;
            found.Add(record);
            if (record.Tags.GetValueOrDefault("psd") is "y" or "n")
                break;
        }

        var organisation = OrganisationOf(domain, found);
        var applies = found.FirstOrDefault(record => record.At == domain)
            ?? found.FirstOrDefault(record => record.At == organisation)
            ?? found.FirstOrDefault(record => record.Tags.GetValueOrDefault("psd") == "y");
        return (applies, organisation, false);
    }

    private static string OrganisationOf(string domain, List<DmarcRecord> found)
    {
        if (found.Find(record => record.Tags.GetValueOrDefault("psd") == "n") is { } stated)
            return stated.At;
        if (found.Find(record => record.Tags.GetValueOrDefault("psd") == "y" && record.At != domain) is { } suffix)
        {
            var below = domain[..^(suffix.At.Length + 1)];
            return $"{below[(below.LastIndexOf('.') + 1)..]}.{suffix.At}";
        }

        return found.Count > 0 ? found[^1].At : domain;
    }
}
