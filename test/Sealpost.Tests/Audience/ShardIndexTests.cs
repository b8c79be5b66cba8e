using CsCheck;
using Sealpost.Audience;
using Sealpost.Trust.Keys;

namespace Sealpost.Tests.Audience;

public sealed class ShardIndexTests
{
    private static readonly QueryScope Scope = new(PatientGen.AsOf, PatientGen.CampaignNumbers);

    [Fact]
    public void The_index_selects_whom_the_single_view_selects() =>
        Gen.Select(PatientGen.Shard(12), QueryGen.Query.Array[12], Gen.OneOf(Gen.Const(PatientGen.AsOf), PatientGen.Date)).Sample(
            (views, queries, asOf) => AssertAgree(Build(views), views, queries, Scope with { AsOf = asOf }), iter: 500);

    [Fact]
    public void Single_predicates_agree_on_many_patients() =>
        Gen.Select(PatientGen.Shard(60), QueryGen.Leaf.Array[30]).Sample(
            (views, queries) => AssertAgree(Build(views), views, queries, Scope), iter: 60);

    [Fact]
    public void A_changed_index_is_the_index_of_the_changed_patients() =>
        Gen.Select(PatientGen.Shard(12), PatientGen.Shard(12), PatientGen.Shard(3), QueryGen.Query.Array[6], Gen.Bool).Sample(
            (first, second, third, queries, fold) =>
            {
                var index = Build(first);
                var now = first.ToDictionary(view => view.Chart.Number);
                foreach (var change in new[] { second, third })
                {
                    var gone = now.Keys.Where(number => number.Ordinal % 5 == 1).ToList();
                    gone.ForEach(number => now.Remove(number));
                    foreach (var view in change)
                        now[view.Chart.Number] = view;
                    PatientNumber[] changed = [.. gone, .. change.Select(view => view.Chart.Number), .. fold ? Fillers(now.Keys) : []];
                    index = index.With(changed, change);
                }

                AssertAgree(index, [.. now.Values.OrderBy(view => view.Chart.Number.Value)], queries, Scope);
            },
            iter: 60);

    [Fact]
    public void Dense_runs_agree_too()
    {
        var random = Gen.Select(PatientGen.Shard(80), QueryGen.Leaf.Array[15]);
        random.Sample(
            (few, queries) =>
            {
                if (few.Length == 0)
                    return;
                var views = Enumerable.Range(0, 12_000).Select(i => PatientGen.At(few[i * 7 % few.Length], i)).ToArray();
                var sure = AudienceQuery.Parse("not sex = other").Query!;
                AssertAgree(Build(views), views, [.. queries, sure], Scope);
            },
            iter: 4);
    }

    [Fact]
    public void Whoever_is_dead_merged_away_or_not_in_use_is_in_no_audience()
    {
        var query = AudienceQuery.Parse("not age = 150").Query!;
        PatientGen.Shard(30).Sample(
            views =>
            {
                using var found = Build(views).Select(query, Scope);
                Assert.All(found.ToOrdinals(), ordinal =>
                {
                    var head = views.Single(view => view.Chart.Number.Ordinal == ordinal).Chart.Head;
                    Assert.True(head is { Deceased: false, Active: true, ReplacedBy: null });
                });
            },
            iter: 200);
    }

    internal static ShardIndex Build(IEnumerable<PatientView> views)
    {
        var (names, titles) = (new NamePool(), new CodeTitles());
        var (charts, histories) = (new SegmentBuilder(names, titles), new SegmentBuilder(names, titles));
        foreach (var view in views)
        {
            charts.AddChart(view.Chart);
            histories.AddHistory(view.Chart.Number, view.Authorizations, view.Engagements);
        }

        return ShardIndex.Of(names, titles, charts.Finish(), histories.Finish());
    }

    private static IEnumerable<PatientNumber> Fillers(IReadOnlyCollection<PatientNumber> used) =>
        Enumerable.Range(0, LayeredSegment.MergeFrom + 100).Select(i => PatientNumber.At(3, 65_535 - i)).Except(used);

    private static void AssertAgree(ShardIndex index, PatientView[] views, IEnumerable<AudienceQuery> queries, QueryScope scope)
    {
        foreach (var query in queries)
        {
            using var found = index.Select(query, scope);
            var expected = views.Where(view => query.Matches(view, scope)).Select(view => (ushort)view.Chart.Number.Ordinal).ToArray();
            Assert.True(expected.SequenceEqual(found.ToOrdinals()), query.ToText());
        }
    }
}
