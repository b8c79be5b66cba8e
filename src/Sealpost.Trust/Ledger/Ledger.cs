using System.Data.Common;

namespace Sealpost.Trust.Ledger;

/// <summary>The append-only Merkle log (RFC 6962 §2.1 hashing) of the installation. Leaves are business events or roots of receipt batches.</summary>
/// <remarks>Appends join the caller's transaction, so data and history commit together or not at all.</remarks>
public sealed class Ledger
{
    /// <summary>Opens the ledger with its signing key (ECDSA P-256).</summary>
    public Ledger(LedgerKey key, TimeProvider time)
    {
        Key = key;
        Time = time;
    }

    internal LedgerKey Key { get; }

    internal TimeProvider Time { get; }

    /// <summary>Appends one event; returns its sequence number, from 0.</summary>
    public Task<long> AppendAsync(AuditEvent auditEvent, DbTransaction transaction, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Appends many events at the cost of one head update; returns the first sequence number.</summary>
    public Task<long> AppendAsync(IReadOnlyList<AuditEvent> auditEvents, DbTransaction transaction, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Stores a batch of receipts and appends their Merkle root as one leaf.</summary>
    public Task<long> AppendReceiptsAsync(IReadOnlyList<ReceiptLeaf> receipts, DbTransaction transaction, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Signs the present size and root; returns the checkpoint, whose text form can be exported and kept elsewhere.</summary>
    public Task<Checkpoint> CheckpointAsync(DbTransaction transaction, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}
