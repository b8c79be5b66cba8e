namespace Sealpost.Audience;

/// <summary>Unit of a look-back.</summary>
internal enum WindowUnit
{
    Days,
    Months,
    Years,
}

/// <summary>A look-back from the as-of date, both ends included; months and years are calendar ones.</summary>
/// <param name="Count">0 to <see cref="MaxCount"/>.</param>
/// <param name="Unit">Days, months or years.</param>
internal sealed record Window(int Count, WindowUnit Unit)
{
    /// <summary>Two hundred years back, in days, is further than any chart reaches.</summary>
    public const int MaxCount = 73_000;

    /// <summary>First and last day as <see cref="FactDay"/> codes.</summary>
    public (ushort From, ushort To) Days(DateOnly asOf) => (FactDay.Code(FirstDay(asOf)), FactDay.Code(asOf));

    public override string ToString() =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Count} {Unit.ToString().ToLowerInvariant()}");

    private DateOnly FirstDay(DateOnly asOf) => Unit switch
    {
        WindowUnit.Days => asOf.DayNumber >= Count ? asOf.AddDays(-Count) : DateOnly.MinValue,
        WindowUnit.Months => (asOf.Year * 12) + asOf.Month - 13 >= Count ? asOf.AddMonths(-Count) : DateOnly.MinValue,
        _ => asOf.Year > Count ? asOf.AddYears(-Count) : DateOnly.MinValue,
    };
}

/// <summary>A calendar date in 16 bits: 0 for none, else days from 1900-01-01, which is 1. Earlier and later dates count as the first and last one.</summary>
internal static class FactDay
{
    /// <summary>No date.</summary>
    public const ushort None = 0;

    private static readonly int Origin = new DateOnly(1899, 12, 31).DayNumber;

    public static ushort Code(DateOnly? date) => date is { } day ? (ushort)Math.Clamp(day.DayNumber - Origin, 1, ushort.MaxValue) : None;

    /// <summary>The code of a last day: none where it lies before the first date there is.</summary>
    public static ushort CodeOrNone(DateOnly day) => day.DayNumber <= Origin ? None : Code(day);

    public static DateOnly? Date(ushort code) => code == None ? null : DateOnly.FromDayNumber(Origin + code);

    /// <summary>The date itself, or the first or last one there is a code for.</summary>
    public static DateOnly Nearest(DateOnly date) => Date(Code(date))!.Value;

    public static bool Inside(ushort day, ushort from, ushort to) => day != None && day >= from && day <= to;
}
