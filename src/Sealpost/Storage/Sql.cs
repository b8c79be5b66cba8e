using System.Data.Common;

namespace Sealpost.Storage;

/// <summary>The few ADO.NET moves that every slice makes: a command with named parameters, and typed reads.</summary>
internal static class Sql
{
    /// <summary>A command on a transaction. Values: <see cref="long"/>, <see cref="int"/>, <see cref="string"/>, <c>byte[]</c>, <see cref="double"/> or null.</summary>
    public static DbCommand Command(DbTransaction transaction, string text, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = Command(transaction.Connection ?? throw new InvalidOperationException("The transaction has ended."), text, parameters);
        command.Transaction = transaction;
        return command;
    }

    /// <summary>A command on a connection.</summary>
    public static DbCommand Command(DbConnection connection, string text, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = text;
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value switch { null => DBNull.Value, int number => (long)number, _ => value };
            command.Parameters.Add(parameter);
        }

        return command;
    }

    /// <summary>Runs a statement; returns rows changed.</summary>
    public static async Task<int> ExecuteAsync(DbTransaction transaction, string text, (string Name, object? Value)[] parameters, CancellationToken cancellationToken)
    {
        await using var command = Command(transaction, text, parameters);
        return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>An instant as stored: Unix milliseconds.</summary>
    public static long Stored(DateTimeOffset instant) => instant.ToUnixTimeMilliseconds();

    /// <summary>An instant as read.</summary>
    public static DateTimeOffset Instant(long stored) => DateTimeOffset.FromUnixTimeMilliseconds(stored);
}
