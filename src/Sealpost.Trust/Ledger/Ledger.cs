using System.Data.Common;
using System.Globalization;
using Sealpost.Trust.Keys;

namespace Sealpost.Trust.Ledger;

/// <summary>The append-only Merkle log (RFC 6962 §2.1 hashing) of the installation. Leaves are business events or roots of receipt batches.</summary>
/// <remarks>
/// Appends join the caller's transaction, so data and history commit together or not at all. 45 CFR 164.312(b), 164.312(c)(1).
/// Cost: two updates of one row and one insert per 8 rows. Thread-safe; transactions that append wait for each other on PostgreSQL.
/// </remarks>
public sealed class Ledger
{
    internal const string ReceiptsKind = "ledger.receipts";
    internal const string CheckpointKind = "ledger.checkpoint";
    private const string OwnKinds = "ledger.";
    private const string SystemActor = "system";
    private static readonly string[] ReceiptColumns = [.. LedgerTable.Receipt.Columns, "sums"];
    private static readonly string[] EntryColumns = [.. LedgerTable.Entry.Columns, "leaf_hash", "sums"];

    // The installation's own entries (checkpoints, mixed batches) belong to no organisation; those start at 1.
    internal static readonly OrganisationId Installation = new(0);

    private readonly LedgerKey _key;
    private readonly TimeProvider _time;

    /// <summary>Opens the ledger with its signing key (ECDSA P-256).</summary>
    public Ledger(LedgerKey key, TimeProvider time)
    {
        _key = key;
        _time = time;
    }

    /// <summary>Appends one event; returns its sequence number, from 0.</summary>
    /// <exception cref="ArgumentException">A kind that begins with <c>ledger.</c>: those are the ledger's own.</exception>
    /// <exception cref="Sealing.SealException">The ledger's head was altered: verify, then restore from a backup.</exception>
    public Task<long> AppendAsync(AuditEvent auditEvent, DbTransaction transaction, CancellationToken cancellationToken) =>
        AppendAsync([auditEvent], transaction, cancellationToken);

    /// <summary>Appends many events at the cost of one head update; returns the first sequence number.</summary>
    /// <exception cref="ArgumentException">No events, or a kind that begins with <c>ledger.</c>.</exception>
    /// <exception cref="Sealing.SealException">As for one event.</exception>
    public async Task<long> AppendAsync(IReadOnlyList<AuditEvent> auditEvents, DbTransaction transaction, CancellationToken cancellationToken)
    {
        if (auditEvents.Count == 0)
            throw new ArgumentException("There is nothing to append.", nameof(auditEvents));
        if (auditEvents.FirstOrDefault(one => one.Kind.StartsWith(OwnKinds, StringComparison.Ordinal)) is { } forged)
            throw new ArgumentException($"'{forged.Kind}' is one of the ledger's own kinds.", nameof(auditEvents));
        var frontier = await LedgerHead.ReserveAsync(auditEvents.Count, transaction, cancellationToken);
        var first = frontier.Size;
        await AppendAsync(frontier, auditEvents, transaction, cancellationToken);
        return first;
    }

    /// <summary>Stores a batch of receipts and appends their Merkle root as one leaf; returns the leaf's sequence number.</summary>
    /// <exception cref="ArgumentException">No receipts.</exception>
    /// <exception cref="Sealing.SealException">As for one event.</exception>
    public async Task<long> AppendReceiptsAsync(IReadOnlyList<ReceiptLeaf> receipts, DbTransaction transaction, CancellationToken cancellationToken)
    {
        if (receipts.Count == 0)
            throw new ArgumentException("There is nothing to append.", nameof(receipts));
        var frontier = await LedgerHead.ReserveAsync(1, transaction, cancellationToken);
        var entry = frontier.Size;
        var rows = new List<object?[]>(receipts.Count);
        var batch = new MerkleFrontier();
        object number = entry;
        object organisationNumber = (long)receipts[0].Organisation.Value;
        foreach (var receipt in receipts)
        {
            var row = receipt.ToRow(number, rows.Count, receipt.Organisation == receipts[0].Organisation ? organisationNumber : (long)receipt.Organisation.Value);
            (var leaf, row[^1]) = LedgerRow.Hash(LedgerTable.Receipt, row.AsSpan()[..^1]);
            batch.Append(leaf);
            rows.Add(row);
        }

        await LedgerInsert.RowsAsync(LedgerTable.Receipt.Name, ReceiptColumns, rows, transaction, cancellationToken);
        var organisation = receipts.All(one => one.Organisation == receipts[0].Organisation) ? receipts[0].Organisation : Installation;
        var root = new AuditEvent(organisation, ReceiptsKind, SystemActor, null, receipts.Count.ToString(CultureInfo.InvariantCulture), "done", Convert.ToHexStringLower(batch.Root()));
        await AppendAsync(frontier, [root], transaction, cancellationToken);
        return entry;
    }

    /// <summary>Signs the present size and root; returns the checkpoint, whose text form can be exported and kept elsewhere.</summary>
    /// <remarks>The checkpoint is itself an entry, appended after it was signed; where nothing else happened since the last one, that one is returned.</remarks>
    /// <exception cref="InvalidOperationException">The ledger was opened with a public key only.</exception>
    public async Task<Checkpoint> CheckpointAsync(DbTransaction transaction, CancellationToken cancellationToken)
    {
        var frontier = await LedgerHead.ReserveAsync(1, transaction, cancellationToken);
        if (await CheckpointRows.FindAsync(frontier.Size - 1, _key, transaction.Command, cancellationToken) is { } last)
        {
            await transaction.ExecuteAsync("UPDATE ledger_head SET size = size - 1 WHERE id = 1", [], cancellationToken);
            return last;
        }

        var checkpoint = _key.Sign(frontier.Size, frontier.Root(), _time.GetUtcNow());
        await CheckpointRows.InsertAsync(checkpoint, transaction, cancellationToken);
        var leaf = new AuditEvent(Installation, CheckpointKind, SystemActor, null, checkpoint.Size.ToString(CultureInfo.InvariantCulture), "done", CheckpointRows.Describe(checkpoint));
        await AppendAsync(frontier, [leaf], transaction, cancellationToken);
        return checkpoint;
    }

    private async Task AppendAsync(MerkleFrontier frontier, IReadOnlyList<AuditEvent> auditEvents, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var at = _time.GetUtcNow();
        var rows = new List<object?[]>(auditEvents.Count);
        foreach (var auditEvent in auditEvents)
        {
            var content = auditEvent.ToRow(frontier.Size, at);
            var (hash, sums) = LedgerRow.Hash(LedgerTable.Entry, content);
            frontier.Append(hash);
            rows.Add([.. content, hash, sums]);
        }

        await LedgerInsert.RowsAsync(LedgerTable.Entry.Name, EntryColumns, rows, transaction, cancellationToken);
        await LedgerHead.StoreAsync(frontier, transaction, cancellationToken);
    }
}
