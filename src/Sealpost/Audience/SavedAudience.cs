namespace Sealpost.Audience;

/// <summary>One version of a saved audience.</summary>
/// <param name="Name">Name as written in this version.</param>
/// <param name="Version">From 1.</param>
/// <param name="Query">Canonical text.</param>
/// <param name="Actor">Who saved it.</param>
/// <param name="SavedAt">UTC.</param>
public sealed record SavedAudience(string Name, int Version, string Query, string Actor, DateTimeOffset SavedAt)
{
    /// <summary>Number within the organisation, from 1; the same through renames.</summary>
    public long Id { get; init; }

    /// <summary>UTC instant it was deleted; null while it is in use.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>Always <c>[phi]</c>: names and queries tell of conditions.</summary>
    public override string ToString() => "[phi]";
}
