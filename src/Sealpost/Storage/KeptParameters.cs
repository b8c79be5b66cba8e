using System.Collections;
using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace Sealpost.Storage;

/// <summary>Names and values for a kept statement; nothing of a driver hangs on them.</summary>
internal sealed class KeptParameters : DbParameterCollection
{
    private readonly List<DbParameter> _all = [];

    /// <inheritdoc/>
    public override int Count => _all.Count;

    /// <inheritdoc/>
    public override object SyncRoot => _all;

    /// <summary>The value of a name, with its <c>@</c> or without; looked for first where it stands most often.</summary>
    public bool TryFind(string name, int place, out object? value)
    {
        for (var i = 0; i < _all.Count; i++)
        {
            var parameter = _all[(place + i) % _all.Count];
            if (!IsNamed(parameter, name))
                continue;
            value = parameter.Value;
            return true;
        }

        value = null;
        return false;
    }

    /// <inheritdoc/>
    public override int Add(object value)
    {
        _all.Add((DbParameter)value);
        return _all.Count - 1;
    }

    /// <inheritdoc/>
    public override void AddRange(Array values) => _all.AddRange(values.Cast<DbParameter>());

    /// <inheritdoc/>
    public override void Clear() => _all.Clear();

    /// <inheritdoc/>
    public override bool Contains(object value) => IndexOf(value) >= 0;

    /// <inheritdoc/>
    public override bool Contains(string value) => IndexOf(value) >= 0;

    /// <inheritdoc/>
    public override void CopyTo(Array array, int index) => ((ICollection)_all).CopyTo(array, index);

    /// <inheritdoc/>
    public override IEnumerator GetEnumerator() => _all.GetEnumerator();

    /// <inheritdoc/>
    public override int IndexOf(object value) => _all.IndexOf((DbParameter)value);

    /// <inheritdoc/>
    public override int IndexOf(string parameterName) => _all.FindIndex(parameter => IsNamed(parameter, parameterName));

    /// <inheritdoc/>
    public override void Insert(int index, object value) => _all.Insert(index, (DbParameter)value);

    /// <inheritdoc/>
    public override void Remove(object value) => _all.Remove((DbParameter)value);

    /// <inheritdoc/>
    public override void RemoveAt(int index) => _all.RemoveAt(index);

    /// <inheritdoc/>
    public override void RemoveAt(string parameterName) => _all.RemoveAt(IndexOf(parameterName));

    /// <inheritdoc/>
    protected override DbParameter GetParameter(int index) => _all[index];

    /// <inheritdoc/>
    protected override DbParameter GetParameter(string parameterName) => _all[IndexOf(parameterName)];

    /// <inheritdoc/>
    protected override void SetParameter(int index, DbParameter value) => _all[index] = value;

    /// <inheritdoc/>
    protected override void SetParameter(string parameterName, DbParameter value) => _all[IndexOf(parameterName)] = value;

    private static bool IsNamed(DbParameter parameter, ReadOnlySpan<char> name) =>
        parameter.ParameterName.AsSpan().TrimStart('@').SequenceEqual(name.TrimStart('@'));
}

/// <summary>A name and its value.</summary>
internal sealed class KeptParameter : DbParameter
{
    /// <inheritdoc/>
    public override DbType DbType { get; set; }

    /// <inheritdoc/>
    public override ParameterDirection Direction { get; set; } = ParameterDirection.Input;

    /// <inheritdoc/>
    public override bool IsNullable { get; set; }

    /// <inheritdoc/>
    [AllowNull]
    public override string ParameterName { get; set; } = "";

    /// <inheritdoc/>
    public override int Size { get; set; }

    /// <inheritdoc/>
    [AllowNull]
    public override string SourceColumn { get; set; } = "";

    /// <inheritdoc/>
    public override bool SourceColumnNullMapping { get; set; }

    /// <inheritdoc/>
    public override object? Value { get; set; }

    /// <inheritdoc/>
    public override void ResetDbType() => DbType = default;
}
