namespace Sealpost.Consent;

/// <summary>Reads a template's field path (<c>patient.given_name</c>, <c>labs</c>, <c>conditions.display</c>) as data of the patient or not. Unknown paths count as clinical data.</summary>
internal static class FieldRoots
{
    private static readonly HashSet<string> NotOfPatient = new(StringComparer.Ordinal) { "organisation", "organization", "campaign", "today" };

    private static readonly Dictionary<string, string[]> RootsBySystem = new(StringComparer.Ordinal)
    {
        ["icd10"] = ["conditions", "condition", "encounters", "encounter"],
        ["snomed"] = ["conditions", "condition", "encounters", "encounter", "procedures", "procedure", "labs", "lab", "observations"],
        ["rxnorm"] = ["medications", "medication"],
        ["ndc"] = ["medications", "medication"],
        ["loinc"] = ["labs", "lab", "observations"],
        ["cvx"] = ["immunizations", "immunization"],
        ["cpt"] = ["procedures", "procedure", "encounters", "encounter"],
        ["hcpcs"] = ["procedures", "procedure", "encounters", "encounter", "medications", "medication"],
    };

    private static readonly HashSet<string> Clinical = RootsBySystem.Values.SelectMany(roots => roots).ToHashSet(StringComparer.Ordinal);

    /// <summary>The first part of the path.</summary>
    public static string RootOf(string field)
    {
        var end = field.AsSpan().IndexOfAny('.', '[');
        return end < 0 ? field : field[..end];
    }

    /// <summary>Whether the field is data of the patient.</summary>
    public static bool IsPatientData(string field) => !NotOfPatient.Contains(RootOf(field));

    /// <summary>Whether the field is demographic: 164.514(f)(1)(i), "including name, address, other contact information, age, gender, and date of birth".</summary>
    public static bool IsDemographic(string field) => RootOf(field) == "patient";

    /// <summary>Whether a field can show data coded in a system; a root or system not known here can show anything.</summary>
    public static bool CanShow(string field, string system)
    {
        var root = RootOf(field);
        if (root == "patient" || !IsPatientData(field))
            return false;
        return !RootsBySystem.TryGetValue(system, out var roots) || !Clinical.Contains(root) || roots.Contains(root);
    }
}
