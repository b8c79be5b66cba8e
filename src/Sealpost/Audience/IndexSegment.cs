using Sealpost.Trust.Keys;

namespace Sealpost.Audience;

/// <summary>An immutable part of a shard's index: the postings of some patients, and their birth dates.</summary>
internal sealed class IndexSegment
{
    private static readonly int FamilyCount = Enum.GetValues<FactFamily>().Length;

    private readonly PostingTable[] _tables;

    public IndexSegment(PostingTable[] tables, DateColumn encounters, ushort[] births, ulong[] members)
    {
        _tables = tables;
        Encounters = encounters;
        Births = births;
        Members = members;
    }

    /// <summary>The segment of nobody.</summary>
    public static IndexSegment Empty { get; } = new([.. Enumerable.Repeat(PostingTable.Empty, FamilyCount)], DateColumn.Empty, [], new ulong[Bitmap.Words]);

    public PostingTable this[FactFamily family] => _tables[(int)family];

    public DateColumn Encounters { get; }

    /// <summary>Birth date of each place (<see cref="FactDay"/>); empty in a segment of histories.</summary>
    public ushort[] Births { get; }

    /// <summary>Who may be in an audience at all, as a bitmap.</summary>
    public ulong[] Members { get; }

    /// <summary>Bytes held.</summary>
    public long Size => _tables.Sum(table => table.Size) + Encounters.Size + (2L * Births.Length) + (8L * Members.Length);

    /// <summary>What <paramref name="old"/> says of everyone but <paramref name="replaced"/>, and what <paramref name="fresh"/> says.</summary>
    public static IndexSegment Merge(IndexSegment old, Bitmap replaced, IndexSegment fresh)
    {
        var tables = new PostingTable[FamilyCount];
        var buffers = new MergeBuffers(replaced);
        for (var family = 0; family < tables.Length; family++)
            tables[family] = Merge((FactFamily)family, old, fresh, buffers);

        buffers.Clear();
        old.Encounters.Read(buffers.Old);
        fresh.Encounters.Read(buffers.Fresh);
        using var members = new Bitmap();
        members.Or(old.Members);
        members.AndNot(replaced);
        members.Or(fresh.Members);
        return new IndexSegment(tables, DateColumn.Of(buffers.Merge()), MergeBirths(old.Births, replaced, fresh.Births), members.ToWords());
    }

    private static PostingTable Merge(FactFamily family, IndexSegment old, IndexSegment fresh, MergeBuffers buffers)
    {
        var (left, right) = (old[family], fresh[family]);
        var writer = new PostingTableWriter(withValues: family == FactFamily.Lab);
        var (i, j) = (0, 0);
        while (i < left.Keys.Length || j < right.Keys.Length)
        {
            var order = i == left.Keys.Length ? 1 : j == right.Keys.Length ? -1 : string.CompareOrdinal(left.Keys[i], right.Keys[j]);
            var key = order <= 0 ? left.Keys[i] : right.Keys[j];
            buffers.Clear();
            if (order <= 0)
                left.Read(i++, buffers.Old);
            if (order >= 0)
                right.Read(j++, buffers.Fresh);
            writer.Append(key, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(buffers.Merge()));
        }

        return writer.Finish();
    }

    private static ushort[] MergeBirths(ushort[] old, Bitmap replaced, ushort[] fresh)
    {
        if (old.Length == 0 && fresh.Length == 0)
            return [];
        var births = old.Length == 0 ? new ushort[PatientNumber.ShardSize] : (ushort[])old.Clone();
        for (var ordinal = 0; ordinal < births.Length; ordinal++)
        {
            if (replaced[ordinal])
                births[ordinal] = fresh.Length == 0 ? FactDay.None : fresh[ordinal];
        }

        return births;
    }

    /// <summary>Entries of one run from both sides, reused from run to run.</summary>
    private sealed class MergeBuffers(Bitmap replaced)
    {
        private readonly List<Entry> _merged = [];

        public List<Entry> Old { get; } = [];

        public List<Entry> Fresh { get; } = [];

        public void Clear()
        {
            Old.Clear();
            Fresh.Clear();
        }

        public List<Entry> Merge()
        {
            _merged.Clear();
            var next = 0;
            foreach (var entry in Old)
            {
                if (replaced[entry.Ordinal])
                    continue;
                while (next < Fresh.Count && Fresh[next].Ordinal < entry.Ordinal)
                    _merged.Add(Fresh[next++]);
                _merged.Add(entry);
            }

            while (next < Fresh.Count)
                _merged.Add(Fresh[next++]);
            return _merged;
        }
    }
}
