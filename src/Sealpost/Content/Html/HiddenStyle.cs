using System.Text.RegularExpressions;
using AngleSharp.Dom;

namespace Sealpost.Content.Html;

/// <summary>Whether text is hidden by the styles of the elements around it: mail clients show such text in previews all the same.</summary>
/// <param name="IsHidden">An element around hides all it holds.</param>
/// <param name="IsTiny">The font size in force is next to nothing; an element inside may set another.</param>
internal readonly partial record struct HiddenStyle(bool IsHidden, bool IsTiny)
{
    /// <summary>Whether text standing here is hidden.</summary>
    public bool Hides => IsHidden || IsTiny;

    /// <summary>What holds inside an element.</summary>
    public HiddenStyle Inside(IElement element)
    {
        var style = element.GetAttribute("style") ?? "";
        var size = FontSize().Match(style);
        return new HiddenStyle(
            IsHidden || element.HasAttribute("hidden") || Hidden().IsMatch(style),
            size.Success ? IsNothing(size.Groups["size"].Value) : IsTiny);
    }

    private static bool IsNothing(string size) => Nothing().IsMatch(size);

    [GeneratedRegex(@"display\s*:\s*none|visibility\s*:\s*(hidden|collapse)|mso-hide\s*:\s*all|(^|[;\s])opacity\s*:\s*0(\.0*)?\s*(;|!|$)|(^|[;\s])(max-height|max-width|height|width)\s*:\s*0(\.0*)?(px|pt|em|rem|%)?\s*(;|!|$)|text-indent\s*:\s*-\d{3,}|(^|[;\s])color\s*:\s*transparent", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, EmailMarkup.PatternTimeout)]
    private static partial Regex Hidden();

    [GeneratedRegex(@"(^|[;\s])font-size\s*:\s*(?<size>[^;!]+)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, EmailMarkup.PatternTimeout)]
    private static partial Regex FontSize();

    [GeneratedRegex(@"^(0|0?\.\d+|1(\.\d+)?px|0px|1pt)(px|pt|em|rem|%)?\s*$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, EmailMarkup.PatternTimeout)]
    private static partial Regex Nothing();
}
