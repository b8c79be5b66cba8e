using Microsoft.Extensions.Time.Testing;
using Sealpost.Delivery;
using Sealpost.Delivery.Pacing;

namespace Sealpost.Tests.Delivery.Pacing;

public sealed class DestinationPaceTests
{
    private static readonly PaceRules Rules = new(8, null, RetrySchedules.Default, TimeZoneInfo.Utc);

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
    private readonly DestinationPace _pace;

    public DestinationPaceTests() => _pace = New(new PaceState());

    [Fact]
    public void A_host_never_seen_gets_two_connections_and_more_with_what_it_takes()
    {
        Assert.Equal([64, 64, 0], [Ask(1).Messages, Ask(2).Messages, Ask(3).Messages]);
        Ask(1, accepted: 8);
        Assert.Equal(4, Ask(1).Connections);
        Ask(1, accepted: 16);
        Assert.Equal(8, Ask(1).Connections);
        Ask(1, accepted: 10_000);
        Assert.Equal(8, Ask(1).Connections);
    }

    [Fact]
    public void A_place_given_back_is_the_next_ones()
    {
        Ask(1);
        Ask(2);
        Ask(1, wish: 0);
        Assert.Equal(64, Ask(3).Messages);
    }

    [Fact]
    public void A_place_whose_owner_is_gone_is_free_after_a_while()
    {
        Ask(1);
        Ask(2);
        _clock.Advance(TimeSpan.FromMinutes(16));
        Assert.Equal(64, Ask(3).Messages);
    }

