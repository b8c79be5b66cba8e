namespace Sealpost.Consent;

/// <summary>Why a message is sent. The list is closed; each decides whether an authorization is needed.</summary>
public enum Purpose
{
    /// <summary>Treatment, case management, care coordination for the individual. 45 CFR 164.501 "marketing" (2)(ii)(A).</summary>
    Treatment,

    /// <summary>Case management and care coordination that is not treatment. 164.501 (2)(ii)(C).</summary>
    CareCoordOps,

    /// <summary>Refill reminder for a drug currently prescribed. 164.501 (2)(i).</summary>
    Refill,

    /// <summary>Health-related product or service of the organisation itself. 164.501 (2)(ii)(B).</summary>
    OwnProduct,

    /// <summary>Plan of benefits. 164.501 (2)(ii)(B).</summary>
    PlanBenefit,

    /// <summary>General health, no named product or provider. 78 FR 5595.</summary>
    GeneralHealth,

    /// <summary>Eligibility for government programmes.</summary>
    GovProgram,

    /// <summary>Appointment logistics, bills, account. 164.506(c).</summary>
    AdminPayment,

    /// <summary>Survey for the organisation's own operations.</summary>
    QualitySurvey,

    /// <summary>Funds for the organisation's own benefit. 164.514(f).</summary>
    Fundraising,

    /// <summary>Any other encouragement to buy or use. 164.508(a)(3)(i): authorization.</summary>
    Marketing,

    /// <summary>Marketing with financial remuneration. 164.508(a)(3)(ii): authorization that says so.</summary>
    MarketingPaid,

    /// <summary>Public list, no PHI in selection or content.</summary>
    NewsletterNoPhi,
}

/// <summary>What the message reveals, and so how it may travel.</summary>
public enum MessageClass
{
    /// <summary>No PHI.</summary>
    N0 = 0,

    /// <summary>Relationship only.</summary>
    N1 = 1,

    /// <summary>Clinical, or the selection reveals a condition.</summary>
    N2 = 2,

    /// <summary>Sensitive category: sealed to the patient, or on our page; never mail that a host on the way can read.</summary>
    N3 = 3,
}

/// <summary>Names of purposes as campaign files and the audience language write them (<c>CARE_COORD_OPS</c>).</summary>
public static class PurposeNames
{
    /// <summary>Reads a name; null where it is none.</summary>
    public static Purpose? Parse(string name) =>
        Enum.TryParse<Purpose>(name.Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out var purpose) && Enum.IsDefined(purpose) ? purpose : null;

    /// <summary>The upper-case name with underscores.</summary>
    public static string Of(Purpose purpose) =>
        string.Concat(purpose.ToString().Select((c, i) => i > 0 && char.IsUpper(c) ? "_" + c : char.ToUpperInvariant(c).ToString()));
}
