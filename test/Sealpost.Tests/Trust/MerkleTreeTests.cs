using CsCheck;
using Sealpost.Trust.Ledger;

namespace Sealpost.Tests.Trust;

/// <summary>Vectors: the reference tree of the certificate-transparency project (merkletree/merkle_tree_test.cc), made for RFC 6962.</summary>
public sealed class MerkleTreeTests
{
    private static readonly string[] Leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

    [Theory]
    [InlineData(0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData(1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")]
    [InlineData(2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")]
    [InlineData(3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77")]
    [InlineData(4, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")]
    [InlineData(5, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4")]
    [InlineData(6, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef")]
    [InlineData(7, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c")]
    [InlineData(8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")]
    public void The_root_of_the_reference_leaves_is_the_published_one(int size, string root) =>
        Assert.Equal(root, Convert.ToHexStringLower(MerkleTree.Root(Hashes(size))));

    [Theory]
    [InlineData(0, 1, "")]
    [InlineData(0, 8, "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7 5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e 6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4")]
    [InlineData(5, 8, "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0 d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")]
    [InlineData(2, 3, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")]
    [InlineData(1, 5, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d 5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b")]
    public void The_inclusion_proof_of_a_reference_leaf_is_the_published_one(int leaf, int size, string path) =>
        Assert.Equal(path, string.Join(' ', Path(leaf, Hashes(size)).Select(Convert.ToHexStringLower)));

    [Fact]
    public void Every_leaf_of_every_size_has_a_proof_that_leads_to_the_root() =>
        Gen.Select(Gen.Int[1, 200], Gen.Int[0, 199]).Where((size, leaf) => leaf < size).Sample((size, leaf) =>
        {
            var hashes = Numbered(size);
            return MerkleTree.RootOf(hashes[leaf], leaf, size, Path(leaf, hashes)).AsSpan().SequenceEqual(MerkleTree.Root(hashes));
        });

    [Fact]
    public void A_proof_for_another_place_does_not_lead_to_the_root() =>
        Gen.Select(Gen.Int[2, 200], Gen.Int[0, 199], Gen.Int[0, 199]).Where((size, leaf, other) => leaf < size && other < size && leaf != other).Sample((size, leaf, other) =>
        {
            var hashes = Numbered(size);
            return !MerkleTree.RootOf(hashes[leaf], other, size, Path(leaf, hashes)).AsSpan().SequenceEqual(MerkleTree.Root(hashes));
        });

    [Fact]
    public void A_tree_grown_from_a_stored_edge_has_the_same_root() =>
        Gen.Select(Gen.Int[0, 100], Gen.Int[0, 100]).Sample((before, after) =>
        {
            var frontier = new MerkleFrontier();
            foreach (var hash in Numbered(before))
                frontier.Append(hash);
            Assert.True(MerkleFrontier.TryRead(before, frontier.ToBytes(), out var grown));
            foreach (var hash in Numbered(before + after)[before..])
                grown.Append(hash);
            return grown.Root().AsSpan().SequenceEqual(MerkleTree.Root(Numbered(before + after)));
        });

    private static byte[][] Hashes(int size) => [.. Leaves.Take(size).Select(leaf => MerkleTree.LeafHash(Convert.FromHexString(leaf)))];

    private static byte[][] Numbered(int size) => [.. Enumerable.Range(0, size).Select(i => MerkleTree.LeafHash(BitConverter.GetBytes(i)))];

    private static byte[][] Path(int leaf, byte[][] hashes) =>
        [.. MerkleTree.ProofRanges(leaf, hashes.Length).Select(range => MerkleTree.Root(hashes[(int)range.Start..(int)range.End]))];
}
