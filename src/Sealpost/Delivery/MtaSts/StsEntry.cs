using System.Globalization;

namespace Sealpost.Delivery.MtaSts;

/// <summary>A policy as kept: it applies until it expires, whatever becomes of the record that announced it. RFC 8461 §3.3.</summary>
/// <param name="Domain">Policy domain, an A-label.</param>
/// <param name="Id">Id announced when it was fetched.</param>
/// <param name="FetchedAt">UTC.</param>
/// <param name="Raw">Its text.</param>
/// <param name="Policy">What the text says.</param>
internal sealed record StsEntry(string Domain, string Id, DateTimeOffset FetchedAt, string Raw, MtaStsPolicy Policy)
{
    /// <summary>UTC instant from which on it says nothing.</summary>
    public DateTimeOffset ExpiresAt => FetchedAt + Policy.MaxAge;
}

/// <summary>An enforced policy that could not be refreshed again and again.</summary>
/// <param name="Domain">Its domain, an A-label.</param>
/// <param name="EndsAt">UTC instant from which on it protects nothing.</param>
/// <param name="Times">Tries in a row that failed.</param>
/// <param name="TriedAt">UTC instant of the last.</param>
public sealed record EndingPolicy(string Domain, DateTimeOffset EndsAt, int Times, DateTimeOffset TriedAt)
{
    /// <summary>What it means, without the domain's name.</summary>
    public string Words => string.Create(
        CultureInfo.InvariantCulture,
        $"its MTA-STS policy could not be fetched anew {Times:N0} times in a row and {(EndsAt > TriedAt ? "ends" : "ended")} on {EndsAt:yyyy-MM-dd}");

    /// <summary>Nothing; never its domain.</summary>
    public override string ToString() => nameof(EndingPolicy);
}

/// <summary>What MTA-STS says about a domain now.</summary>
/// <param name="Entry">The policy; null where none applies.</param>
/// <param name="Problem">Why the newest could not be had; null where there was nothing to fetch or it went well.</param>
internal sealed record StsFinding(StsEntry? Entry, TlsFailure? Problem)
{
    /// <summary>Id of the policy where it is enforced.</summary>
    public string? EnforcedId => Entry is { Policy.Mode: MtaStsMode.Enforce } ? Entry.Id : null;

    /// <summary>Whether the policy, enforced or tested, does not name the host.</summary>
    public bool Misses(string host) => Entry is { Policy.Mode: not MtaStsMode.None } && !Entry.Policy.Allows(host);
}
