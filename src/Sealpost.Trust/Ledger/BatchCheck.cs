using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace Sealpost.Trust.Ledger;

/// <summary>Checks batches of receipts against a checkpoint, offline: give each batch, its receipts, then the next.</summary>
public sealed class BatchCheck
{
    private readonly Checkpoint _checkpoint;
    private readonly SortedDictionary<long, byte[]> _leaves = [];
    private readonly Action<string> _report;
    private BatchDocument? _batch;

    /// <summary>Starts a check.</summary>
    /// <param name="checkpoint">As the file gives it.</param>
    /// <param name="key">The ledger's public key, had from elsewhere than the file.</param>
    /// <param name="report">Takes what does not hold, in sentences.</param>
    public BatchCheck(Checkpoint checkpoint, LedgerKey key, Action<string> report)
    {
        (_checkpoint, _report) = (checkpoint, report);
        if (!key.Verifies(checkpoint))
            report($"The checkpoint is not signed by the key {key.Origin}.");
    }

    /// <summary>Begins a batch; the one before is judged.</summary>
    /// <exception cref="FormatException">Not a batch.</exception>
    public void Begin(string batch)
    {
        End();
        _batch = Read(batch, BatchJson.Default.BatchDocument);
        foreach (var other in _batch.Others)
            Place(other.Position, other.Hash);
    }

    /// <summary>Adds a receipt of the batch.</summary>
    /// <param name="row">The row as <see cref="ReceiptBatch.StoredReceipt.ToJson"/> wrote it.</param>
    /// <param name="organisation">Organisation that the file is about.</param>
    /// <param name="campaign">Campaign that the file is about.</param>
    /// <param name="clear">The opened receipt, byte for byte; empty for an erased patient's, which nobody can open.</param>
    /// <exception cref="FormatException">Not a receipt, or it stands before the first batch.</exception>
    public void Add(string row, long organisation, long campaign, ReadOnlySpan<byte> clear)
    {
        var batch = _batch ?? throw new FormatException("A receipt stands before the first batch.");
        var fields = Read(row, BatchJson.Default.ReceiptFields);
        if (fields.Entry != batch.Entry.Seq || fields.Org != organisation || fields.Campaign != campaign)
            _report($"{Name(fields)} is not of this batch, organisation and campaign.");
        if (clear.Length > 0 && !SHA256.HashData([.. fields.Salt, .. clear]).AsSpan().SequenceEqual(fields.Commitment))
            _report($"{Name(fields)}: the receipt shown is not the one recorded; its commitment differs.");
        Place(fields.Position, LedgerRow.LeafHash(LedgerTable.Receipt, fields.ToRow()));
    }

    /// <summary>Judges the last batch.</summary>
    public void End()
    {
        if (_batch is not { } batch)
            return;
        var entry = batch.Entry;
        var root = MerkleTree.Root(_leaves.Values);
        if (_leaves.Count != batch.Size || (_leaves.Count > 0 && _leaves.Keys.Last() != batch.Size - 1)
            || entry.Kind != Ledger.ReceiptsKind || entry.Subject != batch.Size.ToString(CultureInfo.InvariantCulture) || entry.Detail != Convert.ToHexStringLower(root))
            _report($"The receipts of ledger entry {entry.Seq} are not those that it covers: one was changed, added or left out.");
        if (MerkleTree.RootOf(LedgerRow.LeafHash(LedgerTable.Entry, entry.ToRow()), entry.Seq, _checkpoint.Size, batch.LogPath) is not { } log || !log.AsSpan().SequenceEqual(_checkpoint.Root.Span))
            _report($"Ledger entry {entry.Seq} is not in the ledger of the checkpoint.");
        _leaves.Clear();
        _batch = null;
    }

    private void Place(long position, byte[] hash)
    {
        if (!_leaves.TryAdd(position, hash))
            _report($"Position {position} of ledger entry {_batch!.Entry.Seq} is given twice.");
    }

    private static string Name(ReceiptFields fields) => $"Receipt at position {fields.Position} of ledger entry {fields.Entry}";

    private static T Read<T>(string json, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw new FormatException("This is no evidence file of ours.");
        }
        catch (JsonException exception)
        {
            throw new FormatException("This is no evidence file of ours.", exception);
        }
    }
}
