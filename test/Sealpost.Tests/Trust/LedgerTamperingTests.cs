using System.Globalization;
using System.Text;
using CsCheck;
using Microsoft.Data.Sqlite;
using Sealpost.Trust.Ledger;

namespace Sealpost.Tests.Trust;

public sealed class LedgerTamperingTests : IAsyncLifetime
{
    private static readonly string[] Tables = ["ledger_entry", "ledger_head", "ledger_receipt", "ledger_checkpoint"];
    private LedgerSample _sample = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _sample = await LedgerSample.CreateAsync();

    public ValueTask DisposeAsync() => _sample.DisposeAsync();

    [Fact]
    public async Task An_untouched_ledger_is_intact()
    {
        var verification = await _sample.VerifyAsync(_sample.Checkpoints[^1]);
        Assert.Empty(verification.Findings);
        Assert.Equal((9, 6), (verification.Entries, verification.Receipts));
    }

    [Fact]
    public async Task A_byte_flipped_in_any_column_of_any_row_is_found_and_its_table_and_column_named()
    {
        var cells = await CellsAsync();
        var refused = 0;
        foreach (var cell in cells)
            refused += await AssertNamedAsync(cell, place: 0, mask: 64) ? 0 : 1;
        Assert.Equal(Tables.Order(), cells.Select(cell => cell.Table).Distinct().Order());
        Assert.Equal(0, refused);
    }

