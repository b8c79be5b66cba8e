using Sealpost.Audience;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Patients;
using Sealpost.Trust.Keys;

namespace Sealpost.Campaigns;

/// <summary>Whom a message could reach: matched, then lawful for a purpose, then at a mail host good enough for the message.</summary>
internal sealed record AudienceFunnel
{
    public required ShownCount Matched { get; init; }

    /// <summary>Of these, how many the legal-basis gate would let a message be made for now.</summary>
    public required ShownCount Lawful { get; init; }

    /// <summary>Of these, how many have a mail host that was last seen to be good enough.</summary>
    public required ShownCount Reachable { get; init; }

    /// <summary>Lawful, and their mail host was never connected to: known only at the first send.</summary>
    public required ShownCount NotSeenYet { get; init; }

    /// <summary>Lawful, but their mail host was last seen to be too weak for this class.</summary>
    public required ShownCount TooWeak { get; init; }

    /// <summary>Why the others are withheld, largest first.</summary>
    public required IReadOnlyList<FunnelReason> Withheld { get; init; }

    /// <summary>What the rule alone reveals of whoever gets the message; content may raise it.</summary>
    public required MessageClass Class { get; init; }

    /// <summary>Sensitive categories that the rule touches.</summary>
    public required IReadOnlyList<string> Categories { get; init; }

    /// <summary>Lowest tier over which such a message goes; null: never by mail.</summary>
    public required Tier? MinimumTier { get; init; }

    public override string ToString() => "[phi]";
}

/// <summary>A reason for withholding.</summary>
internal sealed record FunnelReason(WithholdReason Reason, string Citation, ShownCount Patients)
{
    public override string ToString() => "[phi]";
}

/// <summary>An audience by one property.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Cells">Its values; in all but the conditions everyone is counted once.</param>
internal sealed record AudienceBreakdown(CellKind Kind, IReadOnlyList<BreakdownCell> Cells)
{
    public override string ToString() => "[phi]";
}

/// <summary>One value.</summary>
/// <param name="Key">The value as a query writes it; empty where it is not recorded.</param>
/// <param name="Label">For people.</param>
/// <param name="Patients">How many.</param>
internal sealed record BreakdownCell(string Key, string Label, ShownCount Patients)
{
    public override string ToString() => "[phi]";
}

/// <summary>A patient in a list. Health information: shown after an audited read.</summary>
internal sealed record AudiencePatient(PatientNumber Number, string Id, string Name, string? RecordNumber)
{
    /// <summary>How a chart is listed: by its official or usual name.</summary>
    public static AudiencePatient Of(Chart chart)
    {
        var name = chart.Head.Names.FirstOrDefault(one => one.Use is "official" or "usual") ?? (chart.Head.Names.Count > 0 ? chart.Head.Names[0] : null);
        var full = name is null ? "" : string.Join(' ', [.. name.Given, name.Family ?? ""]).Trim();
        return new AudiencePatient(
            chart.Number,
            chart.Head.DisplayId,
            full.Length > 0 ? full : name?.Text ?? "",
            chart.Head.Identifiers.FirstOrDefault(identifier => identifier.Type == "MR")?.Value);
    }

    public override string ToString() => "[phi]";
}

/// <summary>A page of patients, by number.</summary>
/// <param name="Patients">Who.</param>
/// <param name="Next">Where the next page begins; null after the last.</param>
/// <param name="Total">How many there are in all.</param>
internal sealed record AudiencePage(IReadOnlyList<AudiencePatient> Patients, int? Next, long Total)
{
    public override string ToString() => "[phi]";
}

/// <summary>A campaign that sends to a saved audience's rule.</summary>
/// <param name="Campaign">Which.</param>
/// <param name="Version">The newest version of the audience whose rule it has.</param>
internal sealed record AudienceUse(CampaignSummary Campaign, int Version)
{
    public override string ToString() => "[phi]";
}
