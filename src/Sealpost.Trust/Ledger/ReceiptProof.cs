using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace Sealpost.Trust.Ledger;

/// <summary>Proves to somebody who holds only the ledger's public key that a receipt is in the ledger as shown. RFC 6962 §2.1.1.</summary>
/// <remarks>Holds the sealed receipt, its salt and commitment, two Merkle paths and a checkpoint; no clear health information.</remarks>
public sealed class ReceiptProof
{
    private readonly ReceiptProofDocument _document;

    private ReceiptProof(ReceiptProofDocument document) => _document = document;

    /// <summary>Makes the proof for a receipt; null where there is no such receipt.</summary>
    /// <param name="receipt">The receipt's id.</param>
    /// <param name="key">The ledger's key; the public part is enough.</param>
    /// <param name="connection">An open connection that is in no transaction. Reads the hashes of all entries below the checkpoint.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="InvalidOperationException">No checkpoint covers the receipt yet: make one first.</exception>
    public static async Task<ReceiptProof?> CreateAsync(Guid receipt, LedgerKey key, DbConnection connection, CancellationToken cancellationToken)
    {
        await using var snapshot = await ReadSnapshot.BeginAsync(connection, cancellationToken);
        var content = (await ReceiptProofRows.ReadAsync(LedgerTable.Receipt, "id = @id", ("@id", receipt.ToByteArray(bigEndian: true)), connection, cancellationToken)).SingleOrDefault();
        if (content is null)
            return null;
        var (entry, position) = ((long)content[0]!, (long)content[1]!);
        var checkpoint = await CheckpointRows.CoveringAsync(entry, key, connection.Command, cancellationToken)
            ?? throw new InvalidOperationException($"No checkpoint covers the receipt's entry {entry} yet: make one, then ask again.");
        var batch = await ReceiptProofRows.ReadAsync(LedgerTable.Receipt, "entry = @entry", ("@entry", entry), connection, cancellationToken);
        var hashes = batch.Select(row => LedgerRow.LeafHash(LedgerTable.Receipt, row)).ToList();
        var leaf = (await ReceiptProofRows.ReadAsync(LedgerTable.Entry, "seq = @seq", ("@seq", entry), connection, cancellationToken)).Single();
        return new ReceiptProof(new ReceiptProofDocument(
            ReceiptProofDocument.FirstFormat,
            ReceiptFields.Of(content),
            hashes.Count,
            [.. MerkleTree.ProofRanges(position, hashes.Count).Select(range => MerkleTree.Root(hashes[(int)range.Start..(int)range.End]))],
            EntryFields.Of(leaf),
            await ReceiptProofRows.PathAsync(entry, checkpoint.Size, connection, cancellationToken),
            checkpoint.ToText()));
    }

    /// <summary>Reads <see cref="ToJson"/>.</summary>
    /// <exception cref="FormatException">Not a receipt proof.</exception>
    public static ReceiptProof Parse(string json)
    {
        try
        {
            var document = JsonSerializer.Deserialize(json, ReceiptProofJson.Default.ReceiptProofDocument);
            return document is { Format: ReceiptProofDocument.FirstFormat } ? new ReceiptProof(document) : throw new FormatException("This is not a receipt proof of a known format.");
        }
        catch (JsonException e)
        {
            throw new FormatException("This is not a receipt proof.", e);
        }
    }

    /// <summary>The proof as one JSON document, to be kept or handed over.</summary>
    public string ToJson() => JsonSerializer.Serialize(_document, ReceiptProofJson.Default.ReceiptProofDocument);

    /// <summary>Checks the proof, offline.</summary>
    /// <param name="key">The ledger's public key, had from elsewhere than the proof.</param>
    /// <param name="clearReceipt">The opened receipt, byte for byte; its hash is compared with the recorded commitment.</param>
    /// <returns>What does not hold, in sentences; empty where everything does.</returns>
    public IReadOnlyList<string> Verify(LedgerKey key, ReadOnlySpan<byte> clearReceipt)
    {
        var findings = new List<string>();
        var (receipt, entry) = (_document.Receipt, _document.Entry);
        if (!SHA256.HashData([.. receipt.Salt, .. clearReceipt]).AsSpan().SequenceEqual(receipt.Commitment))
            findings.Add("The receipt shown is not the one recorded: its commitment differs.");
        var batchRoot = MerkleTree.RootOf(LedgerRow.LeafHash(LedgerTable.Receipt, receipt.ToRow()), receipt.Position, _document.BatchSize, _document.BatchPath);
        if (batchRoot is null || entry.Kind != Ledger.ReceiptsKind || entry.Seq != receipt.Entry
            || entry.Subject != _document.BatchSize.ToString(CultureInfo.InvariantCulture) || entry.Detail != Convert.ToHexStringLower(batchRoot))
            findings.Add($"The receipt is not in the batch of entry {entry.Seq}.");
        AddLogFindings(findings, key);
        return findings;
    }

    private void AddLogFindings(List<string> findings, LedgerKey key)
    {
        try
        {
            var checkpoint = Checkpoint.Parse(_document.Checkpoint);
            var root = MerkleTree.RootOf(LedgerRow.LeafHash(LedgerTable.Entry, _document.Entry.ToRow()), _document.Entry.Seq, checkpoint.Size, _document.LogPath);
            if (root is null || !root.AsSpan().SequenceEqual(checkpoint.Root.Span))
                findings.Add($"Entry {_document.Entry.Seq} is not in the ledger of the checkpoint.");
            if (!key.Verifies(checkpoint))
                findings.Add($"The checkpoint is not signed by the key {key.Origin}.");
        }
        catch (FormatException e)
        {
            findings.Add(e.Message);
        }
    }
}
