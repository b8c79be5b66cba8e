using System.Data.Common;

namespace Sealpost.Trust;

/// <summary>Commands over whichever database the caller brings; the SQL is the subset that SQLite and PostgreSQL share.</summary>
internal static class Sql
{
    public static DbCommand Command(this DbConnection connection, string text, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = text;
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value switch
            {
                null => DBNull.Value,
                int number => (long)number,
                ReadOnlyMemory<byte> bytes => bytes.ToArray(),
                _ => value,
            };
            command.Parameters.Add(parameter);
        }

        return command;
    }

    public static DbCommand Command(this DbTransaction transaction, string text, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var connection = transaction.Connection ?? throw new InvalidOperationException("The transaction has ended: pass the one that is running.");
        var command = connection.Command(text, parameters);
        command.Transaction = transaction;
        return command;
    }

    public static async Task<int> ExecuteAsync(this DbTransaction transaction, string text, (string Name, object? Value)[] parameters, CancellationToken cancellationToken)
    {
        await using var command = transaction.Command(text, parameters);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public static byte[] Bytes(this DbDataReader reader, int column) => reader.GetFieldValue<byte[]>(column);

    /// <summary>A day number; null where the column is.</summary>
    public static DateOnly? Day(this DbDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : DateOnly.FromDayNumber((int)reader.GetInt64(column));

    /// <summary>Unix milliseconds; null where the column is.</summary>
    public static DateTimeOffset? Instant(this DbDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(column));

    /// <summary>The next number of a table that counts per organisation, from 1.</summary>
    public static async Task<int> NextIdAsync(this DbTransaction transaction, string table, Keys.OrganisationId organisation, CancellationToken cancellationToken)
    {
        await using var command = transaction.Command($"SELECT COALESCE(MAX(id), 0) + 1 FROM {table} WHERE org = @org", ("@org", organisation.Value));
        return (int)(long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
