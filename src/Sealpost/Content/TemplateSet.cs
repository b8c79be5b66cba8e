using System.Security.Cryptography;
using System.Text;
using Sealpost.Consent;

namespace Sealpost.Content;

/// <summary>A message's template in each language it is written in. Each patient gets the variant of their language, else the fallback. Immutable and thread-safe.</summary>
/// <remarks>
/// The chart's preferred language picks (RFC 4647 §3.4: <c>es-MX</c>, then <c>es</c>, then the fallback). Its being picked by that preference is a use of <c>patient.language</c>,
/// so a set of several variants opens that field. Class and categories are those of the strongest variant: whoever is mailed may get any of them.
/// </remarks>
public sealed class TemplateSet
{
    private readonly Dictionary<string, Template> _variants;

    private TemplateSet(IReadOnlyList<Template> templates)
    {
        Fallback = templates[0];
        _variants = templates.Skip(1).ToDictionary(template => template.Language!, StringComparer.OrdinalIgnoreCase);
        Languages = [.. templates.Select(template => template.Language ?? Content.Languages.Default)];
        Fields = [.. templates.SelectMany(template => template.Fields).Concat(templates.Count > 1 ? ["patient.language"] : []).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        Categories = templates.SelectMany(template => template.Categories).ToHashSet(StringComparer.Ordinal);
        Class = (MessageClass)Math.Max(templates.Max(template => (int)template.Class), templates.Count > 1 ? (int)MessageClass.N1 : 0);
        Hash = templates.Count == 1 ? Fallback.Hash : HashOf(templates);
    }

    /// <summary>SHA-256, hex, over every variant and which of them is the fallback; approvals and receipts pin it.</summary>
    public string Hash { get; }

    /// <summary>Field paths that any variant opens, sorted.</summary>
    public IReadOnlyList<string> Fields { get; }

    /// <summary>Class by content alone.</summary>
    public MessageClass Class { get; }

    /// <summary>Sensitive categories by content alone.</summary>
    public IReadOnlySet<string> Categories { get; }

    /// <summary>Languages, the fallback first.</summary>
    public IReadOnlyList<string> Languages { get; }

    /// <summary>What patients get whose language has no variant.</summary>
    public Template Fallback { get; }

    /// <summary>All variants, the fallback first.</summary>
    public IEnumerable<Template> Variants => _variants.Values.Prepend(Fallback);

    /// <summary>The variant for a patient.</summary>
    /// <param name="language">Preferred language of the chart; null where it names none.</param>
    public Template For(string? language)
    {
        foreach (var tag in Content.Languages.Lookup(language))
        {
            if (string.Equals(tag, Fallback.Language ?? Content.Languages.Default, StringComparison.OrdinalIgnoreCase))
                return Fallback;
            if (_variants.TryGetValue(tag, out var variant))
                return variant;
        }

        return Fallback;
    }

    /// <summary>Compiles and checks every variant; one problem in one of them refuses all.</summary>
    /// <param name="sources">The fallback, then the variants, each with its language; no language twice.</param>
    /// <param name="ownHosts">As for <see cref="Template.Compile"/>.</param>
    public static TemplateSetResult Compile(IReadOnlyList<TemplateSource> sources, IReadOnlySet<string> ownHosts)
    {
        ArgumentOutOfRangeException.ThrowIfZero(sources.Count);
        var problems = new List<TemplateProblem>();
        var uses = new List<FieldUse>();
        var templates = new List<Template>();
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < sources.Count; i++)
        {
            var (source, variant) = (sources[i], i == 0 ? null : sources[i].Language);
            if ((i > 0 && source.Language is null) || (source.Language is not null && Content.Languages.Normalise(source.Language) != source.Language))
                problems.Add(new TemplateProblem("language", 1, $"\"{source.Language}\" is no language tag: write one such as es, es-MX or zh-Hant.") { Language = variant });
            else if (!seen.Add(source.Language ?? Content.Languages.Default))
                problems.Add(new TemplateProblem("language", 1, $"There are two variants in {source.Language}: take one out.") { Language = variant });
            var result = TemplateCompiler.Compile(source, ownHosts);
            problems.AddRange(result.Problems.Select(problem => problem with { Language = variant }));
            uses.AddRange(result.Uses.Select(use => use with { Language = variant }));
            if (result.Template is not null)
                templates.Add(result.Template);
        }

        return new TemplateSetResult(problems.Count == 0 ? new TemplateSet(templates) : null, problems) { Uses = uses };
    }

    private static string HashOf(IReadOnlyList<Template> templates)
    {
        var text = new StringBuilder("sealpost-languages-1\n");
        foreach (var template in templates.Take(1).Concat(templates.Skip(1).OrderBy(template => template.Language, StringComparer.Ordinal)))
            text.Append(template.Language).Append(':').Append(template.Hash).Append('\n');
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}

/// <summary>Result of compiling all variants.</summary>
/// <param name="Set">Null where there is a problem.</param>
/// <param name="Problems">Of all variants; empty where there is a set.</param>
public sealed record TemplateSetResult(TemplateSet? Set, IReadOnlyList<TemplateProblem> Problems)
{
    /// <summary>Every use of a field that was understood.</summary>
    internal IReadOnlyList<FieldUse> Uses { get; init; } = [];
}
