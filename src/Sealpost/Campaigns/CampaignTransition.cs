namespace Sealpost.Campaigns;

/// <summary>A transition to be made: the act, who acts, and columns set with it.</summary>
internal sealed record CampaignTransition(long Campaign, CampaignAct Act, string Actor)
{
    /// <summary>Refuse unless the campaign still has this version.</summary>
    public int? Version { get; init; }

    /// <summary>Columns of <c>campaign</c> set in the same statement; names come from code only.</summary>
    public IReadOnlyList<(string Name, object? Value)> Columns { get; init; } = [];

    /// <summary>For the ledger: hashes, times, counts; no names.</summary>
    public string? Detail { get; init; }

    /// <summary>What the actor says to the others; kept sealed beside the campaign.</summary>
    public string? Words { get; init; }
}
