using Sealpost.Consent;
using Sealpost.Delivery;

namespace Sealpost.Campaigns;

/// <summary>How a message's path ended this time.</summary>
internal sealed record AttemptEnd(Outcome Outcome)
{
    /// <summary>Why it was withheld.</summary>
    public WithholdReason? Reason { get; init; }

    /// <summary>The legal-basis decision it ended with.</summary>
    public ConsentDecision? Decision { get; init; }

    /// <summary>When that was taken.</summary>
    public GateMoment Moment { get; init; }

    /// <summary>The host's last reply.</summary>
    public SmtpReply? Reply { get; init; }

    /// <summary>What it answers, as mail systems name it in their reports.</summary>
    public string Command { get; init; } = "EHLO";

    /// <summary>What was seen of the connection.</summary>
    public TransportObservation? Observed { get; init; }

    /// <summary>What was seen of a host that no connection came of, for the receipt; its tier was not earned and counts nowhere.</summary>
    public TransportObservation? Failed { get; init; }

    /// <summary>Why the transport gate let it go.</summary>
    public string Rule { get; init; } = "";

    /// <summary>SHA-256 of the patient's certificate that the message was sealed to, hex; empty where it was not.</summary>
    public string SealedTo { get; init; } = "";

    /// <summary>SHA-256 of the message made, hex.</summary>
    public string ContentHash { get; init; } = "";

    /// <summary>Message-ID of the message made.</summary>
    public string MessageId { get; init; } = "";

    /// <summary>In words, for the receipt; no patient data.</summary>
    public string Detail { get; init; } = "";

    /// <summary>The connection is of no more use.</summary>
    public bool ConnectionLost { get; init; }

    /// <summary>UTC instant the try began.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>The connection failed before the intent: on one that had served before, it had merely been closed.</summary>
    public bool Stale { get; init; }

    /// <summary>Domain of the patient's present address, where another lane serves it.</summary>
    public string? MovedTo { get; init; }

    /// <summary>No try was made and nothing is to be recorded: the campaign was stopped, or the connection had gone stale.</summary>
    public bool NotTried { get; init; }

    /// <summary>The patient changed on the way: open anew and start over.</summary>
    public bool StartOver { get; init; }

    /// <summary>Always <c>[phi]</c>: a reply may echo an address.</summary>
    public override string ToString() => "[phi]";
}
