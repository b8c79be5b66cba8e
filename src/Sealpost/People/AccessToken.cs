namespace Sealpost.People;

/// <summary>A token as its owner and administrators see it; the secret itself is stored nowhere.</summary>
/// <param name="Id">Id; no secret.</param>
/// <param name="Name">What it is for.</param>
/// <param name="Owner">As whom it acts.</param>
/// <param name="Roles">The roles it may use, of those its owner holds at the time.</param>
/// <param name="ReadOnly">It may change nothing.</param>
internal sealed record AccessToken(string Id, string Name, Actor Owner, Roles Roles, bool ReadOnly)
{
    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Last use (UTC), to the minute; null where never.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }
}

/// <summary>What a new token may do.</summary>
/// <param name="Name">What it is for.</param>
/// <param name="Life">How long; at most <see cref="AccessTokens.LongestLife"/>.</param>
/// <param name="Roles">A part of the owner's roles; null for whatever the owner holds.</param>
/// <param name="ReadOnly">It may change nothing.</param>
public sealed record AccessTokenDraft(string Name, TimeSpan Life, Roles? Roles = null, bool ReadOnly = false);
