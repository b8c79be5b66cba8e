namespace Sealpost.Audience;

/// <summary>One statement about one patient, as the index holds it while it is built or merged.</summary>
/// <param name="Ordinal">Place in the shard.</param>
/// <param name="Day">Its date (<see cref="FactDay"/>).</param>
/// <param name="Until">The day it ended, where that matters.</param>
/// <param name="Unit">Unit number of a result.</param>
/// <param name="Value">Numeric result; NaN for none.</param>
internal readonly record struct Entry(ushort Ordinal, ushort Day, ushort Until, ushort Unit, double Value) : IComparable<Entry>
{
    /// <summary>By place, then date, then value: the last one of a patient is the latest, of several on that day the greatest.</summary>
    public int CompareTo(Entry other)
    {
        var order = Ordinal.CompareTo(other.Ordinal);
        if (order == 0)
            order = Day.CompareTo(other.Day);
        return order == 0 ? Value.CompareTo(other.Value) : order;
    }
}

/// <summary>The postings of one family: a sorted dictionary of keys, and a run of entries for each, as columns.</summary>
/// <remarks>
/// A run is 16-bit ordinals with days and ends beside it where the family has them. One that covers more than a sixteenth of the
/// shard has a bitmap too; where all its days are the same the bitmap stands alone.
/// </remarks>
internal sealed class PostingTable
{
    /// <summary>Entries from which a bitmap is not larger than a list.</summary>
    public const int DenseFrom = 4_096;

    public static readonly PostingTable Empty = new();

    public string[] Keys { get; init; } = [];

    /// <summary>Where each run begins in the columns; one more than keys.</summary>
    public int[] Starts { get; init; } = [0];

    public ushort[] Ordinals { get; init; } = [];

    /// <summary>Empty where no entry has a day.</summary>
    public ushort[] Days { get; init; } = [];

    /// <summary>Empty where no entry has an end.</summary>
    public ushort[] Untils { get; init; } = [];

    /// <summary>Bitmap of each dense run; empty where there is none.</summary>
    public ulong[]?[] Dense { get; init; } = [];

    /// <summary>The one day of a run that is a bitmap alone.</summary>
    public ushort[] DenseDays { get; init; } = [];

    /// <summary>Results, for the lab family.</summary>
    public LabValues? Values { get; init; }

    /// <summary>Bytes held, without keys, which are shared.</summary>
    public long Size => (8L * Keys.Length) + (4L * Starts.Length) + (2L * (Ordinals.Length + Days.Length + Untils.Length + DenseDays.Length))
        + Dense.Sum(bits => bits is null ? 8L : 8_224) + (Values?.Size ?? 0);

    /// <summary>Keys that begin with a text, as a range of indices.</summary>
    public (int From, int To) Prefix(string prefix)
    {
        var from = LowerBound(prefix);
        var to = from;
        while (to < Keys.Length && Keys[to].StartsWith(prefix, StringComparison.Ordinal))
            to++;
        return (from, to);
    }

    /// <summary>A pattern's keys as a range of indices.</summary>
    public (int From, int To) Range(CodePattern pattern) => pattern.IsPrefix ? Prefix(pattern.Key) : Exact(pattern.Key);

    /// <summary>A key as a range of one index, or none.</summary>
    public (int From, int To) Exact(string key)
    {
        var from = LowerBound(key);
        return from < Keys.Length && Keys[from] == key ? (from, from + 1) : (from, from);
    }

    /// <summary>Adds everyone in a range of runs.</summary>
    public void Collect((int From, int To) keys, Bitmap into)
    {
        for (var key = keys.From; key < keys.To; key++)
        {
            if (Bits(key) is { } bits)
                into.Or(bits);
            else
                into.Set(Ordinals.AsSpan(Starts[key]..Starts[key + 1]));
        }
    }

    /// <summary>Adds those who have an entry with a day inside, both ends included.</summary>
    public void Collect((int From, int To) keys, ushort from, ushort to, Bitmap into)
    {
        for (var key = keys.From; key < keys.To; key++)
        {
            if (IsBitsAlone(key))
            {
                if (FactDay.Inside(DenseDays[key], from, to))
                    into.Or(Dense[key]);
                continue;
            }

            for (var i = Starts[key]; i < Starts[key + 1] && Days.Length > 0; i++)
            {
                if (FactDay.Inside(Days[i], from, to))
                    into.Set(Ordinals[i]);
            }
        }
    }

    /// <summary>Adds those who have an entry that began by a day, or has no beginning, and has not ended before it.</summary>
    public void CollectOn((int From, int To) keys, ushort day, Bitmap into)
    {
        for (var key = keys.From; key < keys.To; key++)
        {
            if (IsBitsAlone(key))
            {
                if (FactRules.HoldsOn(day, DenseDays[key], FactDay.None))
                    into.Or(Dense[key]);
                continue;
            }

            if (Days.Length == 0 && Untils.Length == 0)
            {
                Collect((key, key + 1), into);
                continue;
            }

            for (var i = Starts[key]; i < Starts[key + 1]; i++)
            {
                if (FactRules.HoldsOn(day, At(Days, i), At(Untils, i)))
                    into.Set(Ordinals[i]);
            }
        }
    }

    /// <summary>How many of a set have an entry in a run.</summary>
    public int CountOf(int key, Bitmap of)
    {
        if (Bits(key) is { } bits)
            return of.CountWith(bits);
        var (count, last) = (0, -1);
        foreach (var ordinal in Ordinals.AsSpan(Starts[key]..Starts[key + 1]))
        {
            if (ordinal != last && of[ordinal])
                count++;
            last = ordinal;
        }

        return count;
    }

    /// <summary>Those of a set who have an entry in a run.</summary>
    public PatientSet SetOf(int key, Bitmap of, int shard)
    {
        if (Bits(key) is { } bits)
        {
            using var both = of.Copy();
            both.And(bits);
            return PatientSet.Of(both, shard);
        }

        var (set, last) = (default(PatientSet), -1);
        foreach (var ordinal in Ordinals.AsSpan(Starts[key]..Starts[key + 1]))
        {
            if (ordinal != last && of[ordinal])
                set = set.With(shard, ordinal);
            last = ordinal;
        }

        return set;
    }

    /// <summary>A run as entries.</summary>
    public void Read(int key, List<Entry> into)
    {
        if (IsBitsAlone(key))
        {
            using var bits = new Bitmap();
            bits.Or(Dense[key]);
            foreach (var ordinal in bits.ToOrdinals())
                into.Add(new Entry(ordinal, DenseDays[key], FactDay.None, NamePool.NoUnit, double.NaN));
            return;
        }

        for (var i = Starts[key]; i < Starts[key + 1]; i++)
        {
            var offset = i - Starts[key];
            into.Add(new Entry(Ordinals[i], At(Days, i), At(Untils, i), Values?.Unit(key, offset) ?? NamePool.NoUnit, Values?.Value(key, offset) ?? double.NaN));
        }
    }

    private static ushort At(ushort[] column, int i) => column.Length == 0 ? FactDay.None : column[i];

    private ulong[]? Bits(int key) => Dense.Length == 0 ? null : Dense[key];

    private bool IsBitsAlone(int key) => Bits(key) is not null && Starts[key] == Starts[key + 1];

    private int LowerBound(string key)
    {
        var (low, high) = (0, Keys.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (string.CompareOrdinal(Keys[middle], key) < 0)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
