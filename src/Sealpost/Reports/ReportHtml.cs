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
    public static string Of(CampaignReport report)
    {
        var html = new StringBuilder();
        html.Append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>").Append(Text(report.Name)).Append(" – report</title><style>").Append(Style).Append("</style></head><body>\n");
        html.Append("<h1>").Append(Text(report.Name)).Append("</h1>\n<p class=\"lead\">").Append(Text(report.Organisation)).Append(" · ").Append(Text(report.Purpose)).Append(" · ")
            .Append(Text(report.State.ToString().ToLowerInvariant())).Append(" · ").Append(report.At.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)).Append(" UTC</p>\n");
        Sum(html, report);
        Reasons(html, report);
        OnTheWay(html, report);
        Domains(html, report);
        Steps(html, report);
        html.Append("<footer>Accepted means that the patient's mail host took the message over an encrypted connection to a verified host; each has a receipt in the ledger. ")
            .Append("Numbers of domains below 11 are not shown singly.</footer>\n</body></html>\n");
        return html.ToString();
    }

    private static void Sum(StringBuilder html, CampaignReport report)
    {
        html.Append("<table>\n");
        foreach (var (label, count, note) in ReportLines.Of(report))
        {
            html.Append(label is "Selected" or "Accepted" ? "<tr class=\"big\">" : "<tr>").Append("<td>").Append(Text(label)).Append("</td><td class=\"n\">").Append(Number(count)).Append("</td><td class=\"note\">").Append(Text(note));
            if (report.Selected > 0 && label != "Selected")
                html.Append("<br><meter min=\"0\" max=\"").Append(report.Selected).Append("\" value=\"").Append(count).Append("\">").Append(Number(count)).Append("</meter>");
            html.Append("</td></tr>\n");
        }

        html.Append("</table>\n");
    }

    private static void Reasons(StringBuilder html, CampaignReport report)
    {
        if (report.Withheld.Total == 0)
            return;
        html.Append("<h2>Why messages were withheld</h2>\n<table>\n");
        foreach (var (reason, count) in report.Withheld.ByReason.OrderByDescending(pair => pair.Value))
            html.Append("<tr><td class=\"n\">").Append(Number(count)).Append("</td><td>").Append(Text(ReportLines.Words(reason))).Append("</td></tr>\n");
        html.Append("</table>\n");
    }

    private static void OnTheWay(StringBuilder html, CampaignReport report)
    {
        if (report.Accepted == 0)
            return;
        html.Append("<h2>On the way</h2>\n<table>\n");
        foreach (var (name, count) in report.Tiers.Concat(report.TlsVersions))
            html.Append("<tr><td class=\"n\">").Append(Number(count)).Append("</td><td>").Append(Text(name)).Append("</td></tr>\n");
        html.Append("</table>\n<p>Sent from ").Append(Time(report.FirstAt)).Append(" to ").Append(Time(report.LastAt)).Append(" UTC");
        if (report.Rate is { } rate)
            html.Append(", ").Append(rate.ToString("N1", CultureInfo.InvariantCulture)).Append(" a second");
        html.Append(".</p>\n");
    }

    private static void Domains(StringBuilder html, CampaignReport report)
    {
        if (report.Domains.Count == 0)
            return;
        html.Append("<h2>Receiving domains</h2>\n<table>\n<tr><th>Domain</th><th>Messages</th><th>Accepted</th></tr>\n");
        foreach (var domain in report.Domains)
            html.Append("<tr><td>").Append(Text(domain.Domain)).Append("</td><td>").Append(Text(domain.Messages)).Append("</td><td>").Append(Text(domain.Accepted)).Append("</td></tr>\n");
        html.Append("</table>\n");
    }

    private static void Steps(StringBuilder html, CampaignReport report)
    {
        if (report.NextSteps.Count == 0)
            return;
        html.Append("<h2>What to do next</h2>\n<ul>\n");
        foreach (var step in report.NextSteps)
            html.Append("<li>").Append(Text(step)).Append("</li>\n");
        html.Append("</ul>\n");
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    private static string Number(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset? at) => at?.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "";
}
