using System.Globalization;
using System.IO.Compression;
using System.Text.Json;

namespace Sealpost.Tests.Shards;

/// <summary>A patient's resources as the files hold them, read with System.Text.Json and nothing of Sealpost: the other opinion on what a query should find.</summary>
internal sealed class RawPatient(JsonElement patient)
{
    public static readonly DateOnly AsOf = new(2019, 5, 1);

    private readonly Dictionary<string, List<JsonElement>> _resources = [];

    public string Id { get; } = patient.GetProperty("id").GetString()!;

    public bool IsAlive => !patient.TryGetProperty("deceasedDateTime", out _) && !patient.TryGetProperty("deceasedBoolean", out _);

    public string Sex => patient.GetProperty("gender").GetString()!;

    public string? Language => patient.TryGetProperty("communication", out var spoken) ? spoken[0].GetProperty("language").GetProperty("coding")[0].GetProperty("code").GetString() : null;

    public string? Zip => patient.GetProperty("address")[0].TryGetProperty("postalCode", out var zip) ? zip.GetString() : null;

    public string? State => patient.GetProperty("address")[0].GetProperty("state").GetString();

    public int Age
    {
        get
        {
            var birth = DateOnly.ParseExact(patient.GetProperty("birthDate").GetString()!, "yyyy-MM-dd", CultureInfo.InvariantCulture);
            var years = AsOf.Year - birth.Year;
            return AsOf.Month < birth.Month || (AsOf.Month == birth.Month && AsOf.Day < birth.Day) ? years - 1 : years;
        }
    }

    public bool IsBorn => DateOnly.ParseExact(patient.GetProperty("birthDate").GetString()!, "yyyy-MM-dd", CultureInfo.InvariantCulture) <= AsOf;

    public IEnumerable<JsonElement> this[string type] => _resources.TryGetValue(type, out var found) ? found : [];

    /// <summary>Reads patients and the resources that point to them.</summary>
    public static IReadOnlyList<RawPatient> Read(params string[] files)
    {
        var lines = files.SelectMany(Lines).ToList();
        var patients = lines.Where(line => Type(line) == "Patient").Select(line => new RawPatient(line)).ToDictionary(one => "Patient/" + one.Id);
        foreach (var line in lines.Where(line => Type(line) != "Patient"))
        {
            if (!patients.TryGetValue(Subject(line), out var patient))
                continue;
            if (!patient._resources.TryGetValue(Type(line), out var list))
                patient._resources.Add(Type(line), list = []);
            list.Add(line);
        }

        return [.. patients.Values];
    }

    public static DateOnly Date(string text) => DateOnly.ParseExact(text.Length == 4 ? text + "-01-01" : text.Length == 7 ? text + "-01" : text[..10], "yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static bool Inside(DateOnly date, DateOnly from) => date >= from && date <= AsOf;

    public static bool HasCode(JsonElement concept, string system, Func<string, bool> code) =>
        concept.TryGetProperty("coding", out var codings) && codings.EnumerateArray().Any(coding =>
            coding.GetProperty("system").GetString() == system && code(coding.GetProperty("code").GetString()!));

    public static string Text(JsonElement resource, params string[] path)
    {
        foreach (var name in path)
        {
            if (!resource.TryGetProperty(name, out resource))
                return "";
            if (resource.ValueKind == JsonValueKind.Array)
                resource = resource[0];
        }

        return resource.ValueKind == JsonValueKind.String ? resource.GetString()! : "";
    }

    private static IEnumerable<JsonElement> Lines(string path)
    {
        using var file = File.OpenRead(path);
        using Stream stream = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
            yield return JsonDocument.Parse(line).RootElement;
    }

    private static string Type(JsonElement resource) => resource.GetProperty("resourceType").GetString()!;

    private static string Subject(JsonElement resource)
    {
        foreach (var name in (string[])["subject", "patient", "beneficiary"])
        {
            if (resource.TryGetProperty(name, out var reference))
                return reference.GetProperty("reference").GetString()!;
        }

        return resource.TryGetProperty("participant", out var participants) ? participants[0].GetProperty("actor").GetProperty("reference").GetString()! : "";
    }
}
