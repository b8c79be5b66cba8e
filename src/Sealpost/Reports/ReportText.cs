using System.Globalization;
using System.Text;
using Sealpost.Consent;

namespace Sealpost.Reports;

/// <summary>A report as plain text, for a terminal or a mail to the boss.</summary>
public static class ReportText
{
    private const int Width = 22;

    /// <summary>Renders the report.</summary>
    /// <param name="report">The counts.</param>
    /// <param name="exact">Whether every number may be seen; else small ones are hidden, as on pages.</param>
    public static string Of(CampaignReport report, bool exact)
    {
        var shown = exact ? null : new ShownReport(report);
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{report.Name} — {report.Organisation}");
        text.AppendLine(CultureInfo.InvariantCulture, $"{report.Purpose}, {report.State.ToString().ToLowerInvariant()}, as of {report.At:yyyy-MM-dd HH:mm} UTC");
        text.AppendLine();
        foreach (var (label, count, note) in shown?.Lines.Select(line => (line.Label, line.Shown, line.Note)) ?? ReportLines.Of(report).Select(line => (line.Label, Number(line.Count), line.Note)))
            text.AppendLine(CultureInfo.InvariantCulture, $"  {label.PadRight(Width)}{count,12}   {note}");
        if (report.Withheld.Total > 0)
        {
            text.AppendLine().AppendLine("Withheld, by reason");
            foreach (var (reason, count) in report.Withheld.ByReason.OrderByDescending(pair => pair.Value))
                text.AppendLine(CultureInfo.InvariantCulture, $"  {shown?.OfReason(reason) ?? Number(count),8}  {ReportLines.Words(reason)}");
        }

        if (report.Accepted > 0)
        {
            text.AppendLine().AppendLine("On the way");
            text.AppendLine(CultureInfo.InvariantCulture, $"  protection  {Join(report.Tiers, shown)}");
            text.AppendLine(CultureInfo.InvariantCulture, $"  encryption  {Join(report.TlsVersions, shown)}");
            text.AppendLine(CultureInfo.InvariantCulture, $"  sent        {report.FirstAt:yyyy-MM-dd HH:mm:ss} to {report.LastAt:yyyy-MM-dd HH:mm:ss} UTC{(report.Rate is { } rate && shown?.Of("Accepted") is not ("<11" or SmallCells.Withheld) ? string.Create(CultureInfo.InvariantCulture, $", {rate:N1} a second") : "")}");
        }

        if (report.Domains.Count > 0)
        {
            text.AppendLine().AppendLine("Receiving domains");
            foreach (var domain in report.Domains)
                text.AppendLine(CultureInfo.InvariantCulture, $"  {domain.Messages,8}  {domain.Domain} ({domain.Accepted} accepted)");
        }

        var steps = shown is null ? report.NextSteps : [.. shown.NextSteps];
        if (steps.Count > 0)
        {
            text.AppendLine().AppendLine("What to do next");
            foreach (var step in steps)
                text.AppendLine(CultureInfo.InvariantCulture, $"  - {step}");
        }

        return text.ToString();
    }

    private static string Number(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static string Join(IReadOnlyDictionary<string, long> counts, ShownReport? shown) =>
        string.Join(", ", shown?.OnTheWay.Where(part => counts.ContainsKey(part.Name)).Select(part => $"{part.Name} {part.Shown}") ?? counts.Select(pair => $"{pair.Key} {Number(pair.Value)}"));
}

/// <summary>The lines of the sum, in order, with words for people.</summary>
internal static class ReportLines
{
    public static IEnumerable<(string Label, long Count, string Note)> Of(CampaignReport report)
    {
        yield return ("Selected", report.Selected, "patients in the audience");
        yield return ("Accepted", report.Accepted, "taken by the patient's mail host" + Subsets(report));
        yield return ("Withheld", report.Withheld.Total, $"stopped by Sealpost: {report.Withheld.Basis:N0} by law or choice, {report.Withheld.Transport:N0} for want of protection on the way");
        if (report.Pickup > 0)
            yield return ("Notice sent", report.Pickup, string.Create(CultureInfo.InvariantCulture, $"asked to read the message on our page: {report.PickedUp:N0} did, {report.PickupWaiting:N0} not yet, {report.PickupEnded:N0} let the link end; {report.PickupReminded:N0} were reminded"));
        yield return ("Rejected", report.Rejected, "refused by the patient's mail host");
        yield return ("Expired", report.Expired, "given up after retries, or too late");
        if (report.Cancelled > 0)
            yield return ("Cancelled", report.Cancelled, "not sent, the campaign was cancelled");
        yield return ("In doubt", report.InDoubt, "perhaps sent; not sent again");
        yield return ("Pending", report.Pending, "still to come");
    }

    /// <summary>The plain sentence for a stable reason name.</summary>
    public static string Words(string reason) =>
        Enum.TryParse<WithholdReason>(reason, out var known) && Enum.IsDefined(known) ? WithholdReasons.Describe(known) : reason;

    private static string Subsets(CampaignReport report) =>
        string.Create(CultureInfo.InvariantCulture, $" (later returned {report.Bounced:N0}, reported as unwanted {report.Complained:N0}, unsubscribed {report.OptedOut:N0})");
}
