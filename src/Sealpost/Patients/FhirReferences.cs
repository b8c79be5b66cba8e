using Hl7.Fhir.Model;

namespace Sealpost.Patients;

/// <summary>Brings references to the form <c>Type/id</c>.</summary>
/// <param name="fullUrls">What the bundle's <c>fullUrl</c>s stand for; null outside a bundle.</param>
internal sealed class FhirReferences(IReadOnlyDictionary<string, string>? fullUrls)
{
    /// <summary>Begins a reference by identifier: <c>identifier|system|value</c>.</summary>
    public const string ByIdentifier = "identifier|";

    public static readonly FhirReferences None = new(null);

    /// <summary><c>Patient/123</c>, <c>#contained</c>, <c>identifier|system|value</c>, or null.</summary>
    public string? Resolve(ResourceReference? reference)
    {
        if (reference is null || reference.IsAbsent())
            return null;
        if (reference.ReferenceElement.Text() is { } text)
            return Resolve(text);
        return reference.Identifier is { } identifier && identifier.ValueElement.Text() is { } value && identifier.SystemElement.Text() is { } system
            ? ByIdentifier + system + "|" + value
            : null;
    }

    /// <summary>The id of a patient a reference means; null where it means none.</summary>
    public string? Patient(ResourceReference? reference) =>
        Resolve(reference) is { } target && (target.StartsWith("Patient/", StringComparison.Ordinal) || target.StartsWith(ByIdentifier, StringComparison.Ordinal)
            || target.StartsWith("urn:", StringComparison.Ordinal))
            ? target
            : null;

    private string Resolve(string text)
    {
        if (fullUrls is not null && fullUrls.TryGetValue(text, out var known))
            return known;
        if (text.StartsWith('#') || text.StartsWith("urn:", StringComparison.Ordinal))
            return text;

        // A conditional reference: Patient?identifier=system|value.
        var query = text.IndexOf("?identifier=", StringComparison.Ordinal);
        if (query >= 0)
            return ByIdentifier + Uri.UnescapeDataString(text[(query + "?identifier=".Length)..]);
        var version = text.IndexOf("/_history/", StringComparison.Ordinal);
        var whole = version < 0 ? text : text[..version];
        var last = whole.LastIndexOf('/');
        if (last <= 0)
            return whole;
        var before = whole.LastIndexOf('/', last - 1);
        return before < 0 ? whole : whole[(before + 1)..];
    }
}
