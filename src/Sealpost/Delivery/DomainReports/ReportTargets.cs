using Sealpost.Delivery.Domains;

namespace Sealpost.Delivery.DomainReports;

/// <summary>Where a domain wants its TLS reports. RFC 8460 §3.</summary>
internal static class ReportTargets
{
    private const int Most = 5;

    /// <summary>Name of the TXT record.</summary>
    public static string RecordOf(string domain) => "_smtp._tls." + domain;

    /// <summary>Addresses of the one record; empty where there is none, or not exactly one, or none that can be used.</summary>
    public static IReadOnlyList<Uri> Of(IReadOnlyList<string> records) =>
        records.Where(text => TagList.Parse(text) is [{ Name: "v", Value: "TLSRPTv1" }, ..]).ToList() is [var record]
            ? [.. (TagList.Find(record, "rua") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Read).OfType<Uri>().Take(Most)]
            : [];

    /// <summary>The mailbox of a <c>mailto:</c>; null where it is none that can be written to.</summary>
    public static string? MailboxOf(Uri target)
    {
        if (target.Scheme != Uri.UriSchemeMailto)
            return null;
        var mailbox = Uri.UnescapeDataString(target.OriginalString["mailto:".Length..].Split('?', '!')[0]);
        return mailbox.Length <= 254 && mailbox.All(letter => letter is > ' ' and < '\x7f' and not ('<' or '>' or ',' or '"' or '\\')) && mailbox.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && at == mailbox.LastIndexOf('@')
            && Uri.CheckHostName(mailbox[(at + 1)..]) == UriHostNameType.Dns
            ? mailbox
            : null;
    }

    private static Uri? Read(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && ((uri.Scheme == Uri.UriSchemeHttps && uri.UserInfo.Length == 0) || MailboxOf(uri) is not null) ? uri : null;
}
