using System.Data.Common;

namespace Sealpost.Trust.Ledger;

/// <summary>A receipt whose sums do not fit.</summary>
internal readonly record struct ChangedReceipt(long Position, IReadOnlyList<string> Columns);

/// <summary>Reads all receipts in order and checks each batch against the root that its entry holds.</summary>
internal sealed class ReceiptCheck(LedgerFindings findings, EntryCheck entries)
{
    private readonly HashSet<long> _seen = [];
    private readonly List<ChangedReceipt> _changed = [];
    private MerkleFrontier _tree = new();
    private long _entry = -1;
    private long _next;
    private bool _complete;

    /// <summary>Hears how many rows are checked, entries included.</summary>
    public IProgress<long>? Progress { get; init; }

    /// <summary>Receipts read.</summary>
    public long Count { get; private set; }

    public async Task RunAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        await using var command = connection.Command($"SELECT {LedgerTable.Receipt.ColumnList}, sums FROM ledger_receipt ORDER BY entry, position");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var width = LedgerTable.Receipt.Columns.Length;
        while (await reader.ReadAsync(cancellationToken))
        {
            var content = new object?[width + 1];
            reader.GetValues(content!);
            Check(content[..width], reader.Bytes(width));
            if (++Count % EntryCheck.ReportEvery == 0)
                Progress?.Report(entries.Count + Count);
        }

        EndBatch();
        foreach (var (entry, claim) in entries.Batches.Where(batch => !_seen.Contains(batch.Key)).OrderBy(batch => batch.Key))
            findings.Add($"ledger_receipt of entry {entry}: all {claim.Receipts} receipts are missing.");
    }

    private void Check(object?[] content, byte[] sums)
    {
        var (entry, position) = ((long)content[0]!, (long)content[1]!);
        if (entry != _entry)
        {
            EndBatch();
            BeginBatch(entry);
        }

        var changed = LedgerRow.ChangedColumns(LedgerTable.Receipt, content, sums);
        if (sums.Length != content.Length * sizeof(uint))
            changed = ["sums"];
        if (changed.Count > 0)
            _changed.Add(new ChangedReceipt(position, changed));
        // A row that says itself that it was written elsewhere leaves no gap where it stands now.
        if (position != _next && (changed.Contains("entry") || changed.Contains("position")))
        {
            _complete = false;
            return;
        }

        Place(entry, position);
        if (_complete)
            _tree.Append(LedgerRow.LeafHash(LedgerTable.Receipt, content));
    }

    private void BeginBatch(long entry)
    {
        _entry = entry;
        _next = 0;
        _complete = true;
        _tree = new MerkleFrontier();
        _changed.Clear();
        _seen.Add(entry);
    }

    private void Place(long entry, long position)
    {
        if (position > _next)
        {
            _complete = false;
            findings.Add($"ledger_receipt of entry {entry}, position {LedgerFindings.Range(_next, position - 1)}: missing (removed, or its number was changed).");
        }
        else if (position < _next)
        {
            _complete = false;
            findings.Add($"ledger_receipt of entry {entry}, position {position}: inserted.");
            return;
        }

        _next = position + 1;
    }

    private void EndBatch()
    {
        if (_entry < 0 && _changed.Count == 0 && _next == 0)
            return;
        var known = entries.Batches.TryGetValue(_entry, out var claim);
        if (!known && !entries.IsUncertain(_entry))
        {
            findings.Add($"ledger_receipt of entry {_entry}: no such batch (inserted, or column entry was changed).");
            return;
        }

        if (known && _next < claim!.Receipts)
            findings.Add($"ledger_receipt of entry {_entry}, position {LedgerFindings.Range(_next, claim.Receipts - 1)}: missing (removed, or its number was changed).");
        else if (known && _next > claim!.Receipts)
            findings.Add($"ledger_receipt of entry {_entry}, position {LedgerFindings.Range(claim.Receipts, _next - 1)}: inserted.");
        var holds = known && _complete && _tree.Root().AsSpan().SequenceEqual(claim!.Root);
        foreach (var (position, columns) in _changed)
            findings.Add($"ledger_receipt of entry {_entry}, position {position}, column {(holds ? "sums" : string.Join(", ", columns))}: changed.");
        if (known && _complete && !holds && _changed.Count == 0 && _next == claim!.Receipts)
            findings.Add($"ledger_receipt of entry {_entry}: a receipt was changed together with its sums; the batch's root does not fit.");
    }
}
