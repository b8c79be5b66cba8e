using System.Buffers;
using System.Data.Common;
using System.Globalization;

namespace Sealpost.Trust.Ledger;

/// <summary>A receipts entry as read: how many receipts and their root; null root where the entry itself does not hold.</summary>
internal sealed record BatchClaim(long Receipts, byte[]? Root);

/// <summary>The tree at a size.</summary>
internal readonly record struct TreeAt(byte[] Frontier, byte[] Root);

/// <summary>An entry that says itself that it was written under another number.</summary>
internal readonly record struct DisplacedEntry(object?[] Content, byte[] LeafHash);

/// <summary>Reads all entries in order, checks each against its own hash and rebuilds the tree.</summary>
internal sealed class EntryCheck(LedgerFindings findings, HashSet<long> watchedSizes)
{
    private const int MostDisplaced = 1_000;
    private readonly MerkleFrontier _tree = new();
    private readonly List<LeafRange> _missing = [];
    private readonly HashSet<long> _untrusted = [];
    private readonly List<DisplacedEntry> _displaced = [];
    private long _next;

    /// <summary>Rows between two reports of progress.</summary>
    internal const int ReportEvery = 1_024;

    /// <summary>Hears how many rows are checked.</summary>
    public IProgress<long>? Progress { get; init; }

    /// <summary>Entries read.</summary>
    public long Count { get; private set; }

    /// <summary>First number after the last entry in place.</summary>
    public long End => _next;

    /// <summary>No entry is missing or out of place, so the tree could be rebuilt.</summary>
    public bool HasTree { get; private set; } = true;

    /// <summary>Right edge after the last entry.</summary>
    public byte[] Frontier => _tree.ToBytes();

    /// <summary>Right edge and root at the watched sizes reached.</summary>
    public Dictionary<long, TreeAt> Watched { get; } = [];

    /// <summary>Receipt batches by entry.</summary>
    public Dictionary<long, BatchClaim> Batches { get; } = [];

    /// <summary>What the log says of its checkpoints, by size.</summary>
    public Dictionary<long, string> Checkpoints { get; } = [];

    /// <summary>The entry is missing or does not hold, so nothing can be said about what hangs on it.</summary>
    public bool IsUncertain(long entry) => _untrusted.Contains(entry) || _missing.Exists(range => entry >= range.Start && entry < range.End);

    public async Task RunAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        Watch();
        await using var command = connection.Command($"SELECT {LedgerTable.Entry.ColumnList}, leaf_hash, sums FROM ledger_entry ORDER BY seq");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var width = LedgerTable.Entry.Columns.Length;
        while (await reader.ReadAsync(cancellationToken))
        {
            var content = new object?[width + 2];
            reader.GetValues(content!);
            Check(content[..width], reader.Bytes(width), reader.Bytes(width + 1));
            if (++Count % ReportEvery == 0)
                Progress?.Report(Count);
        }

        NameDisplaced();
    }

    private void Check(object?[] content, byte[] leafHash, byte[] sums)
    {
        var sequence = (long)content[0]!;
        var hash = LedgerRow.LeafHash(LedgerTable.Entry, content);
        var holds = hash.AsSpan().SequenceEqual(leafHash);
        var changed = LedgerRow.ChangedColumns(LedgerTable.Entry, content, sums);
        var displaced = !holds && changed is ["seq"];
        if (displaced)
        {
            HasTree = false;
            if (_displaced.Count < MostDisplaced)
                _displaced.Add(new DisplacedEntry(content, leafHash));
            else
                findings.Add($"ledger_entry {sequence}, column seq: this row was written as another entry.");
        }

        if (!Place(sequence, displaced))
            return;
        if (displaced)
        {
            _untrusted.Add(sequence);
            return;
        }

        if (!holds)
            _untrusted.Add(sequence);
        Report(sequence, holds, changed, sums);
        // Whichever of row and hash was left alone belongs into the tree.
        Grow(holds || changed.Count > 0 ? leafHash : hash);
        if (holds)
            Note(sequence, content);
    }

    /// <summary>Moves on to the row's number; false for a row that stands where no entry belongs.</summary>
    private bool Place(long sequence, bool displaced)
    {
        if (displaced && sequence != _next)
            return false;
        if (sequence < _next)
        {
            findings.Add($"ledger_entry {sequence}: inserted; numbers start at 0.");
            return false;
        }

        if (sequence > _next)
        {
            HasTree = false;
            _missing.Add(new LeafRange(_next, sequence));
            findings.Add($"ledger_entry {LedgerFindings.Range(_next, sequence - 1)}: missing (removed, or its number was changed).");
        }

        _next = sequence + 1;
        return true;
    }

    private void Report(long sequence, bool holds, IReadOnlyList<string> changed, byte[] sums)
    {
        if (holds && (changed.Count > 0 || sums.Length != LedgerTable.Entry.Columns.Length * sizeof(uint)))
            findings.Add($"ledger_entry {sequence}, column sums: changed.");
        else if (!holds && changed.Count > 0)
            findings.Add($"ledger_entry {sequence}, column {string.Join(", ", changed)}: changed.");
        else if (!holds)
            findings.Add($"ledger_entry {sequence}, column leaf_hash: does not fit the row.");
    }

    private void Grow(byte[] leafHash)
    {
        if (!HasTree)
            return;
        _tree.Append(leafHash);
        Watch();
    }

    private void Watch()
    {
        if (watchedSizes.Contains(_tree.Size))
            Watched[_tree.Size] = new TreeAt(_tree.ToBytes(), _tree.Root());
    }

    private void Note(long sequence, object?[] content)
    {
        var (kind, subject, detail) = (content[3] as string, content[6] as string, content[8] as string);
        if (kind == Ledger.ReceiptsKind && long.TryParse(subject, NumberStyles.None, CultureInfo.InvariantCulture, out var receipts) && detail is not null)
            Batches[sequence] = new BatchClaim(receipts, Hex(detail));
        else if (kind == Ledger.CheckpointKind && detail is not null)
            Checkpoints[sequence] = detail;
    }

    private static byte[]? Hex(string text)
    {
        var bytes = new byte[text.Length / 2];
        return Convert.FromHexString(text, bytes, out _, out _) == OperationStatus.Done ? bytes : null;
    }

    /// <summary>Finds the numbers under which rows out of place were written: two that were swapped name each other.</summary>
    private void NameDisplaced()
    {
        var numbers = _displaced.Select(row => (long)row.Content[0]!)
            .Concat(_missing.SelectMany(range => Enumerable.Range(0, (int)Math.Min(range.End - range.Start, MostDisplaced)).Select(i => range.Start + i)))
            .Append(_next)
            .ToList();
        foreach (var (content, leafHash) in _displaced)
        {
            var found = (long)content[0]!;
            var written = numbers.Cast<long?>().FirstOrDefault(number => LedgerRow.LeafHash(LedgerTable.Entry, [number, .. content.AsSpan(1)]).AsSpan().SequenceEqual(leafHash));
            if (written is null)
                findings.Add($"ledger_entry {found}, column seq: this row was written as another entry.");
            else
                findings.Add($"ledger_entry {found}, column seq: this row was written as entry {written} (moved or swapped).");
        }
    }
}
