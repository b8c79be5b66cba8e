using System.Globalization;
using Sealpost.Audience;
using Sealpost.Consent;

namespace Sealpost.Reports;

/// <summary>A line of a report as it may be passed on.</summary>
/// <param name="Label">What is counted.</param>
/// <param name="Shown">The number, <c>&lt;11</c> or <c>not shown</c>.</param>
/// <param name="Note">A few words.</param>
/// <param name="Percent">Share of the selected, 0 to 100, for a bar; null where the number is not shown.</param>
internal sealed record ShownLine(string Label, string Shown, string Note, int? Percent);

/// <summary>
/// A report without any number of 1 to 10 patients, and without one that gives such a number away by subtraction: everything is counted as one partition of the
/// selected, by outcome and by reason. Page, print, CSV and HTML show this. 45 CFR 164.514(b).
/// </summary>
internal sealed class ShownReport
{
    private readonly CampaignReport _report;
    private readonly List<(string Key, long Count)> _cells = [];
    private readonly Dictionary<string, CellShown> _shown = new(StringComparer.Ordinal);

    /// <summary>Decides what is shown.</summary>
    public ShownReport(CampaignReport report)
    {
        _report = report;
        foreach (var (reason, count) in report.Withheld.ByReason.OrderByDescending(pair => pair.Value))
            _cells.Add(("reason " + reason, count));
        // Reasons of an older version may be missing: what they leave is a cell too.
        _cells.Add(("withheld otherwise", report.Withheld.Total - report.Withheld.ByReason.Values.Sum()));
        foreach (var (label, count, _) in Outcomes(report))
            _cells.Add((label, count));
        var shown = HideCounts.IsSmall(report.Selected) ? [.. _cells.Select(static _ => CellShown.Hidden)] : HideCounts.InPartition([.. _cells.Select(cell => cell.Count)]);
        for (var i = 0; i < shown.Length; i++)
            _shown[_cells[i].Key] = shown[i];
    }

    /// <summary>Selected, then what became of them.</summary>
    public IReadOnlyList<ShownLine> Lines =>
    [
        new("Selected", SmallCells.Show(_report.Selected), "patients in the audience", null),
        .. Outcomes(_report).Take(1).Select(Line),
        Withheld(),
        .. Outcomes(_report).Skip(1).Where(one => one.Count > 0 || one.Label is not ("Notice sent" or "Cancelled")).Select(Line),
    ];

    /// <summary>How a line reads, by its label.</summary>
    public string Of(string label) => label switch
    {
        "Selected" => SmallCells.Show(_report.Selected),
        "Withheld" => Withheld().Shown,
        _ => Outcomes(_report).Where(one => one.Label == label).Select(one => Line(one).Shown).FirstOrDefault(SmallCells.Withheld),
    };

    /// <summary>How the number of a reason for withholding reads, by its stable name.</summary>
    public string OfReason(string reason) =>
        _shown.TryGetValue("reason " + reason, out var shown) ? Say(shown, _report.Withheld.ByReason[reason]) : SmallCells.Withheld;

    /// <summary>Reasons for withholding, largest first: stable name, number, sentence.</summary>
    public IEnumerable<(string Reason, string Shown, string Words)> Reasons =>
        _report.Withheld.ByReason.OrderByDescending(pair => pair.Value).Select(pair => (pair.Key, Say(_shown["reason " + pair.Key], pair.Value), ReportLines.Words(pair.Key)));

    /// <summary>Accepted messages by tier and by TLS version.</summary>
    public IEnumerable<(string Name, string Shown)> OnTheWay => Parts(_report.Tiers).Concat(Parts(_report.TlsVersions));

    /// <summary>What came after acceptance: parts of the accepted that may overlap.</summary>
    public IEnumerable<(string Name, string Shown)> Afterwards =>
        [("returned later", SmallCells.Show(_report.Bounced)), ("reported as unwanted", SmallCells.Show(_report.Complained)), ("unsubscribed", SmallCells.Show(_report.OptedOut))];

    /// <summary>What to do next, without numbers: they stand in the lines where they may.</summary>
    public IEnumerable<string> NextSteps => ReportAdvice.Of(_report, static _ => "Some");

    private static IEnumerable<(string Label, long Count, string Note)> Outcomes(CampaignReport report) =>
    [
        ("Accepted", report.Accepted, "taken by the patient's mail host"),
        ("Notice sent", report.Pickup, $"asked to read the message on our page; {SmallCells.Share(report.PickedUp, report.Pickup)} did{Unread(report)}{Reminded(report)}"),
        ("Rejected", report.Rejected, "refused by the patient's mail host"),
        ("Expired", report.Expired, "given up after retries, or too late"),
        ("Cancelled", report.Cancelled, "not sent, the campaign was cancelled"),
        ("In doubt", report.InDoubt, "perhaps sent; not sent again"),
        ("Pending", report.Pending, "still to come"),
    ];

    // Three parts of one whole: where one is small, the other two would tell it.
    private static string Unread(CampaignReport report) =>
        new[] { report.PickedUp, report.PickupWaiting, report.PickupEnded }.Any(part => part is > 0 and < SmallCells.Smallest) ? ""
        : $", {SmallCells.Share(report.PickupWaiting, report.Pickup)} not yet, {SmallCells.Share(report.PickupEnded, report.Pickup)} let the link end";

    private static string Reminded(CampaignReport report) => report.PickupReminded == 0 ? "" : $"; {SmallCells.Share(report.PickupReminded, report.Pickup)} were reminded";

    private ShownLine Line((string Label, long Count, string Note) one) => Line(one.Label, one.Count, one.Note, _shown[one.Label]);

    private ShownLine Line(string label, long count, string note, CellShown shown) =>
        new(label, Say(shown, count), note, shown == CellShown.Number && _report.Selected > 0 ? (int)(100 * count / _report.Selected) : null);

    // The sum of the reasons tells nothing new where each of them is shown, and too much where one is not.
    private ShownLine Withheld()
    {
        var parts = _cells.Where(cell => cell.Count > 0 && (cell.Key == "withheld otherwise" || cell.Key.StartsWith("reason ", StringComparison.Ordinal))).Select(cell => _shown[cell.Key]).ToList();
        var shown = parts.TrueForAll(part => part == CellShown.Number) ? CellShown.Number : parts.Count == 1 ? parts[0] : CellShown.Hidden;
        return Line("Withheld", _report.Withheld.Total, "stopped by Sealpost, by law or choice or for want of protection on the way", shown);
    }

    private IEnumerable<(string Name, string Shown)> Parts(IReadOnlyDictionary<string, long> parts)
    {
        var list = parts.ToList();
        var shown = _shown["Accepted"] == CellShown.Number ? HideCounts.InPartition([.. list.Select(part => part.Value)]) : [.. list.Select(static _ => CellShown.Hidden)];
        return list.Select((part, i) => (part.Key, Say(shown[i], part.Value)));
    }

    private static string Say(CellShown shown, long count) => shown switch
    {
        CellShown.Number => count.ToString("N0", CultureInfo.InvariantCulture),
        CellShown.Few => "<11",
        _ => SmallCells.Withheld,
    };
}
