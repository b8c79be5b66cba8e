using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Campaigns;

/// <summary>A pending delivery as read for sending.</summary>
/// <param name="Patient">Whose message.</param>
/// <param name="Attempts">Tries so far.</param>
/// <param name="FirstAt">UTC instant of the first try; null before it.</param>
internal readonly record struct DueDelivery(PatientNumber Patient, int Attempts, DateTimeOffset? FirstAt);

/// <summary>Conditions of partial indexes on deliveries; a query repeats one literally, beside its own.</summary>
internal static class DeliveryIndexes
{
    /// <summary>Outcomes but accepted, which are rare among a campaign's deliveries. Comparisons, since SQLite builds a table of a longer <c>IN</c> list each time a row is written.</summary>
    public const string Rare = "state > 0 AND state < 9 AND state <> 3";
}

/// <summary>What became of one try, to be committed.</summary>
internal sealed record Settlement
{
    /// <summary>Campaign number.</summary>
    public required long Campaign { get; init; }

    /// <summary>Patient.</summary>
    public required PatientNumber Patient { get; init; }

    /// <summary>State of the row from now on; <see cref="Delivery.Outcome.Pending"/> for a deferred message.</summary>
    public required Outcome Outcome { get; init; }

    /// <summary>Why it was withheld.</summary>
    public WithholdReason? Reason { get; init; }

    /// <summary>Tries made, this one included.</summary>
    public int Attempts { get; init; }

    /// <summary>UTC instant of the first try.</summary>
    public DateTimeOffset? FirstAt { get; init; }

    /// <summary>UTC instant of the next try, for a deferred message.</summary>
    public DateTimeOffset? NextAt { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Tier of the connection; null where there was none.</summary>
    public Tier? Tier { get; init; }

    /// <summary>12 or 13 for TLS 1.2 or 1.3; 0 where there was no connection.</summary>
    public int Tls { get; init; }

    /// <summary>Reply code of the host; 0 where it said nothing.</summary>
    public int ReplyCode { get; init; }

    /// <summary>Receipt of the try, where a connection was made for it.</summary>
    public ReceiptLeaf? Receipt { get; init; }

    /// <summary>The legal-basis decision of the try.</summary>
    public RecordedDecision? Decision { get; init; }

    /// <summary>It is about the reminder of a waiting message.</summary>
    public bool IsReminder { get; init; }

    /// <summary>Its line for the journal.</summary>
    public JournalLine ToLine() => new()
    {
        IsReminder = IsReminder,
        Campaign = Campaign,
        Patient = Patient.Value,
        State = (int)Outcome,
        Reason = (int)Reason.GetValueOrDefault(),
        Attempts = Attempts,
        At = At.ToUnixTimeMilliseconds(),
    };
}

/// <summary>The intent to send DATA, to be durable before the first byte of it.</summary>
/// <param name="Campaign">Campaign number.</param>
/// <param name="Patient">Patient.</param>
/// <param name="Attempts">Tries made, this one included.</param>
/// <param name="FirstAt">UTC instant of the first try.</param>
/// <param name="At">UTC.</param>
/// <param name="ReturnToken">Return-path token of this try.</param>
internal sealed record Intent(long Campaign, PatientNumber Patient, int Attempts, DateTimeOffset FirstAt, DateTimeOffset At, byte[] ReturnToken)
{
    /// <summary>Links of the message that count, stored with the intent.</summary>
    public IReadOnlyList<CountedLink> Links { get; init; } = [];

    /// <summary>It is about the reminder of a waiting message.</summary>
    public bool IsReminder { get; init; }

    /// <summary>A notice goes in the message's place. A crash must not make it the message: the reason stays with the row in flight.</summary>
    public bool IsNotice { get; init; }

    private long Reason => IsNotice ? (long)WithholdReason.TierTooLow : 0;

    /// <summary>Its values in the order in which they are written.</summary>
    public object?[] ToRow(int org) => [Boxed.Of(Attempts), FirstAt.ToUnixTimeMilliseconds(), At.ToUnixTimeMilliseconds(), ReturnToken, Boxed.Of(Reason), Boxed.Of(org), Boxed.Of(Campaign), Boxed.Of(Patient.Value)];

    /// <summary>Its line for the journal.</summary>
    public JournalLine ToLine() =>
        new() { Campaign = Campaign, Patient = Patient.Value, IsReminder = IsReminder, State = (int)Outcome.InFlight, Reason = (int)Reason, Attempts = Attempts, At = At.ToUnixTimeMilliseconds() };
}
