using System.Data;
using System.Data.Common;
using Sealpost.Storage;

namespace Sealpost.Tests.Storage;

/// <summary>What every store must do, run on SQLite and on PostgreSQL.</summary>
public abstract class StoreCompliance : IAsyncLifetime
{
    private static readonly BulkTable Things = new("thing", ["org", "thing", "name", "sealed"], 2);

    private protected IDatabase Database { get; private set; } = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Database = await OpenAsync();
        await CreateTableAsync("CREATE TABLE thing (org BIGINT NOT NULL, thing BIGINT NOT NULL, name TEXT, sealed BYTES, PRIMARY KEY (org, thing))");
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_committed_work_is_seen_by_readers()
    {
        await InsertAsync(1);
        Assert.Equal([1], await ThingsAsync());
    }

    [Fact]
    public async Task A_work_that_throws_leaves_nothing_and_its_exception_reaches_its_caller()
    {
        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => InsertAsync(1, fail: true));
        Assert.Empty(await ThingsAsync());
    }

    [Fact]
    public async Task Works_queued_together_share_a_commit()
    {
        LongestWait = TimeSpan.FromHours(1); // However slow the machine is.
        var before = Commits;
        await WhileTheQueueIsHeldAsync(() => [.. Enumerable.Range(1, 50).Select(i => InsertAsync(i))]);
        Assert.Equal(50, (await ThingsAsync()).Count);
        Assert.Equal(1, Commits - before); // That of whoever held the queue.
    }

    [Fact]
    public async Task A_failing_work_is_rolled_back_alone()
    {
        List<Task> works = [];
        await WhileTheQueueIsHeldAsync(() => works = [InsertAsync(1), InsertAsync(2, fail: true), InsertAsync(3), BreakAsync(), InsertAsync(4)], expectFailures: true);
        Assert.Equal([1, 3, 4], await ThingsAsync());
        Assert.Equal([false, true, false, true, false], works.Select(work => work.IsFaulted));
    }

    [Fact]
    public async Task A_statement_for_each_row_says_which_rows_it_changed()
    {
        await InsertAsync(1);
        await InsertAsync(3);
        for (var again = 0; again < 2; again++)
        {
            var changed = await Database.WriteAsync(
                (transaction, token) => Database.ExecuteEachAsync(
                    "UPDATE thing SET name = $1, sealed = $2 WHERE org = $3 AND thing = $4", [["a", null, 1L, 1L], [null, new byte[] { 7 }, 1L, 2L], ["c", Array.Empty<byte>(), 1L, 3L]], transaction, token),
                Token);
            Assert.Equal([1, 0, 1], changed);
        }
    }

    [Fact]
    public async Task A_statement_that_failed_runs_again()
    {
        await InsertAsync(1);
        for (var again = 0; again < 3; again++)
        {
            // The second row breaks the key; the first is rolled back with it.
            await Assert.ThrowsAnyAsync<DbException>(() => Database.WriteAsync(
                (transaction, token) => Database.ExecuteEachAsync("INSERT INTO thing (org, thing) VALUES ($1, $2)", [[1L, 2L], [1L, 1L]], transaction, token), Token));
        }

        Assert.Equal([1], await ThingsAsync());
        await InsertAsync(2);
        Assert.Equal([1, 2], await ThingsAsync());
    }

    [Fact]
    public async Task A_cancelled_work_is_not_run()
    {
        using var cancelled = new CancellationTokenSource();
        var ran = false;
        await WhileTheQueueIsHeldAsync(
            () =>
            {
                var work = Database.WriteAsync((_, _) => Task.FromResult(ran = true), cancelled.Token);
                cancelled.Cancel();
                return [work];
            },
            expectFailures: true);
        Assert.False(ran);
    }

    [Fact]
    public async Task A_write_inside_a_write_is_refused_instead_of_waiting_for_itself() =>
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => Database.WriteAsync((_, token) => Database.WriteAsync((_, _) => Task.FromResult(0), token), Token));

    [Fact]
    public async Task Works_run_in_the_order_they_were_queued()
    {
        List<int> order = [];
        await WhileTheQueueIsHeldAsync(() => [.. Enumerable.Range(0, 20).Select(i => Database.WriteAsync(
            (_, _) =>
            {
                order.Add(i);
                return Task.FromResult(0);
            },
            Token))]);
        Assert.Equal(Enumerable.Range(0, 20), order);
    }

    [Fact]
    public async Task Many_writers_at_once_all_get_their_row()
    {
        await Task.WhenAll(Enumerable.Range(1, 200).Select(i => Task.Run(() => InsertAsync(i))));
        Assert.Equal(200, (await ThingsAsync()).Count);
    }

    [Fact]
    public async Task A_reading_transaction_keeps_its_snapshot_while_others_write()
    {
        await InsertAsync(1);
        await using var connection = await Database.OpenReadAsync(Token);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, Token);
        Assert.Equal(1, await CountAsync(snapshot));
        await InsertAsync(2);
        Assert.Equal(1, await CountAsync(snapshot));
    }

    [Fact]
    public async Task A_reading_connection_cannot_write()
    {
        await using var connection = await Database.OpenReadAsync(Token);
        await using var command = connection.CreateCommand();
        command.CommandText = "INSERT INTO thing (org, thing) VALUES (1, 1)";
        await Assert.ThrowsAnyAsync<DbException>(() => command.ExecuteNonQueryAsync(Token));
    }

    [Fact]
    public async Task A_connection_given_back_with_an_open_transaction_shows_new_rows_when_lent_again()
    {
        for (var i = 0; i < 3; i++)
        {
            var connection = await Database.OpenReadAsync(Token);
            var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, Token);
            Assert.Equal(i, await CountAsync(snapshot));
            await connection.DisposeAsync();
            await InsertAsync(i);
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(3_000)]
    public async Task A_bulk_upsert_inserts_and_updates(int rows)
    {
        await UpsertAsync([.. Enumerable.Range(0, rows).Select(i => Row(i, "first"))]);
        await UpsertAsync([.. Enumerable.Range(rows / 2, rows).Select(i => Row(i, "second"))]);
        Assert.Equal((rows / 2) + rows, (await ThingsAsync()).Count);
        Assert.Equal(rows, await CountAsync("second"));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(500)]
    public async Task Of_two_bulk_rows_with_one_key_the_later_counts(int rows)
    {
        await UpsertAsync([.. Enumerable.Range(0, rows).Select(_ => Row(7, "first")), Row(7, "last")]);
        Assert.Equal(1, await CountAsync("last"));
    }

    [Fact]
    public async Task Bulk_values_come_back_as_they_were()
    {
        byte[] bytes = [0, 1, 255];
        await UpsertAsync([[1L, 1L, "näme", bytes], [1L, 2L, null, Array.Empty<byte>()], [1L, 3L, "", null]]);
        await using var connection = await Database.OpenReadAsync(Token);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT name, sealed FROM thing ORDER BY thing";
        await using var reader = await command.ExecuteReaderAsync(Token);
        List<string> read = [];
        while (await reader.ReadAsync(Token))
            read.Add((reader.IsDBNull(0) ? "null" : $"'{reader.GetString(0)}'") + (reader.IsDBNull(1) ? " null" : $" x{Convert.ToHexString(reader.GetFieldValue<byte[]>(1))}"));
        Assert.Equal(["'näme' x0001FF", "null x", "'' null"], read);
    }

    [Fact]
    public async Task A_bulk_upsert_joins_its_works_fate()
    {
        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => Database.WriteAsync<int>(
            async (transaction, token) =>
            {
                await Database.BulkUpsertAsync(Things, [.. Enumerable.Range(0, 1_000).Select(i => Row(i, "x"))], transaction, token);
                throw new InvalidTimeZoneException();
            },
            Token));
        Assert.Empty(await ThingsAsync());
    }

    [Fact]
    public async Task A_bulk_row_that_breaks_a_rule_raises()
    {
        await Assert.ThrowsAnyAsync<DbException>(() => UpsertAsync([Row(1, "x"), [1L, null, "x", null]]));
        Assert.Empty(await ThingsAsync());
    }

    [Fact]
    public async Task Migrating_again_changes_nothing()
    {
        await Database.MigrateAsync(Token);
        await Task.WhenAll(Database.MigrateAsync(Token), Database.MigrateAsync(Token));
        await InsertAsync(1);
        Assert.Equal([1], await ThingsAsync());
    }

    [Fact]
    public async Task After_disposal_writes_are_refused()
    {
        await Database.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => InsertAsync(1));
    }

    private protected abstract long Commits { get; }

    private protected abstract TimeSpan LongestWait { set; }

    private protected abstract Task<IDatabase> OpenAsync();

    private protected abstract Task CreateTableAsync(string sql);

    private static object?[] Row(long thing, string name) => [1L, thing, name, new byte[] { 1, 2, 3 }];

    private Task UpsertAsync(IReadOnlyList<object?[]> rows) => Database.WriteAsync(
        async (transaction, token) =>
        {
            await Database.BulkUpsertAsync(Things, rows, transaction, token);
            return 0;
        },
        Token);

    private Task<int> InsertAsync(int thing, bool fail = false) => Database.WriteAsync(
        async (transaction, token) =>
        {
            var rows = await transaction.ExecuteAsync("INSERT INTO thing (org, thing) VALUES (@org, @thing)", [("org", 1), ("thing", thing)], token);
            return fail ? throw new InvalidTimeZoneException() : rows;
        },
        Token);

    /// <summary>A work whose statement the database itself refuses.</summary>
    private Task<int> BreakAsync() => Database.WriteAsync(
        (transaction, token) => transaction.ExecuteAsync("INSERT INTO thing (org, thing) VALUES (1, NULL)", [], token), Token);

    /// <summary>Queues works while an earlier one is running, so that they wait together.</summary>
    private async Task WhileTheQueueIsHeldAsync(Func<IReadOnlyList<Task>> queue, bool expectFailures = false)
    {
        var held = new TaskCompletionSource();
        var running = new TaskCompletionSource();
        var holder = Database.WriteAsync(
            async (_, token) =>
            {
                running.SetResult();
                await held.Task.WaitAsync(token);
                return 0;
            },
            Token);
        await running.Task.WaitAsync(Token);
        var works = queue();
        held.SetResult();
        await holder;
        await Task.WhenAll(works).ConfigureAwait(expectFailures ? ConfigureAwaitOptions.SuppressThrowing : ConfigureAwaitOptions.None);
    }

    private async Task<List<long>> ThingsAsync()
    {
        await using var connection = await Database.OpenReadAsync(Token);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT thing FROM thing ORDER BY thing";
        await using var reader = await command.ExecuteReaderAsync(Token);
        List<long> things = [];
        while (await reader.ReadAsync(Token))
            things.Add(reader.GetInt64(0));
        return things;
    }

    private static async Task<long> CountAsync(DbTransaction transaction)
    {
        await using var command = transaction.Command("SELECT COUNT(*) FROM thing");
        return (long)(await command.ExecuteScalarAsync(Token))!;
    }

    private async Task<long> CountAsync(string name)
    {
        await using var connection = await Database.OpenReadAsync(Token);
        await using var command = connection.Command("SELECT COUNT(*) FROM thing WHERE name = @name", ("name", name));
        return (long)(await command.ExecuteScalarAsync(Token))!;
    }
}
