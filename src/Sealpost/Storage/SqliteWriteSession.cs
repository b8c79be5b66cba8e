using System.Data.Common;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Sealpost.Storage;

/// <summary>The writing connection of a SQLite store.</summary>
internal sealed class SqliteWriteSession(SqliteFiles files) : WriteSession
{
    private SqliteWriteConnection? _connection;

    /// <inheritdoc/>
    public override async Task<DbTransaction> BeginAsync(CancellationToken cancellationToken)
    {
        _connection ??= files.OpenForWriting();
        return await _connection.BeginTransactionAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override async Task CommitAsync(DbTransaction transaction, CancellationToken cancellationToken) => await transaction.CommitAsync(cancellationToken);

    /// <inheritdoc/>
    public override bool IsTransient(Exception exception) =>
        exception is SqliteException { SqliteErrorCode: raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_INTERRUPT };

    /// <inheritdoc/>
    public override async Task ResetAsync(CancellationToken cancellationToken)
    {
        var connection = _connection;
        _connection = null;
        if (connection is not null)
            await connection.DisposeAsync().AsTask().WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync() => await ResetAsync(CancellationToken.None);
}
