using System.Globalization;
using AngleSharp;
using AngleSharp.Css.Dom;
using AngleSharp.Css.Parser;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;

namespace Sealpost.Content.Advice;

/// <summary>Ink on ground whose contrast is too low.</summary>
internal sealed record LowContrast(Rgb Ink, Rgb Ground, double Ratio, double Needed, bool Dark)
{
    public void Deconstruct(out Rgb ink, out Rgb ground, out double ratio, out double needed, out bool dark) => (ink, ground, ratio, needed, dark) = (Ink, Ground, Ratio, Needed, Dark);
}

/// <summary>
/// Measures text against what is behind it, by inline styles, presentational attributes and the message's own style sheet; once as it is and once with the rules for readers who prefer dark.
/// Text on a picture is not measured. WCAG 2.2 SC 1.4.3.
/// </summary>
internal sealed class MeasureContrast
{
    private const int MaxElements = 8_000;
    private const int MaxRules = 300;

    private static readonly bool[] Themes = [false, true];
    private static readonly System.Buffers.SearchValues<char> Blank = System.Buffers.SearchValues.Create(" \t\r\n\u00a0\u200c\u034f");

    private readonly List<(string Selector, ICssStyleDeclaration Style)> rules = [];
    private readonly Dictionary<(Rgb, Rgb), LowContrast> found = [];
    private readonly CssParser parser = new();
    private readonly bool dark;
    private int left = MaxElements;

    private MeasureContrast(bool dark) => this.dark = dark;

    /// <summary>Every pair of colours that is too close, the worst first.</summary>
    public static IReadOnlyList<LowContrast> In(string html)
    {
        using var context = BrowsingContext.New(Configuration.Default.WithCss());
        using var document = new HtmlParser(new HtmlParserOptions(), context).ParseDocument(html);
        if (document.Body is not { } body)
            return [];
        var all = new List<LowContrast>();
        foreach (var isDark in Themes)
        {
            var measure = new MeasureContrast(isDark);
            if (!measure.Read(document) && isDark)
                continue;
            measure.Walk(body, new Look(Rgb.Black, Rgb.White, 16, Bold: false));
            all.AddRange(measure.found.Values.Where(low => !isDark || !all.Any(other => other.Ink == low.Ink && other.Ground == low.Ground)));
        }

        return [.. all.OrderBy(low => low.Ratio)];
    }

    /// <summary>Reads the style sheets; whether there are rules for dark.</summary>
    private bool Read(IDocument document)
    {
        var hasDark = false;
        foreach (var element in document.QuerySelectorAll("style"))
        {
            foreach (var rule in parser.ParseStyleSheet(element.TextContent).Rules)
            {
                if (rule is ICssStyleRule style)
                    Add(style);
                else if (rule is ICssMediaRule media && media.ConditionText.Replace(" ", "", StringComparison.Ordinal).Contains("prefers-color-scheme:dark", StringComparison.OrdinalIgnoreCase))
                {
                    hasDark = true;
                    foreach (var inner in dark ? media.Rules.OfType<ICssStyleRule>() : [])
                        Add(inner);
                }
            }
        }

        return hasDark;
    }

    private void Add(ICssStyleRule rule)
    {
        if (rules.Count < MaxRules && (rule.Style.GetPropertyValue("color").Length > 0 || rule.Style.GetPropertyValue("background-color").Length > 0))
            rules.Add((rule.SelectorText, rule.Style));
    }

    private void Walk(IElement element, Look around)
    {
        if (--left < 0 || element.LocalName is "style" or "script" or "title")
            return;
        if (LookOf(element, around) is not { } look)
            return;
        if (element.ChildNodes.OfType<IText>().Any(text => text.Data.AsSpan().ContainsAnyExcept(Blank)))
            Measure(look);
        foreach (var child in element.Children)
            Walk(child, look);
    }

    private void Measure(Look look)
    {
        var needed = look.Size >= 24 || (look.Size >= 18.66 && look.Bold) ? 3.0 : 4.5;
        var ratio = Rgb.Contrast(look.Ink, look.Ground);
        if (ratio + 0.005 < needed && !found.ContainsKey((look.Ink, look.Ground)))
            found[(look.Ink, look.Ground)] = new LowContrast(look.Ink, look.Ground, ratio, needed, dark);
    }

    /// <summary>How an element's text looks; null for what is not shown, and behind which is a picture.</summary>
    private Look? LookOf(IElement element, Look around)
    {
        var look = around with { Bold = around.Bold || element.LocalName is "b" or "strong" or "th" or "h1" or "h2" or "h3", Size = element.LocalName switch { "h1" => 32, "h2" => 24, _ => around.Size } };
        if (element.LocalName == "a")
            look = look with { Ink = new Rgb(0, 0, 238) };
        if (Rgb.Parse(element.GetAttribute("bgcolor")) is { } ground)
            look = look with { Ground = ground };
        if (element.LocalName == "font" && Rgb.Parse(element.GetAttribute("color")) is { } ink)
            look = look with { Ink = ink };
        var inline = element.GetAttribute("style") is { Length: > 0 } text ? parser.ParseDeclaration(text) : null;
        var matching = rules.Where(rule => Matches(element, rule.Selector)).Select(rule => rule.Style).ToList();
        foreach (var important in new[] { false, true })
        {
            foreach (var style in matching.Append(inline).OfType<ICssStyleDeclaration>())
                look = Apply(style, look, important);
        }

        if (element.HasAttribute("background") || inline?.GetPropertyValue("display") == "none" || inline?.GetPropertyValue("background-image") is { Length: > 0 } and not "none" and not "initial")
            return null;
        return look;
    }

    private static Look Apply(ICssStyleDeclaration style, Look look, bool important)
    {
        string? Value(string name) => style.GetPropertyPriority(name) == "important" == important && style.GetPropertyValue(name) is { Length: > 0 } value ? value : null;
        if (Rgb.Parse(Value("color")) is { } ink)
            look = look with { Ink = ink };
        if (Rgb.Parse(Value("background-color")) is { } ground)
            look = look with { Ground = ground };
        if (Value("font-size") is { } size && size.EndsWith("px", StringComparison.Ordinal) && double.TryParse(size[..^2], NumberStyles.Float, CultureInfo.InvariantCulture, out var pixels))
            look = look with { Size = pixels };
        if (Value("font-weight") is { } weight)
            look = look with { Bold = weight is "bold" or "bolder" || (int.TryParse(weight, CultureInfo.InvariantCulture, out var number) && number >= 700) };
        return look;
    }

    private static bool Matches(IElement element, string selector)
    {
        try
        {
            return element.Matches(selector);
        }
        catch (DomException)
        {
            return false;
        }
    }

    private sealed record Look(Rgb Ink, Rgb Ground, double Size, bool Bold);
}
