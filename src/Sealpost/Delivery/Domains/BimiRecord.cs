namespace Sealpost.Delivery.Domains;

/// <summary>A BIMI record. draft-brand-indicators-for-message-identification §4.3.</summary>
/// <param name="Logo">Address of the logo; empty where the domain says that it shows none.</param>
/// <param name="Evidence">Address of the mark certificate; empty for none.</param>
internal sealed record BimiRecord(string Logo, string Evidence)
{
    /// <summary>The domain says that it takes no part.</summary>
    public bool IsDeclined => Logo.Length == 0 && Evidence.Length == 0;

    /// <summary>Name that a domain's record is under.</summary>
    public static string NameOf(string domain) => "default._bimi." + domain;

    /// <summary>Whether a text is meant as such a record.</summary>
    public static bool Looks(string text) => text.TrimStart().StartsWith("v=BIMI", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads one; else why receivers do not.</summary>
    public static (BimiRecord? Record, string? Problem) Read(string text)
    {
        var tags = TagList.Parse(text);
        if (tags.Count == 0 || tags[0] is not { Name: "v", Value: "BIMI1" })
            return (null, "has to begin with v=BIMI1");
        if (tags.GroupBy(tag => tag.Name.ToLowerInvariant(), StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } repeated)
            return (null, $"has {repeated.Key}= more than once");
        if (TagList.Find(text, "l") is not { } logo)
            return (null, "has no l=, the address of the logo");
        var record = new BimiRecord(logo, TagList.Find(text, "a") ?? "");
        return record.Logo.Length == 0 && record.Evidence.Length > 0 ? (null, "has a= without l=: a certificate without a logo")
            : record.Logo.Length > 0 && !IsSecure(record.Logo) ? (null, "has no https:// address in l=")
            : record.Evidence.Length > 0 && !IsSecure(record.Evidence) ? (null, "has no https:// address in a=")
            : (record, null);
    }

    /// <summary>As it is published.</summary>
    public ZoneRecord ToZone(string domain) => new(NameOf(domain), "TXT", $"v=BIMI1; l={Logo}; a={Evidence}");

    private static bool IsSecure(string text) => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttps && url.UserInfo.Length == 0;
}
