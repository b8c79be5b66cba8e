using System.Text.Json;

namespace Sealpost.Patients;

/// <summary>What a first look at a JSON value says.</summary>
/// <param name="Refused">Why it must not be parsed, or null.</param>
/// <param name="ResourceType">The <c>resourceType</c> of the outermost object; empty where there is none.</param>
internal readonly record struct JsonVerdict(ImportReason? Refused, string ResourceType);

/// <summary>Looks over a JSON value once, without building anything, before a parser may see it.</summary>
internal static class JsonGuard
{
    /// <summary>Levels of nesting allowed; FHIR resources in a bundle stay under 30.</summary>
    public const int MaxDepth = 64;

    /// <summary>Members one array or object may have, the entries of a bundle excepted: each is looked at by itself.</summary>
    public const int MaxMembers = 10_000;

    // Longer literals are no measurement; a decimal holds 29 digits.
    private const int MaxNumberBytes = 64;

    public static JsonVerdict Check(ReadOnlySpan<byte> json)
    {
        var type = "";
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth + 8 });
            Span<int> members = stackalloc int[MaxDepth + 16];
            var most = 0;
            while (reader.Read())
            {
                var depth = reader.CurrentDepth;
                if (depth >= MaxDepth)
                    return new JsonVerdict(ImportReason.TooDeep, type);
                switch (reader.TokenType)
                {
                    case JsonTokenType.PropertyName:
                        if (depth == 1 && reader.ValueTextEquals("resourceType"u8) && reader.Read() && reader.TokenType == JsonTokenType.String)
                            type = KnownName(reader);
                        continue;
                    case JsonTokenType.EndArray or JsonTokenType.EndObject:
                        continue;
                    case JsonTokenType.StartArray or JsonTokenType.StartObject:
                        members[depth + 1] = 0;
                        break;
                    case JsonTokenType.Number when !InRange(reader):
                        return new JsonVerdict(ImportReason.NumberOutOfRange, type);
                }

                most = Math.Max(most, ++members[depth]);
            }

            return most > MaxMembers && type != "Bundle"
                ? new JsonVerdict(ImportReason.TooManyMembers, type)
                : new JsonVerdict(type.Length == 0 ? ImportReason.Malformed : null, type);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return new JsonVerdict(ImportReason.Malformed, type);
        }
    }

    private static bool InRange(Utf8JsonReader reader) =>
        reader.ValueSpan.Length <= MaxNumberBytes && reader.TryGetDouble(out var value) && double.IsFinite(value);

    private static string KnownName(Utf8JsonReader reader)
    {
        Span<char> name = stackalloc char[40];
        return reader.ValueIsEscaped || reader.ValueSpan.Length is 0 or > 40
            ? FhirTypes.Other
            : FhirTypes.Name(name[..reader.CopyString(name)]);
    }
}
