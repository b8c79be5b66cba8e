namespace Sealpost.Consent;

/// <summary>Answers to the payment questions of a campaign. 45 CFR 164.501 "marketing" (3).</summary>
/// <param name="Payer">Who pays.</param>
/// <param name="Kind"><c>financial</c> or <c>in-kind</c>.</param>
/// <param name="ReceivedBy"><c>covered-entity</c> or <c>business-associate</c>.</param>
/// <param name="Amount">US dollars.</param>
/// <param name="DocumentedCost">Reasonable cost of making the communication, US dollars, from the cost worksheet.</param>
/// <param name="PayerOwnsProduct">The payer owns the described product or service, or pays on its owner's behalf.</param>
public sealed record Remuneration(string Payer, string Kind, string ReceivedBy, decimal Amount, decimal? DocumentedCost, bool PayerOwnsProduct);

/// <summary>What the gate must know of a campaign: fixed at approval, the same for every patient.</summary>
/// <param name="Campaign">Campaign number.</param>
/// <param name="Purpose">Declared purpose.</param>
/// <param name="Remuneration">Null for none.</param>
/// <param name="Class">Class of content and selection together.</param>
/// <param name="Categories">Sensitive categories touched by the audience's codes or the template's fields.</param>
/// <param name="FieldLabels">Field paths the template opens, for the fundraising six-element rule and authorization scope.</param>
/// <param name="SelectionKinds">Kinds of data the audience looks at (<c>age</c>, <c>condition</c>, <c>lab</c>, …).</param>
public sealed record CampaignBasis(
    long Campaign,
    Purpose Purpose,
    Remuneration? Remuneration,
    MessageClass Class,
    IReadOnlySet<string> Categories,
    IReadOnlyList<string> FieldLabels,
    IReadOnlySet<string> SelectionKinds)
{
    /// <summary>Codes the audience names, as <c>AudienceQuery.Codes()</c> gives them: a patient's restriction of data is checked against them. Empty only where the query names none.</summary>
    public required IReadOnlyList<(string System, string Code, bool IsPrefix)> AudienceCodes { get; init; }

    /// <summary>Names the campaign by number only: the audience and its codes are health information.</summary>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"campaign {Campaign}");
}

/// <summary>Words that the payment questions are answered with.</summary>
public static class RemunerationKinds
{
    /// <summary>Money, direct or indirect.</summary>
    public const string Financial = "financial";

    /// <summary>Goods or services; no financial remuneration in the sense of 45 CFR 164.501.</summary>
    public const string InKind = "in-kind";

    /// <summary>The organisation receives it.</summary>
    public const string CoveredEntity = "covered-entity";

    /// <summary>A business associate receives it in exchange for the communication; treated as received by the organisation.</summary>
    public const string BusinessAssociate = "business-associate";
}
