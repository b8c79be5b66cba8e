using System.Text.RegularExpressions;

namespace Sealpost.Content.Html;

/// <summary>Comments that Outlook reads (<c>[if mso]</c>): kept where they hold layout and nothing else.</summary>
internal static partial class ConditionalComment
{
    private static readonly string[] Elements =
        ["table", "tbody", "thead", "tr", "td", "th", "div", "p", "span", "br", "center", "style", "xml", "noscript", "b", "i", "strong", "em", "a", "img", "meta", "body", "html", "head", "title", "ul", "li"];

    /// <summary>Whether a comment is one that Outlook reads.</summary>
    public static bool Is(string comment) => Condition().IsMatch(comment) || comment.Trim() is "<![endif]" or "[if !mso]><!" or "<!";

    /// <summary>Whether it holds only layout whose addresses are permitted; problems name addresses that are not.</summary>
    public static bool IsSafe(string comment, HostRules hosts, Action<string, string> problem)
    {
        if (comment.Length > 20_000 || Forbidden().IsMatch(comment))
            return false;
        var safe = true;
        foreach (Match url in StyleAddress().Matches(comment))
        {
            var address = url.Groups["url"].Value.Trim().Trim('"', '\'');
            safe &= Permit(address, hosts.RefuseResource(address), problem);
        }


        var rest = Element().Replace(Frame().Replace(comment, ""), match => SafeElement(match, hosts, problem, ref safe));
        return safe && !rest.Contains('<', StringComparison.Ordinal);
    }

    private static string SafeElement(Match match, HostRules hosts, Action<string, string> problem, ref bool safe)
    {
        var name = match.Groups["name"].Value.ToLowerInvariant();
        if (!Elements.Contains(name) && !name.StartsWith("v:", StringComparison.Ordinal) && !name.StartsWith("o:", StringComparison.Ordinal) && !name.StartsWith("w:", StringComparison.Ordinal))
            safe = false;
        var attributes = match.Groups["rest"].Value;
        foreach (Match attribute in Attribute().Matches(attributes))
        {
            var key = attribute.Groups["key"].Value.ToLowerInvariant();
            var value = System.Net.WebUtility.HtmlDecode(attribute.Groups["value"].Value.Trim('"', '\'', ' '));
            if (key.StartsWith("on", StringComparison.Ordinal))
                safe = false;
            else if (key == "href" && value.Length > 0)
                safe &= Permit(value, HostRules.RefuseLink(value), problem);
            else if (EmailMarkup.Addresses.Contains(key) && value.Length > 0)
                safe &= Permit(value, hosts.RefuseResource(value), problem);
        }

        return "";
    }

    private static bool Permit(string address, string? refusal, Action<string, string> problem)
    {
        if (refusal is null)
            return true;
        problem(address, refusal);
        return false;
    }

    [GeneratedRegex(@"^\s*\[if [^\]<>]{1,80}\]>", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, EmailMarkup.PatternTimeout)]
    private static partial Regex Condition();

    [GeneratedRegex(@"\[if [^\]<>]{1,80}\]>|<!\[endif\]|<!$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, EmailMarkup.PatternTimeout)]
    private static partial Regex Frame();

    [GeneratedRegex(@"script|expression\s*\(|behavior|binding|@import|@charset|\\|&\{|data:", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, EmailMarkup.PatternTimeout)]
    private static partial Regex Forbidden();

    [GeneratedRegex(@"url\s*\((?<url>[^)]*)\)?", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, EmailMarkup.PatternTimeout)]
    private static partial Regex StyleAddress();

    [GeneratedRegex(@"<\s*/?\s*(?<name>[a-z][a-z0-9:]*)(?<rest>([^<>""']|""[^""]*""|'[^']*')*)>", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, EmailMarkup.PatternTimeout)]
    private static partial Regex Element();

    [GeneratedRegex(@"(?<key>[a-z][a-z0-9:_-]*)\s*=\s*(?<value>""[^""]*""|'[^']*'|[^\s""'>]+)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, EmailMarkup.PatternTimeout)]
    private static partial Regex Attribute();
}
