using CsCheck;
using Sealpost.Audience;

namespace Sealpost.Tests.Audience;

public sealed class AudienceQueryTests
{
    [Fact]
    public void Text_reads_back_to_an_equal_query() =>
        QueryGen.Query.Sample(query =>
        {
            var parse = AudienceQuery.Parse(query.ToText());
            Assert.Null(parse.Error);
            Assert.Equal(query, parse.Query);
            Assert.Equal(query.ToText(), parse.Query!.ToText());
        });

    [Fact]
    public void The_JSON_tree_reads_back_to_an_equal_query() =>
        QueryGen.Query.Sample(query =>
        {
            var parse = AudienceQuery.FromJson(query.ToJson());
            Assert.Null(parse.Error);
            Assert.Equal(query, parse.Query);
        });

    [Theory]
    [InlineData("AGE >= 50 AND Condition IN (icd10:E11*)", "age >= 50 and condition in (icd10:E11*)")]
    [InlineData("age=5 or age<4 and not sex = male", "age = 5 or age < 4 and not sex = male")]
    [InlineData("(age = 5 or age < 4) and not (sex = MALE or sex = female)", "(age = 5 or age < 4) and not (sex = male or sex = female)")]
    [InlineData("  ever medication in ( RxNorm:860975 , rxnorm:6809* ) within 12 months ", "ever medication in (rxnorm:860975, rxnorm:6809*) within 12 months")]
    [InlineData("lab loinc:4548-4 > 9.0 '%' within 180 days", "lab loinc:4548-4 > 9 '%' within 180 days")]
    [InlineData("lab loinc:4548-4 missing within 1 years", "lab loinc:4548-4 missing within 1 years")]
    [InlineData("within 25 miles of 02139 and within 2.5 km of 02139", "within 25 miles of 02139 and within 2.5 km of 02139")]
    [InlineData("state in (ma, NY) and zip in (02139, 021*)", "state in (MA, NY) and zip in (02139, 021*)")]
    [InlineData("campaign eye-exam-2026 picked up within 3 months", "campaign eye-exam-2026 picked up within 3 months")]
    [InlineData("campaign \"and\" opened", "campaign and opened")]
    [InlineData("condition in (\"http://snomed.info/sct\":44054006)", "condition in (snomed:44054006)")]
    [InlineData("appointment within next 14 days and payer = \"Blue Cross\" and authorization marketing", "appointment within next 14 days and payer = \"Blue Cross\" and authorization MARKETING")]
    [InlineData("not not age = 1", "not not age = 1")]
    public void Text_has_one_canonical_form(string written, string canonical)
    {
        var parse = AudienceQuery.Parse(written);
        Assert.Equal((null, canonical), (parse.Error, parse.Query?.ToText()));
    }

