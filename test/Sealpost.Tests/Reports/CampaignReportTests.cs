using System.Text.Json;
using Sealpost.Campaigns;
using Sealpost.Reports;

namespace Sealpost.Tests.Reports;

public sealed class CampaignReportTests
{
    private static readonly CampaignReport Sample = new()
    {
        Campaign = 3,
        Name = "eye-exam <2026>",
        Organisation = "Green Valley Clinic",
        Purpose = "TREATMENT",
        State = CampaignState.Finished,
        At = new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero),
        Selected = 1_000,
        Withheld = new WithheldCounts(120, 100, 20, new Dictionary<string, long> { ["UnverifiedAddress"] = 100, ["TlsUnavailable"] = 20 }),
        Accepted = 860,
        Rejected = 15,
        Expired = 3,
        Pickup = 0,
        Cancelled = 0,
        InDoubt = 2,
        Pending = 0,
        Bounced = 4,
        Complained = 1,
        OptedOut = 6,
        Tiers = new Dictionary<string, long> { ["T2"] = 860 },
        TlsVersions = new Dictionary<string, long> { ["TLS 1.3"] = 860 },
        Domains = [new DomainCount("a.example", "990", "850"), new DomainCount("other domains", "<11", "<11")],
        FirstAt = new DateTimeOffset(2026, 11, 24, 11, 0, 0, TimeSpan.Zero),
        LastAt = new DateTimeOffset(2026, 11, 24, 11, 0, 10, TimeSpan.Zero),
        Rate = 86,
        NextSteps = [],
    };

    [Fact]
    public void Json_has_the_names_that_scripts_rely_on()
    {
        using var json = JsonDocument.Parse(JsonSerializer.Serialize(Sample, JsonSerializerOptions.Web));
        string[] names = ["selected", "withheld", "accepted", "rejected", "expired", "pickup", "cancelled", "inDoubt", "pending", "bounced", "complained", "tiers"];
        Assert.All(names, name => Assert.True(json.RootElement.TryGetProperty(name, out _), name));
        Assert.Equal((120, 100, 20), (Number(json, "total"), Number(json, "basis"), Number(json, "transport")));
        Assert.Equal(20, json.RootElement.GetProperty("withheld").GetProperty("byReason").GetProperty("TlsUnavailable").GetInt64());
    }

    [Fact]
    public void The_sample_adds_up() => Assert.True(Sample.AddsUp);

    [Fact]
    public void Advice_says_what_to_do_for_each_reason_in_words()
    {
        var advice = ReportAdvice.Of(Sample).ToList();
        Assert.Contains(advice, line => line.Contains("in doubt", StringComparison.Ordinal));
        Assert.Contains(advice, line => line.Contains("verify at check-in", StringComparison.Ordinal));
        Assert.Contains(advice, line => line.Contains("no trustworthy encryption", StringComparison.Ordinal));
    }

    [Fact]
    public void Reasons_with_the_same_advice_share_one_line_with_their_sum()
    {
        var sample = Sample with { Withheld = new WithheldCounts(30, 8, 22, new Dictionary<string, long> { ["TlsUnavailable"] = 10, ["CertificateExpired"] = 12, ["NoAddress"] = 3, ["UnusableAddress"] = 5 }) };
        var advice = ReportAdvice.Of(sample).ToList();
        Assert.Single(advice, line => line.StartsWith("22 were withheld: ", StringComparison.Ordinal));
        Assert.Single(advice, line => line.StartsWith("8 were withheld: ", StringComparison.Ordinal));
        Assert.Equal(advice.Count, advice.Distinct().Count());
    }

    [Fact]
    public void The_text_tells_sum_reasons_and_next_steps()
    {
        var text = ReportText.Of(Sample with { NextSteps = [.. ReportAdvice.Of(Sample)] }, exact: true);
        Assert.Contains("Selected                     1,000", text, StringComparison.Ordinal);
        Assert.Contains("Nobody has verified the email address", text, StringComparison.Ordinal);
        Assert.Contains("What to do next", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_is_self_contained_and_encodes_what_people_wrote()
    {
        var html = ReportHtml.Of(Sample);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("http", html, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("eye-exam &lt;2026&gt;", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "0")]
    [InlineData(1, "<11")]
    [InlineData(10, "<11")]
    [InlineData(11, "11")]
    [InlineData(12_345, "12,345")]
    public void Small_cells_are_hidden(long count, string shown) => Assert.Equal(shown, SmallCells.Show(count));

    private static long Number(JsonDocument json, string name) => json.RootElement.GetProperty("withheld").GetProperty(name).GetInt64();
}
