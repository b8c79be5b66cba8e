using System.Text;

namespace Sealpost.Reports;

/// <summary>Rows of CSV (RFC 4180), in which no cell is taken for a formula.</summary>
internal static class CsvText
{
    /// <summary>Adds a row.</summary>
    public static void Row(StringBuilder csv, params ReadOnlySpan<string> cells)
    {
        for (var i = 0; i < cells.Length; i++)
            csv.Append(i == 0 ? "" : ",").Append(Cell(cells[i]));
        csv.Append("\r\n");
    }

    private static string Cell(string text)
    {
        // A spreadsheet takes a cell that begins so for a formula.
        var safe = text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' ? "'" + text : text;
        return safe.AsSpan().ContainsAny(",\"\r\n") ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }
}
