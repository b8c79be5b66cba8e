using Sealpost.Delivery.Pacing;

namespace Sealpost.Tests.Delivery.Pacing;

public sealed class QuietHoursTests
{
    private static readonly TimeZoneInfo NewYork = TimeZoneInfo.FindSystemTimeZoneById("America/New_York");

    [Theory]
    [InlineData("2026-11-25T01:59:00Z", null)]
    [InlineData("2026-11-25T02:00:00Z", "2026-11-25T13:00:00Z")]
    [InlineData("2026-11-25T12:59:00Z", "2026-11-25T13:00:00Z")]
    [InlineData("2026-11-25T13:00:00Z", null)]
    public void The_night_ends_in_the_morning_where_the_patient_lives(string now, string? end) =>
        Assert.Equal(end is null ? null : DateTimeOffset.Parse(end, null), QuietHours.Read("21:00-08:00")!.EndFor(DateTimeOffset.Parse(now, null), NewYork));

    [Fact]
    public void A_span_within_a_day_ends_the_same_day() =>
        Assert.Equal(new DateTimeOffset(2026, 11, 24, 14, 0, 0, TimeSpan.Zero), QuietHours.Read("12:00-14:00")!.EndFor(new DateTimeOffset(2026, 11, 24, 13, 0, 0, TimeSpan.Zero), TimeZoneInfo.Utc));

    [Fact]
    public void An_end_that_the_clock_skips_is_the_next_time_that_it_shows() =>
        Assert.Equal(new DateTimeOffset(2027, 3, 14, 7, 0, 0, TimeSpan.Zero), QuietHours.Read("21:00-02:30")!.EndFor(new DateTimeOffset(2027, 3, 14, 6, 0, 0, TimeSpan.Zero), NewYork));

    [Theory]
    [InlineData("")]
    [InlineData("21:00")]
    [InlineData("21:00-21:00")]
    [InlineData("25:00-08:00")]
    public void What_is_no_span_is_not_read(string text) => Assert.Null(QuietHours.Read(text));
}
