using Sealpost.Campaigns;
using Sealpost.Consent;

namespace Sealpost.Tests.Campaigns;

public sealed class PurposeAdviceTests
{
    [Theory]
    [InlineData(Purpose.Treatment, null, PaidBy.Nobody, Purpose.Treatment, false)]
    [InlineData(Purpose.Treatment, null, PaidBy.Money, Purpose.Treatment, true)]
    [InlineData(Purpose.Treatment, null, PaidBy.InKind, Purpose.Treatment, false)]
    [InlineData(Purpose.OwnProduct, false, PaidBy.Nobody, Purpose.OwnProduct, false)]
    [InlineData(Purpose.OwnProduct, true, PaidBy.Nobody, Purpose.Marketing, true)]
    [InlineData(Purpose.GeneralHealth, true, PaidBy.Money, Purpose.MarketingPaid, true)]
    [InlineData(Purpose.Marketing, null, PaidBy.Nobody, Purpose.Marketing, true)]
    [InlineData(Purpose.Marketing, null, PaidBy.Money, Purpose.MarketingPaid, true)]
    public void Answers_lead_to_the_purpose_and_to_whether_an_authorization_is_needed(Purpose about, bool? others, PaidBy paid, Purpose purpose, bool needed)
    {
        var consequence = PurposeAdvice.Of(new CampaignDraft { About = about, PromotesOthers = others, Paid = paid, Payment = Payment(500) })!;
        Assert.Equal((purpose, needed), (consequence.Purpose, consequence.AuthorizationNeeded));
    }

    [Theory]
    [InlineData(100, 100, false)]
    [InlineData(101, 100, true)]
    public void A_paid_refill_reminder_needs_an_authorization_only_above_its_cost(int amount, int cost, bool needed)
    {
        var draft = new CampaignDraft { About = Purpose.Refill, Paid = PaidBy.Money, Payment = Payment(amount) with { DocumentedCost = cost } };
        Assert.Equal(needed, PurposeAdvice.Of(draft)!.AuthorizationNeeded);
    }

    [Fact]
    public void Paid_messages_need_an_authorization_that_says_so()
    {
        var consequence = PurposeAdvice.Of(Purpose.MarketingPaid, Payment(1) with { Kind = RemunerationKinds.Financial });
        Assert.True(consequence.MustSayPaid);
        Assert.Equal("45 CFR 164.508(a)(3)(ii)", consequence.Citation);
    }

    [Fact]
    public void Every_choice_says_what_follows_with_clause_and_words()
    {
        Assert.All(PurposeAdvice.Choices, choice =>
        {
            var consequence = PurposeAdvice.Of(choice.About, null);
            Assert.True(consequence is { Words.Length: > 20, Law.Length: > 40, Citation.Length: > 5 });
        });
        Assert.Equal(Enum.GetValues<Purpose>().Except([Purpose.MarketingPaid]).Order(), PurposeAdvice.Choices.Select(choice => choice.About).Order());
    }

    [Fact]
    public void Without_an_answer_nothing_follows() => Assert.Null(PurposeAdvice.Of(new CampaignDraft()));

    private static PaymentAnswers Payment(int amount) => new() { Payer = "Maker Inc.", ReceivedBy = RemunerationKinds.CoveredEntity, PayerOwnsProduct = true, Amount = amount };
}
