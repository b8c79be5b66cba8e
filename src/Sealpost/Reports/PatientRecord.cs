using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Trust.Keys;

namespace Sealpost.Reports;

/// <summary>One patient as staff may see them. Parts that a role has no need of are null. 45 CFR 164.514(d)(2).</summary>
internal sealed record PatientRecord
{
    public required PatientNumber Number { get; init; }

    /// <summary>Id under which the first source knows the patient.</summary>
    public required string Id { get; init; }

    /// <summary>Name as used; empty where none is recorded.</summary>
    public required string Name { get; init; }

    public required IReadOnlyList<RecordLine> Person { get; init; }

    /// <summary>Why the patient is in no audience at all; null where nothing stands against it.</summary>
    public string? OutOfUse { get; init; }

    public required IReadOnlyList<ContactStanding> Contacts { get; init; }

    /// <summary>What the charts say, most recent first in each section; null for roles without need of it.</summary>
    public IReadOnlyList<ChartSection>? Chart { get; init; }

    /// <summary>What decides whether a message may be sent; null for roles without need of it.</summary>
    public LegalStanding? Standing { get; init; }

    public override string ToString() => "[phi]";
}

/// <summary>A label and what is recorded.</summary>
internal sealed record RecordLine(string Label, string Value)
{
    public override string ToString() => "[phi]";
}

/// <summary>Facts of one kind, in words.</summary>
/// <param name="Title">Which.</param>
/// <param name="Lines">The newest of each code, as many as are shown.</param>
/// <param name="More">How many further ones there are.</param>
internal sealed record ChartSection(string Title, IReadOnlyList<ChartLine> Lines, int More)
{
    public override string ToString() => "[phi]";
}

/// <summary>A fact in words.</summary>
/// <param name="Words">What.</param>
/// <param name="Code">Its code as a query writes it; empty for none.</param>
/// <param name="On">Its day.</param>
/// <param name="Note">What else is known of it.</param>
internal sealed record ChartLine(string Words, string Code, DateOnly? On, string Note)
{
    public override string ToString() => "[phi]";
}

/// <summary>How sure it is that an address is the patient's. 45 CFR 164.530(c).</summary>
internal enum ContactCheck
{
    /// <summary>Nobody has said so.</summary>
    Unverified,

    /// <summary>The source's own data says that it was verified.</summary>
    Verified,

    /// <summary>The organisation attests that its source verifies addresses.</summary>
    Attested,
}

/// <summary>A contact point and how it stands.</summary>
internal sealed record ContactStanding(string Kind, string Value, string? Use, string Source, ContactCheck Check)
{
    /// <summary>Another patient has the same mailbox.</summary>
    public bool IsShared { get; init; }

    /// <summary>An opt-out or a failed delivery stands on the mailbox.</summary>
    public bool IsSuppressed { get; init; }

    /// <summary>Old, ended, or not begun.</summary>
    public bool IsOutOfUse { get; init; }

    /// <summary>A message about the patient's care would go here.</summary>
    public bool TakesMail { get; init; }

    public override string ToString() => "[phi]";
}

/// <summary>What decides whether a message may be sent to a patient.</summary>
internal sealed record LegalStanding
{
    public required IReadOnlyList<AuthorizationStanding> Authorizations { get; init; }

    public required IReadOnlyList<StandingLine> Restrictions { get; init; }

    public required IReadOnlyList<StandingLine> OptOuts { get; init; }

    /// <summary>Topics that the patient gets no mail about.</summary>
    public required IReadOnlyList<Topic> TopicsOff { get; init; }

    /// <summary>Why no message about the patient's care could be addressed; null where one could.</summary>
    public WithholdReason? NoMail { get; init; }

    public override string ToString() => "[phi]";
}

/// <summary>A restriction or opt-out, in words.</summary>
internal sealed record StandingLine(string Words, DateTimeOffset Since, string Citation)
{
    public override string ToString() => "[phi]";
}

/// <summary>Whether an authorization counts today.</summary>
internal enum AuthorizationState
{
    InForce,
    Expired,
    Revoked,

    /// <summary>It lacks what 45 CFR 164.508(b) and (c) require.</summary>
    Incomplete,
}

/// <summary>An authorization and how it stands.</summary>
internal sealed record AuthorizationStanding(long Id, IReadOnlyList<Purpose> Purposes, AuthorizationState State, DateOnly? SignedOn)
{
    /// <summary>Last day, or the event that ends it.</summary>
    public string Until { get; init; } = "";

    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>Required elements that it lacks.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary>Signed on a page of the organisation: the text can be read again.</summary>
    public bool SignedHere { get; init; }

    public override string ToString() => "[phi]";
}

/// <summary>A campaign's message to one patient.</summary>
internal sealed record PatientMessage(long Campaign, string Name, DeliveryRecord Delivery)
{
    /// <summary>UTC; null where no report came.</summary>
    public DateTimeOffset? BouncedAt { get; init; }

    /// <summary>UTC; null where the patient did not complain.</summary>
    public DateTimeOffset? ComplainedAt { get; init; }

    /// <summary>UTC; null where the patient did not unsubscribe by it.</summary>
    public DateTimeOffset? OptedOutAt { get; init; }

    /// <summary>UTC instant at which the patient first read it on our page; null before, and where it did not wait there.</summary>
    public DateTimeOffset? PickedUpAt { get; init; }

    public override string ToString() => "[phi]";
}

/// <summary>A page of messages, newest campaign first.</summary>
/// <param name="Messages">The messages.</param>
/// <param name="Next">What to give as <c>before</c> for the next page; null after the last.</param>
internal sealed record PatientMessagePage(IReadOnlyList<PatientMessage> Messages, long? Next)
{
    public override string ToString() => "[phi]";
}

/// <summary>What was decided and proven about one delivery.</summary>
internal sealed record PatientAttempts(IReadOnlyList<RecordedDecision> Decisions, IReadOnlyList<OpenReceipt> Receipts)
{
    public override string ToString() => "[phi]";
}
