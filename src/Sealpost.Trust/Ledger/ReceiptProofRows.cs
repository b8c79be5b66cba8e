using System.Data.Common;

namespace Sealpost.Trust.Ledger;

/// <summary>Reads what a receipt proof is made of.</summary>
internal static class ReceiptProofRows
{
    public static async Task<List<object?[]>> ReadAsync(LedgerTable table, string where, (string Name, object? Value) parameter, DbConnection connection, CancellationToken cancellationToken)
    {
        await using var command = connection.Command($"SELECT {table.ColumnList} FROM {table.Name} WHERE {where} ORDER BY {table.Columns[0]}, {table.Columns[1]}", parameter);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<object?[]>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var row = new object?[table.Columns.Length];
            reader.GetValues(row!);
            rows.Add(row);
        }

        return rows;
    }

    /// <summary>The inclusion proof of an entry: each entry below the size belongs to one of the proof's subtrees, and they are read once, in order.</summary>
    public static async Task<byte[][]> PathAsync(long entry, long size, DbConnection connection, CancellationToken cancellationToken)
    {
        var ranges = MerkleTree.ProofRanges(entry, size);
        var trees = ranges.ToDictionary(range => range, _ => new MerkleFrontier());
        await using var command = connection.Command("SELECT seq, leaf_hash FROM ledger_entry WHERE seq < @size ORDER BY seq", ("@size", size));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var current = default(LeafRange);
        while (await reader.ReadAsync(cancellationToken))
        {
            var sequence = reader.GetInt64(0);
            if (sequence == entry)
                continue;
            if (sequence < current.Start || sequence >= current.End)
                current = ranges.First(range => sequence >= range.Start && sequence < range.End);
            trees[current].Append(reader.Bytes(1));
        }

        return [.. ranges.Select(range => trees[range].Root())];
    }
}
