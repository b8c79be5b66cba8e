using Sealpost.Campaigns.Returned;
using Sealpost.Delivery.Returns;

namespace Sealpost.Tests.Campaigns;

public sealed class ReturnRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(ReturnClass.HardBounce, ReturnReason.BadMailbox, "5.1.1", ReturnDone.AddressStopped)]
    [InlineData(ReturnClass.HardBounce, ReturnReason.BadDomain, "5.1.2", ReturnDone.Counted)]
    [InlineData(ReturnClass.HardBounce, ReturnReason.NoMailDomain, "5.1.10", ReturnDone.Counted)]
    [InlineData(ReturnClass.SoftBounce, ReturnReason.Disabled, "5.2.1", ReturnDone.AddressStopped)]
    [InlineData(ReturnClass.SoftBounce, ReturnReason.Disabled, "4.2.1", ReturnDone.Counted)]
    [InlineData(ReturnClass.SoftBounce, ReturnReason.Full, "5.2.2", ReturnDone.Counted)]
    [InlineData(ReturnClass.SoftBounce, ReturnReason.BadMailbox, "5.0.0", ReturnDone.Counted)]
    [InlineData(ReturnClass.SoftBounce, ReturnReason.Routing, "5.4.4", ReturnDone.Recorded)]
    [InlineData(ReturnClass.SoftBounce, ReturnReason.Policy, "5.7.1", ReturnDone.ForOperator)]
    [InlineData(ReturnClass.SoftBounce, ReturnReason.Authentication, "5.7.26", ReturnDone.ForOperator)]
    [InlineData(ReturnClass.SoftBounce, ReturnReason.RequireTls, "5.7.30", ReturnDone.ForOperator)]
    [InlineData(ReturnClass.DelayNotice, ReturnReason.BadMailbox, "4.1.1", ReturnDone.Delayed)]
    public void One_report_does(ReturnClass kind, ReturnReason reason, string status, ReturnDone done) => Assert.Equal(done, Decide(kind, reason, status));

    [Fact]
    public void A_domain_is_gone_when_a_second_report_a_day_later_says_so()
    {
        Assert.Equal(ReturnDone.Counted, Decide(ReturnClass.HardBounce, ReturnReason.BadDomain, "5.1.2", (ReturnReason.BadDomain, 0.5)));
        Assert.Equal(ReturnDone.Counted, Decide(ReturnClass.HardBounce, ReturnReason.BadDomain, "5.1.2", (ReturnReason.Full, 5)));
        Assert.Equal(ReturnDone.AddressStopped, Decide(ReturnClass.HardBounce, ReturnReason.BadDomain, "5.1.2", (ReturnReason.BadDomain, 2)));
    }

    [Fact]
    public void A_full_mailbox_is_given_up_after_three_campaigns_over_a_week()
    {
        Assert.Equal(ReturnDone.Counted, Decide(ReturnClass.SoftBounce, ReturnReason.Full, "5.2.2", (ReturnReason.Full, 30)));
        Assert.Equal(ReturnDone.Counted, Decide(ReturnClass.SoftBounce, ReturnReason.Full, "5.2.2", (ReturnReason.Full, 3), (ReturnReason.Full, 1)));
        Assert.Equal(ReturnDone.AddressStopped, Decide(ReturnClass.SoftBounce, ReturnReason.Full, "5.2.2", (ReturnReason.Full, 8), (ReturnReason.Full, 1)));
    }

    private static ReturnDone Decide(ReturnClass kind, ReturnReason reason, string status, params (ReturnReason Reason, double DaysAgo)[] earlier)
    {
        var failure = new FailedRecipient("ann@example.org", kind, reason, status, 0, Final: kind != ReturnClass.DelayNotice);
        return ReturnRules.Decide(new ReturnedMail { Class = kind }, failure, [.. earlier.Select(one => (one.Reason, Now - TimeSpan.FromDays(one.DaysAgo)))], Now);
    }
}
