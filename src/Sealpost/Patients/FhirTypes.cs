using System.Collections.Frozen;
using Hl7.Fhir.Model;

namespace Sealpost.Patients;

/// <summary>Names of resource types: those that exist, and those that an import reads.</summary>
internal static class FhirTypes
{
    /// <summary>Stands for every name that is no R4 resource type, so that text from the input never becomes a key of a count.</summary>
    public const string Other = "Other";

    /// <summary>A bundle of resources.</summary>
    public const string Bundle = "Bundle";

    private static readonly FrozenSet<string> All = ModelInfo.SupportedResources.ToFrozenSet(StringComparer.Ordinal);
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> ByName = All.GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly FrozenSet<string> Read = new[]
    {
        "Patient", "RelatedPerson", "Condition", "MedicationRequest", "MedicationStatement", "Observation", "Encounter", "Procedure",
        "Immunization", "Appointment", "Coverage", "Consent", "Medication", "Organization",
    }.ToFrozenSet(StringComparer.Ordinal);

    public static string Name(ReadOnlySpan<char> name) => ByName.TryGetValue(name, out var known) ? known : Other;

    public static bool IsRead(string type) => Read.Contains(type);
}
