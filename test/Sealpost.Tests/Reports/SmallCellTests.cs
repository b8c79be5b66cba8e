using System.Globalization;
using System.Text.Json;
using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Reports;

namespace Sealpost.Tests.Reports;

public sealed class SmallCellTests
{
    [Theory]
    [InlineData(875, 120, 5, 0)] // one small: the next goes with it
    [InlineData(990, 0, 3, 7)] // two small hide each other only where the rest stays vague
    [InlineData(996, 0, 4, 0)]
    [InlineData(500, 489, 11, 0)]
    [InlineData(0, 995, 5, 0)]
    public void No_small_number_is_shown_or_left_by_subtraction(long accepted, long basis, long rejected, long pending)
    {
        var selected = accepted + basis + rejected + pending;
        var report = Report(selected, accepted, new WithheldCounts(basis, basis, 0, basis == 0 ? new Dictionary<string, long>() : new Dictionary<string, long> { ["UnverifiedAddress"] = basis }), rejected, pending);
        var shown = new ShownReport(report);
        long[] truth = [accepted, basis, rejected, pending];
        var lines = new[] { "Accepted", "Withheld", "Rejected", "Pending" }.Select(label => shown.Lines.Single(line => line.Label == label)).ToList();
        Assert.All(lines.Zip(truth), pair => Assert.True(pair.Second is 0 or >= 11 || pair.First.Shown is "<11" or "not shown", pair.First.Label));
        var hidden = lines.Zip(truth).Where(pair => !long.TryParse(pair.First.Shown, NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out _)).ToList();
        if (truth.Any(count => count is > 0 and < 11))
            Assert.True(hidden.Count > 1, "One hidden number alone is the rest of a subtraction.");
        else
            Assert.Empty(hidden);

        // What is hidden stands nowhere else in what is passed on.
        var findings = new CampaignFindings(report, [], TimeSpan.Zero, [], 0, 0, []);
        foreach (var (line, count) in hidden.Where(pair => pair.Second > 0))
        {
            Assert.Null(line.Percent);
            Assert.DoesNotMatch($@"(?<![\d.#;]){count}(?![\d.;p ]|rem|em)", Body(ReportHtml.Of(findings)));
            Assert.DoesNotMatch($@"(?m),{count}(,|$)", ReportCsv.Of(findings));
        }
    }

    [Fact]
    public void Shares_and_steps_of_time_tell_no_small_number()
    {
        Assert.Equal(["<11", "nearly all", "50 %", "–", "0 %", "100 %"], [SmallCells.Share(3, 1_000), SmallCells.Share(997, 1_000), SmallCells.Share(50, 100), SmallCells.Share(0, 0), SmallCells.Share(0, 50), SmallCells.Share(50, 50)]);
        Assert.Equal(["0", "<11", "10", "110"], [SmallCells.Rough(0), SmallCells.Rough(7), SmallCells.Rough(19), SmallCells.Rough(117)]);
    }

    [Fact]
    public void The_document_holds_every_number_for_those_who_may_see_patients_and_what_pages_show_for_others()
    {
        var report = Report(1_000, 875, new WithheldCounts(120, 117, 3, new Dictionary<string, long> { ["UnverifiedAddress"] = 117, ["TlsUnavailable"] = 3 }), 5, 0) with
        {
            Bounced = 4,
            Rate = 2.5,
            Tiers = new Dictionary<string, long> { ["T3"] = 871, ["T4"] = 4 },
            NextSteps = ["5 addresses were refused."],
        };
        var exact = JsonSerializer.SerializeToElement(ReportDocument.Of(report, exact: true), JsonSerializerOptions.Web);
        Assert.Equal((1_000, 875, 5, 3), (exact.GetProperty("selected").GetInt64(), exact.GetProperty("accepted").GetInt64(), exact.GetProperty("rejected").GetInt64(), exact.GetProperty("withheld").GetProperty("byReason").GetProperty("TlsUnavailable").GetInt64()));
        Assert.False(exact.TryGetProperty("shown", out _));

        var passed = JsonSerializer.SerializeToElement(ReportDocument.Of(report, exact: false), JsonSerializerOptions.Web);
        var page = new ShownReport(report);
        Assert.Equal(JsonValueKind.Null, passed.GetProperty("rejected").ValueKind);
        Assert.Equal("<11", passed.GetProperty("shown").GetProperty("rejected").GetString());
        Assert.Equal(page.Lines.Single(line => line.Label == "Withheld").Shown, passed.GetProperty("shown").GetProperty("withheld.total").GetString());
        Assert.Equal(1_000, passed.GetProperty("selected").GetInt64());
        foreach (var number in new long[] { 117, 120, 3, 4, 5, 871 })
            Assert.DoesNotMatch($@"(?<![\d.""T]){number}(?![\d""])", passed.GetRawText());
    }

