using System.Data.Common;

namespace Sealpost.Storage;

/// <summary>The store: SQLite (default) or PostgreSQL. Both answer the same SQL subset; bulk paths are the provider's own.</summary>
/// <remarks>
/// Shared SQL uses <c>@name</c> parameters, <c>ON CONFLICT … DO UPDATE</c>, <c>keys.</c> as a schema prefix, integers as
/// <c>bigint</c>, instants as <c>bigint</c> Unix milliseconds, dates as <c>integer</c> day numbers (<see cref="DateOnly.DayNumber"/>),
/// booleans as <c>smallint</c>, bytes as BLOB/BYTEA. Reads of a known number of rows check that they got them all.
/// </remarks>
public interface IDatabase : IAsyncDisposable
{
    /// <summary><c>sqlite</c> or <c>postgresql</c>.</summary>
    string Kind { get; }

    /// <summary>Opens a pooled connection for reading. Dispose it.</summary>
    ValueTask<DbConnection> OpenReadAsync(CancellationToken cancellationToken);

    /// <summary>Runs work in a transaction and commits it. Returns only once the commit is durable.</summary>
    /// <remarks>
    /// One write queue: works queued at the same time share one commit (group commit, at most 5 ms of waiting). A work that throws
    /// is rolled back alone (savepoint) and its exception goes to its caller; its neighbours still commit.
    /// </remarks>
    /// <exception cref="TransientStoreException">The store is busy or was briefly away: try the whole work again.</exception>
    Task<T> WriteAsync<T>(Func<DbTransaction, CancellationToken, Task<T>> work, CancellationToken cancellationToken);

    /// <summary>Upserts rows by primary key through the provider's bulk path (prepared batch; binary COPY into a staging table).</summary>
    Task BulkUpsertAsync(BulkTable table, IReadOnlyList<object?[]> rows, DbTransaction transaction, CancellationToken cancellationToken);

    /// <summary>Runs a statement once for each row of values, in order, and says how many rows each run changed: one prepared statement, or one round trip.</summary>
    /// <param name="statement">Its parameters are <c>$1</c>, <c>$2</c>, …; they first occur in that order.</param>
    /// <param name="rows">Values as for <see cref="BulkUpsertAsync"/>.</param>
    /// <param name="transaction">The caller's.</param>
    /// <param name="cancellationToken">Stops between rows; the transaction is then to be rolled back.</param>
    Task<int[]> ExecuteEachAsync(string statement, IReadOnlyList<object?[]> rows, DbTransaction transaction, CancellationToken cancellationToken);

    /// <summary>Removes what deleted rows of a table left behind in the store's files, after a commit. Waits for no reader: a copy one still sees goes with a later call.</summary>
    Task ScrubAsync(string table, CancellationToken cancellationToken);

    /// <summary>Brings the schema to the newest numbered script. Safe when several processes start at once.</summary>
    Task MigrateAsync(CancellationToken cancellationToken);
}

/// <summary>A table as bulk paths need it. Values are <see cref="long"/> (or a shorter integer), <see cref="double"/>, <see cref="string"/>, <c>byte[]</c> or null.</summary>
/// <param name="Name">Table name, with schema prefix where it has one.</param>
/// <param name="Columns">All columns written, in row order.</param>
/// <param name="KeyColumns">How many of the leading columns form the primary key.</param>
public sealed record BulkTable(string Name, IReadOnlyList<string> Columns, int KeyColumns)
{
    /// <summary>Rows that exist already are kept as they are instead of updated. Default: false.</summary>
    public bool KeepExisting { get; init; }

    /// <summary>The <c>ON CONFLICT</c> clause that makes an insert an upsert; a table that is all key keeps its row.</summary>
    internal string OnConflict()
    {
        var keys = string.Join(", ", Columns.Take(KeyColumns));
        return KeepExisting || KeyColumns == Columns.Count
            ? $"ON CONFLICT ({keys}) DO NOTHING"
            : $"ON CONFLICT ({keys}) DO UPDATE SET {string.Join(", ", Columns.Skip(KeyColumns).Select(column => $"{column} = excluded.{column}"))}";
    }
}
