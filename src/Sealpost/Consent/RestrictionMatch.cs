using Sealpost.Patients;

namespace Sealpost.Consent;

/// <summary>Whether an agreed restriction touches a campaign. 45 CFR 164.522(a)(1)(iii): once agreed, it binds. What cannot be read touches everything.</summary>
internal static class RestrictionMatch
{
    /// <summary>Whether the campaign may not be sent to a patient with this restriction.</summary>
    public static bool Touches(Restriction restriction, CampaignBasis basis) => restriction.Kind switch
    {
        // Chosen and checked where the address is.
        RestrictionKinds.NoEmail or RestrictionKinds.Address or RestrictionKinds.SoleControl => false,

        // It only allows; the transport gate looks at it.
        RestrictionKinds.Unencrypted => false,
        RestrictionKinds.Purpose => PurposeNames.Parse(restriction.Value ?? "") is not { } purpose || purpose == basis.Purpose || (purpose == Purpose.Marketing && (basis.Purpose == Purpose.MarketingPaid || PurposeRule.IsPaid(basis))),
        RestrictionKinds.Data => TouchesData(restriction.Value, basis),

        // 164.522(a)(1)(vi): nothing about care the patient paid for reaches a plan or whoever pays for the message.
        RestrictionKinds.SelfPay => basis.Purpose == Purpose.PlanBenefit || basis.Remuneration is not null,
        _ => true,
    };

    /// <summary>Reads <c>system:code</c>; null where it is none.</summary>
    public static (string System, string Code)? Parse(string? value)
    {
        var text = (value ?? "").Trim().TrimEnd('*');
        var colon = text.LastIndexOf(':');
        if (colon < 1 || colon == text.Length - 1)
            return null;
        var system = CodeSystems.ShortName(text[..colon].Trim()).ToLowerInvariant();
        return (system, CodeText.Of(system, text[(colon + 1)..]));
    }

    private static bool TouchesData(string? value, CampaignBasis basis)
    {
        if (Parse(value) is not var (system, restricted))
            return true;
        return basis.FieldLabels.Any(field => FieldRoots.CanShow(field, system))
            || basis.AudienceCodes.Any(used => SameSystem(used.System, system) && Overlap(CodeText.Of(system, used.Code), used.IsPrefix, restricted));
    }

    private static bool SameSystem(string used, string system) => string.Equals(CodeSystems.ShortName(used), system, StringComparison.OrdinalIgnoreCase);

    private static bool Overlap(string used, bool usedIsPrefix, string restricted) =>
        used.StartsWith(restricted, StringComparison.Ordinal) || (usedIsPrefix && restricted.StartsWith(used, StringComparison.Ordinal));
}
