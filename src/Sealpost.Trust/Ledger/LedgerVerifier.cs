using System.Data.Common;

namespace Sealpost.Trust.Ledger;

/// <summary>Recomputes the whole ledger and names what does not hold.</summary>
public static class LedgerVerifier
{
    /// <summary>Verifies every entry, receipt batch and checkpoint, optionally against an exported checkpoint (which finds a cut tail).</summary>
    public static Task<LedgerVerification> VerifyAsync(DbConnection connection, LedgerKey key, Checkpoint? against, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}

/// <summary>What verification found; no findings means intact.</summary>
/// <param name="Entries">Entries checked.</param>
/// <param name="Receipts">Receipts checked.</param>
/// <param name="Findings">One sentence per defect, naming table, entry and column.</param>
public sealed record LedgerVerification(long Entries, long Receipts, IReadOnlyList<string> Findings);
