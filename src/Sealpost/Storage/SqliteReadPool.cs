using System.Collections.Concurrent;
using System.Data;
using System.Data.Common;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Sealpost.Storage;

/// <summary>Reading connections kept open between uses.</summary>
internal sealed class SqliteReadPool(SqliteFiles files) : IDisposable
{
    /// <summary>Idle connections kept; more are closed on return.</summary>
    private const int MostIdle = 16;

    private readonly ConcurrentBag<SqliteReadConnection> _idle = [];
    private bool _disposed;

    /// <summary>An idle connection, or a new one.</summary>
    public DbConnection Rent()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_idle.TryTake(out var idle))
        {
            idle.Lend();
            return idle;
        }

        var connection = new SqliteReadConnection(files.ConnectionString(files.Data), this);
        files.OpenForReading(connection);
        return connection;
    }

    /// <summary>Takes a connection back; false where it must be closed.</summary>
    public bool Return(SqliteReadConnection connection)
    {
        if (_disposed || _idle.Count >= MostIdle || connection.State != ConnectionState.Open || !connection.IsQuiet())
            return false;
        _idle.Add(connection);
        return true;
    }

    /// <summary>Closes idle connections; lent ones close on return.</summary>
    public void Dispose()
    {
        _disposed = true;
        while (_idle.TryTake(out var connection))
            connection.Retire();
    }
}

/// <summary>A reading connection: disposing it gives it back, its transactions are snapshots and never take the write lock.</summary>
internal sealed class SqliteReadConnection(string connectionString, SqliteReadPool pool) : SqliteConnection(connectionString)
{
    private DbTransaction? _transaction;
    private int _lent = 1;

    /// <summary>Marks it as in use.</summary>
    public void Lend() => Interlocked.Exchange(ref _lent, 1);

    /// <summary>Whether no statement is running and no transaction open.</summary>
    public bool IsQuiet()
    {
        _transaction?.Dispose();
        _transaction = null;
        for (var statement = raw.sqlite3_next_stmt(Handle, null); statement is not null; statement = raw.sqlite3_next_stmt(Handle, statement))
        {
            if (raw.sqlite3_stmt_busy(statement) != 0)
                return false;
        }

        return raw.sqlite3_get_autocommit(Handle) != 0;
    }

    /// <summary>Closes it for good.</summary>
    public void Retire()
    {
        Interlocked.Exchange(ref _lent, 0);
        base.Dispose(true);
    }

    /// <inheritdoc/>
    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) =>
        _transaction = BeginTransaction(IsolationLevel.Serializable, deferred: true);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _lent, 0) == 1 && !pool.Return(this))
            base.Dispose(true);
    }
}
