using System.Collections.Concurrent;

namespace Sealpost.Audience;

/// <summary>Words for codes, payers, languages and places as charts write them, by comparison key. In memory only, read from the charts with the index: nothing of it is stored.</summary>
internal sealed class CodeTitles
{
    private const int MaxLength = 200;

    private readonly ConcurrentDictionary<string, string> _titles = new(StringComparer.Ordinal);

    public string? this[string key] => _titles.GetValueOrDefault(key);

    /// <summary>Notes words; the first ones stay. Returns whether there are any now.</summary>
    public bool Note(string key, string? words)
    {
        if (string.IsNullOrWhiteSpace(words))
            return _titles.ContainsKey(key);
        var trimmed = words.Trim();
        _titles.TryAdd(key, trimmed.Length > MaxLength ? trimmed[..MaxLength] : trimmed);
        return true;
    }
}
