using System.Data;
using System.Data.Common;

namespace Sealpost.Trust;

/// <summary>Makes all reads on a connection see one state of the store, without holding up its writers.</summary>
internal sealed class ReadSnapshot : IAsyncDisposable
{
    private readonly DbConnection _connection;
    private readonly DbTransaction? _transaction;

    private ReadSnapshot(DbConnection connection, DbTransaction? transaction)
    {
        _connection = connection;
        _transaction = transaction;
    }

    public static async Task<ReadSnapshot> BeginAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        if (string.Equals(connection.GetType().Namespace, "Npgsql", StringComparison.Ordinal))
            return new ReadSnapshot(connection, await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken));
        // SQLite's provider would begin with a write lock; plain BEGIN takes a read snapshot at the first read.
        await using var begin = connection.Command("BEGIN");
        await begin.ExecuteNonQueryAsync(cancellationToken);
        return new ReadSnapshot(connection, null);
    }

    public async ValueTask DisposeAsync()
    {
        if (_transaction is not null)
        {
            await _transaction.DisposeAsync();
            return;
        }

        await using var end = _connection.Command("ROLLBACK");
        await end.ExecuteNonQueryAsync(CancellationToken.None);
    }
}
