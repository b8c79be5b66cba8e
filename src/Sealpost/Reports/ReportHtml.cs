using System.Globalization;
using System.Net;
using System.Text;

namespace Sealpost.Reports;

/// <summary>A report as one self-contained HTML page for print: no script, nothing loaded from elsewhere.</summary>
public static class ReportHtml
{
    private const string Style = """
        body { font: 11pt/1.5 Georgia, "Times New Roman", serif; color: #1d2b36; max-width: 46rem; margin: 2.5rem auto; padding: 0 1.5rem; }
        h1 { font-size: 1.7rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; border-bottom: 1px solid #c9d2d8; }
        .lead { color: #4a5b66; margin: .2rem 0 1.5rem; } table { border-collapse: collapse; width: 100%; } td, th { text-align: left; padding: .3rem .6rem .3rem 0; vertical-align: top; }
        td.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; width: 5rem; padding-right: 1rem; } .big td { font-size: 1.15rem; font-weight: bold; }
        meter { width: 100%; height: .8rem; } .note { color: #4a5b66; } footer { margin-top: 2.5rem; font-size: .85rem; color: #4a5b66; }
        @media print { body { margin: 0; } h2 { break-after: avoid; } tr { break-inside: avoid; } }
        """;

    /// <summary>Renders the page.</summary>
    public static string Of(CampaignReport report) => Of(report, null);

    /// <summary>Renders the page of all findings.</summary>
    public static string Of(CampaignFindings findings) => Of(findings.Report, findings);

