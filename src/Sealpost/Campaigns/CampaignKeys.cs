using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Sealpost.Campaigns;

/// <summary>The keys of a campaign file with the place each stands at.</summary>
internal sealed class CampaignKeys
{
    private static readonly string[] Known =
        ["name", "purpose", "remuneration", "from", "audience", "subject", "preheader", "html", "text", "language", "variants", "files", "template", "notAfter", "rate", "schedule"];

    private readonly Dictionary<string, (YamlNode Key, YamlNode Value)> _entries = new(StringComparer.Ordinal);

    private CampaignKeys(string file, List<CampaignProblem> problems)
    {
        File = file;
        Problems = problems;
    }

    public string File { get; }

    private List<CampaignProblem> Problems { get; }

    /// <summary>Reads the mapping; null where the text is not YAML or no mapping.</summary>
    public static CampaignKeys? Parse(string file, string yaml, List<CampaignProblem> problems)
    {
        if (yaml.Length > CampaignFile.MaxLength)
        {
            problems.Add(new CampaignProblem(file, 1, null, $"the file is longer than {CampaignFile.MaxLength} characters; a campaign file names its body, it does not hold it"));
            return null;
        }

        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(yaml));
        }
        catch (YamlException error)
        {
            problems.Add(new CampaignProblem(file, (int)Math.Max(1, error.Start.Line), (int)Math.Max(1, error.Start.Column), $"not valid YAML: {error.Message}"));
            return null;
        }

        if (stream.Documents.Count != 1 || stream.Documents[0].RootNode is not YamlMappingNode mapping)
        {
            problems.Add(new CampaignProblem(file, 1, null, "expected one YAML document of the form \"key: value\", beginning with name:"));
            return null;
        }

        var keys = new CampaignKeys(file, problems);
        keys.Take(mapping);
        return keys;
    }

    public bool Has(string key) => _entries.ContainsKey(key);

    public YamlNode? Node(string key) => _entries.TryGetValue(key, out var entry) ? entry.Value : null;

    public int LineOf(string key) => _entries.TryGetValue(key, out var entry) ? (int)entry.Key.Start.Line : 1;

    /// <summary>A text value; null and a problem where it is absent (when required), empty or no plain value.</summary>
    public string? Text(string key, bool required)
    {
        if (!_entries.TryGetValue(key, out var entry))
        {
            if (required)
                Problems.Add(new CampaignProblem(File, 1, null, $"the key \"{key}\" is missing"));
            return null;
        }

        if (entry.Value is YamlScalarNode { Value.Length: > 0 } scalar)
            return scalar.Value;
        Add(key, entry.Value is YamlScalarNode ? $"\"{key}\" has no value" : $"\"{key}\" must be one plain value");
        return null;
    }

    public void Add(string key, string message) => Problems.Add(new CampaignProblem(File, LineOf(key), null, message));

    public void Add(string key, int line, int? column, string message) => Problems.Add(new CampaignProblem(File, line == 0 ? LineOf(key) : line, column, message));

    public void AddIn(string file, int line, string message) => Problems.Add(new CampaignProblem(file, Math.Max(1, line), null, message));

    private void Take(YamlMappingNode mapping)
    {
        foreach (var (key, value) in mapping.Children)
        {
            var name = key is YamlScalarNode scalar ? scalar.Value ?? "" : "";
            if (Known.Contains(name, StringComparer.Ordinal))
                _entries[name] = (key, value);
            else
                Problems.Add(new CampaignProblem(File, (int)key.Start.Line, (int)key.Start.Column, $"unknown key \"{name}\"{NearestName.Hint(name, Known)}"));
        }
    }
}

/// <summary>Finds the known word that a mistyped one was meant to be.</summary>
internal static class NearestName
{
    /// <summary><c>; did you mean "x"?</c>, or the list of what is known.</summary>
    public static string Hint(string name, IReadOnlyList<string> known)
    {
        var best = known.MinBy(candidate => Distance(name, candidate));
        return best is not null && Distance(name, best) <= Math.Max(2, best.Length / 3)
            ? $"; did you mean \"{best}\"?"
            : $"; known are {string.Join(", ", known)}";
    }

    private static int Distance(string a, string b)
    {
        var previous = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
            previous[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            var current = new int[b.Length + 1];
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var swap = char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1;
                current[j] = Math.Min(Math.Min(current[j - 1], previous[j]) + 1, previous[j - 1] + swap);
            }

            previous = current;
        }

        return previous[b.Length];
    }
}
