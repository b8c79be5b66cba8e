namespace Sealpost.Consent;

/// <summary>The six elements that may be used to raise funds without an authorization. 45 CFR 164.514(f)(1)(i) to (vi).</summary>
internal static class FundraisingElements
{
    /// <summary>Selection by demographics, dates of care and insurance status. Diagnosis, drug, result, procedure and appointment are not among the six.</summary>
    private static readonly HashSet<string> Kinds = new(StringComparer.Ordinal) { "age", "sex", "language", "place", "payer", "encounter" };

    /// <summary>Whether selection and content stay within the six elements. A kind or field not known here does not.</summary>
    public static bool Hold(CampaignBasis basis) =>
        basis.Categories.Count == 0
        && basis.SelectionKinds.All(Kinds.Contains)
        && basis.AudienceCodes.Count == 0
        && basis.FieldLabels.All(field => !FieldRoots.IsPatientData(field) || FieldRoots.IsSixElement(field));
}
