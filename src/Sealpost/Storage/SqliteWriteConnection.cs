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
    private readonly Dictionary<string, KeptStatement?> _statements = new(StringComparer.Ordinal);

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
    /// <exception cref="ArgumentException">The text holds several statements.</exception>
    public KeptStatement Statement(string text) =>
        Find(text) ?? throw new ArgumentException("One statement at a time.", nameof(text));

    /// <summary>The same; null for a text that is several statements, or too long to come again.</summary>
    public KeptStatement? KeptStatement(string text) => text.Length > LongestKept ? null : Find(text);

    private KeptStatement? Find(string text)
    {
        if (_statements.TryGetValue(text, out var kept))
            return kept;
        if (_statements.Count == MostKept)
            ForgetStatements();
        return _statements[text] = Prepare(text);
    }

    /// <inheritdoc/>
    protected override DbCommand CreateDbCommand() => new SqliteKeptCommand(this);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Forget();
            ForgetStatements();
        }

        base.Dispose(disposing);
    }

    private KeptStatement? Prepare(string text)
    {
        SqliteFiles.Check(raw.sqlite3_prepare_v2(Handle, text, out var statement, out var tail), Handle!);
        if (statement is { IsInvalid: false } && string.IsNullOrWhiteSpace(tail))
            return new KeptStatement(statement);
        statement?.Dispose();
        return null;
    }

    private void ForgetStatements()
    {
        foreach (var statement in _statements.Values)
            statement?.Raw.Dispose();
        _statements.Clear();
    }

    private void Forget()
    {
        foreach (var command in _commands.Values)
            command.Dispose();
        _commands.Clear();
    }
}
