using System.Text.Json;

namespace Sealpost.Patients;

/// <summary>One entry of a bundle: where its resource stands in the text and what it is.</summary>
internal sealed record FhirBundleEntry
{
    public int Offset { get; set; }

    /// <summary>Bytes of the resource; 0 where the entry has none.</summary>
    public int Length { get; set; }

    public string? FullUrl { get; set; }

    public string? Type { get; set; }

    public string? Id { get; set; }

    public bool Deletes { get; set; }

    /// <summary><c>Type/id</c>; null where either is missing.</summary>
    public string? Target => Type is not null && (Id ?? FhirEntry.IdIn(FullUrl)) is { } id ? Type + "/" + id : null;
}

/// <summary>Cuts a bundle into its resources without building it, so that a large one costs little more than its text.</summary>
internal sealed class FhirBundle
{
    private FhirBundle()
    {
    }

    public List<FhirBundleEntry> Entries { get; } = [];

    /// <summary>Security labels of the bundle, and <c>HTEST</c> where it is tagged so.</summary>
    public List<string> Labels { get; } = [];

    /// <summary>What each <c>fullUrl</c> stands for.</summary>
    public Dictionary<string, string> FullUrls { get; } = new(StringComparer.Ordinal);

    private bool IsHistory { get; set; }

    /// <summary>Cuts a well-formed bundle.</summary>
    public static FhirBundle Cut(ReadOnlySpan<byte> json)
    {
        var bundle = new FhirBundle();
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = JsonGuard.MaxDepth + 8 });
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("entry"u8))
                bundle.ReadEntries(ref reader);
            else if (reader.ValueTextEquals("meta"u8))
                bundle.ReadMeta(ref reader);
            else if (reader.ValueTextEquals("type"u8))
                bundle.IsHistory = Text(ref reader) == "history";
            else
                Pass(ref reader);
        }

        bundle.NameTargets();
        return bundle;
    }

    private void NameTargets()
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (var entry in Entries)
        {
            if (entry.Target is not { } target)
                continue;
            if (entry.FullUrl is not null)
                FullUrls.TryAdd(entry.FullUrl, target);

            // FHIR R4 §3.1.0.9: the newest version comes first in a history.
            if (IsHistory && !seen.Add(target))
                entry.Length = 0;
        }
    }

    private void ReadEntries(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject)
                Entries.Add(ReadEntry(ref reader));
            else
                reader.Skip();
        }
    }

    private static FhirBundleEntry ReadEntry(ref Utf8JsonReader reader)
    {
        var entry = new FhirBundleEntry();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("fullUrl"u8))
                entry.FullUrl = Text(ref reader);
            else if (reader.ValueTextEquals("resource"u8))
                ReadResource(ref reader, entry);
            else if (reader.ValueTextEquals("request"u8))
                ReadRequest(ref reader, entry);
            else
                Pass(ref reader);
        }

        return entry;
    }

    private static void ReadResource(ref Utf8JsonReader reader, FhirBundleEntry entry)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        entry.Offset = (int)reader.TokenStartIndex;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("resourceType"u8))
                entry.Type = Text(ref reader);
            else if (reader.ValueTextEquals("id"u8))
                entry.Id = Text(ref reader);
            else
                Pass(ref reader);
        }

        entry.Length = (int)reader.BytesConsumed - entry.Offset;
    }

    private static void ReadRequest(ref Utf8JsonReader reader, FhirBundleEntry entry)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("method"u8))
                entry.Deletes = Text(ref reader) == "DELETE";
            else
                Pass(ref reader);
        }
    }

    private void ReadMeta(ref Utf8JsonReader reader)
    {
        reader.Read();
        using var meta = JsonDocument.ParseValue(ref reader);
        if (meta.RootElement.ValueKind != JsonValueKind.Object)
            return;
        Labels.AddRange(Codes(meta.RootElement, "security"));
        if (Codes(meta.RootElement, "tag").Contains("HTEST", StringComparer.Ordinal))
            Labels.Add("HTEST");
    }

    private static List<string> Codes(JsonElement meta, string name) =>
        meta.TryGetProperty(name, out var codings) && codings.ValueKind == JsonValueKind.Array
            ? [.. codings.EnumerateArray()
                .Select(coding => coding.ValueKind == JsonValueKind.Object && coding.TryGetProperty("code", out var code) && code.ValueKind == JsonValueKind.String ? code.GetString() : null)
                .OfType<string>()]
            : [];

    private static string? Text(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
            return reader.GetString();
        reader.Skip();
        return null;
    }

    private static void Pass(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }
}
