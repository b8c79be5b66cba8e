using Fluid;
using Fluid.Values;

namespace Sealpost.Content.Liquid;

/// <summary>The one place where the Liquid engine is set up: limits, names, clock, filters.</summary>
internal static class LiquidOptions
{
    /// <summary>Statements one message may execute.</summary>
    public const int MaxSteps = 20_000;

    /// <summary>Blocks within blocks.</summary>
    public const int MaxRecursion = 30;

    /// <summary>Characters one part of a message may have; mail clients cut off long before.</summary>
    public const int MaxOutputSize = 1_000_000;

    /// <summary>Characters one value or captured block may have.</summary>
    public const int MaxValueSize = 100_000;

    /// <summary>Items a list or range may have.</summary>
    public const int MaxCollectionSize = 500;

    /// <summary>Filters that a message may use. None reads the machine, the clock, or turns escaping off.</summary>
    public static IReadOnlyDictionary<string, FilterShape> Filters { get; } = new Dictionary<string, FilterShape>(StringComparer.Ordinal)
    {
        ["abs"] = FilterShape.Number, ["at_least"] = FilterShape.Number, ["at_most"] = FilterShape.Number, ["ceil"] = FilterShape.Number,
        ["divided_by"] = FilterShape.Number, ["floor"] = FilterShape.Number, ["minus"] = FilterShape.Number, ["modulo"] = FilterShape.Number,
        ["plus"] = FilterShape.Number, ["round"] = FilterShape.Number, ["times"] = FilterShape.Number,
        ["append"] = FilterShape.Text, ["capitalize"] = FilterShape.Text, ["date"] = FilterShape.Text, ["downcase"] = FilterShape.Text,
        ["lstrip"] = FilterShape.Text, ["prepend"] = FilterShape.Text, ["remove"] = FilterShape.Text, ["remove_first"] = FilterShape.Text,
        ["remove_last"] = FilterShape.Text, ["replace"] = FilterShape.Text, ["replace_first"] = FilterShape.Text, ["replace_last"] = FilterShape.Text,
        ["rstrip"] = FilterShape.Text, ["slice"] = FilterShape.Text, ["strip"] = FilterShape.Text, ["strip_newlines"] = FilterShape.Text,
        ["truncate"] = FilterShape.Text, ["truncatewords"] = FilterShape.Text, ["upcase"] = FilterShape.Text,
        ["default"] = FilterShape.Same, ["split"] = FilterShape.Texts, ["join"] = FilterShape.Text,
        ["first"] = FilterShape.Item, ["last"] = FilterShape.Item, ["find"] = FilterShape.Item,
        ["size"] = FilterShape.Number, ["sum"] = FilterShape.Number, ["has"] = FilterShape.Text, ["map"] = FilterShape.Texts,
        ["reverse"] = FilterShape.Same, ["sort"] = FilterShape.Same, ["sort_natural"] = FilterShape.Same, ["uniq"] = FilterShape.Same,
        ["where"] = FilterShape.Same, ["reject"] = FilterShape.Same, ["compact"] = FilterShape.Same, ["concat"] = FilterShape.Same,
    };

    /// <summary>The options every message is rendered with.</summary>
    public static TemplateOptions Shared { get; } = Create();

    /// <summary>Parser of single tags: no functions, no <c>liquid</c> tag.</summary>
    public static FluidParser Parser { get; } = new(new FluidParserOptions { AllowFunctions = false, AllowLiquidTag = false });

    private static TemplateOptions Create()
    {
        var options = new TemplateOptions
        {
            MaxSteps = MaxSteps,
            MaxRecursion = MaxRecursion,
            StrictFilters = true,
            TimeZone = TimeZoneInfo.Utc,
            Now = static () => DateTimeOffset.UnixEpoch, // Replaced in each context by the as-of date: no message depends on the machine's clock.
            ModelNamesComparer = StringComparer.Ordinal,
        };
        foreach (var name in options.Filters.Select(filter => filter.Key).Where(name => !Filters.ContainsKey(name)).ToList())
            options.Filters.Remove(name);
        return options;
    }
}

/// <summary>What a filter returns.</summary>
internal enum FilterShape
{
    /// <summary>Text.</summary>
    Text,

    /// <summary>A number.</summary>
    Number,

    /// <summary>A list of texts.</summary>
    Texts,

    /// <summary>One item of its input.</summary>
    Item,

    /// <summary>The same shape as its input.</summary>
    Same,
}
