using System.Data.Common;
using System.Globalization;
using System.Text;

namespace Sealpost.Trust.Ledger;

/// <summary>Inserts rows, several to a statement: few round trips on PostgreSQL, few statements to prepare on SQLite.</summary>
internal static class LedgerInsert
{
    // More rows save nothing: SQLite finds each parameter by walking through the names of all.
    private const int RowsPerStatement = 8;

    public static async Task RowsAsync(string table, string[] columns, IReadOnlyList<object?[]> rows, DbTransaction transaction, CancellationToken cancellationToken)
    {
        for (var first = 0; first < rows.Count; first += RowsPerStatement)
        {
            var count = Math.Min(RowsPerStatement, rows.Count - first);
            await using var command = transaction.Command(Statement(table, columns, count));
            for (var row = 0; row < count; row++)
            {
                for (var column = 0; column < columns.Length; column++)
                {
                    var parameter = command.CreateParameter();
                    parameter.ParameterName = NameOf(row, column, columns.Length);
                    parameter.Value = rows[first + row][column] ?? DBNull.Value;
                    command.Parameters.Add(parameter);
                }
            }

            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private static string Statement(string table, string[] columns, int rows)
    {
        var text = new StringBuilder("INSERT INTO ").Append(table).Append(" (").AppendJoin(", ", columns).Append(") VALUES ");
        for (var row = 0; row < rows; row++)
        {
            text.Append(row == 0 ? "(" : ", (");
            text.AppendJoin(", ", Enumerable.Range(0, columns.Length).Select(column => NameOf(row, column, columns.Length))).Append(')');
        }

        return text.ToString();
    }

    private static string NameOf(int row, int column, int columns) =>
        string.Create(CultureInfo.InvariantCulture, $"@p{(row * columns) + column}");
}
