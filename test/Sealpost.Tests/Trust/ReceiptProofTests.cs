using System.Text.Json.Nodes;
using Sealpost.Trust.Ledger;

namespace Sealpost.Tests.Trust;

public sealed class ReceiptProofTests : IAsyncLifetime
{
    private LedgerSample _sample = null!;
    private LedgerKey _auditor = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _sample = await LedgerSample.CreateAsync();
        _auditor = LedgerKey.FromPublicPem(_sample.Key.ExportPublicPem());
    }

    public ValueTask DisposeAsync()
    {
        _auditor.Dispose();
        return _sample.DisposeAsync();
    }

    [Fact]
    public async Task Every_receipt_is_proven_offline_with_the_public_key_alone()
    {
        await _sample.CheckpointAsync();
        foreach (var receipt in _sample.Receipts)
        {
            var proof = ReceiptProof.Parse((await ProofAsync(receipt)).ToJson());
            Assert.Empty(proof.Verify(_auditor, "delivered"u8));
        }

        Assert.Equal(6, _sample.Receipts.Count);
    }

    [Fact]
    public async Task A_receipt_that_says_something_else_is_refused() =>
        Assert.Contains("not the one recorded", Assert.Single((await ProofAsync(_sample.Receipts[0])).Verify(_auditor, "bounced"u8)), StringComparison.Ordinal);

    [Fact]
    public async Task A_proof_under_another_key_is_refused()
    {
        await using var other = await LedgerSample.EmptyAsync();
        Assert.Contains("not signed by the key", Assert.Single((await ProofAsync(_sample.Receipts[0])).Verify(other.Key, "delivered"u8)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proof_with_any_value_changed_is_refused()
    {
        var json = (await ProofAsync(_sample.Receipts[1])).ToJson();
        var changes = 0;
        Assert.True(Holds(json));
        foreach (var changed in Changed(JsonNode.Parse(json)!))
        {
            changes++;
            Assert.False(Holds(changed), changed);
        }

        Assert.InRange(changes, 20, 100);
    }

    [Fact]
    public async Task A_receipt_behind_the_last_checkpoint_asks_for_one() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => ReceiptProof.CreateAsync(_sample.Receipts[^1].Id, _auditor, _sample.Database.Connection, Cancel));

    [Fact]
    public async Task There_is_no_proof_of_an_unknown_receipt() =>
        Assert.Null(await ReceiptProof.CreateAsync(Guid.Empty, _auditor, _sample.Database.Connection, Cancel));

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"format":"sealpost-receipt-proof 1"}""")]
    public void Other_text_is_no_proof(string text) => Assert.Throws<FormatException>(() => ReceiptProof.Parse(text));

    private async Task<ReceiptProof> ProofAsync(ReceiptLeaf receipt) =>
        (await ReceiptProof.CreateAsync(receipt.Id, _auditor, _sample.Database.Connection, Cancel))!;

    private bool Holds(string json)
    {
        try
        {
            return ReceiptProof.Parse(json).Verify(_auditor, "delivered"u8).Count == 0;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    /// <summary>The document with one value changed, for each value.</summary>
    private static IEnumerable<string> Changed(JsonNode root)
    {
        foreach (var leaf in Leaves(root).ToList())
        {
            var before = leaf.DeepClone();
            var change = before.GetValueKind() switch
            {
                System.Text.Json.JsonValueKind.Number => JsonValue.Create(before.GetValue<long>() + 1),
                _ when TryBytes(before.GetValue<string>(), out var bytes) => JsonValue.Create(Convert.ToBase64String([(byte)(bytes[0] ^ 1), .. bytes[1..]])),
                _ => JsonValue.Create("x" + before.GetValue<string>()),
            };
            var (parent, name, index) = (leaf.Parent!, leaf.Parent is JsonObject ? leaf.GetPropertyName() : "", leaf.Parent is JsonArray ? leaf.GetElementIndex() : 0);
            Put(parent, name, index, change);
            yield return root.ToJsonString();
            Put(parent, name, index, before);
        }
    }

    private static void Put(JsonNode parent, string name, int index, JsonNode value)
    {
        if (parent is JsonArray array)
            array[index] = value;
        else
            parent[name] = value;
    }

    private static bool TryBytes(string text, out byte[] bytes)
    {
        bytes = new byte[text.Length];
        var isBase64 = Convert.TryFromBase64String(text, bytes, out var length) && length >= 16;
        bytes = bytes[..length];
        return isBase64;
    }

    private static IEnumerable<JsonNode> Leaves(JsonNode node) => node switch
    {
        JsonObject o => o.Where(pair => pair.Value is not null).SelectMany(pair => Leaves(pair.Value!)),
        JsonArray a => a.SelectMany(one => Leaves(one!)),
        _ => [node],
    };
}
