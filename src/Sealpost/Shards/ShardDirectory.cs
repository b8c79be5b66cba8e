using System.Collections.Concurrent;
using Sealpost.Audience;
using Sealpost.Trust.Keys;

namespace Sealpost.Shards;

/// <summary>The organisations open in this process and their shards; where grains, which the silo creates, find their stores.</summary>
public sealed class ShardDirectory : IDisposable
{
    private readonly ConcurrentDictionary<OrganisationId, OrganisationShards> _organisations = new();
    private readonly NamePool _names = new();
    private readonly TimeProvider _time;

    /// <summary>Creates an empty directory.</summary>
    public ShardDirectory(TimeProvider time) => _time = time;

    /// <summary>The shards of an organisation. Attach its stores before the first question.</summary>
    public OrganisationShards Of(OrganisationId organisation) =>
        _organisations.GetOrAdd(organisation, static (id, directory) => new OrganisationShards(id, directory._names, directory._time), this);

    /// <summary>Bytes of the audience index in this process.</summary>
    internal long IndexBytes => _organisations.Values.Sum(shards => shards.IndexBytes);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var shards in _organisations.Values)
            shards.Dispose();
    }
}
