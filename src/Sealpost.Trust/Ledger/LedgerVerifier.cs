using System.Data.Common;

namespace Sealpost.Trust.Ledger;

/// <summary>Recomputes the whole ledger and names what does not hold.</summary>
/// <remarks>
/// Reads every row once, in order, in bounded memory (some 100 bytes for each receipt batch and checkpoint), from one snapshot of the
/// store. 45 CFR 164.312(c)(2). Touches no clear health information.
/// </remarks>
public static class LedgerVerifier
{
    /// <summary>Verifies every entry, receipt batch and checkpoint, optionally against an exported checkpoint (which finds a cut tail).</summary>
    /// <param name="connection">An open connection that is in no transaction.</param>
    /// <param name="key">The ledger's key; the public part is enough.</param>
    /// <param name="against">A checkpoint kept elsewhere. Without one, a tail cut off together with the head and its checkpoints cannot be noticed.</param>
    /// <param name="cancellationToken">Stops the verification.</param>
    public static Task<LedgerVerification> VerifyAsync(DbConnection connection, LedgerKey key, Checkpoint? against, CancellationToken cancellationToken) =>
        VerifyAsync(connection, key, against, null, cancellationToken);

    /// <summary>As the other one, and tells how far it is.</summary>
    /// <param name="connection">An open connection that is in no transaction.</param>
    /// <param name="key">The ledger's key; the public part is enough.</param>
    /// <param name="against">A checkpoint kept elsewhere, or null.</param>
    /// <param name="progress">Hears now and then how many rows (entries and receipts) are checked.</param>
    /// <param name="cancellationToken">Stops the verification.</param>
    public static async Task<LedgerVerification> VerifyAsync(DbConnection connection, LedgerKey key, Checkpoint? against, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        await using var snapshot = await ReadSnapshot.BeginAsync(connection, cancellationToken);
        var findings = new LedgerFindings();
        var head = await HeadCheck.ReadAsync(connection, cancellationToken);
        var checkpoints = await CheckpointCheck.ReadAsync(connection, cancellationToken);
        var watched = checkpoints.Sizes.Append(head.Size).Append(against?.Size ?? 0).ToHashSet();
        var entries = new EntryCheck(findings, watched) { Progress = progress };
        await entries.RunAsync(connection, cancellationToken);
        var receipts = new ReceiptCheck(findings, entries) { Progress = progress };
        await receipts.RunAsync(connection, cancellationToken);
        head.Conclude(findings, entries);
        checkpoints.Conclude(findings, entries, key);
        if (against is not null)
            CheckpointCheck.ConcludeAgainst(findings, entries, key, against);
        return new LedgerVerification(entries.Count, receipts.Count, findings.ToList());
    }
}

/// <summary>What verification found; no findings means intact.</summary>
/// <param name="Entries">Entries checked.</param>
/// <param name="Receipts">Receipts checked.</param>
/// <param name="Findings">One sentence per defect, naming table, entry and column; after 1,000 a last one says how many more there are.</param>
public sealed record LedgerVerification(long Entries, long Receipts, IReadOnlyList<string> Findings)
{
    /// <summary>Nothing was found.</summary>
    public bool IsIntact => Findings.Count == 0;
}
