using CsCheck;
using Sealpost.Audience;

namespace Sealpost.Tests.Audience;

public sealed class AudienceTreeTests
{
    private static readonly Gen<(int What, int Place, int Other, int Index, AudienceQuery Rule)> Edit =
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, 60], Gen.Int[0, 60], Gen.Int[0, 6], QueryGen.Leaf);

    [Fact]
    public void Whatever_is_edited_the_text_parses_back_to_the_tree() =>
        Gen.Select(QueryGen.Query, Edit.Array[1, 12]).Sample(
            (start, edits) =>
            {
                AudienceQuery? query = start;
                foreach (var edit in edits)
                {
                    query = Apply(query, edit);
                    Assert.Equal(query, query is null ? null : AudienceQuery.Parse(query.ToText()).Query);
                    Assert.Equal(query, query is null ? null : AudienceQuery.FromJson(query.ToJson()).Query);
                }
            },
            iter: 2_000);

    [Fact]
    public void A_move_neither_loses_nor_doubles_a_rule() =>
        Gen.Select(QueryGen.Query, Edit).Sample(
            (query, edit) =>
            {
                var places = Places(query);
                var moved = AudienceTree.Move(query, places[edit.Place % places.Count], places[edit.Other % places.Count], edit.Index);
                Assert.Equal(query.Leaves().Select(leaf => leaf.ToText()).Order(StringComparer.Ordinal), moved!.Leaves().Select(leaf => leaf.ToText()).Order(StringComparer.Ordinal));
            },
            iter: 2_000);

    [Theory]
    [InlineData("age > 1", "", "age > 1 and sex = male", "age > 1 or sex = male")]
    [InlineData("age > 1 and age > 2", "0", "age > 1 and sex = male and age > 2", "(age > 1 or sex = male) and age > 2")]
    [InlineData("age > 1 or age > 2", "", "(age > 1 or age > 2) and sex = male", "age > 1 or age > 2 or sex = male")]
    [InlineData("not age > 1", "0", "not (age > 1 and sex = male)", "not (age > 1 or sex = male)")]
    public void A_rule_is_added_beside_or_instead(string before, string place, string beside, string instead)
    {
        var rule = Parse("sex = male");
        Assert.Equal(Parse(beside), AudienceTree.Add(Parse(before), Path(place), rule, all: true));
        Assert.Equal(Parse(instead), AudienceTree.Add(Parse(before), Path(place), rule, all: false));
    }

    [Theory]
    [InlineData("age > 1", "", "age > 1 and age > 1")]
    [InlineData("age > 1 or age > 2", "0", "age > 1 or age > 1 or age > 2")]
    [InlineData("age > 1 and age > 2", "", "(age > 1 and age > 2) or (age > 1 and age > 2)")]
    [InlineData("not age > 1", "0", "not (age > 1 and age > 1)")]
    public void A_copy_stands_after_the_part(string before, string place, string after) =>
        Assert.Equal(Parse(after), AudienceTree.Duplicate(Parse(before), Path(place)));

    [Theory]
    [InlineData("age > 1 and age > 2 and age > 3", "0", "(age > 1 or age > 2) and age > 3")]
    [InlineData("age > 1 and age > 2 and age > 3", "2", "age > 1 and (age > 2 or age > 3)")]
    [InlineData("age > 1 and age > 2", "0", "age > 1 and age > 2")]
    public void Two_rules_are_grouped_and_ungrouped_again(string before, string place, string after)
    {
        var grouped = AudienceTree.Group(Parse(before), Path(place));
        Assert.Equal(Parse(after), grouped);
        var at = grouped is AllOf all ? all.Parts.ToList().FindIndex(part => part is AnyOf) : -1;
        if (at >= 0)
            Assert.Equal(Parse(before), AudienceTree.Ungroup(grouped, [at]));
    }

    [Fact]
    public void A_group_left_with_one_rule_is_that_rule_and_the_last_rule_leaves_nothing()
    {
        Assert.Equal(Parse("age > 2"), AudienceTree.Remove(Parse("age > 1 and age > 2"), [0]));
        Assert.Equal(Parse("age > 3"), AudienceTree.Remove(Parse("age > 3 and not age > 1"), [1, 0]));
        Assert.Null(AudienceTree.Remove(Parse("not age > 1"), [0]));
    }

    [Fact]
    public void A_group_does_not_move_into_itself() =>
        Assert.Equal(Parse("(age > 1 or age > 2) and age > 3"), AudienceTree.Move(Parse("(age > 1 or age > 2) and age > 3"), [0], [0], 0));

    [Fact]
    public void What_is_negated_twice_or_switched_twice_is_as_before() =>
        Gen.Select(QueryGen.Query, Gen.Int[0, 60]).Sample((query, place) =>
        {
            var places = Places(query);
            var at = places[place % places.Count];
            if (AudienceTree.At(query, at) is not NoneOf { Part: NoneOf }) // Of two nots the first negation takes one, the second the other.
                Assert.Equal(query, AudienceTree.Negate(AudienceTree.Negate(query, at), at));
            Assert.Equal(query, AudienceTree.Switch(AudienceTree.Switch(query, at), at));
        });

    private static AudienceQuery? Apply(AudienceQuery? query, (int What, int Place, int Other, int Index, AudienceQuery Rule) edit)
    {
        if (query is null)
            return edit.Rule;
        var places = Places(query);
        var (at, other) = (places[edit.Place % places.Count], places[edit.Other % places.Count]);
        return edit.What switch
        {
            0 => AudienceTree.Add(query, at, edit.Rule, all: true),
            1 => AudienceTree.Add(query, at, edit.Rule, all: false),
            2 => AudienceTree.Remove(query, at),
            3 => AudienceTree.Negate(query, at),
            4 => AudienceTree.Switch(query, at),
            5 => AudienceTree.Group(query, at),
            6 => AudienceTree.Ungroup(query, at),
            7 => AudienceTree.Move(query, at, other, edit.Index),
            8 => AudienceTree.Duplicate(query, at),
            _ => AudienceTree.Replace(query, at, edit.Rule),
        };
    }

    private static List<int[]> Places(AudienceQuery query)
    {
        var places = new List<int[]> { Array.Empty<int>() };
        for (var i = 0; i < AudienceTree.PartsOf(query).Count; i++)
            places.AddRange(Places(AudienceTree.PartsOf(query)[i]).Select(rest => (int[])[i, .. rest]));
        return places;
    }

    private static int[] Path(string place) => place.Length == 0 ? [] : [.. place.Split('.').Select(int.Parse)];

    private static AudienceQuery Parse(string text) => AudienceQuery.Parse(text).Query!;
}
