using System.Data.Common;

namespace Sealpost.Trust.Ledger;

/// <summary>A stored checkpoint as read, whatever it holds.</summary>
internal readonly record struct CheckpointRow(long Size, byte[] Root, long SignedAt, byte[] Signature);

/// <summary>Compares stored and exported checkpoints with the log's own record of them and with the tree as rebuilt.</summary>
internal sealed class CheckpointCheck
{
    private readonly List<CheckpointRow> _rows = [];

    private CheckpointCheck()
    {
    }

    /// <summary>Sizes at which the tree's root is needed.</summary>
    public IEnumerable<long> Sizes => _rows.Select(row => row.Size);

    public static async Task<CheckpointCheck> ReadAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var check = new CheckpointCheck();
        await using var command = connection.Command("SELECT size, root, signed_at, signature FROM ledger_checkpoint ORDER BY size");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            check._rows.Add(new CheckpointRow(reader.GetInt64(0), reader.Bytes(1), reader.GetInt64(2), reader.Bytes(3)));
        return check;
    }

    public void Conclude(LedgerFindings findings, EntryCheck entries, LedgerKey key)
    {
        var (lastGood, rewritten) = (0L, false);
        foreach (var row in _rows)
        {
            if (!entries.Checkpoints.Remove(row.Size, out var recorded))
            {
                if (!entries.IsUncertain(row.Size))
                    findings.Add($"ledger_checkpoint of size {row.Size}: no entry records it (inserted, column size changed, or the log was cut behind it).");
                continue;
            }

            var (checkpoint, changed) = Compare(row, recorded, key);
            foreach (var column in changed)
                findings.Add($"ledger_checkpoint of size {row.Size}, column {column}: changed.");
            if (changed.Count > 0 || checkpoint is null || rewritten)
                continue;
            if (!key.Verifies(checkpoint))
                findings.Add($"ledger_checkpoint of size {row.Size}, column signature: not by this ledger's key.");
            rewritten = entries.HasTree && !row.Root.AsSpan().SequenceEqual(entries.Watched[row.Size].Root);
            if (rewritten)
                findings.Add($"ledger_entry {LedgerFindings.Range(lastGood, row.Size - 1)}: one or more were changed together with their hashes; the checkpoint of size {row.Size} does not fit.");
            lastGood = row.Size;
        }

        foreach (var size in entries.Checkpoints.Keys.Order())
            findings.Add($"ledger_checkpoint of size {size}: missing (removed, or column size was changed).");
    }

    public static void ConcludeAgainst(LedgerFindings findings, EntryCheck entries, LedgerKey key, Checkpoint against)
    {
        if (!key.Verifies(against))
            findings.Add($"The checkpoint given is not signed by this ledger's key ({key.Origin}): altered, or of another ledger.");
        else if (against.Size > entries.End)
            findings.Add($"ledger_entry {LedgerFindings.Range(entries.End, against.Size - 1)}: missing (cut off at the end); the checkpoint given, signed {against.SignedAt:u}, covers {against.Size} entries.");
        else if (entries.HasTree && !against.Root.Span.SequenceEqual(entries.Watched[against.Size].Root))
            findings.Add($"ledger_entry {LedgerFindings.Range(0, against.Size - 1)}: not the ones of the checkpoint given, signed {against.SignedAt:u}.");
    }

    private static (Checkpoint? Checkpoint, IReadOnlyList<string> Changed) Compare(CheckpointRow row, string recorded, LedgerKey key)
    {
        if (row.SignedAt < 0 || row.SignedAt > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
            return (null, ["signed_at"]);
        var checkpoint = new Checkpoint(key.Origin, row.Size, row.Root, DateTimeOffset.FromUnixTimeMilliseconds(row.SignedAt), row.Signature);
        string[] columns = ["signed_at", "root", "signature"];
        var (stored, known) = (CheckpointRows.Describe(checkpoint).Split(' '), recorded.Split(' '));
        return (checkpoint, [.. columns.Where((_, i) => i >= known.Length || known[i] != stored[i])]);
    }
}
