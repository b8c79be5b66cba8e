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

    /// <summary>Lowest tier over which such a message goes without a risk acceptance; null: never by mail.</summary>
    public required Tier? MinimumTier { get; init; }

    /// <summary>Lawful patients by the tier last seen at their mail host; unknown where none was seen yet.</summary>
    public required IReadOnlyList<TierCount> Tiers { get; init; }

    /// <summary>Gates of the law that this version does not evaluate: a person must.</summary>
    public required IReadOnlyList<GateNote> NotEvaluated { get; init; }
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
/// <param name="Tier"><c>T2</c> to <c>T4</c>, or <c>unknown</c>.</param>
/// <param name="Patients">How many.</param>
public sealed record TierCount(string Tier, long Patients);

/// <summary>A gate that is not evaluated.</summary>
/// <param name="Gate">Its id.</param>
/// <param name="Meaning">What a person must check.</param>
public sealed record GateNote(string Gate, string Meaning);
