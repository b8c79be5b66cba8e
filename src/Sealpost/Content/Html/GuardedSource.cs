using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using AngleSharp.Dom;
using Sealpost.Content.Liquid;

namespace Sealpost.Content.Html;

/// <summary>A source whose Liquid tags are replaced by marks that MJML, Markdown and HTML parsers carry through unchanged.</summary>
/// <param name="Text">Source with marks: comments for statements between elements, words for the rest.</param>
/// <param name="Tags">The tags by number.</param>
/// <param name="Mark">Finds a mark; group "number" is its number.</param>
/// <param name="Lines">Line in the author's source of each line of <paramref name="Text"/>.</param>
internal sealed record GuardedSource(string Text, IReadOnlyList<LiquidTag> Tags, Regex Mark, IReadOnlyList<int> Lines)
{
    /// <summary>Replaces the tags; those that stand where a value must never stand are problems.</summary>
    public static GuardedSource Of(string source, string file, ICollection<TemplateProblem> problems)
    {
        var word = Word(source);
        var tags = new List<LiquidTag>();
        var text = new StringBuilder(source.Length);
        var lines = new List<int> { 1 };
        var scanner = new HtmlScanner();
        var line = 1;
        foreach (var token in LiquidLexer.Split(source, file, problems))
        {
            if (token.Tag is not { } tag)
            {
                scanner.Read(token.Text);
                text.Append(token.Text);
                for (var i = 1; i <= token.Text.AsSpan().Count('\n'); i++)
                    lines.Add(line + i);
                line += token.Lines;
                continue;
            }

            if (Refuse(tag, scanner) is { } reason)
                problems.Add(new TemplateProblem(file, tag.Line, reason) { Column = tag.Column, Length = tag.Length });
            var mark = string.Create(CultureInfo.InvariantCulture, $"{word}{tags.Count}n");
            text.Append(!tag.IsOutput && scanner.Position == HtmlPosition.Text ? $"<!--{mark}-->" : mark);
            if (scanner.Position == HtmlPosition.Text)
            {
                // White space changes nothing here, and keeps lines as the author counts them.
                text.Append('\n', token.Lines);
                for (var i = 1; i <= token.Lines; i++)
                    lines.Add(line + i);
            }

            tags.Add(tag);
            line += token.Lines;
        }

        return new GuardedSource(text.ToString(), tags, new Regex($"(<!--)?{word}(?<number>[0-9]{{1,6}})n(-->)?", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, TimeSpan.FromMilliseconds(EmailMarkup.PatternTimeout)), lines);
    }

    /// <summary>The tag that a comment stands for, or null.</summary>
    public LiquidTag? TagOf(IComment comment)
    {
        var mark = Mark.Match($"<!--{comment.Data}-->");
        return mark.Success && mark.Length == comment.Data.Length + 7 ? Tags[NumberOf(mark)] : null;
    }

    /// <summary>The number of the tag that a match of <see cref="Mark"/> stands for.</summary>
    public static int NumberOf(Match mark) => int.Parse(mark.Groups["number"].ValueSpan, CultureInfo.InvariantCulture);

    /// <summary>The author's line of a line in <see cref="Text"/>.</summary>
    public int LineOf(int line) => line >= 1 && line <= Lines.Count ? Lines[line - 1] : 1;

    private static string? Refuse(LiquidTag tag, HtmlScanner scanner) => scanner switch
    {
        { IsOpening: true } => $"{tag.Source} stands right after \"<\": a value cannot make a tag.",
        { Position: HtmlPosition.Tag } => $"{tag.Source} stands inside the tag <{scanner.Element}>: put whole elements between Liquid tags, or quote the attribute.",
        { Position: HtmlPosition.Comment } => $"{tag.Source} stands in a comment: take it out, or use {{% comment %}}.",
        { Position: HtmlPosition.RawText, Element: "title" or "mj-title" } => $"{tag.Source} stands in the title, which Sealpost sets to the subject: take the title out.",
        { Position: HtmlPosition.RawText, Element: "mj-preview" } => $"{tag.Source} stands in mj-preview: use the campaign's preheader.",
        { Position: HtmlPosition.RawText } => $"{tag.Source} stands in <{scanner.Element}>, where no value can be made safe: vary the elements instead.",
        _ => null,
    };

    private static string Word(string source)
    {
        // Derived from the source, so that equal sources compile to equal results, and absent from it.
        for (var i = 0; ; i++)
        {
            var hash = SHA256.HashData(Encoding.UTF8.GetBytes(i.ToString(CultureInfo.InvariantCulture) + source));
            var word = "lq" + Convert.ToHexStringLower(hash.AsSpan(0, 5)).Replace('0', 'g').Replace('1', 'h') + "n";
            if (!source.Contains(word, StringComparison.OrdinalIgnoreCase))
                return word;
        }
    }
}
