using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Sealpost.Shards;

/// <summary>Wires the shards into a host.</summary>
/// <remarks>
/// Sealpost.Shards keeps an organisation's patients searchable in memory, 65,536 to a shard, each shard owned by one grain. Steps:
/// (1) the host adds this module and an Orleans silo; (2) for each open organisation it takes <see cref="ShardDirectory.Of"/>, builds
/// the consent store with <see cref="OrganisationShards.RefreshAsync"/>, calls <see cref="OrganisationShards.Attach"/>, and once the silo
/// runs <c>PatientShardGrain.Connect</c>; (3) it asks through <see cref="SelectAudience"/>. A shard is loaded by its first
/// question, which waits until it is complete. Everything here is PHI in memory; nothing of it is logged or stored.
/// </remarks>
public static class ShardsModule
{
    /// <summary>Adds the process's <see cref="ShardDirectory"/>.</summary>
    public static IServiceCollection AddShards(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ShardDirectory>();
        return services;
    }
}
