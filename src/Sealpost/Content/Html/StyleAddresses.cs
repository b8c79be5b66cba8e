using System.Globalization;
using System.Text.RegularExpressions;

namespace Sealpost.Content.Html;

/// <summary>Finds addresses in CSS: in <c>url()</c>, and anything else that names a host, escapes undone.</summary>
internal static partial class StyleAddresses
{
    /// <summary>The addresses in a style sheet or attribute.</summary>
    public static IEnumerable<string> In(string css)
    {
        var plain = Escape().Replace(css, static match => match.Groups["code"] is { Success: true, ValueSpan: var code } && int.Parse(code, NumberStyles.HexNumber, CultureInfo.InvariantCulture) is > 0 and < 0xD800 and var rune
            ? ((char)rune).ToString()
            : match.Value[1..]);
        foreach (Match match in Url().Matches(plain))
            yield return match.Groups["url"].Value.Trim().Trim('"', '\'').Trim();
        foreach (Match match in Host().Matches(Url().Replace(plain, "")))
            yield return match.Value;
    }

    [GeneratedRegex(@"\\((?<code>[0-9a-f]{1,6})\s?|.)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.Singleline, EmailMarkup.PatternTimeout)]
    private static partial Regex Escape();

    [GeneratedRegex(@"url\s*\(\s*(?<url>""[^""]*""|'[^']*'|[^)]*)\)?", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, EmailMarkup.PatternTimeout)]
    private static partial Regex Url();

    [GeneratedRegex(@"([a-z][a-z0-9+.-]*:)?//[^\s""')]+", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, EmailMarkup.PatternTimeout)]
    private static partial Regex Host();
}
