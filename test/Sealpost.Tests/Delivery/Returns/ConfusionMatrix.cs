using System.Globalization;
using System.Text;

namespace Sealpost.Tests.Delivery.Returns;

/// <summary>Wanted against given, as a table to print.</summary>
internal sealed class ConfusionMatrix
{
    private readonly SortedDictionary<(string Wanted, string Given), int> _cells = [];
    private readonly List<string> _wrong = [];
    private int _right;
    private int _all;

    /// <summary>Share of right answers, 0 to 1.</summary>
    public double Right => _all == 0 ? 0 : (double)_right / _all;

    public void Add(string wanted, string given, string what)
    {
        _all++;
        _cells[(wanted, given)] = _cells.GetValueOrDefault((wanted, given)) + 1;
        if (wanted == given)
            _right++;
        else
            _wrong.Add($"{wanted,-10} {what}");
    }

    public override string ToString()
    {
        var columns = _cells.Keys.Select(cell => cell.Given).Distinct().Order(StringComparer.Ordinal).ToList();
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{_right} of {_all} right ({Right:P1})");
        text.Append("wanted \\ given".PadRight(16));
        foreach (var column in columns)
            text.Append(column.PadLeft(12));
        text.AppendLine();
        foreach (var row in _cells.Keys.Select(cell => cell.Wanted).Distinct().Order(StringComparer.Ordinal))
        {
            text.Append(row.PadRight(16));
            foreach (var column in columns)
                text.Append(_cells.GetValueOrDefault((row, column)).ToString(CultureInfo.InvariantCulture).PadLeft(12));
            text.AppendLine();
        }

        foreach (var wrong in _wrong)
            text.AppendLine(wrong);
        return text.ToString();
    }
}
