using System.Globalization;
using Sealpost.Storage;

namespace Sealpost.Campaigns;

/// <summary>A transition to be made: the act, who acts, and columns set with it.</summary>
internal sealed record CampaignTransition(long Campaign, CampaignAct Act, string Actor)
{
    /// <summary>Refuse unless the campaign still has this version.</summary>
    public int? Version { get; init; }

    /// <summary>Refuse unless it is still scheduled for this instant: whoever moved it or took it off meanwhile goes before the clock.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>Columns of <c>campaign</c> set in the same statement; names come from code only.</summary>
    public IReadOnlyList<(string Name, object? Value)> Columns { get; init; } = [];

    /// <summary>For the ledger: hashes, times, counts; no names.</summary>
    public string? Detail { get; init; }

    /// <summary>What the actor says to the others; kept sealed beside the campaign.</summary>
    public string? Words { get; init; }

    /// <summary>An approved campaign is to start by itself at an instant.</summary>
    public static CampaignTransition Schedule(Campaign campaign, DateTimeOffset at, string actor) => new(campaign.Id, CampaignAct.Schedule, actor)
    {
        Version = campaign.Version,
        Columns = [("scheduled_at", Sql.Stored(at))],
        Detail = at.ToString("u", CultureInfo.InvariantCulture),
    };
}
