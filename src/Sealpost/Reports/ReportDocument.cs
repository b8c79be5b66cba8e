using System.Text.Json.Serialization;
using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.Delivery;

namespace Sealpost.Reports;

/// <summary>
/// A report as <c>campaign report --json</c> prints it and the API answers it; scripts rely on the names. Whoever may see who the patients are gets every number. Others get what
/// pages show: a number of 1 to 10, or one that gives such a number away, is null, and <see cref="Shown"/> says how it reads. 45 CFR 164.514(b), (d).
/// </summary>
internal sealed record ReportDocument
{
    public required long Campaign { get; init; }

    public required string Name { get; init; }

    public required string Organisation { get; init; }

    public required string Purpose { get; init; }

    public required CampaignState State { get; init; }

    /// <summary>UTC instant of this report.</summary>
    public required DateTimeOffset At { get; init; }

    public required long? Selected { get; init; }

    public required WithheldNumbers Withheld { get; init; }

    public required long? Accepted { get; init; }

    public required long? Rejected { get; init; }

    public required long? Expired { get; init; }

    public required long? Pickup { get; init; }

    public required long? PickedUp { get; init; }

    public required long? PickupWaiting { get; init; }

    public required long? PickupEnded { get; init; }

    public required long? PickupReminded { get; init; }

    public required long? Cancelled { get; init; }

    public required long? InDoubt { get; init; }

    public required long? Pending { get; init; }

    public required long? Bounced { get; init; }

    public required long? Complained { get; init; }

    public required long? OptedOut { get; init; }

    public required IReadOnlyDictionary<string, long?> Tiers { get; init; }

    public required IReadOnlyDictionary<string, long?> TlsVersions { get; init; }

    public required IReadOnlyList<DomainCount> Domains { get; init; }

    public required DateTimeOffset? FirstAt { get; init; }

    public required DateTimeOffset? LastAt { get; init; }

    /// <summary>Accepted messages a second; null also where their number is not shown, which it would tell.</summary>
    public required double? Rate { get; init; }

    public required IReadOnlyList<string> NextSteps { get; init; }

    /// <summary>How the numbers that are null read, by name: <c>&lt;11</c> or <c>not shown</c>. Left out for whoever gets every number.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Shown { get; init; }

    /// <summary>Its number; never its name.</summary>
    public override string ToString() => $"report of campaign {Campaign}";

    /// <summary>The document for somebody.</summary>
    /// <param name="report">The counts.</param>
    /// <param name="exact">Whether every number may be seen.</param>
    public static ReportDocument Of(CampaignReport report, bool exact)
    {
        var shown = exact ? null : new ShownReport(report);
        var hidden = new Dictionary<string, string>(StringComparer.Ordinal);
        long? Say(string name, long count, string? reads)
        {
            if (reads is not ("<11" or SmallCells.Withheld))
                return count;
            hidden[name] = reads;
            return null;
        }

        long? Term(string name, string label, long count) => Say(name, count, shown?.Of(label));
        long? Part(string name, long count, bool tells) => Say(name, count, shown is null ? null : tells ? SmallCells.Withheld : SmallCells.Show(count));
        IReadOnlyDictionary<string, long?> Parts(string name, IReadOnlyDictionary<string, long> parts)
        {
            var reads = shown?.OnTheWay.ToDictionary(StringComparer.Ordinal);
            return parts.ToDictionary(part => part.Key, part => Say($"{name}.{part.Key}", part.Value, reads?.GetValueOrDefault(part.Key)), StringComparer.Ordinal);
        }

        var pickup = Term("pickup", "Notice sent", report.Pickup);
        // Three parts of one whole: where one is small, the other two would tell it.
        var unread = pickup is null || new[] { report.PickedUp, report.PickupWaiting, report.PickupEnded }.Any(part => part is > 0 and < SmallCells.Smallest);
        // Some of the same whole: what it leaves of it, or of those who did not read, tells as much.
        var reminded = pickup is null || new[] { report.Pickup, report.PickupWaiting, report.PickupEnded, report.PickupWaiting + report.PickupEnded }.Any(part => Math.Abs(part - report.PickupReminded) is > 0 and < SmallCells.Smallest);
        var accepted = Term("accepted", "Accepted", report.Accepted);
        var withheld = Term("withheld.total", "Withheld", report.Withheld.Total);
        var gates = withheld is null || new[] { report.Withheld.Basis, report.Withheld.Transport }.Any(part => part is > 0 and < SmallCells.Smallest);
        return new ReportDocument
        {
            Campaign = report.Campaign,
            Name = report.Name,
            Organisation = report.Organisation,
            Purpose = report.Purpose,
            State = report.State,
            At = report.At,
            Selected = Term("selected", "Selected", report.Selected),
            Withheld = new WithheldNumbers(
                withheld,
                Part("withheld.basis", report.Withheld.Basis, gates),
                Part("withheld.transport", report.Withheld.Transport, gates),
                report.Withheld.ByReason.ToDictionary(pair => pair.Key, pair => Say("withheld.byReason." + pair.Key, pair.Value, shown?.OfReason(pair.Key)), StringComparer.Ordinal)),
            Accepted = accepted,
            Rejected = Term("rejected", "Rejected", report.Rejected),
            Expired = Term("expired", "Expired", report.Expired),
            Pickup = pickup,
            PickedUp = Part("pickedUp", report.PickedUp, unread),
            PickupWaiting = Part("pickupWaiting", report.PickupWaiting, unread),
            PickupEnded = Part("pickupEnded", report.PickupEnded, unread),
            PickupReminded = Part("pickupReminded", report.PickupReminded, reminded),
            Cancelled = Term("cancelled", "Cancelled", report.Cancelled),
            InDoubt = Term("inDoubt", "In doubt", report.InDoubt),
            Pending = Term("pending", "Pending", report.Pending),
            Bounced = Part("bounced", report.Bounced, tells: false),
            Complained = Part("complained", report.Complained, tells: false),
            OptedOut = Part("optedOut", report.OptedOut, tells: false),
            Tiers = Parts("tiers", report.Tiers),
            TlsVersions = Parts("tlsVersions", report.TlsVersions),
            Domains = report.Domains,
            FirstAt = report.FirstAt,
            LastAt = report.LastAt,
            Rate = accepted is null ? null : report.Rate,
            NextSteps = shown is null ? report.NextSteps : [.. shown.NextSteps],
            Shown = shown is null ? null : hidden,
        };
    }
}

