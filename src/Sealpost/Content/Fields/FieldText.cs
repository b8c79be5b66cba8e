using System.Globalization;
using System.Text;
using Fluid.Values;

namespace Sealpost.Content.Fields;

/// <summary>Turns chart data, which others wrote, into values that cannot change the shape of a message.</summary>
internal static class FieldText
{
    /// <summary>Longest text of one value; longer ones are cut at the end of a character.</summary>
    public const int MaxLength = 300;

    /// <summary>A text value on one line without control or direction characters; null where nothing is left.</summary>
    public static FluidValue? Of(string? text) => Clean(text) is { Length: > 0 } clean ? new StringValue(clean) : null;

    /// <summary>A number; null where it is absent or too large to print.</summary>
    public static FluidValue? Of(double? value) =>
        value is { } number && double.IsFinite(number) && Math.Abs(number) < 1e15 ? NumberValue.Create((decimal)number) : null;

    /// <summary>A date.</summary>
    public static FluidValue? Of(DateOnly? date) => date is { } day ? new DateValue(new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero), hasTime: false) : null;

    /// <summary>A date with time, shown in the offset its source wrote.</summary>
    public static FluidValue? Of(DateTimeOffset? at) => at is { } moment ? new DateValue(moment, hasTime: true) : null;

    /// <summary>
    /// A name. One that carries an address or a link is no name (registration forms are used to send advertisements in other people's mail) and counts as missing.
    /// </summary>
    public static FluidValue? OfName(string? name) =>
        Clean(name) is { Length: > 0 } clean
        && !clean.Contains("://", StringComparison.Ordinal) && !clean.Contains("www.", StringComparison.OrdinalIgnoreCase) && !clean.Contains('@', StringComparison.Ordinal)
            ? new StringValue(clean)
            : null;

    private static string? Clean(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        if (text.Length <= MaxLength && IsClean(text))
            return text;
        var clean = new StringBuilder(Math.Min(text.Length, MaxLength));
        foreach (var rune in text.EnumerateRunes())
        {
            if (clean.Length + rune.Utf16SequenceLength > MaxLength)
                break;
            if (Rune.IsWhiteSpace(rune) || Rune.IsControl(rune))
            {
                if (clean.Length > 0 && clean[^1] != ' ')
                    clean.Append(' ');
            }
            else if (Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator) && rune.Value != 0xFFFD)
            {
                clean.Append(rune.ToString());
            }
        }

        return clean.ToString().TrimEnd();
    }

    private static bool IsClean(string text)
    {
        if (text[0] == ' ' || text[^1] == ' ')
            return false;
        foreach (var c in text)
        {
            if (c < ' ' || c is >= '\u007f' and <= '\u00a0' || (c > '\u00ff' && (char.IsSurrogate(c) || char.IsWhiteSpace(c) || char.GetUnicodeCategory(c) == UnicodeCategory.Format)))
                return false;
        }

        return true;
    }
}
