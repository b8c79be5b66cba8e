using System.Data.Common;
using Sealpost.Trust.Sealing;

namespace Sealpost.Trust.Ledger;

/// <summary>The one row that holds the size and right edge of the tree. Its lock puts writers in line.</summary>
internal static class LedgerHead
{
    /// <summary>Takes the next numbers. The update locks the row on PostgreSQL until the transaction ends, so the log has no gaps and no forks.</summary>
    public static async Task<MerkleFrontier> ReserveAsync(int entries, DbTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = transaction.Command(
            "UPDATE ledger_head SET size = size + @count WHERE id = 1 RETURNING size, frontier",
            ("@count", entries));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) && MerkleFrontier.TryRead(reader.GetInt64(0) - entries, reader.Bytes(1), out var frontier)
            ? frontier
            : throw new SealException("The ledger's head does not fit its size: run \"sealpost ledger verify\" and restore the ledger from a backup.");
    }

    public static Task StoreAsync(MerkleFrontier frontier, DbTransaction transaction, CancellationToken cancellationToken) =>
        transaction.ExecuteAsync("UPDATE ledger_head SET frontier = @frontier WHERE id = 1", [("@frontier", frontier.ToBytes())], cancellationToken);
}
