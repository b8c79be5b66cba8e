using Sealpost.Audience;

namespace Sealpost.Tests.Audience;

/// <summary>What changed between two versions of a rule, said so that a marketer understands it.</summary>
public sealed class CompareRulesTests
{
    private static readonly QueryWords Words = new(code => code == "icd10:E11*" ? "Type 2 diabetes" : null);

    [Theory]
    [InlineData("age >= 40", "age >= 40", "The rule is the same.")]
    [InlineData("age >= 40 and sex = female", "sex = female and age >= 40", "Only the order of the parts changed: the rule means the same.")]
    [InlineData("age >= 40", "age >= 40 and sex = female", "Must hold now as well: female.")]
    [InlineData("age >= 40 and sex = female", "age >= 40", "No longer asked for: female.")]
    [InlineData("age >= 40 or sex = female", "age >= 40 or sex = female or language = es", "Enough now as well: prefers Spanish.")]
    [InlineData("age >= 40 and sex = female", "age >= 50 and sex = female", "“Aged 50 or older” instead of “aged 40 or older”.")]
    [InlineData("age >= 40 and sex = female", "age >= 40 or sex = female", "Any one of the parts is enough now; before, all had to hold.")]
    [InlineData("age >= 40 and condition in (icd10:E11*)", "age >= 40 and not condition in (icd10:E11*)", "“Does not have Type 2 diabetes (E11…)” instead of “has Type 2 diabetes (E11…)”.")]
    [InlineData("sex = female and (age < 20 or age > 60)", "sex = female and (age < 20 or age > 70)", "In the group “younger than 20, or older than 60”: “older than 70” instead of “older than 60”.")]
    [InlineData("not (age < 20 or age > 60)", "not (age < 20 or age > 70)", "In what must not hold (“younger than 20, or older than 60”): “older than 70” instead of “older than 60”.")]
    public void Each_change_is_a_sentence(string before, string after, string said) =>
        Assert.Equal(said, Assert.Single(Compare(before, after).Words));

    [Fact]
    public void Lines_show_both_rules_as_one()
    {
        var lines = Compare("age >= 40 and (sex = female or language = es) and encounter within 1 years", "(language = es or sex = female) and age >= 50 and payer = \"Acme\"").Lines;
        Assert.Equal(
            [
                "Same 0 all of", "Same 1 any of", "Same 2 language = es", "Same 2 sex = female", "Removed 1 age >= 40", "Added 1 age >= 50", "Added 1 payer = \"Acme\"", "Removed 1 encounter within 1 years",
            ],
            lines.Select(line => $"{line.Change} {line.Depth} {line.Text}"));
    }

    [Theory]
    [InlineData("age >= 40", "sex = female and (age >= 40 or language = es)")]
    [InlineData("not (age < 20 and not sex = female)", "age < 20 or sex = female or lab loinc:4548-4 > 8")]
    [InlineData("condition in (icd10:E11*) and medication in (rxnorm:860975)", "ever condition in (icd10:E11*, icd10:I10) or not medication in (rxnorm:860975)")]
    public void Taking_the_new_lines_alone_leaves_every_part_of_the_new_rule_and_the_old_ones_of_the_old(string before, string after)
    {
        var lines = Compare(before, after).Lines;
        Assert.Equal(Leaves(after), Shown(lines, RuleChange.Removed));
        Assert.Equal(Leaves(before), Shown(lines, RuleChange.Added));
    }

    private static List<string> Shown(IReadOnlyList<RuleLine> lines, RuleChange without) =>
        [.. lines.Where(line => line.Change != without && line.Text is not ("all of" or "any of" or "not")).Select(line => line.Text.Replace("not ", "", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private static List<string> Leaves(string rule) => [.. AudienceQuery.Parse(rule).Query!.Leaves().Select(leaf => leaf.ToText()).Order(StringComparer.Ordinal)];

    private static RuleComparison Compare(string before, string after) => CompareRules.Run(AudienceQuery.Parse(before).Query!, AudienceQuery.Parse(after).Query!, Words);
}
