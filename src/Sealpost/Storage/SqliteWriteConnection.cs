using System.Data.Common;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Sealpost.Storage;

/// <summary>The writing connection keeps its statements prepared from one use to the next: to parse most of them costs more than to run them. Not thread-safe.</summary>
internal sealed class SqliteWriteConnection(string connectionString) : SqliteConnection(connectionString)
{
    private const int MostKept = 256;

    /// <summary>Longer texts list values and do not come again.</summary>
    private const int LongestKept = 2_000;

    private readonly Dictionary<string, SqliteCommand> _commands = new(StringComparer.Ordinal);
    private readonly Dictionary<string, sqlite3_stmt> _statements = new(StringComparer.Ordinal);

    /// <summary>A command of that text, prepared where it ran before.</summary>
    public SqliteCommand Rent(string text)
    {
        if (_commands.Remove(text, out var kept))
        {
            kept.Transaction = Transaction;
            return kept;
        }

        var command = CreateCommand();
        command.CommandText = text;
        return command;
    }

    /// <summary>Takes a command back.</summary>
    public void Return(SqliteCommand command, bool isGood)
    {
        var text = command.CommandText;
        if (!isGood || Handle is null || text.Length > LongestKept || _commands.ContainsKey(text))
        {
            command.Dispose();
            return;
        }

        if (_commands.Count == MostKept)
            Forget();
        command.Parameters.Clear();
        command.Transaction = null;
        command.CommandTimeout = DefaultTimeout;
        _commands[text] = command;
    }

    /// <summary>A raw statement of that text, reset. It stays this connection's own.</summary>
    public sqlite3_stmt Statement(string text)
    {
        if (_statements.TryGetValue(text, out var kept))
            return kept;
        SqliteFiles.Check(raw.sqlite3_prepare_v2(Handle, text, out var statement), Handle!);
        return _statements[text] = statement;
    }

    /// <inheritdoc/>
    protected override DbCommand CreateDbCommand() => new SqliteKeptCommand(this);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Forget();
            foreach (var statement in _statements.Values)
                statement.Dispose();
            _statements.Clear();
        }

        base.Dispose(disposing);
    }

    private void Forget()
    {
        foreach (var command in _commands.Values)
            command.Dispose();
        _commands.Clear();
    }
}
