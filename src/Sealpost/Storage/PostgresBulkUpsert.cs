using System.Collections.Concurrent;
using System.Globalization;
using Npgsql;
using NpgsqlTypes;

namespace Sealpost.Storage;

/// <summary>Upserts many rows: few as arrays in one statement, many by binary COPY into a staging table that lives as long as the session.</summary>
internal sealed class PostgresBulkUpsert
{
    /// <summary>From this many rows on, COPY beats arrays (measured; the exact number matters little).</summary>
    private const int CopyFrom = 256;

    private readonly ConcurrentDictionary<string, NpgsqlDbType[]> _types = new(StringComparer.Ordinal);

    /// <summary>Writes the rows in the transaction. Of rows with one key the last counts.</summary>
    public async Task RunAsync(BulkTable table, IReadOnlyList<object?[]> rows, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var connection = transaction.Connection ?? throw new InvalidOperationException("The transaction has ended.");
        var types = await TypesAsync(table, connection, cancellationToken);
        var distinct = table.KeepExisting ? rows : BulkRows.LastOfEachKey(table, rows);
        if (distinct.Count < CopyFrom)
            await InsertArraysAsync(table, types, distinct, connection, cancellationToken);
        else
            await CopyAsync(table, types, distinct, connection, cancellationToken);
    }

    private static async Task InsertArraysAsync(BulkTable table, NpgsqlDbType[] types, IReadOnlyList<object?[]> rows, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        var columns = string.Join(", ", table.Columns);
        command.CommandText = $"INSERT INTO {table.Name} ({columns}) SELECT * FROM unnest({string.Join(", ", types.Select((_, i) => $"${i + 1}"))}) {table.OnConflict()}";
        for (var column = 0; column < types.Length; column++)
            command.Parameters.Add(new NpgsqlParameter { Value = Column(types[column], rows, column), NpgsqlDbType = types[column] | NpgsqlDbType.Array });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static Array Column(NpgsqlDbType type, IReadOnlyList<object?[]> rows, int column) => type switch
    {
        NpgsqlDbType.Bigint => Fill(new long?[rows.Count], rows, column, value => Convert.ToInt64(value, CultureInfo.InvariantCulture)),
        NpgsqlDbType.Integer => Fill(new int?[rows.Count], rows, column, value => Convert.ToInt32(value, CultureInfo.InvariantCulture)),
        NpgsqlDbType.Smallint => Fill(new short?[rows.Count], rows, column, value => Convert.ToInt16(value, CultureInfo.InvariantCulture)),
        NpgsqlDbType.Double => Fill(new double?[rows.Count], rows, column, value => Convert.ToDouble(value, CultureInfo.InvariantCulture)),
        NpgsqlDbType.Text => Fill(new string?[rows.Count], rows, column, value => (string)value),
        _ => Fill(new byte[]?[rows.Count], rows, column, value => (byte[])value),
    };

    private static T?[] Fill<T>(T?[] values, IReadOnlyList<object?[]> rows, int column, Func<object, T> convert)
    {
        for (var i = 0; i < values.Length; i++)
            values[i] = rows[i][column] is { } value ? convert(value) : default;
        return values;
    }

    private static T?[] Fill<T>(T?[] values, IReadOnlyList<object?[]> rows, int column, Func<object, T> convert)
        where T : struct
    {
        for (var i = 0; i < values.Length; i++)
            values[i] = rows[i][column] is { } value ? convert(value) : null;
        return values;
    }

    private static async Task CopyAsync(BulkTable table, NpgsqlDbType[] types, IReadOnlyList<object?[]> rows, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var staging = "bulk_" + table.Name.Replace('.', '_');
        var columns = string.Join(", ", table.Columns);
        // The rows are ciphertext; a work before this one in the same transaction may have used the table.
        await RunAsync(connection, $"CREATE TEMP TABLE IF NOT EXISTS {staging} (LIKE {table.Name}) ON COMMIT DELETE ROWS; DELETE FROM {staging}", cancellationToken);
        await using (var writer = await connection.BeginBinaryImportAsync($"COPY {staging} ({columns}) FROM STDIN (FORMAT BINARY)", cancellationToken))
        {
            foreach (var row in rows)
            {
                await writer.StartRowAsync(cancellationToken);
                for (var column = 0; column < types.Length; column++)
                    await WriteAsync(writer, types[column], row[column], cancellationToken);
            }

            if (await writer.CompleteAsync(cancellationToken) != (ulong)rows.Count)
                throw new TransientStoreException($"COPY into {table.Name} took fewer rows than were sent. Try again.");
        }

        await RunAsync(connection, $"INSERT INTO {table.Name} ({columns}) SELECT {columns} FROM {staging} {table.OnConflict()}", cancellationToken);
    }

    private static Task WriteAsync(NpgsqlBinaryImporter writer, NpgsqlDbType type, object? value, CancellationToken cancellationToken) => (type, value) switch
    {
        (_, null) => writer.WriteNullAsync(cancellationToken),
        (NpgsqlDbType.Bigint, long number) => writer.WriteAsync(number, type, cancellationToken),
        (NpgsqlDbType.Bigint, _) => writer.WriteAsync(Convert.ToInt64(value, CultureInfo.InvariantCulture), type, cancellationToken),
        (NpgsqlDbType.Integer, _) => writer.WriteAsync(Convert.ToInt32(value, CultureInfo.InvariantCulture), type, cancellationToken),
        (NpgsqlDbType.Smallint, _) => writer.WriteAsync(Convert.ToInt16(value, CultureInfo.InvariantCulture), type, cancellationToken),
        (NpgsqlDbType.Double, _) => writer.WriteAsync(Convert.ToDouble(value, CultureInfo.InvariantCulture), type, cancellationToken),
        (NpgsqlDbType.Text, _) => writer.WriteAsync((string)value, type, cancellationToken),
        _ => writer.WriteAsync((byte[])value, type, cancellationToken),
    };

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Types of a table's columns, asked for once.</summary>
    private async Task<NpgsqlDbType[]> TypesAsync(BulkTable table, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var name = $"{table.Name}({string.Join(",", table.Columns)})";
        if (_types.TryGetValue(name, out var known))
            return known;
        Dictionary<string, NpgsqlDbType> byColumn = new(StringComparer.Ordinal);
        await using (var command = connection.Command(
            "SELECT a.attname::text, t.typname::text FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid WHERE a.attrelid = @table::regclass AND a.attnum > 0 AND NOT a.attisdropped",
            ("table", table.Name)))
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
                byColumn[reader.GetString(0)] = TypeOf(reader.GetString(1), table, reader.GetString(0));
        }

        return _types[name] = [.. table.Columns.Select(column => byColumn.TryGetValue(column, out var type) ? type : throw new ArgumentException($"Table {table.Name} has no column {column}.", nameof(table)))];
    }

    private static NpgsqlDbType TypeOf(string type, BulkTable table, string column) => type switch
    {
        "int8" => NpgsqlDbType.Bigint,
        "int4" => NpgsqlDbType.Integer,
        "int2" => NpgsqlDbType.Smallint,
        "float8" => NpgsqlDbType.Double,
        "text" or "varchar" => NpgsqlDbType.Text,
        "bytea" => NpgsqlDbType.Bytea,
        _ => throw new NotSupportedException($"Column {column} of {table.Name} has type {type}; bulk tables use BIGINT, INTEGER, SMALLINT, DOUBLE PRECISION, TEXT and BYTEA."),
    };
}
