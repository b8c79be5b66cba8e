using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Hosting;
using Sealpost.Shards;
using Sealpost.Trust.Keys;

namespace Sealpost.Tests.Shards;

/// <summary>A silo in the test's process, on a free loopback port.</summary>
internal sealed class EmbeddedSilo : IAsyncDisposable
{
    private readonly IHost _host;

    private EmbeddedSilo(IHost host) => _host = host;

    public static async Task<EmbeddedSilo> StartAsync(CancellationToken cancellationToken)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddShards();
        var port = Ports.Take();
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(port, gatewayPort: 0, new IPEndPoint(IPAddress.Loopback, port), "sealpost", "test");
            silo.Configure<EndpointOptions>(endpoints =>
            {
                endpoints.AdvertisedIPAddress = IPAddress.Loopback;
                endpoints.SiloListeningEndpoint = new IPEndPoint(IPAddress.Loopback, port);
            });
        });
        var host = builder.Build();
        await host.StartAsync(cancellationToken);
        return new EmbeddedSilo(host);
    }

    public OrganisationShards Shards(OrganisationId organisation, ShardSources sources)
    {
        var shards = Unattached(organisation);
        shards.Attach(sources);
        return shards;
    }

    public OrganisationShards Unattached(OrganisationId organisation)
    {
        var shards = _host.Services.GetRequiredService<ShardDirectory>().Of(organisation);
        PatientShardGrain.Connect(shards, _host.Services.GetRequiredService<IGrainFactory>());
        DestinationGrain.Connect(shards, _host.Services.GetRequiredService<IGrainFactory>());
        return shards;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
    }
}
