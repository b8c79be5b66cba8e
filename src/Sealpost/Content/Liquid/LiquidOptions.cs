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
    public static IReadOnlyDictionary<string, FilterShape> Filters { get; } = new (FilterShape Shape, string Names)[]
    {
        (FilterShape.Number, "abs at_least at_most ceil divided_by floor minus modulo plus round times size sum"),
        (FilterShape.Text, "append capitalize date downcase lstrip prepend remove remove_first remove_last replace replace_first replace_last rstrip slice strip strip_newlines truncate truncatewords upcase join has"),
        (FilterShape.Texts, "split map"),
        (FilterShape.Item, "first last find"),
        (FilterShape.Same, "default reverse sort sort_natural uniq where reject compact concat"),
    }.SelectMany(row => row.Names.Split(' '), static (row, name) => (row.Shape, Name: name)).ToDictionary(pair => pair.Name, pair => pair.Shape, StringComparer.Ordinal);

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
