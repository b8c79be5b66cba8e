using MemoryPack;
using Sealpost.Audience;
using Sealpost.Consent;

namespace Sealpost.Shards;

/// <summary>What the legal-basis gate decides by, as it travels to a shard. Kinds and codes of the selection come from the query.</summary>
[MemoryPackable]
internal sealed partial record GateQuestion
{
    public Purpose Purpose { get; init; }

    /// <summary>Somebody pays for the communication, in money. 45 CFR 164.501 "marketing" (3).</summary>
    public bool IsPaid { get; init; }

    public MessageClass Class { get; init; }

    public string[] Categories { get; init; } = [];

    public int FrequencyCap { get; init; }

    public TimeSpan CapPeriod { get; init; }

    public string[] AttestedSources { get; init; } = [];

    public string TimeZone { get; init; } = "";

    public int AdultAge { get; init; }

    /// <summary>UTC.</summary>
    public DateTimeOffset Now { get; init; }

    public ConsentPolicy Policy() => new()
    {
        FrequencyCap = FrequencyCap,
        CapPeriod = CapPeriod,
        AttestedSources = AttestedSources.ToHashSet(StringComparer.Ordinal),
        TimeZone = TimeZoneInfo.FindSystemTimeZoneById(TimeZone),
        AdultAge = AdultAge,
    };

    public CampaignBasis Basis(AudienceQuery query) => new(
        0,
        Purpose,
        IsPaid ? new Remuneration("not named yet", RemunerationKinds.Financial, RemunerationKinds.CoveredEntity, 0, null, true) : null,
        Class,
        Categories.ToHashSet(StringComparer.Ordinal),
        [],
        query.Kinds())
    {
        AudienceCodes = query.Codes(),
    };

    /// <summary>Everything but the instant that a verdict depends on, the patient's own restrictions of data aside.</summary>
    public string Signature(CampaignBasis basis, DateOnly today) => string.Join(
        '|',
        Purpose, IsPaid, Class, string.Join(',', Categories.Order(StringComparer.Ordinal)), FrequencyCap, CapPeriod, string.Join('\n', AttestedSources.Order(StringComparer.Ordinal)),
        TimeZone, AdultAge, string.Join(',', basis.SelectionKinds.Order(StringComparer.Ordinal)), basis.AudienceCodes.Count > 0, today.DayNumber);

    public override string ToString() => "[phi]";
}

/// <summary>Patients of one verdict.</summary>
/// <param name="Reason">Why not; null where a message would be lawful.</param>
/// <param name="Citation">Clause.</param>
/// <param name="Patients">Who.</param>
[MemoryPackable]
internal sealed partial record GateCell(WithholdReason? Reason, string Citation, PatientSet Patients)
{
    public override string ToString() => "[phi]";
}
