using System.Buffers;
using System.Globalization;

namespace Sealpost.Patients;

/// <summary>Normalises a mailbox for comparison: trimmed, domain to lower-case A-label, local part lower-cased and otherwise exact.</summary>
/// <remarks>No folding of dots or plus tags: only exact mailboxes are suppressed or found shared.</remarks>
public static class EmailAddress
{
    private const int LongestLabel = 63;

    private static readonly IdnMapping Idn = new();

    /// <summary>What a mailbox that needs nothing done consists of.</summary>
    private static readonly SearchValues<char> PlainLocal = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789._+-");
    private static readonly SearchValues<char> PlainDomain = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789.-");

    /// <summary>The normalised mailbox, or null where the text is no addr-spec of RFC 5321 that can be mailed.</summary>
    public static string? Normalise(string? text)
    {
        if (text is null)
            return null;
        if (IsPlain(text))
            return text;
        var trimmed = text.Trim();
        var at = trimmed.LastIndexOf('@');
        if (at is < 1 or > 64 || at == trimmed.Length - 1 || trimmed.Length > 254)
            return null;
        var local = trimmed[..at];
        if (local.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || "()<>[]:;@\\,\"".Contains(c, StringComparison.Ordinal))
            || local[0] == '.' || local[^1] == '.' || local.Contains("..", StringComparison.Ordinal))
            return null;
        string domain;
        try
        {
            domain = Idn.GetAscii(trimmed[(at + 1)..].TrimEnd('.')).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            return null;
        }

        var labels = domain.Split('.');
        if (labels.Length < 2 || labels.Any(label => label.Length is 0 or > LongestLabel || label[0] == '-' || label[^1] == '-' || !label.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')))
            return null;

        // RFC 6761 §6.4: names under invalid never resolve; forms are filled with them where there is no address.
        return labels[^1] == "invalid" ? null : local.ToLowerInvariant() + "@" + domain;
    }

    /// <summary>Whether it is normalised as it stands: ASCII letters in lower case, digits and a few signs. Most are, and need no copy; what is not plain may be all right all the same.</summary>
    private static bool IsPlain(ReadOnlySpan<char> text)
    {
        var at = text.IndexOf('@');
        if (at is < 1 or > 64 || text.Length > 254)
            return false;
        var local = text[..at];
        var domain = text[(at + 1)..];
        return !local.ContainsAnyExcept(PlainLocal) && local[0] != '.' && local[^1] != '.' && !local.Contains("..", StringComparison.Ordinal)
            && !domain.ContainsAnyExcept(PlainDomain) && domain.Contains('.') && IsPlainName(domain);
    }

    // Two hyphens may be an A-label, which is looked at more closely.
    private static bool IsPlainName(ReadOnlySpan<char> domain)
    {
        if (domain.Contains("--", StringComparison.Ordinal) || domain.EndsWith(".invalid", StringComparison.Ordinal))
            return false;
        foreach (var range in domain.Split('.'))
        {
            if (domain[range] is not { Length: > 0 and <= LongestLabel } label || label[0] == '-' || label[^1] == '-')
                return false;
        }

        return true;
    }

    /// <summary>The domain of a normalised mailbox.</summary>
    public static string DomainOf(string normalised) => normalised[(normalised.LastIndexOf('@') + 1)..];
}