    [Fact]
    public async Task Any_flipped_byte_is_found_and_named()
    {
        var cells = await CellsAsync();
        await Gen.Select(Gen.Int[0, cells.Count - 1], Gen.Int[0, 500], Gen.Byte[1, 255])
            .SampleAsync(async (cell, place, mask) => { await AssertNamedAsync(cells[cell], place, mask); }, iter: 400);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(2, 4)]
    [InlineData(3, 8)]
    [InlineData(6, 7)]
    public async Task Two_swapped_entries_name_each_other(int one, int other)
    {
        var findings = await _sample.FindAsync(
            $"UPDATE ledger_entry SET seq = -1 WHERE seq = {one}; UPDATE ledger_entry SET seq = {one} WHERE seq = {other}; UPDATE ledger_entry SET seq = {other} WHERE seq = -1;");
        Assert.Contains(findings!, finding => finding.StartsWith($"ledger_entry {one}, column seq: this row was written as entry {other}", StringComparison.Ordinal));
        Assert.Contains(findings!, finding => finding.StartsWith($"ledger_entry {other}, column seq: this row was written as entry {one}", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("ledger_receipt", "entry = 2 AND position", 0, 2)]
    public async Task Two_swapped_receipts_are_found(string table, string where, int one, int other)
    {
        var findings = await _sample.FindAsync(
            $"UPDATE {table} SET position = -1 WHERE {where} = {one}; UPDATE {table} SET position = {one} WHERE {where} = {other}; UPDATE {table} SET position = {other} WHERE {where} = -1;");
        Assert.Contains("ledger_receipt of entry 2, position 0, column position: changed.", findings!);
        Assert.Contains("ledger_receipt of entry 2, position 2, column position: changed.", findings!);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(7)]
    public async Task A_removed_entry_is_named(int entry) =>
        Assert.Contains($"ledger_entry {entry}: missing (removed, or its number was changed).", (await _sample.FindAsync($"DELETE FROM ledger_entry WHERE seq = {entry}"))!);

    [Fact]
    public async Task Entries_cut_off_at_the_end_are_named() =>
        Assert.Contains("ledger_entry 7 to 8: missing (cut off at the end).", (await _sample.FindAsync("DELETE FROM ledger_entry WHERE seq >= 7"))!);

    [Fact]
    public async Task A_tail_cut_together_with_the_head_and_its_checkpoint_is_found_against_an_exported_one()
    {
        var before = await _sample.Database.ScalarAsync<byte[]>("SELECT frontier FROM ledger_head");
        var size = await _sample.Database.ScalarAsync<long>("SELECT size FROM ledger_head");
        await _sample.AppendAsync(LedgerSample.Event("patient.read", 1, null));
        await _sample.CheckpointAsync();
        async Task Cut(SqliteConnection copy)
        {
            await using var command = copy.CreateCommand();
            command.CommandText = "DELETE FROM ledger_entry WHERE seq >= @size; DELETE FROM ledger_checkpoint WHERE size >= @size; UPDATE ledger_head SET size = @size, frontier = @frontier";
            command.Parameters.AddWithValue("@size", size);
            command.Parameters.AddWithValue("@frontier", before);
            await command.ExecuteNonQueryAsync(Cancel);
        }

        Assert.Empty((await _sample.FindAsync(Cut))!);
        Assert.StartsWith("ledger_entry 9: missing (cut off at the end)", Assert.Single((await _sample.FindAsync(Cut, _sample.Checkpoints[^1]))!), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DELETE FROM ledger_receipt WHERE entry = 2 AND position = 1", "ledger_receipt of entry 2, position 1: missing")]
    [InlineData("DELETE FROM ledger_receipt WHERE entry = 2 AND position = 2", "ledger_receipt of entry 2, position 2: missing")]
    [InlineData("DELETE FROM ledger_receipt WHERE entry = 4", "ledger_receipt of entry 4: all 1 receipts are missing")]
    [InlineData("DELETE FROM ledger_checkpoint WHERE size = 3", "ledger_checkpoint of size 3: missing")]
    [InlineData("DELETE FROM ledger_head", "ledger_head: 0 rows")]
    public async Task A_removed_row_is_named(string sql, string finding) =>
        Assert.Contains((await _sample.FindAsync(sql))!, one => one.StartsWith(finding, StringComparison.Ordinal));

    [Theory]
    [InlineData("INSERT INTO ledger_entry SELECT 9, org, at, kind, actor, patient, subject, outcome, detail, sealed_detail, leaf_hash, sums FROM ledger_entry WHERE seq = 0", "ledger_entry 9")]
    [InlineData("INSERT INTO ledger_receipt SELECT entry, 3, id, org, campaign, patient, body, salt, commitment, sums FROM ledger_receipt WHERE entry = 2 AND position = 0", "ledger_receipt of entry 2, position 3")]
    [InlineData("INSERT INTO ledger_receipt SELECT 0, 0, id, org, campaign, patient, body, salt, commitment, sums FROM ledger_receipt WHERE entry = 2 AND position = 0", "ledger_receipt of entry 0")]
    [InlineData("INSERT INTO ledger_checkpoint SELECT 1, root, signed_at, signature FROM ledger_checkpoint WHERE size = 3", "ledger_checkpoint of size 1")]
    public async Task An_inserted_row_is_named(string sql, string finding) =>
        Assert.Contains((await _sample.FindAsync(sql))!, one => one.StartsWith(finding, StringComparison.Ordinal));

    [Fact]
    public async Task An_entry_rewritten_together_with_its_hashes_and_the_head_is_found_by_the_checkpoint()
    {
        // The forger repeats everything honestly with another actor, but cannot sign.
        await using var forged = await LedgerSample.EmptyAsync();
        await forged.AppendAsync(LedgerSample.Event("patient.read", 4, null) with { Actor = "user-9" }, LedgerSample.Event("consent.revoked", 5, "withdrawn in person"));
        var rows = await ReadAsync(forged.Database.Connection, "SELECT at, actor, leaf_hash, sums FROM ledger_entry WHERE seq = 0");
        var findings = await _sample.FindAsync(copy => ExecuteAsync(
            copy,
            "UPDATE ledger_entry SET at = @at, actor = @actor, leaf_hash = @hash, sums = @sums WHERE seq = 0",
            ("@at", rows[0][0]), ("@actor", rows[0][1]), ("@hash", rows[0][2]), ("@sums", rows[0][3])));
        Assert.Contains(findings!, finding => finding.StartsWith("ledger_entry 0 to 2: one or more were changed together with their hashes", StringComparison.Ordinal));
        Assert.Contains(findings!, finding => finding.StartsWith("ledger_head, column frontier", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_receipt_rewritten_together_with_its_sums_is_found_by_the_batch()
    {
        var other = await ReadAsync(_sample.Database.Connection, "SELECT body FROM ledger_receipt WHERE entry = 2 AND position = 1");
        var row = (await ReadAsync(_sample.Database.Connection, "SELECT * FROM ledger_receipt WHERE entry = 2 AND position = 0"))[0];
        object[] content = [.. row[..6], other[0][0], .. row[7..9]];
        var findings = await _sample.FindAsync(copy => ExecuteAsync(
            copy,
            "UPDATE ledger_receipt SET body = @body, sums = @sums WHERE entry = 2 AND position = 0",
            ("@body", other[0][0]), ("@sums", LedgerRow.Sums(content))));
        Assert.StartsWith("ledger_receipt of entry 2: a receipt was changed together with its sums", Assert.Single(findings!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_whole_ledger_rewritten_without_the_key_is_found_by_its_signatures()
    {
        await using var forged = await LedgerSample.CreateAsync();
        var verification = await LedgerVerifier.VerifyAsync(forged.Database.Connection, _sample.Key, null, Cancel);
        Assert.Contains("ledger_checkpoint of size 3, column signature: not by this ledger's key.", verification.Findings);
    }

    [Fact]
    public async Task A_checkpoint_of_another_ledger_is_refused()
    {
        await using var other = await LedgerSample.CreateAsync();
        Assert.Contains("not signed by this ledger's key", Assert.Single((await _sample.VerifyAsync(other.Checkpoints[0])).Findings), StringComparison.Ordinal);
    }

    private sealed record Cell(string Table, string Column, string Key, object? Value);

    /// <summary>False where the database itself refused the change: a key in use, or a value of another type.</summary>
    private async Task<bool> AssertNamedAsync(Cell cell, int place, byte mask)
    {
        var findings = await _sample.FindAsync(copy => ExecuteAsync(copy, $"UPDATE {cell.Table} SET {cell.Column} = {(cell.Value is string ? "CAST(@value AS TEXT)" : "@value")} WHERE {cell.Key}", ("@value", Flip(cell, place, mask))));
        if (findings is null)
            return false;
        Assert.True(
            findings.Any(finding => finding.StartsWith(cell.Table, StringComparison.Ordinal) && finding.Contains($"column {cell.Column}", StringComparison.Ordinal)),
            $"{cell.Table}.{cell.Column} where {cell.Key}, byte {place}: {string.Join(" | ", findings)}");
        return true;
    }

    private static object Flip(Cell cell, int place, byte mask)
    {
        switch (cell.Value)
        {
            case long number:
                return number ^ unchecked((long)mask << (place % 8 * 8));
            case string text:
                var encoded = Encoding.UTF8.GetBytes(text);
                // ASCII stays ASCII, so that every flip is a different text.
                encoded[place % encoded.Length] ^= (byte)(mask & 0x7F | 1);
                return encoded;
            case byte[] bytes:
                var flipped = bytes.ToArray();
                flipped[place % flipped.Length] ^= mask;
                return flipped;
            default:
                return cell.Column == "sealed_detail" ? new byte[] { mask } : (long)mask;
        }
    }

    private async Task<List<Cell>> CellsAsync()
    {
        var cells = new List<Cell>();
        foreach (var table in Tables)
        {
            var key = table switch
            {
                "ledger_entry" => "seq",
                "ledger_receipt" => "entry",
                "ledger_checkpoint" => "size",
                _ => "id",
            };
            await using var command = _sample.Database.Connection.CreateCommand();
            command.CommandText = $"SELECT * FROM {table}";
            await using var reader = await command.ExecuteReaderAsync(Cancel);
            while (await reader.ReadAsync(Cancel))
            {
                var where = string.Create(CultureInfo.InvariantCulture, $"{key} = {reader.GetInt64(reader.GetOrdinal(key))}");
                if (table == "ledger_receipt")
                    where += string.Create(CultureInfo.InvariantCulture, $" AND position = {reader.GetInt64(reader.GetOrdinal("position"))}");
                for (var column = 0; column < reader.FieldCount; column++)
                    cells.Add(new Cell(table, reader.GetName(column), where, reader.IsDBNull(column) ? null : reader.GetValue(column)));
            }
        }

        return cells;
    }

    private static async Task<List<object[]>> ReadAsync(SqliteConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync(Cancel);
        var rows = new List<object[]>();
        while (await reader.ReadAsync(Cancel))
        {
            var row = new object[reader.FieldCount];
            reader.GetValues(row);
            rows.Add(row);
        }

        return rows;
    }

    private static async Task ExecuteAsync(SqliteConnection connection, string sql, params (string Name, object Value)[] parameters)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value);
        Assert.NotEqual(0, await command.ExecuteNonQueryAsync(Cancel));
    }
}
