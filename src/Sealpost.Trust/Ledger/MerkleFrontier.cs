using System.Numerics;

namespace Sealpost.Trust.Ledger;

/// <summary>The right edge of a growing Merkle tree: the roots of its full subtrees, largest first. Appending costs O(log n).</summary>
internal sealed class MerkleFrontier
{
    private readonly List<byte[]> _roots = [];

    /// <summary>Leaves so far.</summary>
    public long Size { get; private set; }

    /// <summary>Takes up a stored edge; false where its length does not fit the size.</summary>
    public static bool TryRead(long size, ReadOnlySpan<byte> bytes, out MerkleFrontier frontier)
    {
        frontier = new MerkleFrontier();
        if (size < 0 || bytes.Length != BitOperations.PopCount((ulong)size) * MerkleTree.HashLength)
            return false;
        frontier.Size = size;
        for (var at = 0; at < bytes.Length; at += MerkleTree.HashLength)
            frontier._roots.Add(bytes.Slice(at, MerkleTree.HashLength).ToArray());
        return true;
    }

    public void Append(byte[] leafHash)
    {
        // One full subtree per set bit of the size: a carry merges two of the same height.
        var hash = leafHash;
        for (var bits = Size; (bits & 1) == 1; bits >>= 1)
        {
            hash = MerkleTree.NodeHash(_roots[^1], hash);
            _roots.RemoveAt(_roots.Count - 1);
        }

        _roots.Add(hash);
        Size++;
    }

    public byte[] Root()
    {
        if (_roots.Count == 0)
            return MerkleTree.EmptyRoot;
        var hash = _roots[^1];
        for (var i = _roots.Count - 2; i >= 0; i--)
            hash = MerkleTree.NodeHash(_roots[i], hash);
        return hash;
    }

    public byte[] ToBytes()
    {
        var bytes = new byte[_roots.Count * MerkleTree.HashLength];
        for (var i = 0; i < _roots.Count; i++)
            _roots[i].CopyTo(bytes, i * MerkleTree.HashLength);
        return bytes;
    }
}
