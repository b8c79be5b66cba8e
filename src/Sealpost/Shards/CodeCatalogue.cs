using Sealpost.Audience;
using Sealpost.Patients;

namespace Sealpost.Shards;

/// <summary>A code as a picker offers it.</summary>
/// <param name="Kind">What it is of.</param>
/// <param name="Code">As a query writes it: <c>icd10:E11.9</c>, <c>icd10:E11*</c>.</param>
/// <param name="System">Short name or URI of its system.</param>
/// <param name="Title">Words for it; null where the charts give none.</param>
/// <param name="Now">Patients who have it now: a true number.</param>
/// <param name="Ever">Patients who have or had it: a true number.</param>
internal sealed record CatalogueCode(RuleKind Kind, string Code, string System, string? Title, long Now, long Ever)
{
    /// <summary>It stands for all codes that begin so.</summary>
    public bool IsGroup => Code.EndsWith('*');

    public override string ToString() => "[phi]";
}

/// <summary>A language, place or payer as a picker offers it.</summary>
/// <param name="Value">As a query writes it.</param>
/// <param name="Label">For people.</param>
/// <param name="Patients">A true number.</param>
internal sealed record CatalogueValue(string Value, string Label, long Patients)
{
    public override string ToString() => "[phi]";
}

/// <summary>What an organisation's patients have, for pickers: read from the shards, kept for some seconds.</summary>
internal sealed class CodeCatalogue(MeasureAudience measure, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(20);

    private readonly SemaphoreSlim _reading = new(1);
    private volatile Tuple<Catalogue, long>? _kept;

    /// <summary>The catalogue, some seconds old at most.</summary>
    public async Task<Catalogue> ReadAsync(CancellationToken cancellationToken)
    {
        if (_kept is { } kept && time.GetElapsedTime(kept.Item2) < KeptFor)
            return kept.Item1;
        await _reading.WaitAsync(cancellationToken);
        try
        {
            if (_kept is { } other && time.GetElapsedTime(other.Item2) < KeptFor)
                return other.Item1;
            var (codes, categories) = await measure.KnownAsync(cancellationToken);
            var read = new Catalogue(codes, categories);
            _kept = Tuple.Create(read, time.GetTimestamp());
            return read;
        }
        finally
        {
            _reading.Release();
        }
    }

    public void Dispose() => _reading.Dispose();
}

/// <summary>A reading of the catalogue.</summary>
internal sealed class Catalogue
{
    private readonly Dictionary<string, string> _titles = new(StringComparer.Ordinal);
    private readonly ILookup<FactFamily, KnownCode> _values;

    public Catalogue(IReadOnlyList<KnownCode> codes, IReadOnlyList<KnownCode> categories)
    {
        _values = codes.ToLookup(code => code.Family);
        var singles = codes.Where(code => KindOf(code.Family) is not null).Select(code => Of(code, CodePattern.TextOfKey(code.Key), code.Title)).ToList();
        var groups = Groups(codes, categories);
        Codes = [.. singles.Concat(groups).OrderByDescending(code => code.Ever).ThenBy(code => code.Code, StringComparer.Ordinal)];
        foreach (var code in Codes.Where(code => code.Title is not null))
            _titles.TryAdd(code.Code, code.Title!);
    }

    /// <summary>All codes and ICD-10 categories, most frequent first.</summary>
    public IReadOnlyList<CatalogueCode> Codes { get; }

    /// <summary>Words for a code as a query writes it; for a group the words its codes share.</summary>
    public string? Title(string code) => _titles.GetValueOrDefault(code) ?? (code.EndsWith('*') ? GroupTitle(code) : null);

    /// <summary>Codes of a kind whose words or code contain what was typed, most frequent first; what begins with it goes before.</summary>
    public IEnumerable<CatalogueCode> Search(RuleKind? kind, string? system, string typed)
    {
        var words = Words(typed);
        return Codes
            .Where(code => (kind is null || code.Kind == kind) && (system is null || string.Equals(code.System, system, StringComparison.OrdinalIgnoreCase)) && words.All(word => Has(code, word)))
            .OrderByDescending(code => BeginsWithOnly(code, words));
    }

    /// <summary>As <see cref="Search"/>, each with its place, from behind a place on: also where the code that stood there is gone.</summary>
    public IEnumerable<(CatalogueCode Code, CodePlace Place)> SearchAfter(RuleKind? kind, string? system, string typed, CodePlace? after)
    {
        var words = Words(typed);
        return Search(kind, system, typed)
            .Select(code => (Code: code, Place: new CodePlace(BeginsWithOnly(code, words), code.Ever, code.Code)))
            .Where(found => after is not { } place || place.CompareTo(found.Place) < 0);
    }

