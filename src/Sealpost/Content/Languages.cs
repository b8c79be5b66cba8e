using System.Globalization;

namespace Sealpost.Content;

/// <summary>Language tags of message variants. RFC 5646; looked up as RFC 4647 §3.4 says.</summary>
public static class Languages
{
    /// <summary>The language of a message whose author names none.</summary>
    public const string Default = "en";

    /// <summary>The tag in its usual case, such as <c>es</c>, <c>es-MX</c>, <c>zh-Hant</c>; null where the text is no language tag.</summary>
    public static string? Normalise(string? text)
    {
        if (string.IsNullOrWhiteSpace(text) || text.Length > 35)
            return null;
        var parts = text.Trim().Replace('_', '-').Split('-');
        if (parts[0].Length is < 2 or > 3 || !parts.All(part => part.Length is >= 1 and <= 8 && part.All(char.IsAsciiLetterOrDigit)) || !parts[0].All(char.IsAsciiLetter))
            return null;
        return string.Join('-', parts.Select((part, i) => i == 0 ? part.ToLowerInvariant()
            : part.Length == 4 && char.IsAsciiLetter(part[0]) ? char.ToUpperInvariant(part[0]) + part[1..].ToLowerInvariant()
            : part.Length == 2 ? part.ToUpperInvariant()
            : part.ToLowerInvariant()));
    }

    /// <summary>The name of a language for people, in English.</summary>
    public static string NameOf(string tag)
    {
        try
        {
            return CultureInfo.GetCultureInfo(tag).EnglishName;
        }
        catch (CultureNotFoundException)
        {
            return tag;
        }
    }

    /// <summary>The tags to look for, in order: the tag itself, then shorter ones. RFC 4647 §3.4.</summary>
    internal static IEnumerable<string> Lookup(string? tag)
    {
        for (var at = Normalise(tag); at is not null;)
        {
            yield return at;
            var cut = at.LastIndexOf('-');
            if (cut > 1 && at[cut - 2] == '-')
                cut -= 2; // A single letter introduces what follows it and goes with it.
            at = cut > 0 ? at[..cut] : null;
        }
    }

    /// <summary>The language without region and script.</summary>
    internal static string Primary(string tag) => tag.Split('-')[0].ToLowerInvariant();

    /// <summary>How dates and numbers are written; invariant (English) where no language is named or the machine does not know it.</summary>
    internal static CultureInfo CultureOf(string? tag)
    {
        try
        {
            return tag is null ? CultureInfo.InvariantCulture : CultureInfo.GetCultureInfo(tag);
        }
        catch (CultureNotFoundException)
        {
            return CultureInfo.InvariantCulture;
        }
    }
}
