namespace Sealpost.Campaigns;

/// <summary>A campaign (audience × content × purpose × schedule) as the store has it, open in memory.</summary>
/// <remarks>Its name can betray a condition, so it prints as its number.</remarks>
public sealed record Campaign
{
    /// <summary>Number within the organisation, from 1.</summary>
    public required long Id { get; init; }

    /// <summary>Where it stands.</summary>
    public required CampaignState State { get; init; }

    /// <summary>Version of its content, from 1.</summary>
    public required int Version { get; init; }

    /// <summary>What is sent to whom and why.</summary>
    public required CampaignContent Content { get; init; }

    /// <summary>User id of who wrote this version.</summary>
    public required string Author { get; init; }

    /// <summary>User id of the second person, while the approval holds.</summary>
    public string? Approver { get; init; }

    /// <summary>"Today" of the audience and the message, fixed at approval.</summary>
    public DateOnly? AsOf { get; init; }

    /// <summary>Hash that the approval fixed; sending compares it.</summary>
    public string? ApprovedHash { get; init; }

    /// <summary>UTC instant of a scheduled start.</summary>
    public DateTimeOffset? ScheduledAt { get; init; }

    /// <summary>UTC instant sending began.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>UTC instant it finished or was cancelled.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>UTC instant it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Patients selected so far.</summary>
    public long Selected { get; init; }

    /// <summary>Highest patient number already looked at by the selection; -1 before the first.</summary>
    internal int SelectedThrough { get; init; } = -1;

    /// <summary>The whole audience has been selected.</summary>
    public bool SelectionDone { get; init; }

    /// <summary>It is paused because too many patients complained, and goes on only with a person's reason.</summary>
    public bool PausedForComplaints { get; init; }

    /// <summary>It is paused because its opt-out stopped working.</summary>
    public bool PausedForOptOut { get; init; }

    /// <summary>Complaints when a person let it go on after such a pause.</summary>
    internal long ComplaintsSeen { get; init; }

    /// <summary>Its name.</summary>
    public string Name => Content.Name;

    /// <summary>Its number and state; never its name.</summary>
    public override string ToString() => $"campaign {Id} ({State})";
}

/// <summary>A campaign in a list.</summary>
/// <param name="Id">Number within the organisation.</param>
/// <param name="Name">Name; it can betray a condition, so it is for people with a right to see campaigns.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Version">Version of its content.</param>
/// <param name="Author">User id of its author.</param>
/// <param name="Approver">User id of its approver, while the approval holds.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="Selected">Patients selected so far.</param>
public sealed record CampaignSummary(long Id, string Name, CampaignState State, int Version, string Author, string? Approver, DateTimeOffset CreatedAt, long Selected)
{
    /// <summary>Its number and state; never its name.</summary>
    public override string ToString() => $"campaign {Id} ({State})";
}