    private static string Of(CampaignReport report, CampaignFindings? findings)
    {
        var html = new StringBuilder();
        html.Append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>").Append(Text(report.Name)).Append(" – report</title><style>").Append(Style).Append("</style></head><body>\n");
        html.Append("<h1>").Append(Text(report.Name)).Append("</h1>\n<p class=\"lead\">").Append(Text(report.Organisation)).Append(" · ").Append(Text(report.Purpose)).Append(" · ")
            .Append(Text(report.State.ToString().ToLowerInvariant())).Append(" · ").Append(report.At.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)).Append(" UTC</p>\n");
        var shown = new ShownReport(report);
        Sum(html, shown);
        Reasons(html, report, shown);
        OnTheWay(html, report, shown);
        Timeline(html, findings);
        Domains(html, report);
        Links(html, findings?.Links ?? []);
        Earlier(html, findings?.Earlier ?? []);
        Steps(html, shown);
        html.Append("<footer>Accepted means that the patient's mail host took the message over an encrypted connection to a verified host; each has a receipt in the ledger. ")
            .Append("Numbers of patients from 1 to 10 are shown as &lt;11, and a number that would give one of them away is not shown.</footer>\n</body></html>\n");
        return html.ToString();
    }

    private static void Sum(StringBuilder html, ShownReport shown)
    {
        html.Append("<table>\n");
        foreach (var (label, count, note, percent) in shown.Lines)
        {
            html.Append(label is "Selected" or "Accepted" ? "<tr class=\"big\">" : "<tr>").Append("<td>").Append(Text(label)).Append("</td><td class=\"n\">").Append(Text(count)).Append("</td><td class=\"note\">").Append(Text(note));
            if (percent is { } share)
                html.Append(CultureInfo.InvariantCulture, $"<br><meter min=\"0\" max=\"100\" value=\"{share}\">{share} %</meter>");
            html.Append("</td></tr>\n");
        }

        html.Append("</table>\n<p class=\"note\">Of the accepted: ").Append(Text(string.Join(", ", shown.Afterwards.Select(one => $"{one.Name} {one.Shown}")))).Append(".</p>\n");
    }

    private static void Reasons(StringBuilder html, CampaignReport report, ShownReport shown)
    {
        if (report.Withheld.Total == 0)
            return;
        html.Append("<h2>Why messages were withheld</h2>\n<table>\n");
        foreach (var (_, count, words) in shown.Reasons)
            html.Append("<tr><td class=\"n\">").Append(Text(count)).Append("</td><td>").Append(Text(words)).Append("</td></tr>\n");
        html.Append("</table>\n");
    }

    private static void OnTheWay(StringBuilder html, CampaignReport report, ShownReport shown)
    {
        if (report.Accepted == 0)
            return;
        html.Append("<h2>On the way</h2>\n<table>\n");
        foreach (var (name, count) in shown.OnTheWay)
            html.Append("<tr><td class=\"n\">").Append(Text(count)).Append("</td><td>").Append(Text(name)).Append("</td></tr>\n");
        html.Append("</table>\n<p>Sent from ").Append(Time(report.FirstAt)).Append(" to ").Append(Time(report.LastAt)).Append(" UTC.</p>\n");
    }

    private static void Timeline(StringBuilder html, CampaignFindings? findings)
    {
        if (findings is null || findings.Timeline.Count < 2)
            return;
        html.Append("<h2>Over time</h2>\n<table>\n<tr><th>From (UTC)</th><th>Accepted</th><th>Ended otherwise</th></tr>\n");
        foreach (var slice in findings.Timeline)
            html.Append("<tr><td>").Append(Time(slice.From)).Append("</td><td>").Append(Text(SmallCells.Rough(slice.Accepted))).Append("</td><td>").Append(Text(SmallCells.Rough(slice.Other))).Append("</td></tr>\n");
        html.Append("</table>\n<p class=\"note\">Rounded to tens; fewer than 11 as &lt;11.</p>\n");
    }

    private static void Earlier(StringBuilder html, IReadOnlyList<ComparedCampaign> earlier)
    {
        if (earlier.Count == 0)
            return;
        html.Append("<h2>Beside earlier campaigns of this purpose</h2>\n<table>\n<tr><th>Campaign</th><th>Selected</th><th>Accepted</th><th>Withheld</th><th>Unsubscribed</th><th>Complained</th><th>Followed a link</th></tr>\n");
        foreach (var one in earlier)
        {
            html.Append("<tr><td>").Append(Text(one.Name)).Append("</td><td>").Append(Text(SmallCells.Show(one.Selected))).Append("</td><td>").Append(Text(SmallCells.Share(one.Accepted, one.Selected)))
                .Append("</td><td>").Append(Text(SmallCells.Share(one.Withheld, one.Selected))).Append("</td><td>").Append(Text(SmallCells.Show(one.OptedOut)))
                .Append("</td><td>").Append(Text(SmallCells.Show(one.Complained))).Append("</td><td>").Append(one.Clicked is { } clicked ? Text(SmallCells.Show(clicked)) : "–").Append("</td></tr>\n");
        }

        html.Append("</table>\n");
    }

    private static void Domains(StringBuilder html, CampaignReport report)
    {
        if (report.Domains.Count == 0)
            return;
        html.Append("<h2>Receiving domains</h2>\n<table>\n<tr><th>Domain</th><th>Messages</th><th>Accepted</th><th>Withheld</th><th>Rejected</th><th>Expired</th></tr>\n");
        foreach (var domain in report.Domains)
        {
            html.Append("<tr>");
            foreach (var cell in new[] { domain.Domain, domain.Messages, domain.Accepted, domain.Withheld, domain.Rejected, domain.Expired })
                html.Append("<td>").Append(Text(cell)).Append("</td>");
            html.Append("</tr>\n");
        }

        html.Append("</table>\n");
    }

    private static void Links(StringBuilder html, IReadOnlyList<LinkCount> links)
    {
        if (links.Count == 0)
            return;
        html.Append("<h2>Links followed</h2>\n<table>\n");
        foreach (var link in links)
            html.Append("<tr><td class=\"n\">").Append(Text(SmallCells.Show(link.People))).Append("</td><td>").Append(Text(link.Url)).Append("</td></tr>\n");
        html.Append("</table>\n<p class=\"note\">Patients, not clicks; what mail scanners asked for is left out.</p>\n");
    }

    private static void Steps(StringBuilder html, ShownReport shown)
    {
        var steps = shown.NextSteps.ToList();
        if (steps.Count == 0)
            return;
        html.Append("<h2>What to do next</h2>\n<ul>\n");
        foreach (var step in steps)
            html.Append("<li>").Append(Text(step)).Append("</li>\n");
        html.Append("</ul>\n");
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    private static string Time(DateTimeOffset? at) => at?.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "";
}
