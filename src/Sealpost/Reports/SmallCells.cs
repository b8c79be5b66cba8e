using System.Globalization;

namespace Sealpost.Reports;

/// <summary>Hides small numbers of patients in breakdowns, as CMS does for its own data (cell size suppression: 1 to 10). 45 CFR 164.514(b).</summary>
public static class SmallCells
{
    /// <summary>Smallest number shown as it is, besides 0.</summary>
    public const long Smallest = 11;

    /// <summary>The number for people; 1 to 10 as <c>&lt;11</c>.</summary>
    public static string Show(long patients) =>
        patients is > 0 and < Smallest ? "<11" : patients.ToString("N0", CultureInfo.InvariantCulture);
}
