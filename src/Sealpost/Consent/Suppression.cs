namespace Sealpost.Consent;

/// <summary>Where a suppression came from.</summary>
public enum SuppressionSource
{
    /// <summary>One-click or page unsubscribe by the patient (RFC 8058).</summary>
    Unsubscribe,

    /// <summary>Complaint report (RFC 5965).</summary>
    Complaint,

    /// <summary>Hard bounce or final rejection (RFC 3464).</summary>
    Bounce,

    /// <summary>Staff, on the patient's word.</summary>
    Staff,
}

/// <summary>What a suppression stops.</summary>
public enum SuppressionScope
{
    /// <summary>Every commercial, marketing and fundraising message.</summary>
    Marketing,

    /// <summary>Fundraising only. 45 CFR 164.514(f)(2).</summary>
    Fundraising,

    /// <summary>Every message, treatment too.</summary>
    All,
}

/// <summary>A stop sign, keyed by address and by patient; outlives deletion, re-import and restore. Only the patient's own action ends it.</summary>
/// <param name="Scope">What it stops.</param>
/// <param name="Source">Where it came from.</param>
/// <param name="RecordedAt">UTC.</param>
public sealed record Suppression(SuppressionScope Scope, SuppressionSource Source, DateTimeOffset RecordedAt);

/// <summary>An agreed restriction (45 CFR 164.522(a)) or confidential communication (164.522(b)).</summary>
/// <param name="Id">Number within the organisation.</param>
/// <param name="Kind"><c>no-email</c>, <c>address</c> (confidential address), <c>purpose</c>, <c>data</c>, <c>self-pay</c>, <c>sole-control</c> (shared mailbox attested).</param>
/// <param name="Value">The confidential address, purpose name or code prefix, by kind.</param>
/// <param name="RecordedAt">UTC.</param>
public sealed record Restriction(long Id, string Kind, string? Value, DateTimeOffset RecordedAt)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}
