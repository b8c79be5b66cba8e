using System.Globalization;
using Hl7.Fhir.Model;

namespace Sealpost.Patients;

/// <summary>Reads single FHIR values as they were sent; what is marked absent or masked reads as absent.</summary>
internal static class FhirValues
{
    private const string DataAbsentReason = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";
    private const string DataAbsentSystem = "http://terminology.hl7.org/CodeSystem/data-absent-reason";
    private const string NullFlavor = "http://terminology.hl7.org/CodeSystem/v3-NullFlavor";
    private const int MaxTextLength = 1_000;

    /// <summary>The text of a primitive, trimmed; null where empty, absent or masked.</summary>
    public static string? Text(this PrimitiveType? element)
    {
        if (element is null || element.IsAbsent() || element.JsonValue is not string text)
            return null;
        var trimmed = text.Trim();
        return trimmed.Length == 0 ? null : trimmed.Length > MaxTextLength ? trimmed[..MaxTextLength] : trimmed;
    }

    /// <summary>Whether an extension says that the value is absent or hidden.</summary>
    public static bool IsAbsent(this DataType? element)
    {
        if (element is null)
            return true;
        if (!element.HasExtensions())
            return false;
        foreach (var extension in element.Extension)
        {
            if (extension.Url == DataAbsentReason)
                return true;
        }

        return false;
    }

    public static bool? Flag(this FhirBoolean? element) => element is null || element.IsAbsent() ? null : element.JsonValue as bool?;

    /// <summary>The whole number of a primitive; null where it is none or out of range.</summary>
    public static int? Whole(this PrimitiveType? element) =>
        element is null || element.IsAbsent() ? null : element.JsonValue switch
        {
            int value => value,
            long value when value is >= int.MinValue and <= int.MaxValue => (int)value,
            decimal value when value is >= int.MinValue and <= int.MaxValue && decimal.Truncate(value) == value => (int)value,
            _ => null,
        };

    /// <summary>The number of a decimal; null where it is none.</summary>
    public static double? Number(this PrimitiveType? element) =>
        element is null || element.IsAbsent() ? null : element.JsonValue switch
        {
            decimal value => (double)value,
            int value => value,
            long value => value,
            double value when double.IsFinite(value) => value,
            _ => null,
        };

    /// <summary>The calendar date written in a date or date-time, in its own offset; a partial one counts as its first day.</summary>
    public static DateOnly? Date(this PrimitiveType? element) => Date(element.Text());

    public static DateOnly? Date(string? text)
    {
        if (text is null || text.Length < 4)
            return null;
        var written = text.Length switch
        {
            4 => text + "-01-01",
            7 => text + "-01",
            10 => text,
            > 10 when text[10] == 'T' => text[..10],
            _ => null,
        };
        return DateOnly.TryParseExact(written, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date : null;
    }

    public static DateTimeOffset? Instant(this PrimitiveType? element) =>
        element.Text() is { Length: > 10 } text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
            ? instant
            : null;

    /// <summary>All codings with a code, as sent; absent-reason and null-flavor codes are no codes.</summary>
    public static IReadOnlyList<Concept> Concepts(this CodeableConcept? concept)
    {
        if (concept is null || concept.IsAbsent() || concept.Coding.Count == 0)
            return [];
        if (concept.Coding.Count == 1)
            return Concept(concept.Coding[0]) is { } only ? [only] : [];
        List<Concept> concepts = new(concept.Coding.Count);
        foreach (var coding in concept.Coding)
        {
            if (Concept(coding) is { } next && !concepts.Contains(next))
                concepts.Add(next);
        }

        return concepts;
    }

    public static Concept? Concept(Coding? coding)
    {
        if (coding is null || coding.IsAbsent() || coding.CodeElement.Text() is not { } code)
            return null;
        var system = coding.SystemElement.Text() ?? "";
        return system is DataAbsentSystem or NullFlavor
            ? null
            : new Concept { System = CodeSystems.ShortName(system), Code = code, Display = coding.DisplayElement.Text() };
    }

    /// <summary>The code of the first coding that has one.</summary>
    public static string? Code(this CodeableConcept? concept) => concept.Concepts() is { Count: > 0 } concepts ? concepts[0].Code : null;

    /// <summary>The text of a concept, else the first display.</summary>
    public static string? Words(this CodeableConcept? concept) =>
        concept is null || concept.IsAbsent() ? null : concept.TextElement.Text() ?? concept.Concepts().FirstOrDefault(coding => coding.Display is not null)?.Display;

    /// <summary>Codes of <c>meta.security</c>, in order, each once.</summary>
    public static IReadOnlyList<string> SecurityLabels(this Resource resource) => Labels(resource.Meta?.Security);

    /// <summary>Codes of <c>meta.tag</c>.</summary>
    public static IReadOnlyList<string> Tags(this Resource resource) => Labels(resource.Meta?.Tag);

    private static List<string> Labels(List<Coding>? codings) =>
        codings is null or { Count: 0 } ? [] : codings.Select(coding => coding.CodeElement.Text()).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
}
