using System.Text.Json.Serialization;

namespace Sealpost.Trust.Ledger;

/// <summary>A receipt proof as JSON; bytes are base 64.</summary>
internal sealed record ReceiptProofDocument(
    string Format,
    ReceiptFields Receipt,
    long BatchSize,
    byte[][] BatchPath,
    EntryFields Entry,
    byte[][] LogPath,
    string Checkpoint)
{
    public const string FirstFormat = "sealpost-receipt-proof 1";
}

/// <summary>Content columns of <c>ledger_receipt</c>.</summary>
internal sealed record ReceiptFields(
    long Entry, long Position, byte[] Id, long Org, long Campaign, long Patient, byte[] Body, byte[] Salt, byte[] Commitment)
{
    public static ReceiptFields Of(object?[] row) =>
        new((long)row[0]!, (long)row[1]!, (byte[])row[2]!, (long)row[3]!, (long)row[4]!, (long)row[5]!, (byte[])row[6]!, (byte[])row[7]!, (byte[])row[8]!);

    public object?[] ToRow() => [Entry, Position, Id, Org, Campaign, Patient, Body, Salt, Commitment];
}

/// <summary>Content columns of <c>ledger_entry</c>.</summary>
internal sealed record EntryFields(
    long Seq, long Org, long At, string Kind, string Actor, long? Patient, string? Subject, string Outcome, string? Detail, byte[]? SealedDetail)
{
    public static EntryFields Of(object?[] row) =>
        new((long)row[0]!, (long)row[1]!, (long)row[2]!, (string)row[3]!, (string)row[4]!, row[5] as long?, row[6] as string, (string)row[7]!, row[8] as string, row[9] as byte[]);

    public object?[] ToRow() => [Seq, Org, At, Kind, Actor, Patient, Subject, Outcome, Detail, SealedDetail];
}

/// <summary>Generated serializer; every member must be there.</summary>
// By metadata: the generated fast path would write a missing byte array as an empty one.
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(ReceiptProofDocument))]
internal sealed partial class ReceiptProofJson : JsonSerializerContext;
