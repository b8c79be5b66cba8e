using Sealpost.Campaigns;
using Sealpost.Patients;
using Sealpost.Trust.Keys;

namespace Sealpost.Tests.Campaigns;

public sealed class PatientZonesTests
{
    private static readonly DateOnly Today = new(2026, 11, 24);

    [Theory]
    [InlineData("MA", 14)]
    [InlineData("TX", 15)]
    [InlineData("AZ", 16)]
    [InlineData("CA", 17)]
    [InlineData("HI", 19)]
    [InlineData("ZZ", 9)]
    [InlineData(null, 9)]
    public void Nine_in_the_morning_comes_by_the_state_of_the_home(string? state, int utcHour)
    {
        var at = PatientZones.At(new DateTime(2026, 11, 25, 9, 0, 0), Chart(new PostalAddress { Use = "home", State = state }), TimeZoneInfo.Utc, Today);
        Assert.Equal(new DateTimeOffset(2026, 11, 25, utcHour, 0, 0, TimeSpan.Zero), at);
    }

    [Fact]
    public void An_address_that_ended_does_not_count()
    {
        var chart = Chart(new PostalAddress { Use = "home", State = "CA", EndsOn = Today.AddDays(-1) }, new PostalAddress { Use = "home", State = "MA" });
        Assert.Equal(14, PatientZones.At(new DateTime(2026, 11, 25, 9, 0, 0), chart, TimeZoneInfo.Utc, Today).Hour);
    }

    [Fact]
    public void A_time_that_the_clock_skips_counts_as_the_next_one_it_shows()
    {
        var at = PatientZones.At(new DateTime(2027, 3, 14, 2, 30, 0), Chart(new PostalAddress { State = "NY" }), TimeZoneInfo.Utc, Today);
        Assert.Equal(new DateTimeOffset(2027, 3, 14, 7, 0, 0, TimeSpan.Zero), at);
    }

    [Fact]
    public void No_zone_of_the_country_sees_the_time_before_the_campaign_starts()
    {
        var time = new DateTime(2026, 11, 25, 9, 0, 0);
        foreach (var state in new[] { "GU", "MP", "NY", "HI", "AS", "PR" })
            Assert.True(PatientZones.At(time, Chart(new PostalAddress { State = state }), TimeZoneInfo.Utc, Today) >= CampaignRules.StartOf(time));
    }

    private static Chart Chart(params PostalAddress[] addresses) => new(new PatientNumber(0), new ChartHead { Addresses = addresses }, []);
}
