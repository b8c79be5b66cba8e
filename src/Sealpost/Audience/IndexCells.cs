using MemoryPack;

namespace Sealpost.Audience;

/// <summary>How an audience is broken down.</summary>
internal enum CellKind
{
    Total,
    AgeBand,
    Sex,
    Language,
    State,
    Zip3,
    Condition,
}

/// <summary>Patients of one value.</summary>
/// <param name="Kind">Of which breakdown.</param>
/// <param name="Key">The value; empty where it is not recorded.</param>
/// <param name="Patients">Who.</param>
[MemoryPackable]
internal sealed partial record AudienceCell(CellKind Kind, string Key, PatientSet Patients)
{
    public override string ToString() => "[phi]";
}

/// <summary>Breaks some patients of a shard down. In all but the conditions everyone is counted once.</summary>
internal sealed class IndexCells(ShardIndex index, int shard, DateOnly asOf)
{
    /// <summary>Youngest age of each band.</summary>
    public static readonly int[] Bands = [0, 18, 30, 40, 50, 60, 70, 80];

    private readonly ushort _today = FactDay.Code(asOf);

    public List<AudienceCell> Of(Bitmap patients)
    {
        var cells = new List<AudienceCell> { new(CellKind.Total, "", PatientSet.Of(patients, shard)) };
        AddAges(patients, cells);
        AddOnce(CellKind.Sex, FactFamily.Sex, static key => key, patients, cells);
        AddOnce(CellKind.Language, FactFamily.Language, static key => key.Split('-', '_')[0], patients, cells);
        AddOnce(CellKind.State, FactFamily.State, static key => key, patients, cells);
        AddOnce(CellKind.Zip3, FactFamily.Zip, static key => key.Length >= 3 ? key[..3] : key, patients, cells);
        AddConditions(patients, cells);
        return cells;
    }

    /// <summary>Name of a band: "0-17", "80+".</summary>
    public static string BandName(int band) => band == Bands.Length - 1
        ? FormattableString.Invariant($"{Bands[band]}+")
        : FormattableString.Invariant($"{Bands[band]}-{Bands[band + 1] - 1}");

    private void AddAges(Bitmap patients, List<AudienceCell> cells)
    {
        using var left = patients.Copy();
        for (var band = 0; band < Bands.Length; band++)
        {
            var oldest = band == Bands.Length - 1 ? FactRules.Everyone : Bands[band + 1] - 1;
            using var found = index.Select(new AgeBetween(Bands[band], oldest), QueryScope.On(asOf));
            Take(CellKind.AgeBand, BandName(band), found, left, cells);
        }

        AddRest(CellKind.AgeBand, left, cells);
    }

    /// <summary>A patient with several values (two addresses) counts under the first one by name.</summary>
    private void AddOnce(CellKind kind, FactFamily family, Func<string, string> group, Bitmap patients, List<AudienceCell> cells)
    {
        using var left = patients.Copy();
        var keys = index.Charts.Segments.SelectMany(segment => segment[family].Keys).Distinct().Order(StringComparer.Ordinal);
        foreach (var value in keys.GroupBy(group, StringComparer.Ordinal))
        {
            using var found = new Bitmap();
            index.Charts.Collect(found, value, (segment, names, into) =>
            {
                foreach (var name in names)
                    segment[family].CollectOn(segment[family].Exact(name), _today, into);
            });
            Take(kind, value.Key, found, left, cells);
        }

        AddRest(kind, left, cells);
    }

    private void Take(CellKind kind, string key, Bitmap found, Bitmap left, List<AudienceCell> cells)
    {
        found.And(left);
        if (found.IsEmpty)
            return;
        cells.Add(new AudienceCell(kind, key, PatientSet.Of(found, shard)));
        left.AndNot(found);
    }

    private void AddRest(CellKind kind, Bitmap left, List<AudienceCell> cells)
    {
        if (!left.IsEmpty)
            cells.Add(new AudienceCell(kind, "", PatientSet.Of(left, shard)));
    }

    private void AddConditions(Bitmap patients, List<AudienceCell> cells)
    {
        var found = new Dictionary<string, PatientSet>(StringComparer.Ordinal);
        index.Charts.Each(patients, found, (segment, into, mine) =>
        {
            var table = segment[FactFamily.ConditionNow];
            for (var key = 0; key < table.Keys.Length; key++)
            {
                var set = table.SetOf(key, mine, shard);
                if (set.Count > 0)
                    into[table.Keys[key]] = into.GetValueOrDefault(table.Keys[key]) + set;
            }
        });
        cells.AddRange(found.Select(condition => new AudienceCell(CellKind.Condition, condition.Key, condition.Value)));
    }
}
