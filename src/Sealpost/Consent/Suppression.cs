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

    /// <summary>The topic <see cref="Topic.Care"/> only, by the patient's own choice.</summary>
    Care,

    /// <summary>The topic <see cref="Topic.Reminders"/> only.</summary>
    Reminders,

    /// <summary>The topic <see cref="Topic.HealthNews"/> only.</summary>
    HealthNews,

    /// <summary>The topic <see cref="Topic.OwnServices"/> only.</summary>
    OwnServices,

    /// <summary>The topic <see cref="Topic.Offers"/> only: marketing, paid or not.</summary>
    Offers,
}

/// <summary>A stop sign, keyed by address and by patient; outlives deletion, re-import and restore. Only the patient's own action ends it.</summary>
/// <param name="Scope">What it stops.</param>
/// <param name="Source">Where it came from.</param>
/// <param name="RecordedAt">UTC.</param>
public sealed record Suppression(SuppressionScope Scope, SuppressionSource Source, DateTimeOffset RecordedAt)
{
    /// <summary>The normalised mailbox it stands on; null where it stands on the patient. A bounce stops its own mailbox only, an opt-out every one.</summary>
    public string? Address { get; init; }

    /// <summary>Always <c>[phi]</c>: an opt-out is health information too.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>An agreed restriction (45 CFR 164.522(a)) or confidential communication (164.522(b)).</summary>
/// <param name="Id">Number within the organisation.</param>
/// <param name="Kind">One of <see cref="RestrictionKinds"/>.</param>
/// <param name="Value">The confidential address, purpose name, code prefix (<c>icd10:F1*</c>) or shared mailbox, by kind; null where it could not be opened any more, and then nothing may be sent.</param>
/// <param name="RecordedAt">UTC.</param>
public sealed record Restriction(long Id, string Kind, string? Value, DateTimeOffset RecordedAt)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>Kinds of restrictions and confidential communications.</summary>
public static class RestrictionKinds
{
    /// <summary>No email at all, treatment included. 45 CFR 164.522(b). No value.</summary>
    public const string NoEmail = "no-email";

    /// <summary>The one address to use. 164.522(b). Value: an email address, or words for another channel, which then stops email.</summary>
    public const string Address = "address";

    /// <summary>A purpose the organisation agreed not to write for. 164.522(a). Value: a purpose name.</summary>
    public const string Purpose = "purpose";

    /// <summary>Data the organisation agreed not to use. 164.522(a). Value: <c>system:code</c>, read as a prefix.</summary>
    public const string Data = "data";

    /// <summary>Care paid in full by the patient. 164.522(a)(1)(vi). No value.</summary>
    public const string SelfPay = "self-pay";

    /// <summary>The patient attests sole control of a mailbox that another record also names. Value: the mailbox.</summary>
    public const string SoleControl = "sole-control";

    /// <summary>No restriction: email at lower protection by the patient's own wish. Value: an <see cref="UnencryptedWish"/>.</summary>
    internal const string Unencrypted = "unencrypted-email";

    internal static IReadOnlySet<string> All { get; } = new HashSet<string>(StringComparer.Ordinal) { NoEmail, Address, Purpose, Data, SelfPay, SoleControl };
}
