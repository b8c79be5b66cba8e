using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Sealpost.Storage;

/// <summary>The store in a data folder: two SQLite files in WAL mode, one writing connection, pooled reading ones.</summary>
public sealed class SqliteDatabase : IDatabase
{
    private readonly SqliteFiles _files;
    private readonly SqliteReadPool _readers;
    private readonly WriteQueue _writes;
    private readonly bool _temporary;

    /// <summary>Opens the store in a folder, making folder (mode 0700) and files (0600) where they do not exist. Call <see cref="MigrateAsync"/> before anything else.</summary>
    public SqliteDatabase(string folder)
        : this(folder, temporary: false)
    {
    }

    private SqliteDatabase(string folder, bool temporary, int patienceSeconds = 10)
    {
        _files = new SqliteFiles(folder) { PatienceSeconds = patienceSeconds };
        _temporary = temporary;
        _readers = new SqliteReadPool(_files);
        _writes = new WriteQueue(new SqliteWriteSession(_files));
    }

    /// <inheritdoc/>
    public string Kind => "sqlite";

    /// <summary>The data folder.</summary>
    public string Folder => _files.Folder;

    /// <summary>Commits made so far by <see cref="WriteAsync"/>.</summary>
    internal long Commits => _writes.Commits;

    /// <inheritdoc cref="WriteQueue.LongestWait"/>
    internal TimeSpan LongestWait
    {
        set => _writes.LongestWait = value;
    }

    /// <summary>A store in memory (a memory-backed folder where the system has one, so that locking and recovery are those of the real one), gone when disposed. For tests.</summary>
    public static SqliteDatabase OpenTemporary() => OpenTemporary(patienceSeconds: 10);

    /// <summary>As <see cref="OpenTemporary()"/>, waiting less or longer for a lock.</summary>
    internal static SqliteDatabase OpenTemporary(int patienceSeconds)
    {
        var memory = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();
        return new SqliteDatabase(Path.Combine(memory, "sealpost-" + Path.GetRandomFileName()), temporary: true, patienceSeconds);
    }

    /// <inheritdoc/>
    public ValueTask<DbConnection> OpenReadAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(_readers.Rent());
    }

    /// <inheritdoc/>
    public Task<T> WriteAsync<T>(Func<DbTransaction, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        _writes.WriteAsync(work, cancellationToken);

    /// <inheritdoc/>
    public Task BulkUpsertAsync(BulkTable table, IReadOnlyList<object?[]> rows, DbTransaction transaction, CancellationToken cancellationToken)
    {
        if (rows.Count > 0)
            SqliteRows.Upsert(table, rows, (SqliteWriteConnection)transaction.Connection!, cancellationToken);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<int[]> ExecuteEachAsync(string statement, IReadOnlyList<object?[]> rows, DbTransaction transaction, CancellationToken cancellationToken) =>
        Task.FromResult(rows.Count == 0 ? [] : SqliteRows.Execute(statement, rows, (SqliteWriteConnection)transaction.Connection!, cancellationToken));

    /// <inheritdoc/>
    public Task MigrateAsync(CancellationToken cancellationToken) =>
        Task.Run(() => SchemaScripts.Upgrade(_files), cancellationToken);

    /// <inheritdoc/>
    public Task ScrubAsync(string table, CancellationToken cancellationToken) =>
        Task.Run(
            () =>
            {
                // Deleted rows were overwritten in the pages (secure_delete); a checkpoint that empties the log removes their older copies.
                using var connection = _files.OpenForWriting();
                SqliteFiles.Run(connection, table.StartsWith("keys.", StringComparison.Ordinal) ? "PRAGMA keys.wal_checkpoint(TRUNCATE)" : "PRAGMA data.wal_checkpoint(TRUNCATE)");
            },
            cancellationToken);

    /// <summary>Copies data and wrapped keys to new files, each as one commit left it, while everything goes on; data first.</summary>
    internal Task CopyAsync(string data, string keys, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            using var connection = _files.OpenForWriting();
            foreach (var (schema, path) in new[] { ("data", data), ("keys", keys) })
            {
                cancellationToken.ThrowIfCancellationRequested();
                File.Delete(path);
                using var command = connection.CreateCommand();
                command.CommandText = $"VACUUM {schema} INTO @path";
                command.Parameters.AddWithValue("@path", path);
                command.CommandTimeout = 0;
                command.ExecuteNonQuery();
            }
        },
        cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _writes.DisposeAsync();
        _readers.Dispose();
        if (_temporary && Directory.Exists(_files.Folder))
            Directory.Delete(_files.Folder, recursive: true);
    }
}
