using System.Runtime.InteropServices;

namespace Sealpost.Audience;

/// <summary>Writes a table run by run; keys come in order, entries of a run sorted.</summary>
internal sealed class PostingTableWriter(bool withValues)
{
    private readonly List<string> _keys = [];
    private readonly List<int> _starts = [0];
    private readonly List<ushort> _ordinals = [];
    private readonly List<ushort> _days = [];
    private readonly List<ushort> _untils = [];
    private readonly List<ulong[]?> _dense = [];
    private readonly List<ushort> _denseDays = [];
    private readonly LabValuesWriter? _values = withValues ? new LabValuesWriter() : null;
    private bool _anyDay;
    private bool _anyUntil;

    public void Append(string key, ReadOnlySpan<Entry> entries)
    {
        if (entries.IsEmpty)
            return;
        _keys.Add(key);
        _values?.Append(entries);
        var bits = entries.Length > PostingTable.DenseFrom ? Bits(entries) : null;
        _dense.Add(bits);
        _denseDays.Add(entries[0].Day);
        if (bits is null || !CanBeBitsAlone(entries))
            AppendColumns(entries);
        _starts.Add(_ordinals.Count);
    }

    public PostingTable Finish() => _keys.Count == 0 ? PostingTable.Empty : new PostingTable
    {
        Keys = [.. _keys],
        Starts = [.. _starts],
        Ordinals = [.. _ordinals],
        Days = _anyDay ? [.. _days] : [],
        Untils = _anyUntil ? [.. _untils] : [],
        Dense = _dense.Exists(bits => bits is not null) ? [.. _dense] : [],
        DenseDays = _dense.Exists(bits => bits is not null) ? [.. _denseDays] : [],
        Values = _values?.Finish(),
    };

    private void AppendColumns(ReadOnlySpan<Entry> entries)
    {
        var start = _ordinals.Count;
        CollectionsMarshal.SetCount(_ordinals, start + entries.Length);
        CollectionsMarshal.SetCount(_days, start + entries.Length);
        CollectionsMarshal.SetCount(_untils, start + entries.Length);
        var ordinals = CollectionsMarshal.AsSpan(_ordinals)[start..];
        var days = CollectionsMarshal.AsSpan(_days)[start..];
        var untils = CollectionsMarshal.AsSpan(_untils)[start..];
        for (var i = 0; i < entries.Length; i++)
        {
            ordinals[i] = entries[i].Ordinal;
            days[i] = entries[i].Day;
            untils[i] = entries[i].Until;
        }

        _anyDay = _anyDay || days.ContainsAnyExcept(FactDay.None);
        _anyUntil = _anyUntil || untils.ContainsAnyExcept(FactDay.None);
    }

    private bool CanBeBitsAlone(ReadOnlySpan<Entry> entries)
    {
        if (_values is not null)
            return false;
        for (var i = 0; i < entries.Length; i++)
        {
            if (entries[i].Day != entries[0].Day || entries[i].Until != FactDay.None)
                return false;
        }

        return true;
    }

    private static ulong[] Bits(ReadOnlySpan<Entry> entries)
    {
        using var bits = new Bitmap();
        foreach (var entry in entries)
            bits.Set(entry.Ordinal);
        return bits.ToWords();
    }
}
