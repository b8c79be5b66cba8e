using Sealpost.Trust.Keys;

namespace Sealpost.Audience;

/// <summary>Dates of something that nearly everyone has (encounters), by patient: the last one beside all of them.</summary>
internal sealed class DateColumn
{
    public static readonly DateColumn Empty = new([], [], []);

    private readonly int[] _starts;
    private readonly ushort[] _days;
    private readonly ushort[] _last;
    private readonly ushort _greatest;

    private DateColumn(int[] starts, ushort[] days, ushort[] last)
    {
        _starts = starts;
        _days = days;
        _last = last;
        foreach (var day in last)
            _greatest = Math.Max(_greatest, day);
    }

    public long Size => (4L * _starts.Length) + (2L * (_days.Length + _last.Length));

    /// <summary>Makes a column of entries sorted by place and date.</summary>
    public static DateColumn Of(List<Entry> entries)
    {
        if (entries.Count == 0)
            return Empty;
        var starts = new int[PatientNumber.ShardSize + 1];
        var days = new ushort[entries.Count];
        var last = new ushort[PatientNumber.ShardSize];
        for (var i = 0; i < days.Length; i++)
        {
            days[i] = entries[i].Day;
            last[entries[i].Ordinal] = entries[i].Day;
            starts[entries[i].Ordinal + 1]++;
        }

        for (var i = 0; i < PatientNumber.ShardSize; i++)
            starts[i + 1] += starts[i];
        return new DateColumn(starts, days, last);
    }

    public void Read(List<Entry> into)
    {
        for (var ordinal = 0; ordinal < _last.Length; ordinal++)
        {
            for (var i = _starts[ordinal]; i < _starts[ordinal + 1]; i++)
                into.Add(new Entry((ushort)ordinal, _days[i], FactDay.None, NamePool.NoUnit, double.NaN));
        }
    }

    /// <summary>Adds those who have a day inside, both ends included. The last day decides for all whose last day is not after the window.</summary>
    public void Collect(ushort from, ushort to, Bitmap into)
    {
        into.SetWhereInside(_last, from, to);
        if (_greatest <= to)
            return;
        for (var ordinal = 0; ordinal < _last.Length; ordinal++)
        {
            if (_last[ordinal] > to && HasInside(ordinal, from, to))
                into.Set(ordinal);
        }
    }

    private bool HasInside(int ordinal, ushort from, ushort to)
    {
        for (var i = _starts[ordinal]; i < _starts[ordinal + 1]; i++)
        {
            if (FactDay.Inside(_days[i], from, to))
                return true;
        }

        return false;
    }
}
