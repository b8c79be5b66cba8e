namespace Sealpost.Consent;

/// <summary>Reads a template's field path (<c>patient.given_name</c>, <c>labs</c>, <c>conditions.display</c>) as data of the patient or not. Unknown paths count as clinical data.</summary>
internal static class FieldRoots
{
    private static readonly HashSet<string> NotOfPatient = new(StringComparer.Ordinal) { "organisation", "today" };

    /// <summary>What the payer's name says is not coded in any of these systems.</summary>
    private static readonly string[] Uncoded = ["coverage"];

    private static readonly Dictionary<string, string[]> RootsBySystem = new(StringComparer.Ordinal)
    {
        ["icd10"] = ["conditions", "last_visit", "next_appointment"],
        ["snomed"] = ["conditions", "last_visit", "next_appointment", "labs"],
        ["rxnorm"] = ["medications"],
        ["ndc"] = ["medications"],
        ["loinc"] = ["labs"],
        ["cvx"] = ["immunizations"],
        ["cpt"] = ["last_visit", "next_appointment"],
        ["hcpcs"] = ["last_visit", "next_appointment", "medications"],
    };

    private static readonly HashSet<string> Clinical = RootsBySystem.Values.SelectMany(roots => roots).ToHashSet(StringComparer.Ordinal);

    /// <summary>Fields besides demographics that the six elements allow: dates of care and health insurance status. 164.514(f)(1)(ii), (vi).</summary>
    private static readonly HashSet<string> SixElements = new(StringComparer.Ordinal) { "last_visit.date", "coverage.payer" };

    /// <summary>The first part of the path.</summary>
    public static string RootOf(string field)
    {
        var end = field.AsSpan().IndexOfAny('.', '[');
        return end < 0 ? field : field[..end];
    }

    /// <summary>Whether the field is data of the patient.</summary>
    public static bool IsPatientData(string field) => !NotOfPatient.Contains(RootOf(field));

    /// <summary>Whether the field is one of the six elements: 164.514(f)(1)(i), "including name, address, other contact information, age, gender, and date of birth", and the two above. A record number is none.</summary>
    public static bool IsSixElement(string field) => SixElements.Contains(field) || (RootOf(field) == "patient" && field != "patient.mrn");

    /// <summary>Whether a field can show data coded in a system; a root or system not known here can show anything.</summary>
    public static bool CanShow(string field, string system)
    {
        var root = RootOf(field);
        if (root == "patient" || !IsPatientData(field) || Uncoded.Contains(root))
            return false;
        return !RootsBySystem.TryGetValue(system, out var roots) || !Clinical.Contains(root) || roots.Contains(root);
    }
}
