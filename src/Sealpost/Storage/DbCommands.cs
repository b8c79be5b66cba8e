using System.Data.Common;

namespace Sealpost.Storage;

/// <summary>Short forms for commands with <c>@name</c> parameters.</summary>
internal static class DbCommands
{
    /// <summary>A command on the transaction's connection.</summary>
    public static DbCommand Command(this DbTransaction transaction, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = (transaction.Connection ?? throw new InvalidOperationException("The transaction has ended.")).Command(sql, parameters);
        command.Transaction = transaction;
        return command;
    }

    /// <summary>A command on a connection.</summary>
    public static DbCommand Command(this DbConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
            command.With(name, value);
        return command;
    }

    /// <summary>Adds a parameter.</summary>
    public static DbCommand With(this DbCommand command, string name, object? value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value ?? DBNull.Value;
        command.Parameters.Add(parameter);
        return command;
    }

    /// <summary>Runs a statement and returns the rows it changed.</summary>
    public static async Task<int> ExecuteAsync(this DbTransaction transaction, string sql, (string Name, object? Value)[] parameters, CancellationToken cancellationToken)
    {
        await using var command = transaction.Command(sql, parameters);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
