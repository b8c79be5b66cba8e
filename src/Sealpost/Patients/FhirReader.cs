using System.Text.Json;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;
using Hl7.Fhir.Utility;

namespace Sealpost.Patients;

/// <summary>Turns the text of a resource or bundle into records. Thread-safe.</summary>
internal sealed class FhirReader(FhirMapping mapping, ImportTally tally)
{
    private const string DuplicatePropertyCode = "JSON129";
    private const int MaxNesting = 3;
    private const int MaxPathLength = 120;

    // Judges syntax only: what an element holds is judged where it is used, so that a strange code elsewhere does not cost the resource.
    private static readonly FhirJsonDeserializer Deserializer = FhirJsonDeserializer.SYNTAXONLY;

    /// <summary>Reads one resource or bundle; never throws for what the text holds.</summary>
    public void Read(ReadOnlySpan<byte> json, ImportPlace place, List<ImportedRecord> into)
    {
        var verdict = JsonGuard.Check(json);
        if (verdict.Refused is { } refused)
        {
            tally.CountRead(1);
            tally.Skip(place, verdict.ResourceType, refused);
        }
        else if (verdict.ResourceType == FhirTypes.Bundle)
        {
            ReadBundle(json, place, [], into, MaxNesting);
        }
        else
        {
            ReadResource(json, verdict.ResourceType, new FhirEntry(place, 0, null, FhirReferences.None, []), into);
        }
    }

    private void ReadBundle(ReadOnlySpan<byte> json, ImportPlace place, IReadOnlyList<string> labels, List<ImportedRecord> into, int nesting)
    {
        FhirBundle bundle;
        try
        {
            bundle = FhirBundle.Cut(json);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            tally.Skip(place, FhirTypes.Bundle, ImportReason.Malformed);
            return;
        }

        if (bundle.Labels.Count > 0)
            labels = bundle.Labels;
        var references = new FhirReferences(bundle.FullUrls);
        for (var index = 0; index < bundle.Entries.Count; index++)
        {
            var entry = bundle.Entries[index];
            if (entry.Deletes)
                tally.Skip(place, FhirTypes.Bundle, ImportReason.DeletionNotApplied);
            if (entry.Length == 0)
                continue;
            var resource = json.Slice(entry.Offset, entry.Length);
            var verdict = JsonGuard.Check(resource);
            if (verdict.Refused is { } refused || (verdict.ResourceType == FhirTypes.Bundle && nesting == 0))
                tally.Skip(place, verdict.ResourceType, verdict.Refused ?? ImportReason.TooDeep);
            else if (verdict.ResourceType == FhirTypes.Bundle)
                ReadBundle(resource, place, labels, into, nesting - 1);
            else
                ReadResource(resource, verdict.ResourceType, new FhirEntry(place, index, entry.FullUrl, references, labels), into);
        }
    }

    private void ReadResource(ReadOnlySpan<byte> json, string type, FhirEntry entry, List<ImportedRecord> into)
    {
        tally.CountRead(1);
        if (!FhirTypes.IsRead(type))
        {
            tally.Skip(type, ImportReason.TypeNotUsed);
            return;
        }

        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = JsonGuard.MaxDepth + 8 });
            Deserializer.TryDeserializeResource(ref reader, out var resource, out var issues);
            if (resource is null || issues.Any(issue => issue.ErrorCode == DuplicatePropertyCode))
            {
                tally.Skip(entry.Place, type, resource is null ? ImportReason.Malformed : ImportReason.DuplicateProperty);
                return;
            }

            foreach (var issue in issues)
                tally.Remark(entry.Place, type, ImportReason.ElementIgnored, PathOf(issue));
            mapping.Map(resource, entry, into);
        }
        catch (CodedException)
        {
            tally.Skip(entry.Place, type, ImportReason.InvalidElement);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException or OverflowException)
        {
            tally.Skip(entry.Place, type, ImportReason.Malformed);
        }
    }

    // Names of elements that exist are words; anything else in a path could be text of the input.
    private static string? PathOf(CodedException issue) =>
        issue is ExtendedCodedException { InstancePath: { Length: > 0 and <= MaxPathLength } path }
        && path.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '[' or ']')
            ? path
            : null;
}
