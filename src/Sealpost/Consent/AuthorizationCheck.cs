using Sealpost.Patients;

namespace Sealpost.Consent;

/// <summary>Looks for an authorization that makes one campaign lawful for one patient today. 45 CFR 164.508.</summary>
internal readonly struct AuthorizationCheck(CampaignBasis basis, PurposeRule rule, ChartHead head, ConsentPolicy policy, DateOnly today)
{
    /// <summary>The authorization relied on, or why there is none. Among several, the newest that names the purpose tells the reason.</summary>
    public (MarketingAuthorization? Valid, WithholdReason Reason, string Citation) Find(IReadOnlyList<MarketingAuthorization> authorizations)
    {
        if (authorizations.Count == 0)
            return (null, WithholdReason.NeverAuthorized, rule.RequiresAuthorization(basis) && basis.Purpose == Purpose.Fundraising ? "45 CFR 164.514(f)(1)" : "45 CFR 164.508(a)(3)");

        (WithholdReason, string)? first = null;
        foreach (var authorization in authorizations)
        {
            if (!rule.CoveredBy(authorization.Purposes, basis))
                continue;
            if (Defect(authorization) is not { } defect)
                return (authorization, default, "45 CFR 164.508(a)(3)");
            first ??= defect;
        }

        var (reason, citation) = first ?? (WithholdReason.AuthorizationScope, "45 CFR 164.508(c)(1)(iv)");
        return (null, reason, citation);
    }

    private (WithholdReason Reason, string Citation)? Defect(MarketingAuthorization authorization)
    {
        if (AuthorizationElements.Defect(authorization, today) is { } defect)
            return defect;
        if (SignedForMinor(authorization))
            return (WithholdReason.AuthorizationExpired, "45 CFR 164.502(g)(3)");
        if (!basis.Categories.All(category => authorization.Categories.Contains(category, StringComparer.OrdinalIgnoreCase)))
            return (WithholdReason.AuthorizationScope, "45 CFR 164.508(c)(1)(i)");
        return rule.NeedsRemunerationStatement(basis) && !authorization.StatesRemuneration
            ? (WithholdReason.AuthorizationRemuneration, "45 CFR 164.508(a)(3)(ii)")
            : null;
    }

    /// <summary>A representative's authority over a minor ends at majority; what was signed under it is not carried over.</summary>
    private bool SignedForMinor(MarketingAuthorization authorization) =>
        authorization is { SignedByRepresentative: true, SignedOn: { } signed } && !Majority.ReachedOn(signed, head, policy);
}
