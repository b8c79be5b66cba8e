namespace Sealpost.Patients;

/// <summary>Maps code system URIs to the short names of the audience language.</summary>
public static class CodeSystems
{
    private static readonly Dictionary<string, string> ShortNames = new(StringComparer.OrdinalIgnoreCase)
    {
        ["http://snomed.info/sct"] = "snomed",
        ["http://hl7.org/fhir/sid/icd-10-cm"] = "icd10",
        ["http://hl7.org/fhir/sid/icd-10"] = "icd10",
        ["urn:oid:2.16.840.1.113883.6.90"] = "icd10",
        ["http://www.nlm.nih.gov/research/umls/rxnorm"] = "rxnorm",
        ["http://loinc.org"] = "loinc",
        ["http://hl7.org/fhir/sid/cvx"] = "cvx",
        ["http://www.ama-assn.org/go/cpt"] = "cpt",
        ["http://hl7.org/fhir/sid/ndc"] = "ndc",
        ["https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"] = "hcpcs",
        ["http://www.cms.gov/Medicare/Coding/ICD10"] = "icd10pcs",
    };

    /// <summary>The short name of a system URI, or the URI itself (lower-cased short names pass through).</summary>
    public static string ShortName(string system) => ShortNames.GetValueOrDefault(system, system);
}
