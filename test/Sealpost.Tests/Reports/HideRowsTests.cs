using CsCheck;
using Sealpost.Reports;

namespace Sealpost.Tests.Reports;

/// <summary>Of a table of receiving domains no number of 1 to 10 can be read, nor be worked out from the sums.</summary>
public sealed class HideRowsTests
{
    private static readonly Gen<long[][]> Tables = Gen.Select(Gen.Long[0, 40], Gen.Long[0, 3_000], Gen.Int[0, 3], (few, many, kind) => kind switch { 0 => 0, 1 => few, _ => many }).Array[5].Array[1, 8];

    [Fact]
    public void Where_no_number_is_small_all_are_shown() =>
        Assert.Equal([true, true], HideRows.InTable([[500, 40, 0, 11, 0], [0, 0, 300, 0, 0]], [false, false]));

    [Fact]
    public void A_small_number_takes_its_row_and_what_would_tell_it() =>
        Assert.Equal([false, false, false, true], HideRows.InTable([[9_000, 5, 0, 0, 0], [3_000, 40, 30, 0, 0], [2_000, 60, 0, 0, 0], [50_000, 900, 800, 0, 0]], [false, false, false, false]));

    [Fact]
    public void What_whole_percents_would_tell_takes_everything() =>
        Assert.Equal([false, false, false], HideRows.InTable([[60, 5, 0, 0, 0], [50, 40, 0, 0, 0], [50, 60, 0, 0, 0]], [false, false, false]));

    [Fact]
    public void A_domain_whose_sum_is_hidden_shows_nothing() =>
        Assert.False(HideRows.InTable([[500, 40, 0, 0, 0], [900, 90, 0, 0, 0], [800, 70, 0, 0, 0]], [true, false, false])[0]);

    [Fact]
    public void A_hidden_number_could_be_another_one() => Tables.Sample(rows =>
    {
        var shown = HideRows.InTable(rows, [.. rows.Select(static _ => false)]);
        var hidden = rows.Where((_, i) => !shown[i]).ToList();
        if (rows.Where((_, i) => shown[i]).Any(row => row.Any(cell => cell is > 0 and < 11)))
            return false;
        // Where everything is hidden, the sums are all that is told; they stand in the report, which hides its own.
        if (hidden.Count == 0 || hidden.Count == rows.Length)
            return true;
        var sums = Enumerable.Range(0, 5).Select(column => hidden.Sum(row => row[column])).ToArray();
        if (sums.Any(sum => sum is > 0 and < 11))
            return false;
        return hidden.All(row => Enumerable.Range(1, 4).All(column => row[column] is 0 or >= 11 || Stretch(hidden, row, column, sums) > 0));
    });

    /// <summary>How far a cell can be from what it is, where the sums of columns are known and, as whole percents nearly tell, how many of each row were not accepted. Where those have one kind alone, the cell is their number, of which no more is told than that it is small.</summary>
    private static long Stretch(List<long[]> hidden, long[] row, int column, long[] sums)
    {
        var (others, all) = (row.Sum() - row[0], hidden.Sum(one => one.Sum() - one[0]));
        return all == sums[column] ? 1 : Math.Min(others, sums[column]) - Math.Max(0, others + sums[column] - all);
    }
}