    [Fact]
    public void The_document_leaves_out_nothing_that_a_report_holds() => Assert.Equal(
        typeof(CampaignReport).GetProperties().Select(property => property.Name).Where(name => name != nameof(CampaignReport.AddsUp)).Order(StringComparer.Ordinal),
        typeof(ReportDocument).GetProperties().Select(property => property.Name).Where(name => name != nameof(ReportDocument.Shown)).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData(60, true)]
    [InlineData(5, false)]
    [InlineData(95, false)]
    [InlineData(72, false)]
    public void How_many_were_reminded_is_left_out_where_it_tells_of_few(long reminded, bool isShown)
    {
        var report = Report(1_000, 775, new WithheldCounts(125, 125, 0, new Dictionary<string, long> { ["UnverifiedAddress"] = 125 }), 0, 0) with { Pickup = 100, PickedUp = 20, PickupWaiting = 80, PickupEnded = 0, PickupReminded = reminded };
        Assert.Equal(isShown ? reminded : null, ReportDocument.Of(report, exact: false).PickupReminded);
        Assert.Equal(reminded, ReportDocument.Of(report, exact: true).PickupReminded);
    }

    [Fact]
    public void Progress_tells_no_small_number_to_those_who_may_not_see_patients()
    {
        var progress = new CampaignProgress
        {
            Campaign = 1,
            State = CampaignState.Finished,
            At = DateTimeOffset.UnixEpoch,
            Selected = 1_000,
            SelectionDone = true,
            Deferred = 2,
            Rate = 2.5,
            Outcomes = new Dictionary<Outcome, long> { [Outcome.Accepted] = 875, [Outcome.WithheldBasis] = 120, [Outcome.Rejected] = 5 },
        };
        var passed = ProgressDocument.Of(progress, exact: false);
        Assert.Equal((1_000L, null, 875L, null, null), (passed.Selected, passed.Deferred, passed.Outcomes[Outcome.Accepted], passed.Outcomes[Outcome.WithheldBasis], passed.Outcomes[Outcome.Rejected]));
        Assert.Equal((2L, 5L), (ProgressDocument.Of(progress, exact: true).Deferred, ProgressDocument.Of(progress, exact: true).Outcomes[Outcome.Rejected]));
    }

    [Fact]
    public void Whom_a_campaign_left_is_told_as_its_report_tells_it()
    {
        var report = Report(1_000, 875, new WithheldCounts(120, 117, 3, new Dictionary<string, long> { ["UnverifiedAddress"] = 117, ["TlsUnavailable"] = 3 }), 5, 0);
        LeftBehind[] left = [new(Outcome.WithheldBasis, WithholdReason.UnverifiedAddress, 117, true), new(Outcome.WithheldTransport, WithholdReason.TlsUnavailable, 3, true)];
        Assert.Equal([(null, "not shown"), (null, "<11")], LeftNumbers.Of(left, report, exact: false).Select(one => (one.Patients, one.Shown)));
        Assert.Equal([(117L, "117"), (3L, "3")], LeftNumbers.Of(left, report, exact: true).Select(one => (one.Patients!.Value, one.Shown)));
    }

    [Fact]
    public void Exports_hide_small_numbers_and_hold_no_formula()
    {
        var report = Report(1_000, 875, new WithheldCounts(120, 117, 3, new Dictionary<string, long> { ["UnverifiedAddress"] = 117, ["TlsUnavailable"] = 3 }), 5, 0) with { Name = "=cmd", Bounced = 4, Complained = 1 };
        var findings = new CampaignFindings(report, [], TimeSpan.Zero, [new LinkCount("https://clinic.example/a,b", 4, 9)], 4, 0, []);
        var csv = ReportCsv.Of(findings);
        Assert.Contains("campaign,name,'=cmd,", csv, StringComparison.Ordinal);
        Assert.Contains("withheld,TlsUnavailable,<11,", csv, StringComparison.Ordinal);
        Assert.Contains("withheld,UnverifiedAddress,not shown,", csv, StringComparison.Ordinal);
        Assert.Contains("outcome,Withheld,not shown,", csv, StringComparison.Ordinal);
        Assert.Contains("outcome,Rejected,<11,", csv, StringComparison.Ordinal);
        Assert.Contains("afterwards,reported as unwanted,<11,", csv, StringComparison.Ordinal);
        Assert.Contains("link,\"https://clinic.example/a,b\",<11,", csv, StringComparison.Ordinal);
        Assert.Contains("outcome,Selected,1000,", csv, StringComparison.Ordinal);
        foreach (var number in new[] { "117", "120" })
            Assert.DoesNotContain(number, Body(ReportHtml.Of(findings)), StringComparison.Ordinal);
    }

    private static string Body(string html) => html[html.IndexOf("<body>", StringComparison.Ordinal)..];

    private static CampaignReport Report(long selected, long accepted, WithheldCounts withheld, long rejected, long pending) => new()
    {
        Campaign = 1,
        Name = "recall",
        Organisation = "Green Valley Clinic",
        Purpose = "TREATMENT",
        State = CampaignState.Finished,
        At = DateTimeOffset.UnixEpoch,
        Selected = selected,
        Withheld = withheld,
        Accepted = accepted,
        Rejected = rejected,
        Expired = 0,
        Pickup = 0,
        Cancelled = 0,
        InDoubt = 0,
        Pending = pending,
        Bounced = 0,
        Complained = 0,
        OptedOut = 0,
        Tiers = new Dictionary<string, long>(),
        TlsVersions = new Dictionary<string, long>(),
        Domains = [],
        FirstAt = null,
        LastAt = null,
        Rate = null,
        NextSteps = [],
    };
}
