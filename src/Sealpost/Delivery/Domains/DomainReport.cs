namespace Sealpost.Delivery.Domains;

/// <summary>How a part of the domain stands.</summary>
internal enum DomainStanding
{
    /// <summary>As it should be.</summary>
    Good,

    /// <summary>Works; could be better.</summary>
    Advice,

    /// <summary>DNS or a server did not answer: ask again.</summary>
    Unknown,

    /// <summary>Mail is or may be refused, or others can write in the domain's name.</summary>
    Wrong,
}

/// <summary>One thing that was looked at.</summary>
/// <param name="Area">Such as <c>SPF</c>.</param>
/// <param name="Standing">How it stands.</param>
/// <param name="Says">What was seen.</param>
/// <param name="Mend">What to do; null where nothing is to be done.</param>
internal sealed record DomainFinding(string Area, DomainStanding Standing, string Says, string? Mend = null)
{
    /// <summary>What to publish.</summary>
    public IReadOnlyList<ZoneRecord> Publish { get; init; } = [];
}

/// <summary>What is right and wrong with a sender domain.</summary>
/// <param name="Domain">Which.</param>
/// <param name="CheckedAt">UTC.</param>
/// <param name="Findings">In the order of the check.</param>
internal sealed record DomainReport(string Domain, DateTimeOffset CheckedAt, IReadOnlyList<DomainFinding> Findings)
{
    /// <summary>Nothing is wrong, and everything answered.</summary>
    public bool IsReady => Findings.All(finding => finding.Standing < DomainStanding.Unknown);
}
