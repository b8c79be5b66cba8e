using System.Globalization;

namespace Sealpost.Reports;

/// <summary>Hides small numbers of patients in breakdowns, as CMS does for its own data (cell size suppression: 1 to 10). 45 CFR 164.514(b).</summary>
public static class SmallCells
{
    /// <summary>Smallest number shown as it is, besides 0.</summary>
    public const long Smallest = 11;

    /// <summary>What stands for a number that is not shown because another one could be worked out from it.</summary>
    public const string Withheld = "not shown";

    /// <summary>The number for people; 1 to 10 as <c>&lt;11</c>.</summary>
    public static string Show(long patients) =>
        patients is > 0 and < Smallest ? "<11" : patients.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A number rounded to tens, of which nothing can be subtracted; 1 to 10 as <c>&lt;11</c>.</summary>
    public static string Rough(long patients) => IsSmall(patients) ? "<11" : (patients / 10 * 10).ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A share in whole percents; where part or rest are 1 to 10 patients, in words.</summary>
    public static string Share(long part, long whole) =>
        IsSmall(part) ? "<11"
        : IsSmall(whole - part) ? "nearly all"
        : whole == 0 ? "–"
        : string.Create(CultureInfo.InvariantCulture, $"{100 * part / whole} %");

    private static bool IsSmall(long patients) => patients is > 0 and < Smallest;
}
