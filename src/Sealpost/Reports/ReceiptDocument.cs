using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sealpost.Delivery;

namespace Sealpost.Reports;

/// <summary>A receipt's fields as people and scripts read them.</summary>
internal static class ReceiptDocument
{
    /// <summary>One line, readable.</summary>
    public static JsonSerializerOptions Line { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Every field but the campaign's number, which the file around it states.</summary>
    public static JsonObject Fields(Receipt receipt) => new()
    {
        ["outcome"] = receipt.Outcome,
        ["attempt"] = receipt.Attempt,
        ["recipient"] = receipt.Recipient,
        ["mx"] = receipt.Mx,
        ["ip"] = receipt.Ip,
        ["tier"] = receipt.Tier,
        ["tlsVersion"] = receipt.TlsVersion,
        ["cipher"] = receipt.Cipher,
        ["certificateSha256"] = receipt.CertificateFingerprint,
        ["sealedTo"] = receipt.SealedTo,
        ["policy"] = receipt.Policy,
        ["rule"] = receipt.Rule,
        ["requireTls"] = receipt.RequireTls,
        ["dnssec"] = receipt.Dnssec,
        ["reply"] = receipt.Reply,
        ["contentSha256"] = receipt.ContentHash,
        ["template"] = receipt.Template,
        ["messageId"] = receipt.MessageId,
        ["authorization"] = receipt.Authorization,
        ["lastHopNotSeen"] = receipt.LastHopNotSeen,
        ["startedAt"] = receipt.StartedAt,
        ["endedAt"] = receipt.EndedAt,
    };

    /// <summary>Whether readable fields say what the proven bytes say. A file from before a field was added lacks it; that says the same only where the field is empty.</summary>
    public static bool Tells(JsonNode? fields, Receipt receipt) =>
        fields is JsonObject told && JsonNode.Parse(Fields(receipt).ToJsonString()) is JsonObject proven
        && told.All(field => proven.ContainsKey(field.Key))
        && proven.All(field => told.TryGetPropertyValue(field.Key, out var value) ? JsonNode.DeepEquals(field.Value, value) : field.Value?.ToJsonString() is null or "\"\"" or "false");
}
