using System.Text.Json;
using System.Text.RegularExpressions;
using AngleSharp.Css.Dom;
using AngleSharp.Css.Parser;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;

namespace Sealpost.Content.Advice;

/// <summary>Something a message uses that some mail programs do not support.</summary>
/// <param name="Title">What it is.</param>
/// <param name="Needle">How it is written in the source.</param>
/// <param name="Clients">Mail programs that lack it.</param>
internal sealed record SupportFinding(string Title, string Needle, IReadOnlyList<string> Clients);

/// <summary>
/// What mail programs support, by the data of caniemail.com (MIT), read at build time. Looks at what the author wrote, not at what MJML makes of it: the compiler has its own ways round old programs.
/// </summary>
internal sealed partial class ClientSupport
{
    private const string Resource = "Sealpost.Content.Advice.client-support.json";

    private static readonly Lazy<List<Feature>> Features = new(Load);

    /// <summary>Shorthands and classes of properties that one feature stands for.</summary>
    private static readonly Dictionary<string, string[]> Several = new(StringComparer.Ordinal)
    {
        ["css-left-right-top-bottom"] = ["left", "right", "top", "bottom"],
        ["css-column-layout-properties"] = ["columns", "column-gap", "column-rule"],
        ["css-linear-gradient"] = [], ["css-radial-gradient"] = [], ["css-conic-gradient"] = [],
        ["html-semantics"] = ["article", "aside", "details", "figcaption", "figure", "footer", "header", "main", "mark", "nav", "section", "summary", "time"],
        ["html-lists"] = ["ul", "ol", "dl"],
        ["html-h1-h6"] = ["h1", "h2", "h3", "h4", "h5", "h6"],
    };

    private readonly HashSet<string> properties = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> elements = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> attributes = new(StringComparer.OrdinalIgnoreCase);
    private readonly System.Text.StringBuilder css = new();
    private readonly List<string> pictures = [];

    /// <summary>What a source uses that one of the widespread programs lacks.</summary>
    public static IReadOnlyList<SupportFinding> Of(string source)
    {
        var use = new ClientSupport();
        use.Read(source);
        return [.. Features.Value.Select(feature => (feature, needle: use.Find(feature))).Where(pair => pair.needle is not null).Select(pair => new SupportFinding(pair.feature.Title, pair.needle!, pair.feature.Without))];
    }

    private void Read(string source)
    {
        using var document = new HtmlParser().ParseDocument(source);
        var parser = new CssParser(new CssParserOptions { IsIncludingUnknownDeclarations = true, IsIncludingUnknownRules = true, IsToleratingInvalidSelectors = true });
        foreach (var element in document.All)
        {
            var isMjml = element.LocalName.StartsWith("mj", StringComparison.Ordinal);
            if (!isMjml)
                elements.Add(element.LocalName);
            if (element.LocalName is "style" or "mj-style")
                css.Append(element.TextContent).Append('\n');
            foreach (var attribute in element.Attributes)
            {
                if (attribute.Name == "style")
                    css.Append("x{").Append(attribute.Value).Append("}\n");
                else if (isMjml)
                    css.Append("x{").Append(attribute.Name).Append(':').Append(attribute.Value.Replace('{', ' ').Replace('}', ' ').Replace(';', ' ')).Append("}\n");
                else
                    attributes.Add(attribute.Name);
                if (attribute.Name == "src" && element.LocalName is "img" or "mj-image")
                    pictures.Add(attribute.Value);
            }
        }

        foreach (var rule in parser.ParseStyleSheet(css.ToString()).Rules)
            Properties(rule);
    }

    private void Properties(ICssRule rule)
    {
        if (rule is ICssStyleRule style)
        {
            foreach (var property in style.Style)
                properties.Add(property.Name);
        }
        else if (rule is ICssGroupingRule group)
        {
            foreach (var inner in group.Rules)
                Properties(inner);
        }
    }

    private string? Find(Feature feature)
    {
        var slug = feature.Slug;
        var text = css.ToString();
        var several = Several.GetValueOrDefault(slug);
        if (slug.StartsWith("html-", StringComparison.Ordinal))
            return (several ?? [slug[5..]]).Where(name => elements.Contains(name) && name is not ("body" or "html" or "head" or "style" or "meta")).Select(name => "<" + name).FirstOrDefault()
                ?? (several is null && attributes.Contains(slug[5..]) ? slug[5..] + "=" : null);
        if (slug.StartsWith("image-", StringComparison.Ordinal))
            return pictures.FirstOrDefault(picture => picture.EndsWith("." + slug[6..], StringComparison.OrdinalIgnoreCase));
        if (!slug.StartsWith("css-", StringComparison.Ordinal))
            return null;
        var name = slug[4..];
        var needle = name switch
        {
            _ when name.StartsWith("at-media-", StringComparison.Ordinal) => Contains(text, name[9..]) && Contains(text, "@media") ? name[9..] : null,
            _ when name.StartsWith("at-", StringComparison.Ordinal) => Contains(text, "@" + name[3..]) ? "@" + name[3..] : null,
            _ when name.StartsWith("pseudo-class-", StringComparison.Ordinal) => Pseudo(text, ":" + name[13..]),
            _ when name.StartsWith("pseudo-element-", StringComparison.Ordinal) => Pseudo(text, "::" + name[15..]),
            _ when name.StartsWith("function-", StringComparison.Ordinal) => Contains(text, name[9..] + "(") ? name[9..] + "(" : null,
            _ when name.EndsWith("-gradient", StringComparison.Ordinal) => Contains(text, name + "(") ? name + "(" : null,
            _ when name.StartsWith("unit-", StringComparison.Ordinal) => Unit(text, name[5..]),
            _ when name.StartsWith("display-", StringComparison.Ordinal) => Regex.IsMatch(text, $@"display\s*:\s*(inline-)?{Regex.Escape(name[8..])}\b", RegexOptions.IgnoreCase, TimeSpan.FromSeconds(1)) ? name[8..] : null,
            "variables" => Contains(text, "var(--") ? "var(--" : null,
            _ => null,
        };
        return needle ?? (several ?? [name]).FirstOrDefault(properties.Contains);
    }

    private static string? Pseudo(string text, string name) => Contains(text, name) ? name : null;

    private static string? Unit(string text, string unit) =>
        unit is "calc" ? (Contains(text, "calc(") ? "calc(" : null)
        : Regex.Match(text, $@"(?<![\w#.-])\d+(\.\d+)?{Regex.Escape(unit)}(?![\w%])", RegexOptions.IgnoreCase, TimeSpan.FromSeconds(1)) is { Success: true } match ? match.Value : null;

    private static bool Contains(string text, string part) => text.Contains(part, StringComparison.OrdinalIgnoreCase);

    private static List<Feature> Load()
    {
        using var stream = typeof(ClientSupport).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException("This build lacks the support data of mail programs: build again with Node.js installed.");
        return JsonSerializer.Deserialize<List<Feature>>(stream, JsonSerializerOptions.Web) ?? [];
    }

    private sealed record Feature(string Slug, string Title, IReadOnlyList<string> Without);
}