    /// <summary>Systems that codes of a kind have.</summary>
    public IReadOnlyList<string> Systems(RuleKind kind) => [.. Codes.Where(code => code.Kind == kind).Select(code => code.System).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Languages by primary tag, payers, states, or first three ZIP digits, most frequent first.</summary>
    public IReadOnlyList<CatalogueValue> Values(RuleKind kind) => kind switch
    {
        RuleKind.Language => Values(FactFamily.Language, static key => key.ToLowerInvariant(), QueryWords.LanguageName),
        RuleKind.Payer => Values(FactFamily.Payer, static key => key, static name => name),
        RuleKind.State => Values(FactFamily.State, static key => key, UsStates.Name),
        RuleKind.Zip => Values(FactFamily.Zip, static key => key, static name => name),
        RuleKind.Sex => Values(FactFamily.Sex, static key => key.ToLowerInvariant(), static name => name),
        _ => [],
    };

    private List<CatalogueValue> Values(FactFamily family, Func<string, string> value, Func<string, string> label) =>
        [.. _values[family].Select(code => family == FactFamily.Payer
                ? new CatalogueValue(code.Title ?? code.Key, code.Title ?? code.Key, code.Ever)
                : new CatalogueValue(value(code.Key), label(value(code.Key)), code.Ever))
            .OrderByDescending(entry => entry.Patients).ThenBy(entry => entry.Value, StringComparer.Ordinal)];

    private static string[] Words(string typed) => typed.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static bool BeginsWithOnly(CatalogueCode code, string[] words) => words.Length == 1 && Begins(code, words[0]);

    private static bool Has(CatalogueCode code, string word) =>
        code.Code.Contains(word, StringComparison.OrdinalIgnoreCase) || code.Title?.Contains(word, StringComparison.OrdinalIgnoreCase) == true
        || code.Code.Replace(".", "", StringComparison.Ordinal).Contains(word.Replace(".", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);

    private static bool Begins(CatalogueCode code, string word) =>
        code.Title?.StartsWith(word, StringComparison.OrdinalIgnoreCase) == true
        || code.Code.StartsWith(word, StringComparison.OrdinalIgnoreCase)
        || code.Code.AsSpan(code.Code.LastIndexOf(':') + 1).StartsWith(word, StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<CatalogueCode> Groups(IReadOnlyList<KnownCode> codes, IReadOnlyList<KnownCode> categories)
    {
        foreach (var category in categories)
        {
            var members = codes.Where(code => code.Family == category.Family && code.Key.StartsWith(category.Key, StringComparison.Ordinal)).ToList();
            if (members.Count < 2)
                continue;
            var words = members.Find(code => code.Key == category.Key)?.Title ?? Shared([.. members.Select(code => code.Title).OfType<string>()]);
            yield return Of(category, CodePattern.TextOfKey(category.Key) + "*", words);
        }
    }

    private string? GroupTitle(string group)
    {
        var begin = group[..^1];
        var titles = Codes.Where(code => !code.IsGroup && code.Code.StartsWith(begin, StringComparison.OrdinalIgnoreCase)).Select(code => code.Title).OfType<string>().Distinct().ToList();
        return titles.Count == 1 ? titles[0] : Shared(titles);
    }

    /// <summary>The words that all begin with; null for none.</summary>
    private static string? Shared(List<string> titles)
    {
        if (titles.Count == 0)
            return null;
        var words = titles[0].Split(' ');
        var shared = words.Length;
        foreach (var title in titles.Skip(1))
        {
            var others = title.Split(' ');
            var same = 0;
            while (same < Math.Min(shared, others.Length) && string.Equals(words[same].TrimEnd(','), others[same].TrimEnd(','), StringComparison.OrdinalIgnoreCase))
                same++;
            shared = same;
        }

        return shared == 0 ? null : string.Join(' ', words.Take(shared)).TrimEnd(',');
    }

    private static CatalogueCode Of(KnownCode code, string text, string? title) =>
        new(KindOf(code.Family)!.Value, text, text[..Math.Max(text.LastIndexOf(':'), 0)].Trim('"'), title, code.Now, code.Ever);

    private static RuleKind? KindOf(FactFamily family) => family switch
    {
        FactFamily.ConditionNow => RuleKind.Condition,
        FactFamily.MedicationNow => RuleKind.Medication,
        FactFamily.Lab => RuleKind.Lab,
        FactFamily.Procedure => RuleKind.Procedure,
        FactFamily.Immunization => RuleKind.Immunization,
        _ => null,
    };
}
