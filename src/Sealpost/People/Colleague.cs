namespace Sealpost.People;

/// <summary>One person of an organisation, as its administrator sees them.</summary>
/// <param name="Actor">Id, name, roles.</param>
internal sealed record Colleague(Actor Actor)
{
    /// <summary>Address; null for an actor who has only tokens.</summary>
    public string? Email { get; init; }

    /// <summary>When the person joined (UTC); null where an invitation is open or was never made.</summary>
    public DateTimeOffset? JoinedAt { get; init; }

    /// <summary>Last activity in a browser (UTC).</summary>
    public DateTimeOffset? ActiveAt { get; init; }

    /// <summary>Until when the person's invitation waits (UTC).</summary>
    public DateTimeOffset? InvitedUntil { get; init; }
}
