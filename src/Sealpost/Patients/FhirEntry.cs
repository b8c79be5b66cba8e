using Hl7.Fhir.Model;

namespace Sealpost.Patients;

/// <summary>Where a resource stands and what its bundle, if any, says about it.</summary>
/// <param name="Place">File and line.</param>
/// <param name="Index">Entry in the bundle, from 0.</param>
/// <param name="FullUrl">The entry's <c>fullUrl</c>.</param>
/// <param name="References">Resolves references.</param>
/// <param name="BundleLabels">Security labels and tags of the bundle; they hold for entries that have none of their own.</param>
internal sealed record FhirEntry(ImportPlace Place, int Index, string? FullUrl, FhirReferences References, IReadOnlyList<string> BundleLabels)
{
    private const int MaxIdLength = 128;

    /// <summary>The resource's id, else the one in its <c>fullUrl</c>; null where neither is usable.</summary>
    public string? IdOf(Resource resource) => Usable(resource.IdElement.Text()) ?? Usable(IdIn(FullUrl));

    /// <summary>The id at the end of a <c>fullUrl</c>.</summary>
    public static string? IdIn(string? fullUrl)
    {
        if (fullUrl is null)
            return null;
        var cut = fullUrl.LastIndexOfAny(['/', ':']);
        return cut < 0 ? null : fullUrl[(cut + 1)..];
    }

    // R4 allows 64 letters, digits, '-' and '.'; servers exist that add '_', and they are the truth about their ids.
    private static string? Usable(string? id) =>
        id is { Length: > 0 and <= MaxIdLength } && id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '.' or '_') ? id : null;
}
