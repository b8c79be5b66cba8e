using Sealpost.Audience;
using Sealpost.Campaigns;
using Sealpost.Shards;

namespace Sealpost.Tests.Audiences;

public sealed class AudienceSuggestionsTests
{
    private static readonly Catalogue Known = new(
        [
            new KnownCode(FactFamily.ConditionNow, CodePattern.KeyOf("icd10", "E11.9"), "Type 2 diabetes mellitus", 40, 41),
            new KnownCode(FactFamily.ConditionNow, CodePattern.KeyOf("snomed", "38341003"), "Hypertension", 70, 70),
            new KnownCode(FactFamily.Lab, CodePattern.KeyOf("loinc", "4548-4"), "Hemoglobin A1c", 12, 12),
            new KnownCode(FactFamily.State, "MA", null, 90, 90),
        ],
        []);

    [Theory]
    [InlineData("", "age >= ", 0)]
    [InlineData("age > 5 and cond", "condition in (", 12)]
    [InlineData("age > 5 ", "and ", 8)]
    [InlineData("condition in (diab", "icd10:E11.9", 14)]
    [InlineData("ever condition in (icd10:E11.9, hyper", "snomed:38341003", 32)]
    [InlineData("lab hemo", "loinc:4548-4", 4)]
    [InlineData("state in (", "MA", 10)]
    [InlineData("authorization mark", "MARKETING", 14)]
    [InlineData("campaign sp", "spring-2026", 9)]
    public void What_fits_there_comes_first(string before, string first, int from)
    {
        var (start, options) = AudienceSuggestions.Of(before, Known, ["spring-2026"], count => count.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal((first, from), (options[0].Insert, start));
    }

    [Fact]
    public void Past_ones_count_only_where_past_ones_are_meant() =>
        Assert.Equal(["40", "41"], new[] { "condition in (e11", "ever condition in (e11" }.Select(before => AudienceSuggestions.Of(before, Known, [], count => count.ToString(System.Globalization.CultureInfo.InvariantCulture)).Options[0].Count));
}
