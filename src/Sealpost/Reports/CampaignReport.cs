using System.Text.Json.Serialization;
using Sealpost.Campaigns;
using Sealpost.Consent;

namespace Sealpost.Reports;

/// <summary>What became of a campaign, in exact numbers. What leaves is <see cref="ReportDocument"/> or <see cref="ShownReport"/>.</summary>
/// <remarks>At every moment selected = withheld.basis + withheld.transport + accepted + rejected + expired + pickup + cancelled + inDoubt + pending.</remarks>
public sealed record CampaignReport
{
    /// <summary>Number within the organisation.</summary>
    public required long Campaign { get; init; }

    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>Name of the sending organisation.</summary>
    public required string Organisation { get; init; }

    /// <summary>Purpose, as campaign files write it.</summary>
    public required string Purpose { get; init; }

    /// <summary>Where it stands.</summary>
    public required CampaignState State { get; init; }

    /// <summary>UTC instant of this report.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Patients selected.</summary>
    public required long Selected { get; init; }

    /// <summary>Messages our gates stopped.</summary>
    public required WithheldCounts Withheld { get; init; }

    /// <summary>Taken by the patient's mail host.</summary>
    public required long Accepted { get; init; }

    /// <summary>Refused for good by the mail host.</summary>
    public required long Rejected { get; init; }

    /// <summary>Given up after retries, or too late to send.</summary>
    public required long Expired { get; init; }

    /// <summary>Sent as a notice without health information.</summary>
    public required long Pickup { get; init; }

    /// <summary>Of those: the message was read on our page.</summary>
    public long PickedUp { get; init; }

    /// <summary>Of those: not read, and the link is good.</summary>
    public long PickupWaiting { get; init; }

    /// <summary>Of those: not read, and the link has ended.</summary>
    public long PickupEnded { get; init; }

    /// <summary>Of the notices: a mail host took a reminder before the link ended.</summary>
    public long PickupReminded { get; init; }

    /// <summary>Not sent because the campaign was cancelled.</summary>
    public required long Cancelled { get; init; }

    /// <summary>Sent perhaps: no reply came, or the program stopped at that moment. Never sent again on its own.</summary>
    public required long InDoubt { get; init; }

    /// <summary>Still to be sent, being sent, or waiting for a retry.</summary>
    public required long Pending { get; init; }

    /// <summary>Of the accepted: returned later.</summary>
    public required long Bounced { get; init; }

    /// <summary>Of the accepted: reported as unwanted by the patient.</summary>
    public required long Complained { get; init; }

    /// <summary>Patients who unsubscribed by this message.</summary>
    public required long OptedOut { get; init; }

    /// <summary>Accepted messages by tier (<c>T1</c> to <c>T5</c>).</summary>
    public required IReadOnlyDictionary<string, long> Tiers { get; init; }

    /// <summary>Accepted messages by TLS version (<c>TLS 1.3</c>).</summary>
    public required IReadOnlyDictionary<string, long> TlsVersions { get; init; }

    /// <summary>Receiving domains with more than ten selected patients, largest first; the others together as <c>other domains</c>.</summary>
    public required IReadOnlyList<DomainCount> Domains { get; init; }

    /// <summary>UTC instant of the first acceptance.</summary>
    public required DateTimeOffset? FirstAt { get; init; }

    /// <summary>UTC instant of the last acceptance.</summary>
    public required DateTimeOffset? LastAt { get; init; }

    /// <summary>Accepted messages a second between the first and the last.</summary>
    public required double? Rate { get; init; }

    /// <summary>What to do next, in sentences.</summary>
    public required IReadOnlyList<string> NextSteps { get; init; }

    /// <summary>Whether the sum holds.</summary>
    [JsonIgnore]
    public bool AddsUp => Selected == Withheld.Total + Accepted + Rejected + Expired + Pickup + Cancelled + InDoubt + Pending;

    /// <summary>Its number; never its name.</summary>
    public override string ToString() => $"report of campaign {Campaign}";
}

/// <summary>Messages that our gates stopped.</summary>
/// <param name="Total">Both gates.</param>
/// <param name="Basis">Legal basis.</param>
/// <param name="Transport">Protection on the way.</param>
/// <param name="ByReason">By stable reason name (<see cref="WithholdReason"/>).</param>
public sealed record WithheldCounts(long Total, long Basis, long Transport, IReadOnlyDictionary<string, long> ByReason);

/// <summary>A receiving domain of a campaign.</summary>
/// <param name="Domain">Domain, or <c>other domains</c>.</param>
/// <param name="Messages">Messages meant for it; small numbers as <c>&lt;11</c>, and <c>not shown</c> where it would give one away.</param>
/// <param name="Accepted">Share it took, in whole percents; <c>&lt;11</c> or <c>nearly all</c> where the number taken or not taken is small.</param>
public sealed record DomainCount(string Domain, string Messages, string Accepted)
{
    /// <summary>Messages that our gates stopped; <c>not shown</c> where it, or another number of the line, would give away a small one. So are the next two.</summary>
    public string Withheld { get; init; } = SmallCells.Withheld;

    /// <summary>Messages that its host refused for good.</summary>
    public string Rejected { get; init; } = SmallCells.Withheld;

    /// <summary>Messages given up after retries, or too late.</summary>
    public string Expired { get; init; } = SmallCells.Withheld;
}
