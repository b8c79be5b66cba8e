namespace Sealpost.Content.Html;

/// <summary>Elements, attributes and CSS properties that mail needs. What is not named here is taken out.</summary>
internal static class EmailMarkup
{
    /// <summary>Milliseconds a pattern may look at a template's text; a template that needs more is refused.</summary>
    public const int PatternTimeout = 2_000;

    /// <summary>Elements. No script, form, frame, media or foreign content.</summary>
    public static IReadOnlyList<string> Elements { get; } =
    [
        "html", "head", "body", "style", "meta", "a", "abbr", "address", "article", "aside", "b", "bdi", "bdo", "big", "blockquote", "br", "caption", "center", "cite", "code", "col",
        "colgroup", "dd", "del", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "font", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "i", "img", "ins", "kbd",
        "li", "main", "mark", "nav", "ol", "p", "pre", "q", "s", "samp", "section", "small", "span", "strike", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead",
        "time", "tr", "tt", "u", "ul", "var", "wbr",
    ];

    /// <summary>Attributes.</summary>
    public static IReadOnlyList<string> Attributes { get; } =
    [
        "abbr", "align", "alt", "aria-describedby", "aria-hidden", "aria-label", "aria-labelledby", "aria-level", "aria-roledescription", "background", "bgcolor", "border", "bordercolor", "cellpadding",
        "cellspacing", "char", "charoff", "charset", "cite", "class", "clear", "color", "cols", "colspan", "content", "datetime", "dir", "face", "headers", "height", "hidden", "href",
        "hreflang", "hspace", "http-equiv", "id", "lang", "name", "nowrap", "rel", "reversed", "role", "rowspan", "rules", "scope", "size", "span", "src", "srcset", "start", "style",
        "summary", "target", "title", "type", "valign", "value", "vspace", "width", "xmlns", "xmlns:v", "xmlns:o", "xml:lang", "media",
    ];

    /// <summary>Attributes whose words are read out or shown before anything else: the same for every patient.</summary>
    public static IReadOnlyList<string> Labels { get; } = ["alt", "title", "aria-label", "aria-roledescription", "summary", "abbr"];

    /// <summary>Attributes that name an address.</summary>
    public static IReadOnlyList<string> Addresses { get; } = ["href", "src", "srcset", "background", "cite", "action", "formaction", "poster", "longdesc", "data", "xlink:href", "usemap", "ping"];

    /// <summary>What may be said by meta elements.</summary>
    public static IReadOnlyList<string> Metas { get; } =
        ["viewport", "color-scheme", "supported-color-schemes", "x-apple-disable-message-reformatting", "format-detection", "content-type", "x-ua-compatible"];

    /// <summary>CSS properties taken out besides what the sanitiser knows: they could cover or generate text.</summary>
    public static IReadOnlyList<string> RemovedProperties { get; } = ["position", "z-index", "content", "behavior", "-moz-binding", "cursor", "filter", "inset", "top", "left", "right", "bottom"];

    /// <summary>Whether an unlisted CSS property is one that mail clients need.</summary>
    public static bool IsMailProperty(string name) =>
        name.StartsWith("mso-", StringComparison.OrdinalIgnoreCase) || name.StartsWith("-webkit-text-size-adjust", StringComparison.OrdinalIgnoreCase)
        || name is "-ms-text-size-adjust" or "text-size-adjust" or "-ms-interpolation-mode" or "-webkit-font-smoothing" or "-moz-osx-font-smoothing" or "word-break" or "overflow-wrap" or "hyphens"
            or "-webkit-hyphens" or "-moz-hyphens" or "-ms-word-break" or "-webkit-border-radius" or "border-radius" or "color-scheme" or "supported-color-schemes" or "object-fit" or "gap" or "-webkit-box-sizing"
            or "-webkit-overflow-scrolling" or "-premailer-width" or "-premailer-cellpadding" or "-premailer-cellspacing" or "text-underline-offset" or "aspect-ratio" or "line-height-step" or "font-display" or "src" or "unicode-range"
            or "direction" or "zoom" or "-webkit-text-fill-color" or "-webkit-user-select";
}
