using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Sealpost.Storage;

/// <summary>One prepared statement, bound and stepped row by row on the raw handle.</summary>
internal static class SqliteRows
{
    /// <summary>Rows between two looks at the cancellation token.</summary>
    private const int CancellationStride = 1_024;

    // A table's statement is written once.
    private static readonly ConditionalWeakTable<BulkTable, string> Texts = [];

    /// <summary>Upserts the rows inside the connection's open transaction.</summary>
    public static void Upsert(BulkTable table, IReadOnlyList<object?[]> rows, SqliteWriteConnection connection, CancellationToken cancellationToken)
    {
        foreach (var row in rows)
        {
            if (row.Length != table.Columns.Count)
                throw new ArgumentException($"A row for {table.Name} has {row.Length} values instead of {table.Columns.Count}.", nameof(rows));
        }

        Run(Texts.GetValue(table, Sql), rows, [], connection, cancellationToken);
    }

    /// <summary>Runs a statement for each row; how many rows each changed.</summary>
    public static int[] Execute(string statement, IReadOnlyList<object?[]> rows, SqliteWriteConnection connection, CancellationToken cancellationToken)
    {
        var changed = new int[rows.Count];
        Run(statement, rows, changed, connection, cancellationToken);
        return changed;
    }

    /// <summary>Runs a statement once with named values and returns the rows it changed, -1 where it only reads; null, with nothing run, where a value has a type that only the driver knows.</summary>
    public static int? Execute(KeptStatement kept, KeptParameters values, SqliteWriteConnection connection)
    {
        var handle = connection.Handle ?? throw new InvalidOperationException("The transaction's connection is closed.");
        try
        {
            for (var place = 0; place < kept.Names.Count; place++)
            {
                if (!values.TryFind(kept.Names[place], place, out var value) || !IsPlain(value))
                    return null;
                SqliteFiles.Check(Bind(kept.Raw, place + 1, value is DBNull ? null : value), handle);
            }

            int code;
            while ((code = raw.sqlite3_step(kept.Raw)) == raw.SQLITE_ROW)
            {
                // RETURNING: nobody looks.
            }

            SqliteFiles.Check(code, handle);
            return raw.sqlite3_stmt_readonly(kept.Raw) != 0 ? -1 : raw.sqlite3_changes(handle);
        }
        finally
        {
            raw.sqlite3_reset(kept.Raw);
            raw.sqlite3_clear_bindings(kept.Raw);
        }
    }

    private static bool IsPlain(object? value) => value is null or DBNull or long or int or short or double or string or byte[];

    private static void Run(string text, IReadOnlyList<object?[]> rows, Span<int> changed, SqliteWriteConnection connection, CancellationToken cancellationToken)
    {
        var handle = connection.Handle ?? throw new InvalidOperationException("The transaction's connection is closed.");
        var statement = connection.Statement(text).Raw;
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
