using MemoryPack;

namespace Sealpost.Audience;

/// <summary>Latest results of a code in one unit.</summary>
/// <param name="Unit">UCUM unit; empty for none.</param>
/// <param name="Patients">Patients who have one.</param>
/// <param name="Sample">Some of them, evenly spaced by size, ascending.</param>
[MemoryPackable]
internal sealed partial record ResultSample(string Unit, int Patients, double[] Sample)
{
    public override string ToString() => "[phi]";
}

/// <summary>Takes samples of results, so that ranges over all shards can be told without moving every result.</summary>
internal static class ResultSamples
{
    private const int MostKept = 512;

    public static List<ResultSample> Of(ShardIndex index, string key)
    {
        using var members = new Bitmap();
        index.Charts.Collect(members, 0, static (segment, _, into) => into.Or(segment.Members));
        var latest = new List<(ushort Unit, double Value)>();
        index.Charts.Each(members, latest, (segment, into, mine) => Add(segment[FactFamily.Lab], key, mine, into));
        return [.. latest.GroupBy(result => result.Unit)
            .Select(unit => new ResultSample(index.Names.UnitName(unit.Key), unit.Count(), Sample([.. unit.Select(result => result.Value).Order()])))];
    }

    /// <summary>A run is sorted by patient and date: the last entry with a value of each patient and unit.</summary>
    private static void Add(PostingTable table, string key, Bitmap of, List<(ushort Unit, double Value)> into)
    {
        var (from, to) = table.Exact(key);
        if (from == to)
            return;
        var entries = new List<Entry>();
        table.Read(from, entries);
        var seen = new HashSet<(ushort Ordinal, ushort Unit)>();
        for (var i = entries.Count - 1; i >= 0; i--)
        {
            var entry = entries[i];
            if (!double.IsNaN(entry.Value) && of[entry.Ordinal] && seen.Add((entry.Ordinal, entry.Unit)))
                into.Add((entry.Unit, entry.Value));
        }
    }

    private static double[] Sample(double[] sorted) =>
        sorted.Length <= MostKept ? sorted : [.. Enumerable.Range(0, MostKept).Select(i => sorted[(int)((long)i * (sorted.Length - 1) / (MostKept - 1))])];
}
