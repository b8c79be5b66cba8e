using System.Collections.Concurrent;
using System.Data.Common;
using System.Globalization;
using System.Text;

namespace Sealpost.Trust.Ledger;

/// <summary>Inserts rows: several to a statement where each statement is a round trip (PostgreSQL), else one after the other by one prepared statement.</summary>
internal static class LedgerInsert
{
    private const int RowsPerStatement = 8;

    // A table is always written with the same columns.
    private static readonly ConcurrentDictionary<string, string> Single = new(StringComparer.Ordinal);

    public static Task RowsAsync(string table, string[] columns, IReadOnlyList<object?[]> rows, DbTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection is { CanCreateBatch: true }
            ? TogetherAsync(table, columns, rows, transaction, cancellationToken)
            : OneByOneAsync(table, columns, rows, transaction, cancellationToken);

    private static async Task OneByOneAsync(string table, string[] columns, IReadOnlyList<object?[]> rows, DbTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = transaction.Command(Single.GetOrAdd(table, static (name, all) => Statement(name, all, 1), columns));
        Name(command, columns.Length);
        foreach (var row in rows)
        {
            for (var column = 0; column < columns.Length; column++)
                command.Parameters[column].Value = row[column] ?? DBNull.Value;
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private static async Task TogetherAsync(string table, string[] columns, IReadOnlyList<object?[]> rows, DbTransaction transaction, CancellationToken cancellationToken)
    {
        for (var first = 0; first < rows.Count; first += RowsPerStatement)
        {
            var count = Math.Min(RowsPerStatement, rows.Count - first);
            await using var command = transaction.Command(Statement(table, columns, count));
            Name(command, count * columns.Length);
            for (var value = 0; value < command.Parameters.Count; value++)
                command.Parameters[value].Value = rows[first + (value / columns.Length)][value % columns.Length] ?? DBNull.Value;
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private static void Name(DbCommand command, int values)
    {
        for (var value = 0; value < values; value++)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = NameOf(value);
            command.Parameters.Add(parameter);
        }
    }

    private static string Statement(string table, string[] columns, int rows)
    {
        var text = new StringBuilder("INSERT INTO ").Append(table).Append(" (").AppendJoin(", ", columns).Append(") VALUES ");
        for (var row = 0; row < rows; row++)
        {
            text.Append(row == 0 ? "(" : ", (");
            text.AppendJoin(", ", Enumerable.Range(row * columns.Length, columns.Length).Select(NameOf)).Append(')');
        }

        return text.ToString();
    }

    private static string NameOf(int value) => string.Create(CultureInfo.InvariantCulture, $"@p{value}");
}