    [Theory]
    [InlineData("", 1, "the end of the query", "a condition such as age > 50")]
    [InlineData("age", 4, "the end of the query", "\"between\"")]
    [InlineData("age > x", 7, "\"x\"", "a whole number of years up to 150")]
    [InlineData("age > 200", 7, "\"200\"", "a whole number of years up to 150")]
    [InlineData("age > 20 and", 13, "the end of the query", "a condition such as age > 50")]
    [InlineData("age > 20 und sex = male", 10, "\"und\"", "\"and\", \"or\" or the end of the query")]
    [InlineData("condition in icd10:E11*", 14, "\"icd10\"", "\"(\"")]
    [InlineData("condition in (icd10)", 15, "\"icd10\"", "a code such as icd10:E11*")]
    [InlineData("(age > 20", 10, "the end of the query", "\")\"")]
    [InlineData("sex = woman", 7, "\"woman\"", "\"female\"")]
    [InlineData("encounter", 10, "the end of the query", "\"within\"")]
    [InlineData("encounter within 3 weeks", 20, "\"weeks\"", "\"days\", \"months\" or \"years\"")]
    [InlineData("zip in (0213)", 9, "\"0213\"", "a ZIP of five digits, or the beginning of one with a star")]
    [InlineData("campaign spring read", 17, "\"read\"", "\"received\", \"opened\", \"clicked\" or \"picked\"")]
    [InlineData("ever procedure in (snomed:1)", 6, "\"procedure\"", "\"condition\" or \"medication\"")]
    [InlineData("lab loinc:4548-4 > 9 \"%\"", 22, "\"\"\"", "a unit in single quotes")]
    public void An_error_names_the_column_and_what_was_expected(string text, int column, string found, string expected)
    {
        var parse = AudienceQuery.Parse(text);
        Assert.Null(parse.Query);
        Assert.Equal(column, parse.Column);
        Assert.StartsWith($"Found {found} where ", parse.Error, StringComparison.Ordinal);
        Assert.Contains(expected, parse.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"and\":[]}", "$.and must be a list")]
    [InlineData("{\"age\":{\"is\":\">\",\"years\":1,\"x\":2}}", "$.age has a property that is none of is, years")]
    [InlineData("{\"or\":[{\"sex\":\"male\"},{\"condition\":{\"codes\":[\"E11\"]}}]}", "$.or[1].condition.codes[0] must be a code")]
    [InlineData("{\"procedure\":{\"ever\":true,\"codes\":[\"cpt:1\"]}}", "$.procedure has a property")]
    [InlineData("{\"colour\":\"red\"}", "$.colour is no known kind")]
    [InlineData("[1]", "$ must be an object with one property")]
    public void A_tree_error_names_the_path(string json, string error) =>
        Assert.StartsWith(error, AudienceQuery.FromJson(json).Error, StringComparison.Ordinal);

    [Fact]
    public void Deep_nesting_is_an_error_and_not_a_crash()
    {
        Assert.Contains("More than 50", AudienceQuery.Parse(new string('(', 100_000)).Error, StringComparison.Ordinal);
        Assert.Contains("More than 50", AudienceQuery.Parse(string.Concat(Enumerable.Repeat("not ", 20_000)) + "age = 1").Error, StringComparison.Ordinal);
        Assert.Null(AudienceQuery.Parse(new string('(', 50) + "age = 1" + new string(')', 50)).Error);
        Assert.NotNull(AudienceQuery.FromJson(string.Concat(Enumerable.Repeat("{\"not\":", 300)) + "1" + new string('}', 300)).Error);
        Assert.NotNull(AudienceQuery.FromJson(string.Concat(Enumerable.Repeat("{\"not\":", 100)) + "{\"sex\":\"male\"}" + new string('}', 100)).Error);
    }

    [Fact]
    public void Any_text_parses_or_is_refused_with_a_column_inside_it() =>
        QueryGen.Among("age", "(", ")", "and", "or", "not", "=", ">", "50", "condition", "in", "icd10:E11*", "\"", "'", "within", "days", ",", "lab", "\\", "é", "\0")
            .Array[0, 12].Select(words => string.Join(' ', words)).Sample(text =>
            {
                var parse = AudienceQuery.Parse(text);
                Assert.True(parse.Query is not null || (parse.Error is not null && parse.Column >= 1 && parse.Column <= text.Length + 1));
            });

    [Fact]
    public void Codes_kinds_and_campaigns_are_told()
    {
        var query = AudienceQuery.Parse("ever condition in (icd10:E11*, snomed:1) and not (lab loinc:2 present or campaign a opened or zip in (0*))").Query!;
        Assert.Equal([("icd10", "E11", true), ("snomed", "1", false), ("loinc", "2", false)], query.Codes());
        Assert.Equal(["campaign", "condition", "lab", "place"], query.Kinds().Order());
        Assert.Equal(["a"], query.Campaigns());
    }

    [Fact]
    public void A_query_never_prints_itself() =>
        Assert.DoesNotContain("E11", $"{AudienceQuery.Parse("condition in (icd10:E11)")}", StringComparison.Ordinal);
}
