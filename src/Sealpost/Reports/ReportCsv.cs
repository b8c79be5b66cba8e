using System.Globalization;
using System.Text;
using Sealpost.Campaigns;

namespace Sealpost.Reports;

/// <summary>A report as CSV (RFC 4180): one row for each number, small ones hidden.</summary>
public static class ReportCsv
{
    /// <summary>Writes it.</summary>
    public static string Of(CampaignFindings findings)
    {
        var report = findings.Report;
        var csv = new StringBuilder();
        CsvText.Row(csv, "section", "item", "value", "note");
        CsvText.Row(csv, "campaign", "name", report.Name, "");
        CsvText.Row(csv, "campaign", "purpose", report.Purpose, "");
        CsvText.Row(csv, "campaign", "state", report.State.ToString().ToLowerInvariant(), "");
        CsvText.Row(csv, "campaign", "as of", report.At.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture), "UTC");
        var shown = new ShownReport(report);
        foreach (var line in shown.Lines)
            CsvText.Row(csv, "outcome", line.Label, Plain(line.Shown), line.Note);
        foreach (var (reason, count, words) in shown.Reasons)
            CsvText.Row(csv, "withheld", reason, Plain(count), words);
        foreach (var (name, count) in shown.Afterwards)
            CsvText.Row(csv, "afterwards", name, Plain(count), "of the accepted");
        foreach (var (name, count) in shown.OnTheWay)
            CsvText.Row(csv, "on the way", name, Plain(count), "of the accepted");
        foreach (var slice in findings.Timeline)
            CsvText.Row(csv, "timeline", slice.From.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture), Plain(SmallCells.Rough(slice.Accepted)), "accepted; otherwise " + Plain(SmallCells.Rough(slice.Other)) + "; rounded to tens");
        foreach (var domain in report.Domains)
            CsvText.Row(csv, "domain", domain.Domain, Plain(domain.Messages), $"accepted {Plain(domain.Accepted)}; withheld {Plain(domain.Withheld)}; rejected {Plain(domain.Rejected)}; expired {Plain(domain.Expired)}");
        foreach (var link in findings.Links)
            CsvText.Row(csv, "link", link.Url, Plain(SmallCells.Show(link.People)), "patients who followed it");
        foreach (var one in findings.Earlier)
            CsvText.Row(csv, "earlier", one.Name, Plain(SmallCells.Show(one.Selected)), $"selected; accepted {SmallCells.Share(one.Accepted, one.Selected)}, withheld {SmallCells.Share(one.Withheld, one.Selected)}, unsubscribed {SmallCells.Show(one.OptedOut)}, complained {SmallCells.Show(one.Complained)}{(one.Clicked is { } clicked ? $", followed a link {SmallCells.Show(clicked)}" : "")}");
        return csv.ToString();
    }

    private static string Plain(string shown) => shown.Replace(",", "", StringComparison.Ordinal);
}
