using System.Data.Common;

namespace Sealpost.Trust.Ledger;

/// <summary>Compares the stored head with the tree as rebuilt.</summary>
internal sealed class HeadCheck
{
    private readonly int _rows;
    private readonly long _id;
    private readonly byte[] _frontier;

    private HeadCheck(int rows, long id, long size, byte[] frontier)
    {
        _rows = rows;
        _id = id;
        Size = size;
        _frontier = frontier;
    }

    /// <summary>Size as stored.</summary>
    public long Size { get; }

    public static async Task<HeadCheck> ReadAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("SELECT id, size, frontier FROM ledger_head ORDER BY id");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var head = new HeadCheck(0, 1, 0, []);
        while (await reader.ReadAsync(cancellationToken))
            head = new HeadCheck(head._rows + 1, reader.GetInt64(0), reader.GetInt64(1), reader.Bytes(2));
        return head;
    }

    public void Conclude(LedgerFindings findings, EntryCheck entries)
    {
        if (_rows != 1)
        {
            findings.Add($"ledger_head: {_rows} rows instead of one.");
            return;
        }

        if (_id != 1)
            findings.Add($"ledger_head, column id: {_id} instead of 1.");
        if (!entries.HasTree)
        {
            if (Size > entries.End)
                findings.Add($"ledger_entry {LedgerFindings.Range(entries.End, Size - 1)}: missing (cut off at the end).");
            findings.Add($"ledger_head: cannot be compared, since entries are missing or out of place.");
            return;
        }

        var frontierFits = _frontier.AsSpan().SequenceEqual(entries.Frontier);
        if (Size == entries.End && !frontierFits)
            findings.Add($"ledger_head, column frontier: does not fit the entries (changed, or entries were changed together with their own hashes).");
        else if (Size != entries.End && frontierFits)
            findings.Add($"ledger_head, column size: says {Size}, and the entries are {entries.End}.");
        else if (Size > entries.End)
            findings.Add($"ledger_entry {LedgerFindings.Range(entries.End, Size - 1)}: missing (cut off at the end).");
        else if (Size < entries.End)
            findings.Add($"ledger_entry {LedgerFindings.Range(Math.Max(Size, 0), entries.End - 1)}: inserted behind the head, or ledger_head was set back.");
    }
}
