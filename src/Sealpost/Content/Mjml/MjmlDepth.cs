namespace Sealpost.Content.Mjml;

/// <summary>Measures how deep tags are nested, counting a tag that is never closed as open.</summary>
internal static class MjmlDepth
{
    private static readonly string[] Void = ["br", "img", "hr", "mj-image", "mj-divider", "mj-spacer", "meta", "link", "col", "input", "wbr", "area", "base"];

    /// <summary>Whether tags are nested deeper than <paramref name="max"/>.</summary>
    public static bool Exceeds(string text, int max)
    {
        var depth = 0;
        for (var at = text.IndexOf('<'); at >= 0 && at + 1 < text.Length; at = text.IndexOf('<', at + 1))
        {
            if (text[at + 1] == '/')
            {
                depth = Math.Max(0, depth - 1);
                continue;
            }

            if (!char.IsAsciiLetter(text[at + 1]))
                continue;
            var end = text.IndexOf('>', at);
            var name = at + 1;
            while (name < text.Length && (char.IsAsciiLetterOrDigit(text[name]) || text[name] is '-' or ':'))
                name++;
            if (end > 0 && text[end - 1] != '/' && !Void.Contains(text[(at + 1)..name], StringComparer.OrdinalIgnoreCase) && ++depth > max)
                return true;
        }

        return false;
    }
}
