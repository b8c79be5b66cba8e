namespace Sealpost.Audience;

/// <summary>How a cell of a table is shown.</summary>
internal enum CellShown
{
    /// <summary>Its number.</summary>
    Number,

    /// <summary>That it is 1 to 10.</summary>
    Few,

    /// <summary>Nothing: it would give another cell away.</summary>
    Hidden,
}

/// <summary>Which cells of a table must not be shown, so that no number of 1 to 10 patients can be read or worked out from it. After CMS's rule on cell size; 45 CFR 164.514(b).</summary>
internal static class HideCounts
{
    /// <summary>Smallest number shown, besides 0.</summary>
    public const long Smallest = 11;

    private const long Largest = Smallest - 1;

    /// <summary>Whether a number by itself is too small to show.</summary>
    public static bool IsSmall(long patients) => patients is > 0 and < Smallest;

    /// <summary>How to show cells that add up to a total which is shown. Small ones are <see cref="CellShown.Few"/>; as many others are hidden, smallest first, as it takes; where it takes all, nothing is shown.</summary>
    public static CellShown[] InPartition(IReadOnlyList<long> cells)
    {
        var shown = cells.Select(cell => IsSmall(cell) ? CellShown.Few : CellShown.Number).ToArray();
        if (!shown.Contains(CellShown.Few) || IsVague(cells, shown))
            return shown;
        foreach (var next in Enumerable.Range(0, cells.Count).Where(i => cells[i] >= Smallest).OrderBy(i => cells[i]).ToList())
        {
            shown[next] = CellShown.Hidden;
            if (IsVague(cells, shown))
                return shown;
        }

        return [.. cells.Select(static _ => CellShown.Hidden)];
    }

    /// <summary>Whether somebody who subtracts the shown cells from the total, and knows this rule, is left with 1 to 10 for every small cell.</summary>
    /// <remarks>The others are then at least 1 (small ones) or 11 (hidden ones), and at most 10, or the smallest cell shown, since the smallest are hidden first.</remarks>
    private static bool IsVague(IReadOnlyList<long> cells, CellShown[] shown)
    {
        var (few, hidden, sum, smallestShown) = (0, 0, 0L, (long?)null);
        for (var i = 0; i < shown.Length; i++)
        {
            if (shown[i] == CellShown.Number)
            {
                if (cells[i] > 0)
                    smallestShown = Math.Min(smallestShown ?? long.MaxValue, cells[i]);
                continue;
            }

            sum += cells[i];
            if (shown[i] == CellShown.Few)
                few++;
            else
                hidden++;
        }

        var mayBeTen = sum - Largest >= few - 1 + (hidden * Smallest);
        var mayBeOne = hidden > 0 && smallestShown is null || sum - 1 <= ((few - 1) * Largest) + (hidden * (smallestShown ?? 0));
        return mayBeTen && mayBeOne;
    }
}
