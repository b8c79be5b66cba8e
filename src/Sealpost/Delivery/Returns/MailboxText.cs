using System.Text.RegularExpressions;

namespace Sealpost.Delivery.Returns;

/// <summary>Mailboxes in free text.</summary>
internal static partial class MailboxText
{
    /// <summary>One mailbox, quoted local parts and UTF-8 ones (RFC 6533) included.</summary>
    public const string Pattern = """(?:"[^"\r\n@<>]{1,64}"|[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\-\u00a1-\uffef]{1,80})@(?:[A-Za-z0-9\u00a1-\uffef](?:[A-Za-z0-9\-.\u00a1-\uffef]{0,250}[A-Za-z0-9\u00a1-\uffef])?|\[[0-9a-fA-F.:]{3,60}\])""";

    /// <summary>The mailboxes of a line, in order, each once.</summary>
    public static IReadOnlyList<string> All(string line)
    {
        if (!line.Contains('@', StringComparison.Ordinal))
            return [];
        var found = new List<string>();
        foreach (Match match in Mailbox().Matches(line))
        {
            if (Clean(match.Value) is { } mailbox && !found.Contains(mailbox, StringComparer.OrdinalIgnoreCase))
                found.Add(mailbox);
        }

        return found;
    }

    /// <summary>The mailbox without what surrounds it; null where it is masked or none.</summary>
    public static string? Clean(string text)
    {
        var mailbox = text.Trim().Trim('<', '>', ',', ';').TrimStart('\'', '=', '`').Trim();
        var at = mailbox.LastIndexOf('@');
        if (at < 1 || at == mailbox.Length - 1 || mailbox.Length > 320)
            return null;
        var local = mailbox[..at];

        // RFC 5321 §4.1.2: a dot neither begins nor ends a local part; masked addresses ("jo...@") are cut so.
        return local[0] != '"' && (local[0] == '.' || local[^1] == '.' || local.Contains("...", StringComparison.Ordinal) || local.Contains("****", StringComparison.Ordinal)) ? null : mailbox;
    }

    [GeneratedRegex(Pattern, RegexOptions.NonBacktracking)]
    private static partial Regex Mailbox();
}
