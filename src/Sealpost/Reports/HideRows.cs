using Sealpost.Audience;

namespace Sealpost.Reports;

/// <summary>
/// Which receiving domains may show what became of their messages, so that no number of 1 to 10 patients can be read or worked out: a cell is hidden with its whole row, and
/// with it as many other rows, the smallest first, as it takes. Sums of columns are known from the lines of the report, sums of rows and the share accepted from the domain's own line. 45 CFR 164.514(b).
/// </summary>
internal static class HideRows
{
    /// <summary>Fewest numbers that a hidden one must be able to be, as the others of its column vary.</summary>
    private const long Slack = SmallCells.Smallest - 1;

    /// <param name="rows">What became of each domain's messages: the accepted first; a row adds up to its messages.</param>
    /// <param name="hidden">Rows whose sum is not shown.</param>
    /// <returns>True for rows that may be shown.</returns>
    public static bool[] InTable(IReadOnlyList<long[]> rows, IReadOnlyList<bool> hidden)
    {
        var shown = rows.Select((row, i) => !hidden[i] && !row.Any(HideCounts.IsSmall)).ToArray();
        if (!shown.Contains(false))
            return shown;
        foreach (var next in Enumerable.Range(0, rows.Count).Where(i => shown[i]).OrderBy(i => rows[i].Sum()).ToList())
        {
            if (IsVague([.. rows.Where((_, i) => !shown[i])]))
                return shown;
            shown[next] = false;
        }

        // Nothing but the sums is left, which stand elsewhere.
        return shown;
    }

    /// <remarks>
    /// Of cells that are known by the sums of rows and columns alone, one can be anything over a stretch as long as the least of: its row, its column, the other rows, the other columns.
    /// So columns must leave none or enough, and two rows must have enough besides the accepted, whose share is shown. A small number of accepted, or of others, hides behind what
    /// whole percents leave open in the other rows.
    /// </remarks>
    private static bool IsVague(List<long[]> hidden)
    {
        if (Enumerable.Range(0, hidden[0].Length).Any(column => HideCounts.IsSmall(hidden.Sum(row => row[column]))))
            return false;
        if (hidden.Count(row => Others(row) >= SmallCells.Smallest) < 2)
            return false;
        var open = hidden.Sum(Open);
        return hidden.Where(IsTold).All(row => open - Open(row) >= Slack);
    }

    private static long Others(long[] row) => row.Sum() - row[0];

    /// <summary>Its share accepted tells that a number is small.</summary>
    private static bool IsTold(long[] row) => HideCounts.IsSmall(row[0]) || HideCounts.IsSmall(Others(row));

    /// <summary>How far the number accepted may be from another one of the same share.</summary>
    private static long Open(long[] row) => IsTold(row) ? SmallCells.Smallest - 2 : Math.Max(0, (row.Sum() / 100) - 1);
}
