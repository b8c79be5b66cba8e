using Sealpost.Consent;

namespace Sealpost.Tests.Consent;

public sealed class PurposeRuleTests
{
    public static TheoryData<Purpose> Purposes => [.. Enum.GetValues<Purpose>()];

    [Theory]
    [MemberData(nameof(Purposes))]
    public void Every_purpose_has_a_row_with_its_citation_and_a_name_that_reads_back(Purpose purpose)
    {
        Assert.Matches("CFR|FR ", PurposeRule.Of(purpose)!.Citation);
        Assert.Equal(purpose, PurposeNames.Parse(PurposeNames.Of(purpose)));
    }

    [Theory]
    [MemberData(nameof(Purposes))]
    public void Payment_by_the_products_owner_makes_every_purpose_need_an_authorization(Purpose purpose) =>
        Assert.True(PurposeRule.Of(purpose)!.RequiresAuthorization(Lawful.Campaign(purpose) with { Remuneration = Lawful.Paid with { Amount = 500 } }));

    [Theory]
    [InlineData(Purpose.Marketing)]
    [InlineData(Purpose.MarketingPaid)]
    public void Marketing_always_needs_one(Purpose purpose) =>
        Assert.True(PurposeRule.Of(purpose)!.RequiresAuthorization(Lawful.Campaign(purpose)));
}
