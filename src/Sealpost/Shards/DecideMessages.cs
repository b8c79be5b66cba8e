using MemoryPack;
using Sealpost.Consent;
using Sealpost.Trust.Keys;

namespace Sealpost.Shards;

/// <summary>Asks a shard about given patients of a campaign, one by one. The whole basis travels, as it was approved.</summary>
[MemoryPackable]
internal sealed partial record DecideQuestion
{
    /// <summary>Purpose, class, categories and the organisation's policy.</summary>
    public required GateQuestion Gate { get; init; }

    public long Campaign { get; init; }

    public PaidBy? Paid { get; init; }

    public string[] FieldLabels { get; init; } = [];

    public string[] SelectionKinds { get; init; } = [];

    public AudienceCode[] Codes { get; init; } = [];

    /// <summary>Day number on which addresses count.</summary>
    public int Today { get; init; }

    /// <summary>Places of the patients.</summary>
    public int[] Ordinals { get; init; } = [];

    public static DecideQuestion Of(CampaignBasis basis, ConsentPolicy policy, DateTimeOffset now, DateOnly today, int[] ordinals) => new()
    {
        Gate = new GateQuestion
        {
            Purpose = basis.Purpose,
            Class = basis.Class,
            Categories = [.. basis.Categories],
            FrequencyCap = policy.FrequencyCap,
            CapPeriod = policy.CapPeriod,
            AttestedSources = [.. policy.AttestedSources],
            TimeZone = policy.TimeZone.Id,
            AdultAge = policy.AdultAge,
            Now = now,
        },
        Campaign = basis.Campaign,
        Paid = basis.Remuneration is { } paid ? new PaidBy(paid.Payer, paid.Kind, paid.ReceivedBy, paid.Amount, paid.DocumentedCost, paid.PayerOwnsProduct) : null,
        FieldLabels = [.. basis.FieldLabels],
        SelectionKinds = [.. basis.SelectionKinds],
        Codes = [.. basis.AudienceCodes.Select(code => new AudienceCode(code.System, code.Code, code.IsPrefix))],
        Today = today.DayNumber,
        Ordinals = ordinals,
    };

    public CampaignBasis Basis() => new(
        Campaign,
        Gate.Purpose,
        Paid is { } paid ? new Remuneration(paid.Payer, paid.Kind, paid.ReceivedBy, paid.Amount, paid.DocumentedCost, paid.PayerOwnsProduct) : null,
        Gate.Class,
        Gate.Categories.ToHashSet(StringComparer.Ordinal),
        FieldLabels,
        SelectionKinds.ToHashSet(StringComparer.Ordinal))
    {
        AudienceCodes = [.. Codes.Select(code => (code.System, code.Code, code.IsPrefix))],
    };

    public override string ToString() => "[phi]";
}

/// <summary><see cref="Remuneration"/> as it travels.</summary>
[MemoryPackable]
internal sealed partial record PaidBy(string Payer, string Kind, string ReceivedBy, decimal Amount, decimal? DocumentedCost, bool PayerOwnsProduct);

/// <summary>A code of the audience as it travels.</summary>
[MemoryPackable]
internal sealed partial record AudienceCode(string System, string Code, bool IsPrefix)
{
    public override string ToString() => "[phi]";
}

/// <summary>What the gate said, in the order of the question. Texts are few: rows name their place among <see cref="Texts"/>.</summary>
[MemoryPackable]
internal sealed partial record DecideAnswer
{
    public string[] Texts { get; init; } = [];

    public DecidedRow[] Rows { get; init; } = [];

    /// <summary>The decision about one patient.</summary>
    public PatientVerdict Of(int row, PatientNumber patient)
    {
        var decided = Rows[row];
        return new PatientVerdict(
            patient, decided.Reason < 0 ? null : (WithholdReason)decided.Reason, Texts[decided.Citation], Texts[decided.Domain], Texts[decided.States], decided.Version, decided.Authorization == 0 ? null : decided.Authorization);
    }

    public override string ToString() => "[phi]";
}

/// <summary>One decision; texts by place, reason -1 where a message would be lawful.</summary>
[MemoryPackable]
internal readonly partial record struct DecidedRow(int Reason, int Citation, int Domain, int States, long Version, long Authorization)
{
    public override string ToString() => "[phi]";
}

/// <summary>The legal-basis gate's decision about one patient, taken from memory.</summary>
/// <param name="Patient">Who.</param>
/// <param name="Reason">Null where a message would be lawful.</param>
/// <param name="Citation">Clause.</param>
/// <param name="Domain">Mail domain of the message; empty where none may be made.</param>
/// <param name="States">States of the addresses in use, in their order, separated by <c>;</c>.</param>
/// <param name="Version">Version of the consent state in the store; 0 where there is none.</param>
/// <param name="Authorization">Authorization relied on.</param>
internal readonly record struct PatientVerdict(PatientNumber Patient, WithholdReason? Reason, string Citation, string Domain, string States, long Version, long? Authorization)
{
    public override string ToString() => "[phi]";
}
