using System.Diagnostics;
using System.Globalization;
using Sealpost.Audience;
using Sealpost.Trust.Keys;

namespace Sealpost.Benchmarks.Selecting;

/// <summary>Counts over an index of patients with 30 facts each, against SQLite on the first of the same patients in the same run.</summary>
internal sealed class AudienceBench(TextWriter output, int patients)
{
    private const int Runs = 9;
    private const int BaseShards = 2;

    private static readonly string[] Texts =
    [
        "age between 50 and 75 and condition in (icd10:E11*)",
        "age between 50 and 75 and condition in (icd10:E11*) and medication in (rxnorm:860975) and not medication in (rxnorm:274783)",
        "age between 50 and 75 and condition in (icd10:E11*) and lab loinc:4548-4 > 9 '%' within 180 days",
        "age between 50 and 75 and condition in (icd10:E11*) and within 25 miles of 02139",
        "not encounter within 12 months",
        "(condition in (icd10:I10, icd10:E78*) or medication in (rxnorm:860975)) and not (immunization in (cvx:140) within 1 years or procedure in (cpt:45001) within 10 years) or sex = female and not encounter within 12 months",
    ];

    private readonly AudienceQuery[] _queries = [.. Texts.Select(text => AudienceQuery.Parse(text).Query!)];
    private readonly QueryScope _scope = QueryScope.On(SyntheticPatients.Today);
    private readonly NamePool _names = new();

    public void Run()
    {
        var shards = (patients + PatientNumber.ShardSize - 1) / PatientNumber.ShardSize;
        using var sqlite = new SqliteBase();
        sqlite.Begin(ZipCentroids.Within(new NearZip(25, true, "02139")));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var building = TimeSpan.Zero;
        var index = new ShardIndex[shards];
        for (var shard = 0; shard < shards; shard++)
            index[shard] = Build(shard, sqlite, ref building);
        sqlite.Finish();
        var bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        output.WriteLine(Line($"{patients:N0} patients, 30 facts each, {shards} shards"));
        output.WriteLine(Line($"held: {(double)bytes / patients:N0} bytes a patient by the collector, {(double)index.Sum(one => one.Size) / patients:N0} by the index's own count"));
        output.WriteLine(Line($"built from open charts: {patients / building.TotalSeconds:N0} patients a second of processor time"));
        output.WriteLine();
        output.WriteLine("| query | found | count, all shards in parallel | one thread | list of ordinals | base: index, 2 shards, one thread | base: SQLite, 2 shards | ratio |");
        output.WriteLine("|---|---:|---:|---:|---:|---:|---:|---:|");
        for (var i = 0; i < _queries.Length; i++)
            Measure(i, index, sqlite);
        output.WriteLine();
        Update(index);
    }

    private ShardIndex Build(int shard, SqliteBase sqlite, ref TimeSpan building)
    {
        var people = new SyntheticPatients(Zips());
        var titles = new CodeTitles();
        var (charts, histories) = (new SegmentBuilder(_names, titles), new SegmentBuilder(_names, titles));
        var count = Math.Min(PatientNumber.ShardSize, patients - (shard * PatientNumber.ShardSize));
        for (var first = 0; first < count; first += 4_096)
        {
            var views = Enumerable.Range(first, Math.Min(4_096, count - first)).Select(ordinal => people.Of(PatientNumber.At(shard, ordinal))).ToList();
            var start = Processor();
            foreach (var view in views)
            {
                charts.AddChart(view.Chart);
                histories.AddHistory(view.Chart.Number, view.Authorizations, view.Engagements);
            }

            building += Processor() - start;
            if (shard < BaseShards)
                views.ForEach(sqlite.Add);
        }

        var finish = Processor();
        var index = ShardIndex.Of(_names, titles, charts.Finish(), histories.Finish());
        building += Processor() - finish;
        return index;
    }

    private void Measure(int i, ShardIndex[] index, SqliteBase sqlite)
    {
        var query = _queries[i];
        var all = Median(() => CountAll(index, query));
        var single = Median(() => index.Sum(shard => CountOne(shard, query)));
        var list = Median(() => index.Sum(shard => ListOne(shard, query)));
        var few = index[..Math.Min(BaseShards, index.Length)];
        var ours = Median(() => few.Sum(shard => CountOne(shard, query)));
        var theirs = Median(() => (int)sqlite.Count(SqliteBase.Queries[i]), Runs);
        if (ours.Result != theirs.Result)
            throw new InvalidOperationException(Line($"Query {i + 1}: the index finds {ours.Result}, SQLite {theirs.Result}."));
        output.WriteLine(Line($"| {i + 1} | {all.Result:N0} | {all.Ms:0.000} ms | {single.Ms:0.000} ms | {list.Ms:0.000} ms | {ours.Ms:0.000} ms | {theirs.Ms:0.0} ms | {theirs.Ms / ours.Ms:N0} × |"));
    }

    private void Update(ShardIndex[] index)
    {
        var people = new SyntheticPatients(Zips());
        const int Changed = 10_000;
        var views = Enumerable.Range(0, Changed).Select(i => people.Of(PatientNumber.At(i % index.Length, i / index.Length * 7 % 16_384))).DistinctBy(view => view.Chart.Number).ToList();
        var byShard = views.GroupBy(view => view.Chart.Number.Shard).ToList();
        var (_, spread) = Median(
            () =>
            {
                foreach (var shard in byShard)
                    _ = index[shard.Key].With([.. shard.Select(view => view.Chart.Number)], [.. shard]);
                return 0;
            },
            5);
        var one = Enumerable.Range(0, Changed).Select(i => people.Of(PatientNumber.At(0, i))).ToList();
        var (_, together) = Median(
            () =>
            {
                _ = index[0].With([.. one.Select(view => view.Chart.Number)], one);
                return 0;
            },
            5);
        output.WriteLine(Line($"{views.Count:N0} changed charts into the index: {spread:N0} ms spread over all shards, {together:N0} ms in one shard (one thread)"));
    }

    private int CountAll(ShardIndex[] index, AudienceQuery query)
    {
        var count = 0;
        Parallel.ForEach(index, shard => Interlocked.Add(ref count, CountOne(shard, query)));
        return count;
    }

    private int CountOne(ShardIndex shard, AudienceQuery query)
    {
        using var found = shard.Select(query, _scope);
        return found.Count();
    }

    private int ListOne(ShardIndex shard, AudienceQuery query)
    {
        using var found = shard.Select(query, _scope);
        return found.ToOrdinals().Length;
    }

    private static (int Result, double Ms) Median(Func<int> work, int runs = 25)
    {
        var result = work();
        var times = new double[runs];
        for (var run = 0; run < runs; run++)
        {
            var start = Stopwatch.GetTimestamp();
            result = work();
            times[run] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        Array.Sort(times);
        return (result, times[runs / 2]);
    }

    private static string[]? _zips;

    private static string[] Zips() => _zips ??= [.. ZipCentroids.Within(new NearZip(400, true, "02139")).Order(StringComparer.Ordinal)];

    private static TimeSpan Processor() => Environment.CpuUsage.TotalTime;

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
