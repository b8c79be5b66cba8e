using System.Text.RegularExpressions;
using AngleSharp.Dom;

namespace Sealpost.Content.Html;

/// <summary>Finds elements hidden by their own style: mail clients show their text in previews all the same.</summary>
internal static partial class HiddenStyle
{
    /// <summary>Whether the element's own style or attributes hide it.</summary>
    public static bool Hides(IElement element) =>
        element.HasAttribute("hidden") || (element.GetAttribute("style") is { } style && Hidden().IsMatch(style));

    [GeneratedRegex(@"display\s*:\s*none|visibility\s*:\s*(hidden|collapse)|mso-hide\s*:\s*all|(^|[;\s])opacity\s*:\s*0(\.0*)?\s*(;|!|$)|(^|[;\s])(font-size|max-height|max-width|height|width)\s*:\s*[01]?(\.\d+)?(px|pt|em|rem|%)?\s*(;|!|$)|text-indent\s*:\s*-\d{3,}|(color)\s*:\s*transparent", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, EmailMarkup.PatternTimeout)]
    private static partial Regex Hidden();
}
