namespace Sealpost.Audience;

/// <summary>How the results of one run are held: most are short decimals, which fit 16 or 32 bits exactly.</summary>
internal enum ValueWidth : byte
{
    Short,
    Int,
    Double,
}

/// <summary>Results beside the runs of the lab family: values and units.</summary>
internal sealed class LabValues
{
    /// <summary>Stands for runs that hold several units.</summary>
    public const ushort Several = ushort.MaxValue;

    public required ValueWidth[] Widths { get; init; }

    /// <summary>What whole numbers are divided by.</summary>
    public required double[] Divisors { get; init; }

    /// <summary>Where each run begins in the column of its width.</summary>
    public required int[] Starts { get; init; }

    public required short[] Shorts { get; init; }

    public required int[] Ints { get; init; }

    public required double[] Doubles { get; init; }

    /// <summary>The one unit of each run, or <see cref="Several"/>.</summary>
    public required ushort[] Units { get; init; }

    /// <summary>Units entry by entry, of runs with several.</summary>
    public required ushort[]?[] UnitColumns { get; init; }

    public long Size => (23L * Widths.Length) + (2L * Shorts.Length) + (4L * Ints.Length) + (8L * Doubles.Length) + UnitColumns.Sum(column => column is null ? 0L : 24 + (2 * column.Length));

    /// <summary>The value of an entry; NaN for none. A decimal divided back is the double that its text is read as.</summary>
    public double Value(int run, int offset)
    {
        switch (Widths[run])
        {
            case ValueWidth.Short:
                var small = Shorts[Starts[run] + offset];
                return small == short.MinValue ? double.NaN : small / Divisors[run];
            case ValueWidth.Int:
                var whole = Ints[Starts[run] + offset];
                return whole == int.MinValue ? double.NaN : whole / Divisors[run];
            default:
                return Doubles[Starts[run] + offset];
        }
    }

    public ushort Unit(int run, int offset) => Units[run] == Several ? UnitColumns[run]![offset] : Units[run];

    /// <summary>Units of the values of a run.</summary>
    public IEnumerable<ushort> UnitsOf(int run) => Units[run] == Several ? UnitColumns[run]!.Distinct() : [Units[run]];
}

/// <summary>Writes results run by run.</summary>
internal sealed class LabValuesWriter
{
    private static readonly double[] Powers = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000];

    private readonly List<ValueWidth> _widths = [];
    private readonly List<double> _divisors = [];
    private readonly List<int> _starts = [];
    private readonly List<short> _shorts = [];
    private readonly List<int> _ints = [];
    private readonly List<double> _doubles = [];
    private readonly List<ushort> _units = [];
    private readonly List<ushort[]?> _unitColumns = [];

    public void Append(ReadOnlySpan<Entry> entries)
    {
        AppendUnits(entries);
        var power = 0;
        while (power < Powers.Length && !AllWhole(entries, Powers[power]))
            power++;
        var divisor = power < Powers.Length ? Powers[power] : 1;
        var width = power == Powers.Length ? ValueWidth.Double : Greatest(entries, divisor) < short.MaxValue ? ValueWidth.Short : ValueWidth.Int;
        _widths.Add(width);
        _divisors.Add(divisor);
        _starts.Add(width == ValueWidth.Short ? _shorts.Count : width == ValueWidth.Int ? _ints.Count : _doubles.Count);
        foreach (var entry in entries)
        {
            if (width == ValueWidth.Double)
                _doubles.Add(entry.Value);
            else if (width == ValueWidth.Int)
                _ints.Add(double.IsNaN(entry.Value) ? int.MinValue : (int)Math.Round(entry.Value * divisor));
            else
                _shorts.Add(double.IsNaN(entry.Value) ? short.MinValue : (short)Math.Round(entry.Value * divisor));
        }
    }

    public LabValues Finish() => new()
    {
        Widths = [.. _widths],
        Divisors = [.. _divisors],
        Starts = [.. _starts],
        Shorts = [.. _shorts],
        Ints = [.. _ints],
        Doubles = [.. _doubles],
        Units = [.. _units],
        UnitColumns = [.. _unitColumns],
    };

    private void AppendUnits(ReadOnlySpan<Entry> entries)
    {
        var first = entries[0].Unit;
        var units = new ushort[entries.Length];
        for (var i = 0; i < entries.Length; i++)
            units[i] = entries[i].Unit;
        var several = units.AsSpan().ContainsAnyExcept(first);
        _units.Add(several ? LabValues.Several : first);
        _unitColumns.Add(several ? units : null);
    }

    private static bool AllWhole(ReadOnlySpan<Entry> entries, double power)
    {
        foreach (var entry in entries)
        {
            if (double.IsNaN(entry.Value))
                continue;
            var scaled = Math.Round(entry.Value * power);
            if (Math.Abs(scaled) >= int.MaxValue || scaled / power != entry.Value || (scaled == 0 && double.IsNegative(entry.Value)))
                return false;
        }

        return true;
    }

    private static double Greatest(ReadOnlySpan<Entry> entries, double divisor)
    {
        var greatest = 0.0;
        foreach (var entry in entries)
        {
            if (!double.IsNaN(entry.Value))
                greatest = Math.Max(greatest, Math.Abs(Math.Round(entry.Value * divisor)));
        }

        return greatest;
    }
}
