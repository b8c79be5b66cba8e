using System.Text.Json;
using System.Text.Json.Nodes;
using Sealpost.Delivery;
using Sealpost.Trust.Ledger;

namespace Sealpost.Reports;

/// <summary>A receipt to hand over: readable fields, the exact bytes they stand for, and the proof that these are in the ledger.</summary>
internal static class ReceiptFile
{
    public const string Format = "sealpost-receipt 1";

    private static readonly JsonSerializerOptions Options = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The fields as people and scripts read them.</summary>
    public static JsonObject Fields(Receipt receipt) => ReceiptDocument.Fields(receipt);

    /// <summary>The document for one receipt.</summary>
    public static JsonObject Of(OpenReceipt receipt, ReceiptProof proof) => new()
    {
        ["format"] = Format,
        ["receipt"] = Fields(receipt.Receipt),
        ["clear"] = Convert.ToBase64String(receipt.Clear.Span),
        ["proof"] = JsonNode.Parse(proof.ToJson()),
    };

    /// <summary>Text of a file with one or several documents.</summary>
    public static string ToText(IEnumerable<JsonObject> documents) => new JsonArray([.. documents]).ToJsonString(Options) + "\n";

    /// <summary>Reads and checks every document of a file, offline.</summary>
    /// <returns>Each receipt as the proven bytes give it, and what does not hold.</returns>
    /// <exception cref="RefusedException">Not such a file.</exception>
    public static IReadOnlyList<(Receipt Receipt, IReadOnlyList<string> Findings)> Verify(string text, LedgerKey key)
    {
        try
        {
            var root = JsonNode.Parse(text);
            JsonNode?[] documents = root is JsonArray array ? [.. array] : [root];
            return documents.Length > 0 ? [.. documents.Select(document => Check(document, key))] : throw new FormatException("It holds no receipt.");
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException)
        {
            throw new RefusedException("This is no receipt file. Give one that `sealpost receipt show … --proof FILE` wrote.", exception);
        }
    }

    private static (Receipt Receipt, IReadOnlyList<string> Findings) Check(JsonNode? node, LedgerKey key)
    {
        if (node is not JsonObject document || document["format"]?.GetValue<string>() != Format || document["proof"] is not { } proof)
            throw new FormatException("Not a receipt document.");
        var clear = Convert.FromBase64String(document["clear"]?.GetValue<string>() ?? "");
        var receipt = ReadReceipts.Read(clear);
        List<string> findings = [.. ReceiptProof.Parse(proof.ToJsonString()).Verify(key, clear)];
        // The readable part is for people; what is proven is the bytes. Whoever edited the one did not change the other.
        if (!ReceiptDocument.Tells(document["receipt"], receipt))
            findings.Add("The readable fields were changed: they differ from the bytes that the ledger covers.");
        return (receipt, findings);
    }
}
