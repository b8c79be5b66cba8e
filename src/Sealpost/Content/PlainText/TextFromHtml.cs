using System.Text;
using System.Text.RegularExpressions;
using AngleSharp.Dom;
using Sealpost.Content.Html;
using Sealpost.Content.Liquid;

namespace Sealpost.Content.PlainText;

/// <summary>Makes the text part from a cleaned body: headings, lists, tables and links stay readable, Liquid stays in place.</summary>
internal sealed partial class TextFromHtml
{
    private static readonly string[] Blocks =
        ["address", "article", "aside", "blockquote", "center", "dd", "div", "dl", "dt", "figcaption", "figure", "footer", "header", "main", "nav", "p", "pre", "section", "table", "tr", "ul", "ol", "li", "hr", "caption"];

    private readonly GuardedSource guarded;
    private readonly List<Piece> pieces = [];
    private readonly StringBuilder pending = new();
    private int breaks = 2;
    private bool atStart = true;

    private TextFromHtml(GuardedSource guarded) => this.guarded = guarded;

    /// <summary>Makes the pieces of the text part.</summary>
    public static IReadOnlyList<Piece> Of(IElement body, GuardedSource guarded)
    {
        var writer = new TextFromHtml(guarded);
        writer.Children(body);
        writer.Flush();
        return writer.pieces;
    }

    private void Children(INode node)
    {
        foreach (var child in node.ChildNodes)
            Node(child);
    }

    private void Node(INode node)
    {
        switch (node)
        {
            case IText text:
                Words(text.Data);
                break;
            case IComment comment when guarded.TagOf(comment) is { } tag:
                Tag(tag);
                break;
            case IElement element when !default(HiddenStyle).Inside(element).IsHidden:
                Element(element);
                break;
        }
    }

    private void Element(IElement element)
    {
        switch (element.LocalName)
        {
            case "style" or "title" or "head":
                return;
            case "br":
                Break(1);
                return;
            case "hr":
                Break(2);
                Raw("----------------------------------------");
                Break(2);
                return;
            case "img":
                if (element.GetAttribute("alt") is { Length: > 0 } alt)
                    Words($"[{alt}]");
                return;
            case "a":
                Link(element);
                return;
            case "h1" or "h2":
                Heading(element, element.LocalName == "h1" ? '=' : '-');
                return;
            case "h3" or "h4" or "h5" or "h6":
                Break(2);
                Children(element);
                Break(2);
                return;
            case "li":
                Break(1);
                Raw(element.ParentElement?.LocalName == "ol" ? $"{element.ParentElement.Children.TakeWhile(sibling => sibling != element).Count(sibling => sibling.LocalName == "li") + 1}. " : "- ");
                Children(element);
                Break(1);
                return;
            case "td" or "th":
                Children(element);
                if (element.NextElementSibling is { LocalName: "td" or "th" } && !IsLayout(element))
                    Raw("  ");
                else if (IsLayout(element))
                    Break(1);
                return;
            case "tr":
                Break(1);
                Children(element);
                Break(1);
                return;
            default:
                var lines = !Blocks.Contains(element.LocalName) ? 0 : element.LocalName is "div" or "dd" or "dt" or "center" ? 1 : 2;
                Break(lines);
                Children(element);
                Break(lines);
                return;
        }
    }

    private void Heading(IElement element, char underline)
    {
        Break(2);
        Children(element);
        Break(1);
        Raw(new string(underline, Math.Clamp(Spaces().Replace(element.TextContent, " ").Trim().Length, 3, 60)));
        Break(2);
    }

    private void Link(IElement element)
    {
        Children(element);
        var href = element.GetAttribute("href") ?? "";
        var text = element.TextContent.Trim();
        if (href.Length == 0 || href.StartsWith('#') || href == text)
            return;
        var shown = href.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase) || href.StartsWith("tel:", StringComparison.OrdinalIgnoreCase) ? href[(href.IndexOf(':', StringComparison.Ordinal) + 1)..] : href;
        if (shown == text)
            return;
        while (pending.Length > 0 && pending[^1] == ' ')
            pending.Length--;
        Raw(text.Length == 0 && element.QuerySelector("img[alt]") is null ? shown : $" ({shown})");
    }

    private void Words(string text)
    {
        var at = 0;
        foreach (Match mark in guarded.Mark.Matches(text))
        {
            Plain(text[at..mark.Index]);
            Tag(guarded.Tags[GuardedSource.NumberOf(mark)]);
            at = mark.Index + mark.Length;
        }

        Plain(text[at..]);
    }

    private void Plain(string text)
    {
        var words = Spaces().Replace(text, " ");
        if (words.Length == 0 || (words == " " && breaks > 0))
            return;
        if (breaks > 0)
            words = words.TrimStart(' ');
        if (words.Length > 0)
            Raw(words);
    }

    private void Raw(string text)
    {
        pending.Append(text);
        breaks = 0;
        atStart = false;
    }

    private void Tag(LiquidTag tag)
    {
        Flush();
        pieces.Add(new TagPiece(tag, Place.Text));
        if (tag.IsOutput)
            (breaks, atStart) = (0, false);
    }

    private void Break(int lines)
    {
        if (atStart || lines == 0)
            return;
        for (; breaks < lines; breaks++)
        {
            while (pending.Length > 0 && pending[^1] == ' ')
                pending.Length--;
            pending.Append('\n');
        }
    }

    private void Flush()
    {
        if (pending.Length > 0)
            pieces.Add(new TextPiece(pending.ToString()));
        pending.Clear();
    }

    private static bool IsLayout(IElement cell) =>
        cell.Closest("table")?.GetAttribute("role") == "presentation" || cell.QuerySelector("table, div, p, h1, h2, h3, ul, ol, img") is not null;

    [GeneratedRegex(@"[ \t\r\n\f\u00a0\u200c\u034f]+", RegexOptions.None, EmailMarkup.PatternTimeout)]
    private static partial Regex Spaces();
}
