using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;

namespace Sealpost.Storage;

/// <summary>A command over a statement that the connection keeps prepared. What returns no rows is bound and stepped on the raw handle: the driver's way there costs more than most statements do.</summary>
internal sealed class SqliteKeptCommand(SqliteWriteConnection connection) : DbCommand
{
    private readonly KeptParameters _parameters = new();
    private SqliteCommand? _inner;
    private string _text = "";
    private bool _isGood = true;

    /// <inheritdoc/>
    [AllowNull]
    public override string CommandText
    {
        get => _text;
        set => _text = value ?? "";
    }

    /// <inheritdoc/>
    public override int CommandTimeout { get; set; } = connection.DefaultTimeout;

    /// <inheritdoc/>
    public override CommandType CommandType { get; set; } = CommandType.Text;

    /// <inheritdoc/>
    public override bool DesignTimeVisible { get; set; }

    /// <inheritdoc/>
    public override UpdateRowSource UpdatedRowSource { get; set; }

    /// <inheritdoc/>
    protected override DbConnection? DbConnection
    {
        get => connection;
        set => throw new NotSupportedException("The command belongs to its connection.");
    }

    /// <inheritdoc/>
    protected override DbParameterCollection DbParameterCollection => _parameters;

    /// <inheritdoc/>
    protected override DbTransaction? DbTransaction { get; set; }

    /// <inheritdoc/>
    public override void Cancel() => _inner?.Cancel();

    /// <inheritdoc/>
    public override void Prepare()
    {
        // It is prepared when it first runs, and stays so.
    }

    /// <inheritdoc/>
    public override int ExecuteNonQuery()
    {
        if (connection.KeptStatement(_text) is { } kept && SqliteRows.Execute(kept, _parameters, connection) is { } changed)
            return changed;
        _isGood = false;
        changed = Inner().ExecuteNonQuery();
        _isGood = true;
        return changed;
    }

    /// <inheritdoc/>
    public override object? ExecuteScalar()
    {
        _isGood = false;
        var value = Inner().ExecuteScalar();
        _isGood = true;
        return value;
    }

    /// <inheritdoc/>
    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior)
    {
        _isGood = false;
        var reader = Inner().ExecuteReader(behavior);
        _isGood = true;
        return reader;
    }

    /// <inheritdoc/>
    protected override DbParameter CreateDbParameter() => new KeptParameter();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            GiveBack();
        base.Dispose(disposing);
    }

    /// <summary>The driver's command, with the values of now.</summary>
    private SqliteCommand Inner()
    {
        if (_inner is not null && _inner.CommandText != _text)
            GiveBack();
        var inner = _inner ??= connection.Rent(_text);
        inner.CommandTimeout = CommandTimeout;
        inner.Transaction = (SqliteTransaction?)DbTransaction ?? inner.Transaction;
        inner.Parameters.Clear();
        foreach (DbParameter parameter in _parameters)
            inner.Parameters.AddWithValue(parameter.ParameterName, parameter.Value ?? DBNull.Value);
        return inner;
    }

    private void GiveBack()
    {
        if (_inner is not { } inner)
            return;
        _inner = null;
        connection.Return(inner, _isGood);
    }
}
