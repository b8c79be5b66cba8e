using System.Net;
using System.Runtime.CompilerServices;
using System.Text;

namespace Sealpost.App.Pages.ForPatients;

/// <summary>Markup of ours. Made by <see cref="Of"/>: every value put into it is encoded, unless it is markup itself.</summary>
internal readonly record struct Html(string Markup)
{
    public static Html Empty => new("");

    public static Html Of(HtmlBuilder builder) => new(builder.ToString());

    public static Html Join(IEnumerable<Html> parts) => new(string.Concat(parts.Select(part => part.Markup)));

    /// <summary>Lines of a text as paragraphs; an empty line begins a new one.</summary>
    public static Html Paragraphs(string text) => Join(text.ReplaceLineEndings("\n").Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
        .Select(paragraph => Of($"""<p class="lines">{paragraph.Trim('\n')}</p>""")));

    public Html If(bool shown) => shown ? this : Empty;

    public override string ToString() => Markup;
}

/// <summary>Builds markup from an interpolated string; holes are encoded for text and quoted attributes.</summary>
[InterpolatedStringHandler]
internal readonly ref struct HtmlBuilder
{
    private readonly StringBuilder _text;

    public HtmlBuilder(int literalLength, int formattedCount) => _text = new StringBuilder(literalLength + (formattedCount * 32));

    public void AppendLiteral(string text) => _text.Append(text);

    public void AppendFormatted(Html markup) => _text.Append(markup.Markup);

    public void AppendFormatted(string? text) => _text.Append(WebUtility.HtmlEncode(text));

    public void AppendFormatted(long number) => _text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{number}");

    public override string ToString() => _text.ToString();
}
