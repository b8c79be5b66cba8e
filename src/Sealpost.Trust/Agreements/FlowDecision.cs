namespace Sealpost.Trust.Agreements;

/// <summary>Whether health information may flow to another party; where not, the flow pauses.</summary>
/// <param name="Agreement">Number of the agreement that covers it; null where none does.</param>
/// <param name="Refusal">Why it is refused; null where it is granted.</param>
/// <param name="Sentence">For people: which agreement, or why not and what to do. Names party and endpoint.</param>
public sealed record FlowDecision(int? Agreement, FlowRefusal? Refusal, string Sentence)
{
    /// <summary>An agreement covers it.</summary>
    public bool IsGranted => Agreement is not null;
}

/// <summary>Why a flow is refused. 45 CFR 164.502(e), 164.308(b).</summary>
public enum FlowRefusal
{
    /// <summary>No agreement names the endpoint.</summary>
    NoAgreement,

    /// <summary>The agreement is not signed.</summary>
    Unsigned,

    /// <summary>The agreement was ended.</summary>
    Ended,

    /// <summary>The agreement has expired.</summary>
    Expired,

    /// <summary>The agreement begins later.</summary>
    NotYetEffective,

    /// <summary>The agreement does not grant this flow.</summary>
    FlowNotGranted,
}
