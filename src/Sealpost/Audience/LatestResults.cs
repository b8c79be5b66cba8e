using System.Buffers;
using Sealpost.Trust.Keys;

namespace Sealpost.Audience;

/// <summary>Finds those whose latest result in a window compares as asked.</summary>
internal static class LatestResults
{
    public static void Collect(PostingTable table, LabIs lab, (ushort From, ushort To) days, NamePool names, Bitmap into)
    {
        ushort? unit = null;
        if (lab.Unit is not null)
        {
            unit = names.KnownUnit(lab.Unit);
            if (unit is null)
                return;
        }

        var (from, to) = table.Range(lab.Code);
        if (to - from == 1)
            CollectOne(table, from, lab, days, unit, into);
        else if (to > from)
            CollectSeveral(table, (from, to), lab, days, unit, into);
    }

    /// <summary>One code: its run is sorted by patient and date, so it is read from its end and the first fitting entry of each patient decides.</summary>
    private static void CollectOne(PostingTable table, int key, LabIs lab, (ushort From, ushort To) days, ushort? unit, Bitmap into)
    {
        var (start, end) = (table.Starts[key], table.Starts[key + 1]);
        var values = table.Values!;
        var decided = -1;
        for (var i = end - 1; i >= start; i--)
        {
            var ordinal = table.Ordinals[i];
            if (ordinal == decided)
                continue;
            var day = table.Days.Length == 0 ? FactDay.None : table.Days[i];
            if (day > days.To || day < days.From)
                continue;
            var value = values.Value(key, i - start);
            if (double.IsNaN(value) || (unit is { } wanted && values.Unit(key, i - start) != wanted))
                continue;
            decided = ordinal;
            if (FactRules.Holds(lab.Is, value, lab.Value))
                into.Set(ordinal);
        }
    }

    /// <summary>Several codes under one prefix: the latest of all of them.</summary>
    private static void CollectSeveral(PostingTable table, (int From, int To) keys, LabIs lab, (ushort From, ushort To) days, ushort? unit, Bitmap into)
    {
        var latestDays = ArrayPool<int>.Shared.Rent(PatientNumber.ShardSize);
        var latestValues = ArrayPool<double>.Shared.Rent(PatientNumber.ShardSize);
        latestDays.AsSpan(0, PatientNumber.ShardSize).Fill(-1);
        for (var key = keys.From; key < keys.To; key++)
        {
            var start = table.Starts[key];
            for (var i = start; i < table.Starts[key + 1]; i++)
            {
                var (ordinal, day) = (table.Ordinals[i], table.Days.Length == 0 ? FactDay.None : table.Days[i]);
                if (day > days.To || day < days.From || day < latestDays[ordinal])
                    continue;
                var value = table.Values!.Value(key, i - start);
                if (double.IsNaN(value) || (unit is { } wanted && table.Values.Unit(key, i - start) != wanted))
                    continue;
                if (day == latestDays[ordinal] && value <= latestValues[ordinal])
                    continue;
                latestDays[ordinal] = day;
                latestValues[ordinal] = value;
            }
        }

        for (var ordinal = 0; ordinal < PatientNumber.ShardSize; ordinal++)
        {
            if (latestDays[ordinal] >= 0 && FactRules.Holds(lab.Is, latestValues[ordinal], lab.Value))
                into.Set(ordinal);
        }

        ArrayPool<int>.Shared.Return(latestDays);
        ArrayPool<double>.Shared.Return(latestValues);
    }
}
