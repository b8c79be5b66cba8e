using CsCheck;
using Sealpost.Audience;
using Sealpost.Tests.Shards;

namespace Sealpost.Tests.Audience;

public sealed class HideCountsTests
{
    private const int MostInAll = 50;

    /// <summary>Every table of four cells with 11 to 50 patients in all, by what is published of it: the total, the shown cells, and the labels.</summary>
    private static readonly Lazy<ILookup<string, long[]>> Published = new(() => Tables().ToLookup(Publish));

    /// <summary>Somebody who knows the rule as well can exclude two of the ten numbers at worst.</summary>
    [Fact]
    public void No_small_cell_can_be_worked_out_from_the_total_and_the_cells_shown()
    {
        var narrow = Published.Value
            .SelectMany(tables => HideCounts.InPartition(tables.First()).Select((shown, i) => (shown, Range: tables.Select(table => table[i]).Distinct().Count())))
            .Where(cell => cell.shown == CellShown.Few && cell.Range < 8);
        Assert.Empty(narrow);
    }

    [Fact]
    public void Where_nothing_is_shown_no_cell_is_certain() =>
        Assert.DoesNotContain(
            Published.Value.Where(tables => HideCounts.InPartition(tables.First()).All(shown => shown == CellShown.Hidden)),
            tables => Enumerable.Range(0, 4).Any(i => HideCounts.IsSmall(tables.First()[i]) && tables.Select(table => table[i]).Distinct().Count() < 5));

    [Fact]
    public void Tables_without_small_cells_are_shown_whole() =>
        Gen.OneOf(Gen.Const(0L), Gen.Long[11, 500]).Array[1, 8].Sample(cells => Assert.All(HideCounts.InPartition(cells), shown => Assert.Equal(CellShown.Number, shown)));

    [Fact]
    public void A_small_cell_is_never_shown() =>
        Gen.Long[0, 60].Array[1, 8].Sample(cells =>
        {
            var shown = HideCounts.InPartition(cells);
            Assert.All(Enumerable.Range(0, cells.Length).Where(i => HideCounts.IsSmall(cells[i])), i => Assert.NotEqual(CellShown.Number, shown[i]));
        });

    [Fact]
    public async Task The_same_patients_are_rounded_the_same_way_and_stay_within_ten()
    {
        await using var clinic = await Clinic.OpenAsync();
        var show = new ShowCounts(clinic.Keys, exact: false);
        Gen.Select(Gen.Long[20, 100_000], Gen.ULong).Sample((count, print) =>
        {
            var shown = show.Show(new PatientSet(count, print));
            Assert.Equal(shown, new ShowCounts(clinic.Keys, exact: false).Show(new PatientSet(count, print)));
            Assert.Equal(0, shown.Value % 10);
            Assert.InRange(shown.Value!.Value - count, -9, 9);
        });
        Assert.Equal(["0", "<11", "<11", "about 20"], new long[] { 0, 1, 10, 11 }.Select(count => show.Show(new PatientSet(count, 5)).ToString()));
    }

    [Fact]
    public async Task The_difference_of_two_audiences_does_not_tell_one_patient_from_ten()
    {
        await using var clinic = await Clinic.OpenAsync();
        var show = new ShowCounts(clinic.Keys, exact: false);
        IEnumerable<long> Differences(int apart) => Enumerable.Range(0, 400)
            .Select(i => show.Show(new PatientSet(500 + i + apart, unchecked((ulong)i * 7_919))).Value!.Value - show.Show(new PatientSet(500 + i, unchecked((ulong)i * 104_729))).Value!.Value)
            .Distinct();
        Assert.Contains(0, Differences(1));
        Assert.Contains(10, Differences(1));
        Assert.Contains(0, Differences(9));
        Assert.Contains(10, Differences(9));
    }

    private static IEnumerable<long[]> Tables()
    {
        for (var a = 0L; a <= MostInAll; a++)
            for (var b = 0L; a + b <= MostInAll; b++)
                for (var c = 0L; a + b + c <= MostInAll; c++)
                    for (var d = 0L; a + b + c + d <= MostInAll; d++)
                    {
                        if (a + b + c + d >= HideCounts.Smallest)
                            yield return [a, b, c, d];
                    }
    }

    private static string Publish(long[] cells)
    {
        var shown = HideCounts.InPartition(cells);
        return $"{cells.Sum()}: {string.Join(' ', cells.Select((cell, i) => shown[i] == CellShown.Number ? cell.ToString(System.Globalization.CultureInfo.InvariantCulture) : shown[i].ToString()))}";
    }
}
