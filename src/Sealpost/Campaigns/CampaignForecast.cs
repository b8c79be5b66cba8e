using Sealpost.Consent;
using Sealpost.Delivery;

namespace Sealpost.Campaigns;

/// <summary>What would happen if the campaign were sent now.</summary>
public sealed record CampaignForecast
{
    /// <summary>Patients in the audience.</summary>
    public required long Selected { get; init; }

    /// <summary>Patients whose message is lawful now.</summary>
    public required long Lawful { get; init; }

    /// <summary>Patients withheld at selection, by reason, largest first.</summary>
    public required IReadOnlyList<ReasonCount> Withheld { get; init; }

    /// <summary>Patients that lack a value the template needs, by field; approval is refused while there are any.</summary>
    public required IReadOnlyList<FieldCount> MissingValues { get; init; }

    /// <summary>Class of the message, content and selection together.</summary>
    public required MessageClass Class { get; init; }

    /// <summary>Lowest tier over which such a message goes without a risk acceptance; null: only sealed to the patient, or on our page.</summary>
    public required Tier? MinimumTier { get; init; }

    /// <summary>Files of the campaign; where there are any, every patient reads the message on our page, whatever the tier.</summary>
    public int Files { get; init; }

    /// <summary>Lawful patients by the tier last seen at their mail host; unknown where none was seen yet.</summary>
    public required IReadOnlyList<TierCount> Tiers { get; init; }

    /// <summary>Patients whose message leaves, by the tier over which it goes.</summary>
    public IReadOnlyList<TierCount> Leaving { get; init; } = [];

    /// <summary>Patients whose mail host does not do: they get a notice, and the message waits on our page.</summary>
    public long Pickup { get; init; }

    /// <summary>Lawful patients whom no protected way reaches, by reason, largest first.</summary>
    public IReadOnlyList<ReasonCount> NoWay { get; init; } = [];

    /// <summary>Patients at domains that take no mail at all: their messages are rejected.</summary>
    public long TakesNoMail { get; init; }

    /// <summary>Patients at domains of which no host answers now: their messages wait, and expire where that lasts.</summary>
    public long Unreachable { get; init; }

    /// <summary>Patients at domains that were not looked at yet.</summary>
    public long NotLookedAt { get; init; }

    /// <summary>Receiving domains of the lawful patients.</summary>
    public int Domains { get; init; }

    /// <summary>UTC instant of the oldest look that this rests on; null where none was taken.</summary>
    public DateTimeOffset? OldestLookAt { get; init; }

    /// <summary>Gates of the law that this version does not evaluate: a person must.</summary>
    public required IReadOnlyList<GateNote> NotEvaluated { get; init; }

    /// <summary>With numbers to tens, for roles that need how many and not who: a draft's rule can be changed at will, and what two rules differ by would be a patient. 45 CFR 164.514(d)(2).</summary>
    internal CampaignForecast Rounded() => this with
    {
        Selected = Round(Selected),
        Lawful = Round(Lawful),
        Withheld = [.. Withheld.Select(one => one with { Patients = Round(one.Patients) })],
        MissingValues = [.. MissingValues.Select(one => one with { Patients = Round(one.Patients) })],
        Tiers = [.. Tiers.Select(one => one with { Patients = Round(one.Patients) })],
        Leaving = [.. Leaving.Select(one => one with { Patients = Round(one.Patients) })],
        Pickup = Round(Pickup),
        NoWay = [.. NoWay.Select(one => one with { Patients = Round(one.Patients) })],
        TakesNoMail = Round(TakesNoMail),
        Unreachable = Round(Unreachable),
        NotLookedAt = Round(NotLookedAt),
    };

    /// <summary>1 to 10 become 10, which is shown as fewer than eleven; no larger number does.</summary>
    private static long Round(long patients) => patients == 0 ? 0 : patients <= 10 ? 10 : Math.Max(20, (patients + 5) / 10 * 10);
}

/// <summary>A reason for withholding and how many it concerns.</summary>
/// <param name="Reason">Stable name.</param>
/// <param name="Citation">Clause, where there is one.</param>
/// <param name="Patients">How many.</param>
public sealed record ReasonCount(WithholdReason Reason, string Citation, long Patients);

/// <summary>A field without value and how many patients lack it.</summary>
/// <param name="Field">Field path.</param>
/// <param name="Patients">How many.</param>
public sealed record FieldCount(string Field, long Patients);

/// <summary>A tier and how many patients' mail hosts last showed it.</summary>
/// <param name="Tier"><c>T2</c> to <c>T5</c>, or <c>unknown</c>.</param>
/// <param name="Patients">How many.</param>
public sealed record TierCount(string Tier, long Patients);

/// <summary>A gate that is not evaluated.</summary>
/// <param name="Gate">Its id.</param>
/// <param name="Meaning">What a person must check.</param>
public sealed record GateNote(string Gate, string Meaning);
