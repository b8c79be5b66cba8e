using System.Globalization;

namespace Sealpost.Content.Advice;

/// <summary>A colour without transparency.</summary>
/// <param name="R">Red, 0 to 255.</param>
/// <param name="G">Green.</param>
/// <param name="B">Blue.</param>
internal readonly record struct Rgb(byte R, byte G, byte B)
{
    public static readonly Rgb White = new(255, 255, 255);
    public static readonly Rgb Black = new(0, 0, 0);

    private static readonly Dictionary<string, string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["black"] = "#000000", ["white"] = "#ffffff", ["red"] = "#ff0000", ["green"] = "#008000", ["blue"] = "#0000ff", ["gray"] = "#808080", ["grey"] = "#808080",
        ["silver"] = "#c0c0c0", ["maroon"] = "#800000", ["navy"] = "#000080", ["teal"] = "#008080", ["olive"] = "#808000", ["purple"] = "#800080", ["yellow"] = "#ffff00",
        ["orange"] = "#ffa500", ["lightgray"] = "#d3d3d3", ["lightgrey"] = "#d3d3d3", ["darkgray"] = "#a9a9a9", ["darkgrey"] = "#a9a9a9", ["whitesmoke"] = "#f5f5f5",
    };

    /// <summary>Reads a colour; null where it is none, transparent, or depends on what is behind it.</summary>
    public static Rgb? Parse(string? text)
    {
        var value = text?.Trim() ?? "";
        if (Names.TryGetValue(value, out var named))
            value = named;
        if (value.StartsWith('#'))
            return Hex(value[1..]);
        var open = value.IndexOf('(', StringComparison.Ordinal);
        if (open < 0 || !value.StartsWith("rgb", StringComparison.OrdinalIgnoreCase) || !value.EndsWith(')'))
            return null;
        var parts = value[(open + 1)..^1].Split([',', ' ', '/'], StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length < 3 || (parts.Length > 3 && Number(parts[3]) is not >= 0.99))
            return null;
        return Number(parts[0]) is { } r && Number(parts[1]) is { } g && Number(parts[2]) is { } b ? new Rgb(Byte(r), Byte(g), Byte(b)) : null;
    }

    /// <summary>Contrast of two colours, 1 to 21. WCAG 2.2, "contrast ratio".</summary>
    public static double Contrast(Rgb one, Rgb other)
    {
        var (a, b) = (one.Luminance, other.Luminance);
        return (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);
    }

    /// <summary>As a style writes it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"#{R:x2}{G:x2}{B:x2}");

    private double Luminance => (0.2126 * Linear(R)) + (0.7152 * Linear(G)) + (0.0722 * Linear(B));

    private static double Linear(byte channel)
    {
        var value = channel / 255.0;
        return value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);
    }

    private static Rgb? Hex(string digits)
    {
        if (digits.Length is 3 or 4)
            digits = string.Concat(digits.Take(3).Select(digit => $"{digit}{digit}"));
        return digits.Length is 6 && int.TryParse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var value)
            ? new Rgb((byte)(value >> 16), (byte)((value >> 8) & 255), (byte)(value & 255))
            : null;
    }

    private static double? Number(string text) =>
        double.TryParse(text.TrimEnd('%'), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? (text.EndsWith('%') ? value * 2.55 : value) : null;

    private static byte Byte(double value) => (byte)Math.Clamp(Math.Round(value), 0, 255);
}