/// <summary>Messages that our gates stopped, as somebody may see it.</summary>
internal sealed record WithheldNumbers(long? Total, long? Basis, long? Transport, IReadOnlyDictionary<string, long?> ByReason);

/// <summary>Everything a report page shows, as the API answers it.</summary>
internal sealed record FindingsDocument
{
    public required ReportDocument Report { get; init; }

    /// <summary>In slices of equal length. Rounded down to tens where not every number may be seen; null for 1 to 10.</summary>
    public required IReadOnlyList<TimelineNumbers> Timeline { get; init; }

    public required TimeSpan SliceLength { get; init; }

    public required IReadOnlyList<LinkNumbers> Links { get; init; }

    public required long? Clicked { get; init; }

    public required long WithoutReceipt { get; init; }

    public required IReadOnlyList<ComparedNumbers> Earlier { get; init; }

    /// <summary>The document for somebody.</summary>
    public static FindingsDocument Of(CampaignFindings findings, bool exact)
    {
        long? Alone(long count) => exact || count is 0 or >= SmallCells.Smallest ? count : null;
        long? Rough(long count) => exact || count == 0 ? count : count < SmallCells.Smallest ? null : count / 10 * 10;
        return new FindingsDocument
        {
            Report = ReportDocument.Of(findings.Report, exact),
            Timeline = [.. findings.Timeline.Select(slice => new TimelineNumbers(slice.From, Rough(slice.Accepted), Rough(slice.Other)))],
            SliceLength = findings.SliceLength,
            Links = [.. findings.Links.Select(link => new LinkNumbers(link.Url, Alone(link.People), link.Machines))],
            Clicked = Alone(findings.Clicked),
            WithoutReceipt = findings.WithoutReceipt,
            Earlier = [.. findings.Earlier.Select(one => new ComparedNumbers(
                one.Campaign, one.Name, one.At, Alone(one.Selected), Rough(one.Accepted), Rough(one.Withheld), Rough(one.Failed), Rough(one.OptedOut), Rough(one.Complained), one.Clicked is { } clicked ? Rough(clicked) : null))],
        };
    }

    /// <summary>Its number; never its name.</summary>
    public override string ToString() => Report.ToString();
}

/// <summary>A stretch of a campaign's time.</summary>
internal readonly record struct TimelineNumbers(DateTimeOffset From, long? Accepted, long? Other);

/// <summary>How often a link was followed.</summary>
internal sealed record LinkNumbers(string Url, long? People, long Machines)
{
    /// <summary>Always <c>[phi]</c>: the page it leads to can tell what the campaign was about.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>A campaign beside others.</summary>
internal sealed record ComparedNumbers(long Campaign, string Name, DateTimeOffset At, long? Selected, long? Accepted, long? Withheld, long? Failed, long? OptedOut, long? Complained, long? Clicked)
{
    /// <summary>Its number; never its name.</summary>
    public override string ToString() => $"campaign {Campaign}";
}

/// <summary>Whom a campaign left, as somebody may see it.</summary>
/// <param name="Outcome">Its outcome.</param>
/// <param name="Reason">Why it was withheld; null for other outcomes.</param>
/// <param name="Patients">How many; null where the number may not be seen.</param>
/// <param name="Shown">How it reads.</param>
/// <param name="MayPass">It can have passed since.</param>
internal sealed record LeftNumbers(Outcome Outcome, WithholdReason? Reason, long? Patients, string Shown, bool MayPass)
{
    /// <summary>What pages and API say of it.</summary>
    public static IReadOnlyList<LeftNumbers> Of(IReadOnlyList<LeftBehind> left, CampaignReport report, bool exact)
    {
        var shown = new ShownReport(report);
        return [.. left.Select(one =>
        {
            var reads = one.Reason is { } reason ? shown.OfReason(reason.ToString()) : shown.Of(OutcomeLabel(one.Outcome));
            var hidden = reads is "<11" or SmallCells.Withheld;
            return new LeftNumbers(one.Outcome, one.Reason, exact || !hidden ? one.Patients : null, exact || !hidden ? one.Patients.ToString("N0", System.Globalization.CultureInfo.InvariantCulture) : reads, one.MayPass);
        })];
    }

    private static string OutcomeLabel(Outcome outcome) => outcome == Outcome.InDoubt ? "In doubt" : outcome.ToString();
}
