using System.Globalization;
using System.Text.RegularExpressions;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Sealpost.Consent;

/// <summary>The sensitive code sets, read once and ready for look-ups by code or by prefix.</summary>
internal sealed partial class SensitiveCodes
{
    private readonly Dictionary<string, CodeSet> _bySystem = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<string>> _byLabel = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, IReadOnlyList<string>> _byDrug = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);

    /// <summary>Category names by id.</summary>
    public IReadOnlyDictionary<string, string> Names => _names;

    /// <summary>Reads the sets that came with this version.</summary>
    public static SensitiveCodes ReadEmbedded()
    {
        using var stream = typeof(SensitiveCodes).Assembly.GetManifestResourceStream("Sealpost.Consent.sensitive-codes.yaml")
            ?? throw new InvalidOperationException("The embedded file sensitive-codes.yaml is missing from this build.");
        using var reader = new StreamReader(stream);
        return Read(reader);
    }

    /// <summary>Reads sets in the form of <c>sensitive-codes.yaml</c>.</summary>
    /// <exception cref="FormatException">An entry is no code and no range; the message quotes it.</exception>
    public static SensitiveCodes Read(TextReader yaml)
    {
        var file = new DeserializerBuilder().WithNamingConvention(HyphenatedNamingConvention.Instance).Build().Deserialize<SensitiveCodeFile>(yaml);
        var codes = new SensitiveCodes();
        foreach (var (id, category) in file.Categories)
        {
            codes._names.Add(id, category.Name);
            foreach (var (system, entries) in category.Codes)
            {
                if (!codes._bySystem.TryGetValue(system, out var set))
                    codes._bySystem.Add(system, set = new CodeSet());
                foreach (var entry in entries.SelectMany(text => Expand(system, text)))
                    set.Add(entry, id, covers: system is "icd10" or "icd10pcs");
            }

            foreach (var label in category.Labels)
                AddTo(codes._byLabel, label, id);
            foreach (var drug in category.Drugs)
                AddTo(codes._byDrug, drug, id);
        }

        foreach (var set in codes._bySystem.Values)
            set.Freeze();
        return codes;
    }

    /// <summary>Categories of a code or of anything a prefix could match. Cost grows with the code's length, not with the size of the sets.</summary>
    public IReadOnlyList<string> Find(string system, string code, bool isPrefix) =>
        _bySystem.TryGetValue(system, out var set) ? set.Find(code, isPrefix) : [];

    /// <summary>Categories of a security label.</summary>
    public IReadOnlyList<string> FindLabel(string label) => _byLabel.GetValueOrDefault(label, []);

    /// <summary>Categories of the drugs named in a display text, by whole words.</summary>
    public IReadOnlyList<string> FindDrugs(string display)
    {
        List<string>? found = null;
        foreach (var word in Words().EnumerateMatches(display))
            if (_byDrug.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(display.AsSpan(word.Index, word.Length), out var categories))
                (found ??= []).AddRange(categories);
        return found ?? (IReadOnlyList<string>)[];
    }

    /// <summary>A range of ICD-10-CM categories (<c>F10-F16</c>) becomes its categories; any other entry is itself.</summary>
    private static IEnumerable<string> Expand(string system, string text)
    {
        var range = Range().Match(text);
        if (!range.Success || system != "icd10")
            return text.Contains(' ', StringComparison.Ordinal) ? throw new FormatException($"sensitive-codes.yaml: '{text}' is no code.") : [CodeText.Of(system, text)];
        var letter = range.Groups["l1"].Value;
        var first = int.Parse(range.Groups["first"].Value, CultureInfo.InvariantCulture);
        var last = int.Parse(range.Groups["last"].Value, CultureInfo.InvariantCulture);
        if (letter != range.Groups["l2"].Value || last < first)
            throw new FormatException($"sensitive-codes.yaml: the range '{text}' must stay within one letter and ascend.");
        return Enumerable.Range(first, last - first + 1).Select(number => letter + number.ToString("00", CultureInfo.InvariantCulture));
    }

    private static void AddTo(Dictionary<string, IReadOnlyList<string>> map, string key, string category) =>
        map[key] = [.. map.GetValueOrDefault(key, []), category];

    [GeneratedRegex("^(?<l1>[A-Z])(?<first>[0-9]{2})-(?<l2>[A-Z])(?<last>[0-9]{2})$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Range();

    [GeneratedRegex("[A-Za-z]{4,}", RegexOptions.NonBacktracking)]
    private static partial Regex Words();

    /// <summary>One system's entries: exact look-up, "an entry covers what is below it", and ordered for prefixes.</summary>
    private sealed class CodeSet
    {
        private readonly Dictionary<string, List<string>> _entries = new(StringComparer.Ordinal);
        private readonly HashSet<string> _covering = new(StringComparer.Ordinal);
        private string[] _ordered = [];

        public void Add(string code, string category, bool covers)
        {
            if (!_entries.TryGetValue(code, out var categories))
                _entries.Add(code, categories = []);
            if (!categories.Contains(category))
                categories.Add(category);
            if (covers)
                _covering.Add(code);
        }

        public void Freeze()
        {
            _ordered = [.. _entries.Keys];
            Array.Sort(_ordered, StringComparer.Ordinal);
        }

        public IReadOnlyList<string> Find(string code, bool isPrefix)
        {
            HashSet<string>? found = null;
            var entries = _entries.GetAlternateLookup<ReadOnlySpan<char>>();
            var covering = _covering.GetAlternateLookup<ReadOnlySpan<char>>();
            for (var length = 1; length <= code.Length; length++)
            {
                var head = code.AsSpan(0, length);
                if (entries.TryGetValue(head, out var categories) && (length == code.Length || covering.Contains(head)))
                    (found ??= new HashSet<string>(StringComparer.Ordinal)).UnionWith(categories);
            }

            if (isPrefix)
                AddBelow(code, ref found);
            return found is null ? [] : [.. found];
        }

        private void AddBelow(string prefix, ref HashSet<string>? found)
        {
            var at = Array.BinarySearch(_ordered, prefix, StringComparer.Ordinal);
            for (var i = at < 0 ? ~at : at; i < _ordered.Length && _ordered[i].StartsWith(prefix, StringComparison.Ordinal); i++)
                (found ??= new HashSet<string>(StringComparer.Ordinal)).UnionWith(_entries[_ordered[i]]);
        }
    }
}

/// <summary>The form of <c>sensitive-codes.yaml</c>.</summary>
internal sealed record SensitiveCodeFile
{
    /// <summary>Categories by id.</summary>
    public Dictionary<string, SensitiveCategory> Categories { get; init; } = [];
}

/// <summary>One category as written in the file.</summary>
internal sealed record SensitiveCategory
{
    /// <summary>Name for people.</summary>
    public string Name { get; init; } = "";

    /// <summary>Entries per system.</summary>
    public Dictionary<string, List<string>> Codes { get; init; } = [];

    /// <summary>Security labels.</summary>
    public List<string> Labels { get; init; } = [];

    /// <summary>Drug names.</summary>
    public List<string> Drugs { get; init; } = [];
}
