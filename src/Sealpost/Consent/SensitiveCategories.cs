using Sealpost.Patients;

namespace Sealpost.Consent;

/// <summary>Sensitive code sets (HIV, substance use, mental health, reproductive and sexual health, gender, abuse, genetics), shipped as editable data (<c>sensitive-codes.yaml</c>).</summary>
/// <remarks>A missing label proves nothing, so codes and labels are both looked at. 45 CFR 164.502(b); 42 CFR part 2; state law.</remarks>
public static class SensitiveCategories
{
    /// <summary>Notes of psychotherapy sessions, kept apart from the record. 45 CFR 164.501.</summary>
    internal const string PsychotherapyNotes = "psychotherapy-notes";

    /// <summary>Counselling notes of a substance use programme. 42 CFR 2.11.</summary>
    internal const string SudCounsellingNotes = "sud-counselling-notes";

    /// <summary>Substance use: may stem from a programme under 42 CFR part 2.</summary>
    internal const string SubstanceUse = "substance-use";

    private static readonly SensitiveCodes Codes = SensitiveCodes.ReadEmbedded();

    /// <summary>Categories that no message may draw on, authorized or not.</summary>
    internal static IReadOnlySet<string> Prohibited { get; } = new HashSet<string>(StringComparer.Ordinal) { PsychotherapyNotes, SudCounsellingNotes };

    /// <summary>Ids and names of all categories.</summary>
    internal static IReadOnlyDictionary<string, string> Names => Codes.Names;

    /// <summary>Categories of a code, empty where it is not sensitive. A pattern (<c>icd10:F1*</c>) that could match a sensitive code is sensitive.</summary>
    public static IReadOnlyList<string> Of(string system, string codeOrPrefix, bool isPrefix)
    {
        var name = CodeSystems.ShortName(system).ToLowerInvariant();
        return Codes.Find(name, CodeText.Of(name, codeOrPrefix), isPrefix);
    }

    /// <summary>Categories of a fact: by its codes, its security labels, or a sensitive drug named in a code's display.</summary>
    public static IReadOnlyList<string> Of(Fact fact)
    {
        HashSet<string>? found = null;
        foreach (var code in fact.Codes)
        {
            Add(ref found, Of(code.System, code.Code, isPrefix: false));
            if (fact.Kind is FactKind.MedicationRequest or FactKind.MedicationStatement && code.Display is { } display)
                Add(ref found, Codes.FindDrugs(display));
        }

        Add(ref found, OfLabels(fact.SecurityLabels));
        return found is null ? [] : [.. found];
    }

    /// <summary>Categories of security labels (HL7 v3-ActCode, v3-Confidentiality); labels without meaning here give none.</summary>
    internal static IReadOnlyList<string> OfLabels(IReadOnlyList<string> labels)
    {
        HashSet<string>? found = null;
        foreach (var label in labels)
            Add(ref found, Codes.FindLabel(label));
        return found is null ? [] : [.. found];
    }

    private static void Add(ref HashSet<string>? found, IReadOnlyList<string> categories)
    {
        if (categories.Count > 0)
            (found ??= new HashSet<string>(StringComparer.Ordinal)).UnionWith(categories);
    }
}
