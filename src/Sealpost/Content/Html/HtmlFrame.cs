using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;

namespace Sealpost.Content.Html;

/// <summary>What Sealpost puts around a body: title, preview line before it, footer after it.</summary>
internal static class HtmlFrame
{
    /// <summary>Styles that no style sheet of the author overrides: an inline declaration with <c>!important</c> wins over all of them.</summary>
    private const string Shown = "visibility:visible !important;opacity:1 !important;transform:none !important;clip:auto !important;text-indent:0 !important;max-height:none !important;height:auto !important;";

    private const string Ink = "color:#555555 !important;background-color:#ffffff !important;font:normal 12px/18px Arial,Helvetica,sans-serif !important;text-align:center !important;";

    // Whole, since they are written for every message.
    private const string FooterBegin = $"\" style=\"display:block !important;{Shown}{Ink}margin:24px auto 0 auto !important;padding:16px !important;border-top:1px solid #cccccc !important;\">";
    private const string LineBegin = $"<p style=\"display:block !important;{Shown}{Ink}margin:0 0 8px 0 !important;\">";
    private const string LinksBegin = $"</p><p style=\"display:block !important;{Shown}{Ink}margin:0 !important;\">";
    private const string LinkStyle = $"\" style=\"display:inline !important;{Shown}color:#1a5fb4 !important;font-size:12px !important;text-decoration:underline !important;\">";

    /// <summary>Keeps the first words of the body, which may be about health, out of the preview.</summary>
    private static readonly string Padding = string.Concat(Enumerable.Repeat("&#847;&zwnj;&nbsp;", 90));

    /// <summary>Escapes values for text and quoted attributes; letters of all scripts stay as they are.</summary>
    public static HtmlEncoder Encoder { get; } = HtmlEncoder.Create(UnicodeRanges.All);

    /// <summary>Begin and end of the preview line.</summary>
    public static (string Begin, string End) Preview { get; } = (
        "<div style=\"display:none !important;max-height:0;max-width:0;overflow:hidden;opacity:0;font-size:1px;line-height:1px;color:#ffffff;mso-hide:all\">",
        Padding + "</div>");

    /// <summary>Everything before the title's text, and from there to the begin of the body.</summary>
    public static (string BeforeTitle, string AfterTitle) Head(IHtmlDocument document)
    {
        foreach (var element in new[] { document.DocumentElement, document.Body! })
        {
            element.RemoveAttribute("hidden");
            var style = element.GetAttribute("style")?.TrimEnd(' ', ';');
            element.SetAttribute("style", (string.IsNullOrEmpty(style) ? "" : style + ";") + $"display:block !important;{Shown}");
        }

        if (document.DocumentElement.GetAttribute("lang") is { Length: > 0 } language && !document.DocumentElement.HasAttribute("dir") && Languages.CultureOf(Languages.Normalise(language)).TextInfo.IsRightToLeft)
            document.DocumentElement.SetAttribute("dir", "rtl");
        var before = new StringBuilder("<!doctype html>\n<html");
        Attributes(before, document.DocumentElement);
        before.Append("><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"referrer\" content=\"no-referrer\"><title>");
        var after = new StringBuilder("</title>");
        foreach (var node in document.Head!.ChildNodes)
        {
            if (node is IComment comment)
                after.Append("<!--").Append(comment.Data).Append("-->");
            else if (node is IElement { LocalName: "style" } style)
                after.Append(Open(style)).Append(style.TextContent).Append("</style>");
            else if (node is IElement { LocalName: "meta" } meta && !meta.HasAttribute("charset") && !string.Equals(meta.GetAttribute("http-equiv"), "content-type", StringComparison.OrdinalIgnoreCase)
                && !string.Equals(meta.GetAttribute("name"), "viewport", StringComparison.OrdinalIgnoreCase))
                after.Append(Open(meta));
        }

        after.Append("</head>").Append(Open(document.Body!));
        return (before.ToString(), after.ToString());
    }

    /// <summary>Writes the footer and closes the document. 15 USC 7704(a)(3), (5); 16 CFR 316.</summary>
    public static void WriteFooter(TextWriter writer, string id, SenderFooter footer, FrameWords words)
    {
        writer.Write("<div id=\"");
        writer.Write(id);
        writer.Write(FooterBegin);
        writer.Write(LineBegin);
        Encoder.Encode(writer, words.ReasonOf(footer));
        writer.Write("</p>");
        writer.Write(LineBegin);
        writer.Write("<strong>");
        Encoder.Encode(writer, footer.OrganisationName);
        writer.Write("</strong><br>");
        Encoder.Encode(writer, footer.PostalAddress);
        writer.Write(LinksBegin);
        Link(writer, footer.UnsubscribeUrl, words.Unsubscribe);
        if (footer.PreferencesUrl is { } preferences)
        {
            writer.Write(" &nbsp; ");
            Link(writer, preferences, words.Change);
        }

        writer.Write("</p></div></body></html>\n");
    }

    private static void Link(TextWriter writer, string url, string text)
    {
        writer.Write("<a href=\"");
        Encoder.Encode(writer, url);
        writer.Write(LinkStyle);
        writer.Write(text);
        writer.Write("</a>");
    }

    private static string Open(IElement element)
    {
        var open = new StringBuilder("<" + element.LocalName);
        Attributes(open, element);
        return open.Append('>').ToString();
    }

    private static void Attributes(StringBuilder text, IElement element)
    {
        foreach (var attribute in element.Attributes)
            text.Append(' ').Append(attribute.Name).Append("=\"").Append(attribute.Value.Replace("&", "&amp;", StringComparison.Ordinal).Replace("\"", "&quot;", StringComparison.Ordinal)).Append('"');
    }
}
