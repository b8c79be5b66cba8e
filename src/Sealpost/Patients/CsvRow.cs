using System.Globalization;

namespace Sealpost.Patients;

/// <summary>One row, by column name.</summary>
internal sealed class CsvRow(IReadOnlyDictionary<string, int> columns)
{
    private static readonly string[] IsoDates = ["yyyy-MM-dd"];
    private static readonly string[] YesWords = ["yes", "y", "true", "t", "1", "x"];
    private readonly List<string> _bad = [];

    public string?[] Fields { get; } = new string?[columns.Values.DefaultIfEmpty(-1).Max() + 1];

    public long Line { get; set; }

    /// <summary>Columns whose value was not usable.</summary>
    public IReadOnlyList<string> Bad => _bad;

    public void Clear()
    {
        Array.Clear(Fields);
        _bad.Clear();
    }

    public string? Text(string? column)
    {
        if (column is null || !columns.TryGetValue(column, out var index) || Fields[index] is not { } text)
            return null;
        var trimmed = text.Trim();
        return trimmed.Length == 0 ? null : trimmed;
    }

    public DateOnly? Date(CsvDate? date)
    {
        if (date is null || Text(date.Column) is not { } text)
            return null;
        if (DateOnly.TryParseExact(text, date.Formats.Count > 0 ? [.. date.Formats] : IsoDates, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            return day;
        if (DateTime.TryParseExact(text, date.Formats.Count > 0 ? [.. date.Formats] : [], CultureInfo.InvariantCulture, DateTimeStyles.None, out var moment))
            return DateOnly.FromDateTime(moment);
        if (date.Formats.Count == 0 && FhirValues.Date(text) is { } iso)
            return iso;
        _bad.Add(date.Column);
        return null;
    }

    public double? Number(string? column)
    {
        if (Text(column) is not { } text)
            return null;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number))
            return number;
        _bad.Add(column!);
        return null;
    }

    /// <summary>The meaning of a word; values not listed pass where <paramref name="allowed"/> has them.</summary>
    public string? Word(CsvWord? word, Func<string, bool> allowed)
    {
        if (word is null || Text(word.Column) is not { } text)
            return null;
        foreach (var (value, meaning) in word.Values)
        {
            if (string.Equals(value, text, StringComparison.OrdinalIgnoreCase))
                return meaning;
        }

        if (allowed(text))
            return text;
        _bad.Add(word.Column);
        return null;
    }

    public bool IsYes(string? column, IReadOnlyList<string> values) =>
        Text(column) is { } text && (values.Count > 0 ? values : YesWords).Contains(text, StringComparer.OrdinalIgnoreCase);
}
