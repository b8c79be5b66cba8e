using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Sealpost.Storage;

/// <summary>One prepared statement, bound and stepped row by row on the raw handle.</summary>
internal static class SqliteRows
{
    /// <summary>Rows between two looks at the cancellation token.</summary>
    private const int CancellationStride = 1_024;

    /// <summary>Upserts the rows inside the connection's open transaction.</summary>
    public static void Upsert(BulkTable table, IReadOnlyList<object?[]> rows, SqliteWriteConnection connection, CancellationToken cancellationToken)
    {
        foreach (var row in rows)
        {
            if (row.Length != table.Columns.Count)
                throw new ArgumentException($"A row for {table.Name} has {row.Length} values instead of {table.Columns.Count}.", nameof(rows));
        }

        Run(Sql(table), rows, [], connection, cancellationToken);
    }

    /// <summary>Runs a statement for each row; how many rows each changed.</summary>
    public static int[] Execute(string statement, IReadOnlyList<object?[]> rows, SqliteWriteConnection connection, CancellationToken cancellationToken)
    {
        var changed = new int[rows.Count];
        Run(statement, rows, changed, connection, cancellationToken);
        return changed;
    }

    private static void Run(string text, IReadOnlyList<object?[]> rows, Span<int> changed, SqliteWriteConnection connection, CancellationToken cancellationToken)
    {
        var handle = connection.Handle ?? throw new InvalidOperationException("The transaction's connection is closed.");
        var statement = connection.Statement(text);
        try
        {
            for (var i = 0; i < rows.Count; i++)
            {
                if (i % CancellationStride == 0)
                    cancellationToken.ThrowIfCancellationRequested();
                Step(rows[i], statement, handle);
                if (!changed.IsEmpty)
                    changed[i] = raw.sqlite3_changes(handle);
            }
        }
        finally
        {
            // What was bound last is patient data; it does not stay.
            raw.sqlite3_reset(statement);
            raw.sqlite3_clear_bindings(statement);
        }
    }

    private static void Step(object?[] row, sqlite3_stmt statement, sqlite3 handle)
    {
        for (var column = 0; column < row.Length; column++)
            SqliteFiles.Check(Bind(statement, column + 1, row[column]), handle);
        var code = raw.sqlite3_step(statement);
        // A statement without RETURNING yields DONE and nothing else.
        if (code != raw.SQLITE_DONE)
            SqliteFiles.Check(code == raw.SQLITE_ROW ? raw.SQLITE_INTERNAL : code, handle);
        SqliteFiles.Check(raw.sqlite3_reset(statement), handle);
    }

    private static int Bind(sqlite3_stmt statement, int index, object? value) => value switch
    {
        null => raw.sqlite3_bind_null(statement, index),
        byte[] bytes when bytes.Length == 0 => raw.sqlite3_bind_zeroblob(statement, index, 0),
        byte[] bytes => raw.sqlite3_bind_blob(statement, index, bytes),
        long number => raw.sqlite3_bind_int64(statement, index, number),
        int number => raw.sqlite3_bind_int64(statement, index, number),
        short number => raw.sqlite3_bind_int64(statement, index, number),
        double number => raw.sqlite3_bind_double(statement, index, number),
        string text => raw.sqlite3_bind_text(statement, index, text),
        _ => throw new ArgumentException($"A bulk value is a {value.GetType().Name}; allowed are long, int, short, double, string, byte[] and null.", nameof(value)),
    };

    private static string Sql(BulkTable table)
    {
        var values = string.Join(", ", Enumerable.Range(1, table.Columns.Count).Select(i => $"?{i}"));
        return $"INSERT INTO {table.Name} ({string.Join(", ", table.Columns)}) VALUES ({values}) {table.OnConflict()}";
    }
}
