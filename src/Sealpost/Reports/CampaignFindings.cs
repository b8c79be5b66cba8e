using Sealpost.Campaigns;

namespace Sealpost.Reports;

/// <summary>A stretch of a campaign's time.</summary>
/// <param name="From">UTC instant it begins.</param>
/// <param name="Accepted">Messages accepted in it.</param>
/// <param name="Other">Messages that ended otherwise in it: rejected, expired, withheld on the way, in doubt.</param>
public readonly record struct TimelineSlice(DateTimeOffset From, long Accepted, long Other);

/// <summary>How often a link was followed.</summary>
/// <param name="Url">Where it leads.</param>
/// <param name="People">Patients whose message counted a click by a person.</param>
/// <param name="Machines">Times that scanners and previews asked for it.</param>
public sealed record LinkCount(string Url, long People, long Machines)
{
    /// <summary>Always <c>[phi]</c>: the page it leads to can tell what the campaign was about.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>A campaign beside others.</summary>
/// <param name="Campaign">Its number.</param>
/// <param name="Name">Its name.</param>
/// <param name="At">UTC instant it began.</param>
/// <param name="Selected">Patients selected.</param>
/// <param name="Accepted">Accepted.</param>
/// <param name="Withheld">Withheld.</param>
/// <param name="Failed">Rejected, expired or in doubt.</param>
/// <param name="OptedOut">Unsubscribed by it.</param>
/// <param name="Complained">Reported as unwanted.</param>
/// <param name="Clicked">Patients who followed a link; null where none was counted.</param>
public sealed record ComparedCampaign(long Campaign, string Name, DateTimeOffset At, long Selected, long Accepted, long Withheld, long Failed, long OptedOut, long Complained, long? Clicked)
{
    /// <summary>Its number; never its name.</summary>
    public override string ToString() => $"campaign {Campaign}";
}

/// <summary>Everything a report page shows.</summary>
/// <param name="Report">The counts.</param>
/// <param name="Timeline">In up to 60 slices of equal length; empty before the first outcome.</param>
/// <param name="SliceLength">Length of a slice.</param>
/// <param name="Links">Links and how often they were followed; empty where none is counted.</param>
/// <param name="Clicked">Patients who followed any link.</param>
/// <param name="WithoutReceipt">Accepted messages without a receipt: anything but 0 is a fault or tampering.</param>
/// <param name="Earlier">Up to five earlier campaigns of the same purpose, newest first.</param>
public sealed record CampaignFindings(
    CampaignReport Report, IReadOnlyList<TimelineSlice> Timeline, TimeSpan SliceLength, IReadOnlyList<LinkCount> Links, long Clicked, long WithoutReceipt, IReadOnlyList<ComparedCampaign> Earlier)
{
    /// <summary>Its number; never its name.</summary>
    public override string ToString() => Report.ToString();
}
