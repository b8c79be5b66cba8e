using System.Text.RegularExpressions;
using MemoryPack;

namespace Sealpost.Library;

/// <summary>How an organisation's messages look. Every value is checked before it is stored, so that it is safe in an attribute.</summary>
[MemoryPackable(GenerateType.VersionTolerant)]
public sealed partial record BrandKit
{
    /// <summary>Buttons and headings, <c>#rrggbb</c>.</summary>
    [MemoryPackOrder(0)]
    public string Primary { get; init; } = "#1f5f5b";

    /// <summary>Text on <see cref="Primary"/>.</summary>
    [MemoryPackOrder(1)]
    public string OnPrimary { get; init; } = "#ffffff";

    /// <summary>Behind the message.</summary>
    [MemoryPackOrder(2)]
    public string Background { get; init; } = "#f2f4f3";

    /// <summary>The message itself.</summary>
    [MemoryPackOrder(3)]
    public string Surface { get; init; } = "#ffffff";

    /// <summary>Text.</summary>
    [MemoryPackOrder(4)]
    public string Text { get; init; } = "#1c2524";

    /// <summary>Text of less weight.</summary>
    [MemoryPackOrder(5)]
    public string Muted { get; init; } = "#55615f";

    /// <summary>Links.</summary>
    [MemoryPackOrder(6)]
    public string Link { get; init; } = "#0f5ea8";

    /// <summary>Behind the message, where the reader prefers dark.</summary>
    [MemoryPackOrder(7)]
    public string DarkBackground { get; init; } = "#0f1514";

    /// <summary>The message itself, dark.</summary>
    [MemoryPackOrder(8)]
    public string DarkSurface { get; init; } = "#18211f";

    /// <summary>Text, dark.</summary>
    [MemoryPackOrder(9)]
    public string DarkText { get; init; } = "#e8eeec";

    /// <summary>Links, dark.</summary>
    [MemoryPackOrder(10)]
    public string DarkLink { get; init; } = "#8ec5ff";

    /// <summary>Name of the font of the text: one of <see cref="Fonts"/>.</summary>
    [MemoryPackOrder(11)]
    public string Font { get; init; } = "Arial";

    /// <summary>Name of the font of headings.</summary>
    [MemoryPackOrder(12)]
    public string HeadingFont { get; init; } = "Georgia";

    /// <summary>Rounding of buttons, pixels, 0 to 40.</summary>
    [MemoryPackOrder(13)]
    public int Radius { get; init; } = 6;

    /// <summary>Name of the logo among the organisation's pictures; null shows the organisation's name instead.</summary>
    [MemoryPackOrder(14)]
    public string? Logo { get; init; }

    /// <summary>Width of the logo, pixels, 40 to 400.</summary>
    [MemoryPackOrder(15)]
    public int LogoWidth { get; init; } = 160;

    /// <summary>Fonts that readers' machines have, with what stands in where one lacks it. No font is loaded from anywhere.</summary>
    public static IReadOnlyDictionary<string, string> Fonts { get; } = new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        ["Arial"] = "Arial, Helvetica, sans-serif",
        ["Courier New"] = "'Courier New', Courier, monospace",
        ["Georgia"] = "Georgia, 'Times New Roman', serif",
        ["System"] = "-apple-system, 'Segoe UI', Roboto, Arial, sans-serif",
        ["Tahoma"] = "Tahoma, Verdana, sans-serif",
        ["Times New Roman"] = "'Times New Roman', Times, serif",
        ["Trebuchet MS"] = "'Trebuchet MS', Tahoma, sans-serif",
        ["Verdana"] = "Verdana, Geneva, sans-serif",
    };

    /// <summary>The colours by name.</summary>
    internal IReadOnlyList<(string Name, string Value)> Colours() =>
    [
        ("primary", Primary), ("on-primary", OnPrimary), ("background", Background), ("surface", Surface), ("text", Text), ("muted", Muted), ("link", Link),
        ("dark-background", DarkBackground), ("dark-surface", DarkSurface), ("dark-text", DarkText), ("dark-link", DarkLink),
    ];

    /// <summary>Refuses what cannot be used.</summary>
    /// <exception cref="RefusedException">Says which value and what it takes.</exception>
    internal void Check()
    {
        foreach (var (name, value) in Colours())
        {
            if (!Colour().IsMatch(value))
                throw new RefusedException($"The colour {name} must be written as #rrggbb, such as #1f5f5b.");
        }

        foreach (var font in new[] { Font, HeadingFont })
        {
            if (!Fonts.ContainsKey(font))
                throw new RefusedException($"\"{font}\" is no font that readers' machines are sure to have. Choose one of {string.Join(", ", Fonts.Keys)}.");
        }

        if (Radius is < 0 or > 40)
            throw new RefusedException("The rounding of buttons is 0 to 40 pixels.");
        if (LogoWidth is < 40 or > 400)
            throw new RefusedException("The width of the logo is 40 to 400 pixels.");
        // WCAG 2.2 SC 1.4.3: text that nobody can read is no brand.
        foreach (var (what, ink, ground) in new[] { ("text on the message", Text, Surface), ("small text on the message", Muted, Surface), ("links on the message", Link, Surface), ("text on buttons", OnPrimary, Primary), ("dark text", DarkText, DarkSurface), ("dark links", DarkLink, DarkSurface) })
        {
            var ratio = Content.Advice.Rgb.Contrast(Content.Advice.Rgb.Parse(ink)!.Value, Content.Advice.Rgb.Parse(ground)!.Value);
            if (ratio < 4.5)
                throw new RefusedException(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"The contrast of {what} ({ink} on {ground}) is {ratio:0.0}:1; readers need 4.5:1. Choose a darker or lighter colour."));
        }
    }

    [GeneratedRegex("^#[0-9a-fA-F]{6}$", RegexOptions.CultureInvariant, 1_000)]
    private static partial Regex Colour();
}
