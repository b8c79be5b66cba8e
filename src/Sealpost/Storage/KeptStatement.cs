using SQLitePCL;

namespace Sealpost.Storage;

/// <summary>A prepared statement with the names of its parameters by place.</summary>
internal sealed class KeptStatement
{
    /// <summary>Takes a statement over.</summary>
    public KeptStatement(sqlite3_stmt statement)
    {
        Raw = statement;
        Names = [.. Enumerable.Range(1, raw.sqlite3_bind_parameter_count(statement)).Select(place => raw.sqlite3_bind_parameter_name(statement, place).utf8_to_string() ?? "")];
    }

    /// <summary>The handle.</summary>
    public sqlite3_stmt Raw { get; }

    /// <summary>Names, with their sign.</summary>
    public IReadOnlyList<string> Names { get; }
}