    [Fact]
    public void Less_please_halves_the_connections_and_rests_the_whole_host_for_a_minute()
    {
        Ask(1, accepted: 8);
        Ask(2, accepted: 16);
        Tell(1, PaceNews.Throttled);
        Tell(2, PaceNews.Throttled);
        Assert.Equal(4, _pace.State.Connections);
        Assert.Equal(1, _pace.State.Throttles);
        Assert.Equal(_clock.GetUtcNow().AddMinutes(1).ToUnixTimeMilliseconds(), Ask(9).AskAgainAt);
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, Ask(9).Messages);
    }

    [Fact]
    public void Asked_again_and_again_it_rests_longer_and_longer_but_half_an_hour_at_most()
    {
        var rests = new List<double>();
        for (var i = 0; i < 8; i++)
        {
            Tell(1, PaceNews.Throttled);
            rests.Add((DateTimeOffset.FromUnixTimeMilliseconds(_pace.State.HoldUntil) - _clock.GetUtcNow()).TotalMinutes);
            _clock.SetUtcNow(DateTimeOffset.FromUnixTimeMilliseconds(_pace.State.HoldUntil));
        }

        Assert.Equal([1, 2, 4, 8, 16, 30, 30, 30], rests);
    }

    [Fact]
    public void The_rate_learned_is_half_of_what_it_took_and_grows_back_with_quiet_minutes()
    {
        Ask(1, accepted: 120);
        Tell(1, PaceNews.Throttled);
        Assert.Equal(60, _pace.State.PerMinute);
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, Ask(1).Messages);
        var wait = Ask(1);
        Assert.True(wait is { Messages: 0, KeepsPlace: true });
        Assert.Equal(_clock.GetUtcNow().AddSeconds(1).ToUnixTimeMilliseconds(), wait.AskAgainAt);
        _clock.Advance(TimeSpan.FromMinutes(1));
        Ask(1);
        Assert.Equal(91, _pace.State.PerMinute);
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(64, Ask(1).Messages);
        Assert.Equal(0, _pace.State.PerMinute);
    }

    [Fact]
    public void Above_what_it_refused_connections_grow_slowly()
    {
        Ask(1, accepted: 24);
        Tell(1, PaceNews.Throttled);
        _clock.Advance(TimeSpan.FromHours(2));
        Ask(1, accepted: 16);
        Assert.Equal(7, _pace.State.Connections);
        Ask(1, accepted: 600);
        Assert.Equal(7, _pace.State.Connections);
        Ask(1, accepted: 100);
        Assert.Equal(8, _pace.State.Connections);
    }

    [Fact]
    public void A_host_that_cannot_be_reached_rests_by_the_schedule_until_it_takes_something()
    {
        Tell(1, PaceNews.Unreachable);
        Assert.Equal(_clock.GetUtcNow().AddMinutes(5).ToUnixTimeMilliseconds(), Ask(1).AskAgainAt);
        _clock.Advance(TimeSpan.FromMinutes(5));
        Tell(1, PaceNews.Unreachable);
        Assert.Equal((2, _clock.GetUtcNow().AddMinutes(15).ToUnixTimeMilliseconds()), (_pace.State.Failures, Ask(1).AskAgainAt));
        _clock.Advance(TimeSpan.FromMinutes(15));
        Ask(1, accepted: 1);
        Assert.Equal(0, _pace.State.Failures);
    }

    [Fact]
    public void Rests_end_at_different_moments()
    {
        var late = New(new PaceState(), chance: 1);
        late.Answer(new PaceQuestion { Holder = 1, News = PaceNews.Unreachable }, Rules);
        Assert.Equal(_clock.GetUtcNow().AddMinutes(6).ToUnixTimeMilliseconds(), late.State.HoldUntil);
    }

    [Fact]
    public void One_connection_too_many_is_not_tried_again_soon()
    {
        Ask(1, accepted: 24);
        Ask(2);
        Ask(3);
        Tell(3, PaceNews.OneTooMany);
        Assert.Equal((2, 0L), (_pace.State.Connections, _pace.State.HoldUntil));
    }

    [Fact]
    public void An_urgent_message_finds_a_place_that_bulk_gives_up()
    {
        Ask(1);
        Ask(2);
        Assert.Equal(0, Ask(9, urgent: true).Messages);
        Assert.Equal(0, Ask(1).Messages);
        Assert.Equal(64, Ask(9, urgent: true).Messages);
        Assert.Equal(0, Ask(1).Messages);
        Ask(9, wish: 0, urgent: true);
        Assert.Equal(64, Ask(1).Messages);
    }

    [Fact]
    public void Where_the_rate_is_scarce_urgent_messages_have_it_first()
    {
        var pace = New(new PaceState { Connections = 2, PerMinute = 60, RateGrowsAt = long.MaxValue });
        PaceAnswer Next(long holder, bool urgent) => pace.Answer(new PaceQuestion { Holder = holder, Wish = 64, IsUrgent = urgent }, Rules);
        Assert.Equal(1, Next(1, urgent: true).Messages);
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.True(Next(2, urgent: false) is { Messages: 0, KeepsPlace: true });
        Assert.Equal(5, Next(1, urgent: true).Messages);
    }

    [Fact]
    public void The_days_limit_counts_what_is_granted_and_ends_at_midnight_there()
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById("America/New_York");
        var rules = Rules with { ADay = 100, Zone = zone };
        Assert.Equal([64, 36], [Ask(1, rules: rules).Messages, Ask(2, rules: rules).Messages]);
        Assert.Equal(64, Ask(1, accepted: 0, rules: rules).Messages);
        Ask(1, accepted: 64, rules: rules);
        var done = Ask(2, accepted: 36, rules: rules);
        Assert.Equal((0, new DateTimeOffset(2026, 11, 25, 5, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds()), (done.Messages, done.AskAgainAt));
        Assert.Equal(64, Ask(3, urgent: true, rules: rules).Messages);
        _clock.SetUtcNow(new DateTimeOffset(2026, 11, 25, 5, 0, 0, TimeSpan.Zero));
        Assert.Equal(64, Ask(1, rules: rules).Messages);
    }

    [Fact]
    public void A_restart_goes_on_where_it_was()
    {
        Ask(1, accepted: 120);
        Tell(1, PaceNews.Throttled);
        var again = New(_pace.State);
        Assert.Equal(_pace.State.HoldUntil, again.Answer(new PaceQuestion { Holder = 5, Wish = 1 }, Rules).AskAgainAt);
    }

    private DestinationPace New(PaceState state, double chance = 0) => new(state, _clock, () => chance);

    private PaceAnswer Ask(long holder, int wish = 64, int accepted = 0, bool urgent = false, PaceRules? rules = null) =>
        _pace.Answer(new PaceQuestion { Holder = holder, Wish = wish, Accepted = accepted, IsUrgent = urgent }, rules ?? Rules);

    private void Tell(long holder, PaceNews news) => _pace.Answer(new PaceQuestion { Holder = holder, News = news, Reply = "421 4.7.0" }, Rules);
}
