namespace Sealpost.Consent;

/// <summary>What the law asks of one purpose: one row per purpose.</summary>
/// <param name="Purpose">The purpose.</param>
/// <param name="Citation">The clause under which it needs no authorization, or the one that asks for it.</param>
/// <param name="RequiresAuthorization">Whether a campaign of this purpose needs a signed authorization.</param>
/// <param name="OutlivesOptOut">Unpaid, it continues after a marketing unsubscribe: care and accounts are no advertisements (16 CFR 316.2(o)).</param>
/// <param name="Covers">Purposes of an authorization that cover it.</param>
internal sealed record PurposeRule(
    Purpose Purpose,
    string Citation,
    Func<CampaignBasis, bool> RequiresAuthorization,
    bool OutlivesOptOut,
    IReadOnlyList<Purpose> Covers)
{
    private static readonly Dictionary<Purpose, PurposeRule> Rows = new PurposeRule[]
    {
        new(Purpose.Treatment, "45 CFR 164.501 \"marketing\" (2)(ii)(A)", IsPaid, true, [Purpose.Treatment]),
        new(Purpose.CareCoordOps, "45 CFR 164.501 \"marketing\" (2)(ii)(C)", IsPaid, true, [Purpose.CareCoordOps]),
        new(Purpose.Refill, "45 CFR 164.501 \"marketing\" (2)(i)", IsPaidAboveCost, true, [Purpose.Refill]),
        new(Purpose.OwnProduct, "45 CFR 164.501 \"marketing\" (2)(ii)(B)", IsPaid, false, [Purpose.OwnProduct]),
        new(Purpose.PlanBenefit, "45 CFR 164.501 \"marketing\" (2)(ii)(B)", IsPaid, false, [Purpose.PlanBenefit]),
        new(Purpose.GeneralHealth, "78 FR 5566, 5595", IsPaid, false, [Purpose.GeneralHealth]),
        new(Purpose.GovProgram, "78 FR 5566, 5595", IsPaid, false, [Purpose.GovProgram]),
        new(Purpose.AdminPayment, "45 CFR 164.506(c)", IsPaid, true, [Purpose.AdminPayment]),
        new(Purpose.QualitySurvey, "45 CFR 164.501 \"health care operations\" (1)", IsPaid, false, [Purpose.QualitySurvey]),
        new(Purpose.Fundraising, "45 CFR 164.514(f)(1)", basis => IsPaid(basis) || !FundraisingElements.Hold(basis), false, [Purpose.Fundraising]),
        new(Purpose.Marketing, "45 CFR 164.508(a)(3)(i)", _ => true, false, [Purpose.Marketing]),
        new(Purpose.MarketingPaid, "45 CFR 164.508(a)(3)(ii)", _ => true, false, [Purpose.MarketingPaid, Purpose.Marketing]),
        new(Purpose.NewsletterNoPhi, "45 CFR 160.103", IsPaid, false, [Purpose.NewsletterNoPhi]),
    }.ToDictionary(row => row.Purpose);

    /// <summary>The row of a purpose; null for a number that is none.</summary>
    public static PurposeRule? Of(Purpose purpose) => Rows.GetValueOrDefault(purpose);

    /// <summary>Financial remuneration for the communication. 164.501 "marketing" (3): payment from or on behalf of whoever owns the described product; in-kind benefits and payments by others are none.</summary>
    public static bool IsPaid(CampaignBasis basis) =>
        basis.Remuneration is { Kind: RemunerationKinds.Financial, PayerOwnsProduct: true, ReceivedBy: RemunerationKinds.CoveredEntity or RemunerationKinds.BusinessAssociate };

    /// <summary>What is missing or contradictory in the declaration; null where it is complete.</summary>
    public static string? Incomplete(CampaignBasis basis)
    {
        if (Of(basis.Purpose) is null)
            return "45 CFR 164.508(a)(3)";
        if (basis.Purpose == Purpose.MarketingPaid && basis.Remuneration is null)
            return "45 CFR 164.508(a)(3)(ii)";
        if (basis.Remuneration is { } paid
            && (string.IsNullOrWhiteSpace(paid.Payer) || paid.Amount < 0 || paid.DocumentedCost < 0
                || paid.Kind is not (RemunerationKinds.Financial or RemunerationKinds.InKind)
                || paid.ReceivedBy is not (RemunerationKinds.CoveredEntity or RemunerationKinds.BusinessAssociate)))
            return "45 CFR 164.501 \"marketing\" (3)";

        // 45 CFR 160.103: a list chosen or personalised by health information is health information, whatever it is called.
        return basis.Purpose == Purpose.NewsletterNoPhi && (basis.Class > MessageClass.N0 || basis.SelectionKinds.Count > 0 || basis.FieldLabels.Any(FieldRoots.IsPatientData))
            ? "45 CFR 160.103"
            : null;
    }

    /// <summary>Whether it is advertising in the sense of an opt-out: paid mail always, and whatever the table does not list as care or account.</summary>
    public bool StoppedByOptOut(CampaignBasis basis) => !OutlivesOptOut || IsPaid(basis);

    /// <summary>Whether an authorization must state that remuneration is involved. 164.508(a)(3)(ii).</summary>
    public bool NeedsRemunerationStatement(CampaignBasis basis) => Purpose == Purpose.MarketingPaid || IsPaid(basis);

    /// <summary>Whether an authorization lists a purpose that covers this use. Paid mail of any purpose is marketing with remuneration.</summary>
    public bool CoveredBy(IReadOnlyList<Purpose> purposes, CampaignBasis basis) =>
        purposes.Any(purpose => Covers.Contains(purpose) || (purpose == Purpose.MarketingPaid && IsPaid(basis)));

    private static bool IsPaidAboveCost(CampaignBasis basis) =>
        IsPaid(basis) && !(basis.Remuneration!.Amount <= basis.Remuneration.DocumentedCost);
}
