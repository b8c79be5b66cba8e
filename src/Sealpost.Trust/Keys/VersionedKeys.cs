using System.Collections.Concurrent;
using System.Security.Cryptography;
using Sealpost.Trust.Sealing;

namespace Sealpost.Trust.Keys;

/// <summary>All versions of one key that this process has met. Thread-safe.</summary>
internal sealed class VersionedKeys : IDisposable
{
    private readonly ConcurrentDictionary<int, SealingKey> _keys = new();
    private readonly ConcurrentBag<SealingKey> _replaced = [];
    private readonly Lock _lock = new();
    private volatile int _current;

    /// <summary>The version to seal with.</summary>
    public (int Version, SealingKey Key) Current
    {
        get
        {
            var version = _current;
            return (version, _keys[version]);
        }
    }

    /// <summary>Adds a version. A version is seldom replaced by another key: only when the transaction that made the earlier one was rolled back.</summary>
    /// <param name="version">From 1.</param>
    /// <param name="key">Owned from here on.</param>
    /// <param name="current">Seal with it from now on, unless a higher version is already in use.</param>
    public void Add(int version, SealingKey key, bool current)
    {
        lock (_lock)
        {
            if (_keys.TryGetValue(version, out var known) && CryptographicOperations.FixedTimeEquals(known.Bytes.Span, key.Bytes.Span))
            {
                key.Dispose();
            }
            else
            {
                // Another thread may still hold the replaced key: it is disposed with the ring.
                if (known is not null)
                    _replaced.Add(known);
                _keys[version] = key;
            }

            if (current && version > _current)
                _current = version;
        }
    }

    /// <summary>Seals with a version from now on: call once its row is committed.</summary>
    public void Use(int version)
    {
        lock (_lock)
            _current = Math.Max(_current, version);
    }

    public SealingKey Find(int version, Binding binding) =>
        _keys.TryGetValue(version, out var key)
            ? key
            : throw new SealException($"{binding} names key version {version}, which is not in memory: refresh the key ring, or restore the latest copy of the schema \"keys\".");

    public void Dispose()
    {
        foreach (var key in _keys.Values.Concat(_replaced))
            key.Dispose();
    }
}
