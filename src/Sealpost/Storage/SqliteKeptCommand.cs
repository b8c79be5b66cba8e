using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;

namespace Sealpost.Storage;

/// <summary>A command that gives its prepared statement back to the connection when disposed.</summary>
internal sealed class SqliteKeptCommand(SqliteWriteConnection connection) : DbCommand
{
    private SqliteCommand? _inner;
    private bool _isGood = true;

    /// <inheritdoc/>
    [AllowNull]
    public override string CommandText
    {
        get => _inner?.CommandText ?? "";
        set
        {
            if (_inner is null)
                _inner = connection.Rent(value ?? "");
            else
                _inner.CommandText = value;
        }
    }

    /// <inheritdoc/>
    public override int CommandTimeout
    {
        get => Inner.CommandTimeout;
        set => Inner.CommandTimeout = value;
    }

    /// <inheritdoc/>
    public override CommandType CommandType
    {
        get => Inner.CommandType;
        set => Inner.CommandType = value;
    }

    /// <inheritdoc/>
    public override bool DesignTimeVisible { get; set; }

    /// <inheritdoc/>
    public override UpdateRowSource UpdatedRowSource
    {
        get => Inner.UpdatedRowSource;
        set => Inner.UpdatedRowSource = value;
    }

    /// <inheritdoc/>
    protected override DbConnection? DbConnection
    {
        get => connection;
        set => throw new NotSupportedException("The command belongs to its connection.");
    }

    /// <inheritdoc/>
    protected override DbParameterCollection DbParameterCollection => Inner.Parameters;

    /// <inheritdoc/>
    protected override DbTransaction? DbTransaction
    {
        get => Inner.Transaction;
        set => Inner.Transaction = (SqliteTransaction?)value;
    }

    private SqliteCommand Inner => _inner ??= connection.CreateCommand();

    /// <inheritdoc/>
    public override void Cancel() => Inner.Cancel();

    /// <inheritdoc/>
    public override void Prepare() => Inner.Prepare();

    /// <inheritdoc/>
    public override int ExecuteNonQuery()
    {
        _isGood = false;
        var changed = Inner.ExecuteNonQuery();
        _isGood = true;
        return changed;
    }

    /// <inheritdoc/>
    public override object? ExecuteScalar()
    {
        _isGood = false;
        var value = Inner.ExecuteScalar();
        _isGood = true;
        return value;
    }

    /// <inheritdoc/>
    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior)
    {
        _isGood = false;
        var reader = Inner.ExecuteReader(behavior);
        _isGood = true;
        return reader;
    }

    /// <inheritdoc/>
    protected override DbParameter CreateDbParameter() => Inner.CreateParameter();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && _inner is { } inner)
        {
            _inner = null;
            connection.Return(inner, _isGood);
        }

        base.Dispose(disposing);
    }
}
