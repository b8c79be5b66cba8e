using System.Data.Common;
using Npgsql;

namespace Sealpost.Storage;

/// <summary>The store in a PostgreSQL database (13 or later), shared by any number of processes; wrapped keys in the schema <c>keys</c>.</summary>
public sealed class PostgresDatabase : IDatabase
{
    /// <summary>Advisory lock that one process holds while it changes the schema: the bytes of "sealpost".</summary>
    private const long SchemaLock = 0x7365616C706F7374;

    private readonly string _connectionString;
    private readonly NpgsqlDataSource _readers;
    private readonly NpgsqlDataSource _writers;
    private readonly WriteQueue _writes;
    private readonly PostgresBulkUpsert _bulk = new();

    /// <summary>Opens the store; connects on first use. Call <see cref="MigrateAsync"/> before anything else.</summary>
    /// <param name="url"><c>postgres://user:password@host:port/database</c>; TLS with a verified certificate unless the server is on this machine.</param>
    /// <exception cref="FormatException">The URL can't be read, or asks for clear text to another machine.</exception>
    public PostgresDatabase(string url)
    {
        var address = PostgresAddress.Parse(url);
        address.Pooling = false; // The schema is changed once: a pool would hold an idle connection of the server for minutes.
        _connectionString = address.ConnectionString;
        address.Pooling = true;
        // Set per connection, so that a server whose default is to lose the last commits in a crash does not lose ours.
        address.Options = "-c synchronous_commit=on";
        _writers = NpgsqlDataSource.Create(address);
        address.Options = "-c default_transaction_read_only=on";
        _readers = NpgsqlDataSource.Create(address);
        _writes = new WriteQueue(new PostgresWriteSession(_writers));
    }

    /// <inheritdoc/>
    public string Kind => "postgresql";

    /// <summary>Commits made so far by <see cref="WriteAsync"/>.</summary>
    internal long Commits => _writes.Commits;

    /// <inheritdoc cref="WriteQueue.LongestWait"/>
    internal TimeSpan LongestWait
    {
        set => _writes.LongestWait = value;
    }

    /// <inheritdoc/>
    public async ValueTask<DbConnection> OpenReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _readers.OpenConnectionAsync(cancellationToken);
        }
        catch (NpgsqlException e) when (e.IsTransient)
        {
            throw new TransientStoreException("The database can't be reached now. Try again; if that does not help, see whether the server runs and takes more connections.", e);
        }
    }

    /// <inheritdoc/>
    public Task<T> WriteAsync<T>(Func<DbTransaction, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        _writes.WriteAsync(work, cancellationToken);

    /// <inheritdoc/>
    public Task BulkUpsertAsync(BulkTable table, IReadOnlyList<object?[]> rows, DbTransaction transaction, CancellationToken cancellationToken) =>
        rows.Count == 0 ? Task.CompletedTask : _bulk.RunAsync(table, rows, (NpgsqlTransaction)transaction, cancellationToken);

    /// <inheritdoc/>
    public async Task<int[]> ExecuteEachAsync(string statement, IReadOnlyList<object?[]> rows, DbTransaction transaction, CancellationToken cancellationToken)
    {
        if (rows.Count == 0)
            return [];
        await using var batch = ((NpgsqlTransaction)transaction).Connection!.CreateBatch();
        foreach (var row in rows)
        {
            var command = batch.CreateBatchCommand();
            command.CommandText = statement;
            foreach (var value in row)
                command.Parameters.Add(new NpgsqlParameter { Value = value switch { null => DBNull.Value, int number => (long)number, _ => value } });
            batch.BatchCommands.Add(command);
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
        return [.. batch.BatchCommands.Cast<NpgsqlBatchCommand>().Select(command => checked((int)command.Rows))];
    }

    /// <inheritdoc/>
    public async Task ScrubAsync(string table, CancellationToken cancellationToken)
    {
        // Reclaims the dead rows' space. The server's own log and its archives are the administrator's to expire.
        await using var connection = await _writers.OpenConnectionAsync(cancellationToken);
        await using var command = connection.Command("VACUUM " + table);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        await using var connection = await _writers.OpenConnectionAsync(cancellationToken);
        await RunAsync(connection, "SELECT pg_advisory_lock(@lock)", cancellationToken);
        try
        {
            await Task.Run(() => SchemaScripts.Upgrade(_connectionString), cancellationToken);
        }
        finally
        {
            await RunAsync(connection, "SELECT pg_advisory_unlock(@lock)", CancellationToken.None);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _writes.DisposeAsync();
        await _writers.DisposeAsync();
        await _readers.DisposeAsync();
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(sql, ("lock", SchemaLock));
        command.CommandTimeout = 0; // another process may be at it
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
