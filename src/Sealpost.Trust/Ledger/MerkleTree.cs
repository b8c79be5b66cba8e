using System.Numerics;
using System.Security.Cryptography;

namespace Sealpost.Trust.Ledger;

/// <summary>RFC 6962 §2.1 hashing with SHA-256, and inclusion proofs (RFC 9162 §2.1.3, which states the same ones as loops).</summary>
internal static class MerkleTree
{
    public const int HashLength = SHA256.HashSizeInBytes;

    /// <summary>RFC 6962 §2.1: the hash of an empty list is the hash of an empty string.</summary>
    public static byte[] EmptyRoot => SHA256.HashData([]);

    /// <summary>RFC 6962 §2.1: leaves and nodes differ in their first byte, so that no node passes for a leaf.</summary>
    public static byte[] LeafHash(ReadOnlySpan<byte> leaf)
    {
        var buffer = leaf.Length < 1_024 ? stackalloc byte[leaf.Length + 1] : new byte[leaf.Length + 1];
        buffer[0] = 0x00;
        leaf.CopyTo(buffer[1..]);
        return SHA256.HashData(buffer);
    }

    public static byte[] NodeHash(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        Span<byte> buffer = stackalloc byte[1 + (2 * HashLength)];
        buffer[0] = 0x01;
        left.CopyTo(buffer[1..]);
        right.CopyTo(buffer[(1 + HashLength)..]);
        return SHA256.HashData(buffer);
    }

    public static byte[] Root(IEnumerable<byte[]> leafHashes)
    {
        var frontier = new MerkleFrontier();
        foreach (var leaf in leafHashes)
            frontier.Append(leaf);
        return frontier.Root();
    }

    /// <summary>The subtrees, as ranges of leaves, whose roots form the inclusion proof of a leaf, in the order of the proof. RFC 6962 §2.1.1.</summary>
    public static IReadOnlyList<LeafRange> ProofRanges(long leaf, long size)
    {
        var ranges = new List<LeafRange>();
        var (start, end) = (0L, size);
        while (end - start > 1)
        {
            var split = start + LargestPowerBelow(end - start);
            if (leaf < split)
            {
                ranges.Add(new LeafRange(split, end));
                end = split;
            }
            else
            {
                ranges.Add(new LeafRange(start, split));
                start = split;
            }
        }

        ranges.Reverse();
        return ranges;
    }

    /// <summary>The root that an inclusion proof leads to; null where the proof has the wrong length. RFC 9162 §2.1.3.2.</summary>
    public static byte[]? RootOf(ReadOnlySpan<byte> leafHash, long leaf, long size, IReadOnlyList<byte[]> path)
    {
        if (leaf < 0 || leaf >= size)
            return null;
        var (node, last) = (leaf, size - 1);
        var hash = leafHash.ToArray();
        foreach (var sibling in path)
        {
            if (last == 0)
                return null;
            if ((node & 1) == 1 || node == last)
            {
                hash = NodeHash(sibling, hash);
                while ((node & 1) == 0 && node != 0)
                    (node, last) = (node >> 1, last >> 1);
            }
            else
            {
                hash = NodeHash(hash, sibling);
            }

            (node, last) = (node >> 1, last >> 1);
        }

        return last == 0 ? hash : null;
    }

    private static long LargestPowerBelow(long size) => 1L << (BitOperations.Log2((ulong)(size - 1)));
}

/// <summary>Leaves from <paramref name="Start"/> up to, not including, <paramref name="End"/>.</summary>
internal readonly record struct LeafRange(long Start, long End);
