using System.Collections.Concurrent;

namespace Sealpost.Audience;

/// <summary>Keys and units that the shards of a process share, so that each is held once. In memory only.</summary>
internal sealed class NamePool
{
    /// <summary>The number of a missing unit.</summary>
    public const ushort NoUnit = 0;

    private readonly ConcurrentDictionary<string, string> _keys = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ushort> _units = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private string[] _unitNames = [""];

    public string Key(string key) => _keys.GetOrAdd(key, key);

    /// <summary>The number of a unit, stable for the life of the process.</summary>
    /// <exception cref="InvalidOperationException">More than 65,534 units: the source sends something else in the place of units.</exception>
    public ushort Unit(string? unit)
    {
        if (string.IsNullOrEmpty(unit))
            return NoUnit;
        if (_units.TryGetValue(unit, out var known))
            return known;
        lock (_lock)
        {
            if (_units.TryGetValue(unit, out known))
                return known;
            if (_unitNames.Length >= ushort.MaxValue)
                throw new InvalidOperationException("There are more than 65,534 units of measure: a source sends something else in their place. Correct its mapping and import again.");
            _unitNames = [.. _unitNames, unit];
            return _units[unit] = (ushort)(_unitNames.Length - 1);
        }
    }

    /// <summary>The number of a unit that some result has; null where none has it.</summary>
    public ushort? KnownUnit(string unit) => _units.TryGetValue(unit, out var number) ? number : null;

    public string UnitName(ushort unit) => Volatile.Read(ref _unitNames)[unit];
}
