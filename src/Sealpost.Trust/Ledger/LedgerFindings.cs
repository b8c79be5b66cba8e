using System.Globalization;

namespace Sealpost.Trust.Ledger;

/// <summary>Sentences for people; bounded, since one cut in the middle can break everything behind it.</summary>
internal sealed class LedgerFindings
{
    private const int Most = 1_000;
    private readonly List<string> _sentences = [];
    private long _more;

    public void Add(FormattableString sentence)
    {
        if (_sentences.Count < Most)
            _sentences.Add(sentence.ToString(CultureInfo.InvariantCulture));
        else
            _more++;
    }

    public IReadOnlyList<string> ToList() =>
        _more == 0 ? _sentences : [.. _sentences, string.Create(CultureInfo.InvariantCulture, $"{_more} more findings are not listed.")];

    public static string Range(long first, long last) =>
        first == last ? first.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{first} to {last}");
}
