using System.Data.Common;
using System.Numerics;

namespace Sealpost.Trust.Ledger;

/// <summary>Inclusion proofs for many entries, from one read of the ledger's leaf hashes; holds 64 bytes an entry. RFC 6962 §2.1.1.</summary>
internal sealed class LedgerPaths
{
    private const int Length = MerkleTree.HashLength;

    private readonly long _size;

    // Level k holds the roots of all whole subtrees of 2^k leaves, one after the other.
    private readonly List<byte[]> _levels;

    private LedgerPaths(long size, byte[] leaves)
    {
        _size = size;
        _levels = [leaves];
        for (var count = size / 2; count > 0; count /= 2)
            _levels.Add(Above(_levels[^1], count));
    }

    /// <summary>Reads the leaves below a size.</summary>
    /// <exception cref="FormatException">An entry is missing.</exception>
    public static async Task<LedgerPaths> LoadAsync(long size, DbConnection connection, CancellationToken cancellationToken)
    {
        var leaves = new byte[checked(size * Length)];
        await using var command = connection.Command("SELECT seq, leaf_hash FROM ledger_entry WHERE seq < @size ORDER BY seq", ("@size", size));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var next = 0L;
        while (await reader.ReadAsync(cancellationToken))
        {
            if (reader.GetInt64(0) != next || reader.Bytes(1) is not { Length: Length } hash)
                break;
            hash.CopyTo(leaves, next * Length);
            next++;
        }

        return next == size ? new LedgerPaths(size, leaves) : throw new FormatException($"Ledger entry {next} is missing. Run `sealpost ledger verify`; it names what was removed.");
    }

    /// <summary>The inclusion proof of an entry.</summary>
    public byte[][] PathOf(long entry) => [.. MerkleTree.ProofRanges(entry, _size).Select(range => Root(range.Start, range.End))];

    private byte[] Root(long start, long end)
    {
        var count = end - start;
        if (BitOperations.IsPow2(count))
        {
            var level = BitOperations.Log2((ulong)count);
            return _levels[level].AsSpan(checked((int)((start >> level) * Length)), Length).ToArray();
        }

        var split = start + (1L << BitOperations.Log2((ulong)(count - 1)));
        return MerkleTree.NodeHash(Root(start, split), Root(split, end));
    }

    private static byte[] Above(byte[] below, long count)
    {
        var level = new byte[count * Length];
        for (var i = 0; i < count; i++)
            MerkleTree.NodeHash(below.AsSpan(2 * i * Length, Length), below.AsSpan(((2 * i) + 1) * Length, Length)).CopyTo(level.AsSpan(i * Length));
        return level;
    }
}
