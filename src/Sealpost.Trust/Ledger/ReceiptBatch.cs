using System.Data.Common;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sealpost.Trust.Keys;

namespace Sealpost.Trust.Ledger;

/// <summary>Receipts of one campaign that one ledger entry covers, with all that proves them.</summary>
public sealed class ReceiptBatch
{
    private readonly BatchDocument _document;

    internal ReceiptBatch(BatchDocument document, IReadOnlyList<StoredReceipt> receipts) => (_document, Receipts) = (document, receipts);

    /// <summary>Reads all receipts of one campaign below a checkpoint, batch by batch: memory stays flat but for the ledger's hashes.</summary>
    /// <param name="organisation">Whose campaign.</param>
    /// <param name="campaign">Its number.</param>
    /// <param name="checkpoint">A checkpoint of this ledger; receipts behind it are left out.</param>
    /// <param name="connection">An open connection that is in no transaction.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="FormatException">An entry is missing: run <c>sealpost ledger verify</c>.</exception>
    public static IAsyncEnumerable<ReceiptBatch> ReadAsync(OrganisationId organisation, long campaign, Checkpoint checkpoint, DbConnection connection, CancellationToken cancellationToken) =>
        new ReceiptBatches(organisation, campaign, checkpoint).ReadAsync(connection, cancellationToken);

    /// <summary>The receipts, in order of position.</summary>
    public IReadOnlyList<StoredReceipt> Receipts { get; }

    /// <summary>What proves them, without them: the entry, its path to the checkpoint, hashes of other receipts in the batch. One line.</summary>
    public string ToJson() => JsonSerializer.Serialize(_document, BatchJson.Default.BatchDocument);

    /// <summary>A stored receipt: sealed, committed, in its place.</summary>
    public sealed class StoredReceipt
    {
        private readonly ReceiptFields _fields;

        internal StoredReceipt(ReceiptFields fields) => _fields = fields;

        /// <summary>Number.</summary>
        public Guid Id => new(_fields.Id, bigEndian: true);

        /// <summary>Whose delivery.</summary>
        public PatientNumber Patient => new(checked((int)_fields.Patient));

        /// <summary>Sealed with the patient's key.</summary>
        public ReadOnlyMemory<byte> Body => _fields.Body;

        /// <summary>The row, as the ledger hashes it. One line.</summary>
        public string ToJson() => JsonSerializer.Serialize(_fields, BatchJson.Default.ReceiptFields);
    }
}

/// <summary>A batch as JSON; bytes are base 64.</summary>
internal sealed record BatchDocument(EntryFields Entry, long Size, byte[][] LogPath, OtherLeaf[] Others);

/// <summary>A receipt of the batch that is none of this campaign's: its hash alone.</summary>
internal sealed record OtherLeaf(long Position, byte[] Hash);

/// <summary>Generated serializer; every member must be there.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(BatchDocument))]
[JsonSerializable(typeof(ReceiptFields))]
internal sealed partial class BatchJson : JsonSerializerContext;
