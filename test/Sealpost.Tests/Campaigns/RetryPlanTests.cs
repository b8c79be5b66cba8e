using Sealpost.Campaigns;
using Sealpost.Delivery;

namespace Sealpost.Tests.Campaigns;

public sealed class RetryPlanTests
{
    private static readonly DateTimeOffset First = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private static readonly DeliveryOptions Options = new() { HeloName = "mail.greenvalley.example" };

    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 15)]
    [InlineData(7, 360)]
    [InlineData(20, 360)]
    public void Waits_follow_the_schedule_with_up_to_a_tenth_more(int attempts, int minutes)
    {
        var wait = new RetryPlan(Options, null).Next(attempts, First, First) - First;
        Assert.InRange(wait, TimeSpan.FromMinutes(minutes), TimeSpan.FromMinutes(minutes * 1.1));
    }

    [Fact]
    public void The_last_try_is_due_when_it_is_given_up()
    {
        var plan = new RetryPlan(Options, null);
        var late = First + TimeSpan.FromDays(5) - TimeSpan.FromHours(1);
        Assert.Equal(First + TimeSpan.FromDays(5), plan.Next(30, First, late));
        Assert.True(plan.IsOver(First, plan.Next(30, First, late)));
        Assert.False(plan.IsOver(First, late));
    }

    [Fact]
    public void Nothing_leaves_after_the_last_day()
    {
        var end = RetryPlan.EndOf(new DateOnly(2026, 11, 24), TimeZoneInfo.FindSystemTimeZoneById("America/New_York"));
        Assert.Equal(new DateTimeOffset(2026, 11, 25, 5, 0, 0, TimeSpan.Zero), end);
        Assert.True(new RetryPlan(Options, end).IsOver(null, end!.Value));
        Assert.Equal(end, new RetryPlan(Options, end).Next(5, First, First + TimeSpan.FromHours(16)));
    }

    [Fact]
    public async Task A_rate_spaces_messages_evenly()
    {
        var clock = TestClinic.NewClock();
        var limit = new RateLimit(10, clock);
        await limit.WaitAsync(TestClinic.Token);
        var second = limit.WaitAsync(TestClinic.Token);
        var third = limit.WaitAsync(TestClinic.Token);
        Assert.False(second.IsCompleted);
        clock.Advance(TimeSpan.FromMilliseconds(100));
        await second;
        Assert.False(third.IsCompleted);
        clock.Advance(TimeSpan.FromMilliseconds(100));
        await third;
    }
}
