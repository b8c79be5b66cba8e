namespace Sealpost.Content.Html;

/// <summary>What a position in HTML, MJML or Markdown source is part of.</summary>
internal enum HtmlPosition
{
    /// <summary>Text between tags.</summary>
    Text,

    /// <summary>A tag, outside attribute values.</summary>
    Tag,

    /// <summary>A quoted attribute value.</summary>
    Attribute,

    /// <summary>A comment.</summary>
    Comment,

    /// <summary>Text of an element whose content is no markup: <c>style</c>, <c>script</c>, <c>title</c>, …</summary>
    RawText,
}

/// <summary>Follows source text so far that the position of each Liquid tag is known; what it takes for a tag, an HTML parser takes for one.</summary>
internal sealed class HtmlScanner
{
    private static readonly string[] RawElements = ["style", "script", "title", "textarea", "xmp", "iframe", "noembed", "noframes", "plaintext", "mj-style", "mj-title", "mj-preview"];

    private char quote;
    private string element = "";

    /// <summary>Where the next character stands.</summary>
    public HtmlPosition Position { get; private set; } = HtmlPosition.Text;

    /// <summary>Name of the element whose tag or raw text it is.</summary>
    public string Element => element;

    /// <summary>Whether the text so far ends in <c>&lt;</c> or an unfinished tag opening, which a Liquid tag must not follow.</summary>
    public bool IsOpening { get; private set; }

    /// <summary>Reads text up to the next Liquid tag.</summary>
    public void Read(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            at = Position switch
            {
                HtmlPosition.Text => InText(text, at),
                HtmlPosition.Tag => InTag(text, at),
                HtmlPosition.Attribute => InAttribute(text, at),
                HtmlPosition.Comment => Until(text, at, "-->"),
                _ => InRaw(text, at),
            };
        }

        IsOpening = Position == HtmlPosition.Text && (text.EndsWith('<') || text.EndsWith("</", StringComparison.Ordinal));
    }

    private int InText(string text, int at)
    {
        var open = text.IndexOf('<', at);
        if (open < 0)
            return text.Length;
        if (text.AsSpan(open).StartsWith("<!--", StringComparison.Ordinal))
        {
            Position = HtmlPosition.Comment;
            return open + 2; // "<!-->" is a whole comment.
        }

        var name = open + 1 < text.Length && text[open + 1] == '/' ? open + 2 : open + 1;
        if (name >= text.Length || !(char.IsAsciiLetter(text[name]) || text[name] is '!' or '?'))
            return open + 1;
        var end = name;
        while (end < text.Length && !char.IsWhiteSpace(text[end]) && text[end] is not ('>' or '/'))
            end++;
        element = name == open + 2 ? "" : text[name..end].ToLowerInvariant();
        Position = HtmlPosition.Tag;
        return end;
    }

    private int InTag(string text, int at)
    {
        switch (text[at])
        {
            case '>':
                var closesItself = at > 0 && text[at - 1] == '/' && element.StartsWith("mj-", StringComparison.Ordinal);
                Position = RawElements.Contains(element) && !closesItself ? HtmlPosition.RawText : HtmlPosition.Text;
                return at + 1;
            case '"' or '\'' when EndsInEquals(text, at):
                quote = text[at];
                Position = HtmlPosition.Attribute;
                return at + 1;
            default:
                return at + 1;
        }
    }

    private int InAttribute(string text, int at)
    {
        var end = text.IndexOf(quote, at);
        if (end < 0)
            return text.Length;
        Position = HtmlPosition.Tag;
        return end + 1;
    }

    private int InRaw(string text, int at)
    {
        var end = text.IndexOf("</" + element, at, StringComparison.OrdinalIgnoreCase);
        if (end < 0)
            return text.Length;
        element = "";
        Position = HtmlPosition.Tag;
        return end + 2;
    }

    private int Until(string text, int at, string end)
    {
        var found = text.IndexOf(end, at, StringComparison.Ordinal);
        if (found < 0)
            return text.Length;
        Position = HtmlPosition.Text;
        return found + end.Length;
    }

    private static bool EndsInEquals(string text, int at)
    {
        var before = at - 1;
        while (before >= 0 && char.IsWhiteSpace(text[before]))
            before--;
        return before >= 0 && text[before] == '=';
    }
}
