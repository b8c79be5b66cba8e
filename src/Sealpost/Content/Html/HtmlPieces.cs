using AngleSharp.Dom;
using AngleSharp.Html;
using Sealpost.Content.Liquid;

namespace Sealpost.Content.Html;

/// <summary>Writes a cleaned body as pieces, in the order of the document, with what each element must not depend on.</summary>
internal sealed class HtmlPieces
{
    private static readonly HtmlMarkupFormatter Formatter = new();

    private readonly GuardedSource guarded;
    private readonly HostRules hosts;
    private readonly string file;
    private readonly ICollection<TemplateProblem> problems;
    private readonly List<Piece> pieces = [];
    private readonly HashSet<int> seen = [];

    private HtmlPieces(GuardedSource guarded, HostRules hosts, string file, ICollection<TemplateProblem> problems)
    {
        this.guarded = guarded;
        this.hosts = hosts;
        this.file = file;
        this.problems = problems;
    }

    /// <summary>Writes the children of the body.</summary>
    public static IReadOnlyList<Piece> Of(IElement body, GuardedSource guarded, HostRules hosts, string file, ICollection<TemplateProblem> problems)
    {
        var writer = new HtmlPieces(guarded, hosts, file, problems);
        foreach (var child in body.ChildNodes)
            writer.Node(child, default);
        for (var i = 0; i < guarded.Tags.Count; i++)
        {
            if (!writer.seen.Contains(i) && problems.Count == 0)
                writer.Problem(guarded.Tags[i], $"{guarded.Tags[i].Source} stands in a place that is not part of the message: move it into the text.");
        }

        return writer.pieces;
    }

    private void Node(INode node, HiddenStyle style)
    {
        switch (node)
        {
            case IElement element:
                Element(element, style.Inside(element));
                break;
            case IComment comment:
                if (guarded.TagOf(comment) is not null)
                    Text(comment.Data, style.IsHidden ? Place.Hidden : Place.Body, node.Parent, null); // A tiny font may be set anew inside a block.
                else
                    pieces.Add(new TextPiece($"<!--{comment.Data}-->"));
                break;
            case IText text:
                if (style.Hides && !string.IsNullOrWhiteSpace(text.Data))
                    pieces.Add(new MarkPiece(MarkKind.HiddenText, "Hidden text"));
                Text(Formatter.Text(text), style.Hides ? Place.Hidden : Place.Body, node.Parent, null);
                break;
        }
    }

    private void Element(IElement element, HiddenStyle style)
    {
        Marks(element);
        var hasChildren = !element.Flags.HasFlag(NodeFlags.SelfClosing);
        pieces.Add(new TextPiece("<" + element.LocalName));
        foreach (var attribute in element.Attributes)
        {
            var name = attribute.Prefix is { Length: > 0 } prefix && !attribute.Name.StartsWith(prefix + ":", StringComparison.Ordinal) ? $"{prefix}:{attribute.Name}" : attribute.Name;
            pieces.Add(new TextPiece($" {name}=\""));
            Attribute(attribute, element, name);
            pieces.Add(new TextPiece("\""));
        }

        pieces.Add(new TextPiece(">"));
        if (!hasChildren)
            return;
        foreach (var child in element.ChildNodes)
        {
            if (element.LocalName == "style")
                pieces.Add(new TextPiece(child.TextContent));
            else
                Node(child, style);
        }

        pieces.Add(new TextPiece($"</{element.LocalName}>"));
    }

    private void Attribute(IAttr attribute, IElement element, string name)
    {
        var value = attribute.Value.Replace("&", "&amp;", StringComparison.Ordinal).Replace("\"", "&quot;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace(">", "&gt;", StringComparison.Ordinal).Replace("\u00a0", "&nbsp;", StringComparison.Ordinal);
        if (!EmailMarkup.Labels.Contains(name) && guarded.Mark.Match(value) is { Success: true } mark)
        {
            var tag = guarded.Tags[GuardedSource.NumberOf(mark)];
            seen.Add(GuardedSource.NumberOf(mark));
            Problem(tag, $"{tag.Source} stands in attribute \"{name}\" of <{element.LocalName}>: values stand in text, and where they are not about a patient in {string.Join(", ", EmailMarkup.Labels)}.");
            return;
        }

        Text(value, Place.Attribute, attribute, name);
    }

    private void Marks(IElement element)
    {
        if (element.GetAttribute("href") is { Length: > 0 } href)
            pieces.Add(new MarkPiece(hosts.IsOwnLink(href) ? MarkKind.Link : MarkKind.ForeignLink, $"The link to \"{href}\""));
        if (element.HasAttribute("src") || element.HasAttribute("srcset") || element.HasAttribute("background") || (element.GetAttribute("style")?.Contains("url(", StringComparison.OrdinalIgnoreCase) ?? false)
            || (element.LocalName == "style" && element.TextContent.Contains("url(", StringComparison.OrdinalIgnoreCase)))
            pieces.Add(new MarkPiece(MarkKind.Resource, $"The picture or resource \"{element.GetAttribute("src") ?? element.GetAttribute("background") ?? element.LocalName}\""));
        if (EmailMarkup.Labels.FirstOrDefault(label => element.GetAttribute(label) is { Length: > 0 }) is { } name)
            pieces.Add(new MarkPiece(MarkKind.Label, $"<{element.LocalName}> with \"{name}\""));
    }

    private void Text(string text, Place place, object? owner, string? attribute)
    {
        var at = 0;
        foreach (System.Text.RegularExpressions.Match mark in guarded.Mark.Matches(text))
        {
            if (mark.Index > at)
                pieces.Add(new TextPiece(text[at..mark.Index]));
            Tag(GuardedSource.NumberOf(mark), place, owner, attribute);
            at = mark.Index + mark.Length;
        }

        if (at < text.Length)
            pieces.Add(new TextPiece(text[at..]));
    }

    private void Tag(int index, Place place, object? owner, string? attribute)
    {
        seen.Add(index);
        pieces.Add(new TagPiece(guarded.Tags[index], place, owner, attribute));
    }

    private void Problem(LiquidTag tag, string message) => problems.Add(new TemplateProblem(file, tag.Line, message) { Column = tag.Column, Length = tag.Length });
}
