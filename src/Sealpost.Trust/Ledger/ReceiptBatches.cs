using System.Data.Common;
using System.Runtime.CompilerServices;
using Sealpost.Trust.Keys;

namespace Sealpost.Trust.Ledger;

/// <summary>Reads all receipts of one campaign below a checkpoint, batch by batch: memory stays flat but for the ledger's hashes.</summary>
internal sealed class ReceiptBatches
{
    private const string OfCampaign = "IN (SELECT entry FROM ledger_receipt WHERE org = @org AND campaign = @campaign)";

    private readonly OrganisationId _organisation;
    private readonly long _campaign;
    private readonly Checkpoint _checkpoint;

    /// <summary>Prepares.</summary>
    /// <param name="organisation">Whose campaign.</param>
    /// <param name="campaign">Its number.</param>
    /// <param name="checkpoint">A checkpoint of this ledger; receipts behind it are left out.</param>
    public ReceiptBatches(OrganisationId organisation, long campaign, Checkpoint checkpoint) => (_organisation, _campaign, _checkpoint) = (organisation, campaign, checkpoint);

    /// <summary>Reads.</summary>
    /// <param name="connection">An open connection that is in no transaction.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="FormatException">An entry is missing.</exception>
    public async IAsyncEnumerable<ReceiptBatch> ReadAsync(DbConnection connection, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var snapshot = await ReadSnapshot.BeginAsync(connection, cancellationToken);
        var paths = await LedgerPaths.LoadAsync(_checkpoint.Size, connection, cancellationToken);
        var entries = await EntriesAsync(connection, cancellationToken);
        await using var command = connection.Command(
            $"SELECT {LedgerTable.Receipt.ColumnList} FROM ledger_receipt WHERE entry < @size AND entry {OfCampaign} ORDER BY entry, position",
            ("@size", _checkpoint.Size), ("@org", (long)_organisation.Value), ("@campaign", _campaign));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<object?[]>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var row = new object?[LedgerTable.Receipt.Columns.Length];
            reader.GetValues(row!);
            if (rows.Count > 0 && !Equals(rows[0][0], row[0]))
            {
                yield return Batch(rows, entries, paths);
                rows.Clear();
            }

            rows.Add(row);
        }

        if (rows.Count > 0)
            yield return Batch(rows, entries, paths);
    }

    private async Task<Dictionary<long, EntryFields>> EntriesAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(
            $"SELECT {LedgerTable.Entry.ColumnList} FROM ledger_entry WHERE seq < @size AND seq {OfCampaign}",
            ("@size", _checkpoint.Size), ("@org", (long)_organisation.Value), ("@campaign", _campaign));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var entries = new Dictionary<long, EntryFields>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var row = new object?[LedgerTable.Entry.Columns.Length];
            reader.GetValues(row!);
            entries[(long)row[0]!] = EntryFields.Of(row);
        }

        return entries;
    }

    private ReceiptBatch Batch(List<object?[]> rows, Dictionary<long, EntryFields> entries, LedgerPaths paths)
    {
        var entry = (long)rows[0][0]!;
        var fields = rows.ConvertAll(ReceiptFields.Of);
        var ours = fields.Where(IsOurs).Select(one => new ReceiptBatch.StoredReceipt(one)).ToList();
        OtherLeaf[] others = [.. rows.Zip(fields).Where(pair => !IsOurs(pair.Second)).Select(pair => new OtherLeaf(pair.Second.Position, LedgerRow.LeafHash(LedgerTable.Receipt, pair.First)))];
        var known = entries.TryGetValue(entry, out var found) ? found : throw new FormatException($"Ledger entry {entry} is missing. Run `sealpost ledger verify`; it names what was removed.");
        return new ReceiptBatch(new BatchDocument(known, rows.Count, paths.PathOf(entry), others), ours);
    }

    private bool IsOurs(ReceiptFields receipt) => receipt.Org == _organisation.Value && receipt.Campaign == _campaign;
}
