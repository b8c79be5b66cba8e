using Sealpost.Audience;

namespace Sealpost.Campaigns;

/// <summary>A field that the message opens, and what it tells.</summary>
/// <param name="Path">As templates write it.</param>
/// <param name="Label"><c>given name</c>, <c>demographic</c>, <c>identifier</c>, <c>contact</c>, <c>clinical</c> or <c>sensitive</c>.</param>
public sealed record UsedField(string Path, string Label);

/// <summary>What an approval of a campaign signs, or signed: everything but whom it reaches.</summary>
public record SignedCampaign
{
    /// <summary>The campaign, in the version that an approval fixes.</summary>
    public required Campaign Campaign { get; init; }

    /// <summary>Its audience in words, codes apart.</summary>
    public required IReadOnlyList<WordPiece> RulePieces { get; init; }

    /// <summary>Its audience in words.</summary>
    public string Rule => string.Concat(RulePieces.Select(piece => piece.Text));

    /// <summary>What follows from purpose and payment.</summary>
    public required PurposeConsequence Consequence { get; init; }

    /// <summary>Fields that the message opens; null where they are no longer known, since this version refuses its template.</summary>
    public required IReadOnlyList<UsedField>? Fields { get; init; }

    /// <summary>Sensitive categories that audience and message touch together.</summary>
    public required IReadOnlyList<string> Categories { get; init; }

    /// <summary>Gates of the law that this version does not evaluate: a person must.</summary>
    public required IReadOnlyList<GateNote> ToCheck { get; init; }

    /// <summary>What was said and done, oldest first.</summary>
    public required IReadOnlyList<CampaignRemark> Remarks { get; init; }

    /// <summary>What the approval signs, hex.</summary>
    public required string ApprovalHash { get; init; }

    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}
