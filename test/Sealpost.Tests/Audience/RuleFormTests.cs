using CsCheck;
using Sealpost.Audience;

namespace Sealpost.Tests.Audience;

public sealed class RuleFormTests
{
    [Fact]
    public void The_form_of_a_rule_makes_that_rule_again() =>
        QueryGen.Leaf.Sample(rule => Assert.Equal(rule, RuleForm.Of(rule).ToQuery().Query), iter: 2_000);

    [Fact]
    public void Every_predicate_knows_where_it_stands() =>
        QueryGen.Query.Sample(
            query =>
            {
                var text = query.ToText();
                var parsed = AudienceQuery.Parse(text);
                Assert.Equal(query.Leaves(), parsed.Spans.Select(span => AudienceQuery.Parse(text.Substring(span.Start, span.Length)).Query!));
            },
            iter: 1_000);

    [Fact]
    public void A_form_that_lacks_something_says_what() =>
        Assert.All(Enum.GetValues<RuleKind>(), kind =>
        {
            var made = new RuleForm(kind).ToQuery();
            Assert.Null(made.Query);
            Assert.EndsWith(".", made.Error, StringComparison.Ordinal);
        });

    [Theory]
    [InlineData("x) or age > 1 or payer in (")]
    [InlineData("icd10:E11) or age > 1 or condition in (icd10:E11")]
    public void Words_in_a_form_never_become_more_than_one_rule(string item) =>
        Assert.Null(new RuleForm(RuleKind.Condition) { Items = [item] }.ToQuery().Query);

    [Fact]
    public void Every_template_is_a_rule_in_canonical_text() =>
        Assert.All(AudienceTemplates.All, template => Assert.Equal(template.Text, AudienceQuery.Parse(template.Text).Query?.ToText()));

    [Theory]
    [InlineData("age between 50 and 75 and condition in (icd10:E11*)", "aged 50 to 75, and has Type 2 diabetes (E11…)")]
    [InlineData("not encounter within 1 years or sex = male", "was not seen in the last year, or male")]
    [InlineData("not (age > 1 and sex = male) and not not condition in (icd10:E11*)", "not (older than 1, and male), and not (does not have Type 2 diabetes (E11…))")]
    [InlineData("not ever condition in (icd10:E11*) and not payer = \"Acme\"", "never had Type 2 diabetes (E11…), and is not covered by Acme")]
    [InlineData("lab loinc:4548-4 > 9 '%' within 12 months", "latest loinc:4548-4 above 9 % in the last 12 months")]
    [InlineData("language = es", "prefers Spanish")]
    public void A_rule_is_told_in_words(string rule, string words) =>
        Assert.Equal(words, new QueryWords(code => code == "icd10:E11*" ? "Type 2 diabetes" : null).Of(AudienceQuery.Parse(rule).Query!));

    [Fact]
    public void Codes_stand_apart_from_the_words_of_a_rule()
    {
        var pieces = new QueryWords(code => code == "cvx:140" ? "Influenza" : null).Pieces(AudienceQuery.Parse("not immunization in (cvx:140, cvx:135)").Query!);
        Assert.Equal("Not vaccinated with Influenza (140) or cvx:135.", string.Concat(pieces.Select(piece => piece.Text)));
        Assert.Equal([" (140)", "cvx:135"], pieces.Where(piece => piece.IsCode).Select(piece => piece.Text));
    }
}
