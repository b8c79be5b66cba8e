using Microsoft.Data.Sqlite;
using Sealpost.Storage;

namespace Sealpost.Tests.Storage;

public sealed class SqliteDatabaseTests : StoreCompliance
{
    private SqliteDatabase _database = null!;

    private protected override long Commits => _database.Commits;

    private protected override TimeSpan LongestWait
    {
        set => _database.LongestWait = value;
    }

    [Fact]
    public void Folder_and_files_are_readable_by_their_owner_alone()
    {
        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        string[] paths = [_database.Folder, .. Directory.GetFiles(_database.Folder)];
        Assert.All(paths, path => Assert.True(OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & others) == UnixFileMode.None));
    }

    [Fact]
    public async Task The_writing_connection_commits_the_keys_before_the_data()
    {
        var order = await _database.WriteAsync(
            async (transaction, token) =>
            {
                List<string> files = [];
                await using var command = transaction.Command("SELECT name, file FROM pragma_database_list WHERE name <> 'temp' ORDER BY seq");
                await using var reader = await command.ExecuteReaderAsync(token);
                while (await reader.ReadAsync(token))
                    files.Add($"{reader.GetString(0)}={Path.GetFileName(reader.GetString(1))}");
                return files;
            },
            TestContext.Current.CancellationToken);
        Assert.Equal(["keys=keys.db", "data=sealpost.db"], order);
    }

    [Theory]
    [InlineData("data.journal_mode", "wal")]
    [InlineData("keys.journal_mode", "wal")]
    [InlineData("data.synchronous", "2")]
    [InlineData("keys.synchronous", "2")]
    [InlineData("data.secure_delete", "1")]
    [InlineData("keys.secure_delete", "1")]
    [InlineData("temp_store", "2")]
    [InlineData("foreign_keys", "1")]
    public async Task The_writing_connection_is_set_up(string pragma, string value)
    {
        var actual = await _database.WriteAsync(
            async (transaction, token) =>
            {
                await using var command = transaction.Command("PRAGMA " + pragma);
                return (await command.ExecuteScalarAsync(token))?.ToString();
            },
            TestContext.Current.CancellationToken);
        Assert.Equal(value, actual);
    }

    [Fact]
    public async Task A_work_met_by_a_foreign_lock_is_told_to_try_again()
    {
        var token = TestContext.Current.CancellationToken;
        await using var hasty = SqliteDatabase.OpenTemporary(patienceSeconds: 1);
        await hasty.MigrateAsync(token);
        var files = new SqliteFiles(hasty.Folder);
        using var other = new SqliteConnection(files.ConnectionString(files.Data));
        other.Open();
        using var held = other.BeginTransaction(deferred: false);
        await Assert.ThrowsAsync<TransientStoreException>(() => hasty.WriteAsync((_, _) => Task.FromResult(0), token));
    }

    private protected override async Task<IDatabase> OpenAsync()
    {
        _database = SqliteDatabase.OpenTemporary();
        await _database.MigrateAsync(TestContext.Current.CancellationToken);
        return _database;
    }

    private protected override Task CreateTableAsync(string sql)
    {
        using var connection = new SqliteFiles(_database.Folder).OpenForSchema("WAL");
        SqliteFiles.Run(connection, sql.Replace("BYTES", "BLOB", StringComparison.Ordinal));
        return Task.CompletedTask;
    }
}
