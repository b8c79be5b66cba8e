using Sealpost.Storage;

namespace Sealpost.Tests.Storage;

public sealed class PostgresDatabaseTests(PostgresServer server) : StoreCompliance
{
    private PostgresDatabase _database = null!;
    private string _url = "";

    private protected override long Commits => _database.Commits;

    private protected override TimeSpan LongestWait
    {
        set => _database.LongestWait = value;
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_processes_that_start_at_once_make_the_schema_once()
    {
        var url = await server.CreateDatabaseAsync(Token);
        await using var first = new PostgresDatabase(url);
        await using var second = new PostgresDatabase(url);
        await Task.WhenAll(first.MigrateAsync(Token), second.MigrateAsync(Token));
        await using var connection = await first.OpenReadAsync(Token);
        await using var command = connection.Command("SELECT COUNT(*) = COUNT(DISTINCT scriptname) AND COUNT(*) > 0 FROM schemaversions");
        Assert.Equal(true, await command.ExecuteScalarAsync(Token));
    }

    [Fact]
    public async Task A_connection_the_server_ends_fails_its_work_for_a_retry_and_the_next_one_succeeds()
    {
        await Assert.ThrowsAsync<TransientStoreException>(() => _database.WriteAsync(
            (transaction, token) => transaction.ExecuteAsync("SELECT pg_terminate_backend(pg_backend_pid())", [], token), Token));
        Assert.Equal(1, await _database.WriteAsync((transaction, token) => transaction.ExecuteAsync("INSERT INTO thing (org, thing) VALUES (1, 1)", [], token), Token));
    }

    [Fact]
    public async Task A_connection_lost_before_the_commit_tells_every_work_of_the_batch_to_try_again()
    {
        var pid = await _database.WriteAsync(
            async (transaction, token) =>
            {
                await using var command = transaction.Command("SELECT pg_backend_pid()");
                return (int)(await command.ExecuteScalarAsync(token))!;
            },
            Token);
        await Assert.ThrowsAsync<TransientStoreException>(() => _database.WriteAsync(
            async (transaction, token) =>
            {
                await transaction.ExecuteAsync("INSERT INTO thing (org, thing) VALUES (1, 1)", [], token);
                await using var other = new PostgresDatabase(_url);
                return await other.WriteAsync((outer, inner) => outer.ExecuteAsync("SELECT pg_terminate_backend(@pid)", [("pid", pid)], inner), token);
            },
            Token));
        await using var connection = await _database.OpenReadAsync(Token);
        await using var count = connection.Command("SELECT COUNT(*) FROM thing");
        Assert.Equal(0L, await count.ExecuteScalarAsync(Token));
    }

    [Fact]
    public async Task A_deadlock_between_two_processes_tells_one_of_them_to_try_again()
    {
        await _database.WriteAsync((transaction, token) => transaction.ExecuteAsync("INSERT INTO thing (org, thing) VALUES (1, 1), (1, 2)", [], token), Token);
        await using var other = new PostgresDatabase(_url);
        using var bothHoldOne = new Barrier(2);
        Task<int> CrossAsync(IDatabase database, int mine, int theirs) => database.WriteAsync(
            async (transaction, token) =>
            {
                await transaction.ExecuteAsync("UPDATE thing SET name = 'a' WHERE thing = @thing", [("thing", mine)], token);
                await Task.Run(() => bothHoldOne.SignalAndWait(token), token);
                return await transaction.ExecuteAsync("UPDATE thing SET name = 'b' WHERE thing = @thing", [("thing", theirs)], token);
            },
            Token);
        Task[] works = [CrossAsync(_database, 1, 2), CrossAsync(other, 2, 1)];
        await Task.WhenAll(works).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        Assert.IsType<TransientStoreException>(Assert.Single(works, work => work.IsFaulted).Exception!.InnerException);
    }

    [Fact]
    public async Task The_server_is_reached_by_its_unix_socket()
    {
        await using var database = new PostgresDatabase($"postgres://sealpost@localhost:{server.Port}/{_url[(_url.LastIndexOf('/') + 1)..]}?host={Uri.EscapeDataString(server.SocketFolder)}");
        await using var connection = await database.OpenReadAsync(Token);
        await using var command = connection.Command("SELECT inet_server_addr() IS NULL");
        Assert.Equal(true, await command.ExecuteScalarAsync(Token));
    }

    private protected override async Task<IDatabase> OpenAsync()
    {
        _url = await server.CreateDatabaseAsync(Token);
        _database = new PostgresDatabase(_url);
        await _database.MigrateAsync(Token);
        return _database;
    }

    private protected override async Task CreateTableAsync(string sql) =>
        await _database.WriteAsync((transaction, token) => transaction.ExecuteAsync(sql.Replace("BYTES", "BYTEA", StringComparison.Ordinal), [], token), Token);
}
