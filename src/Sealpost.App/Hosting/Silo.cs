using System.Net;
using System.Net.Sockets;
using Orleans.Configuration;
using Sealpost.Shards;

namespace Sealpost.App.Hosting;

/// <summary>The embedded silo: started with the server or by the first question to a shard, on free loopback ports, stopped with the process.</summary>
/// <param name="log">Its log.</param>
/// <param name="choosePort">Names a port to listen on; null for any that is free.</param>
internal sealed class Silo(ILoggerFactory log, Func<int>? choosePort = null) : IAsyncDisposable
{
    // Between its choice and the start an outgoing connection of this machine may take a port.
    private const int Tries = 5;

    private readonly SemaphoreSlim _starting = new(1);
    private readonly ShardDirectory _directory = new(TimeProvider.System);
    private IHost? _host;

    /// <summary>Bytes of the audience index in memory.</summary>
    public long IndexBytes => _directory.IndexBytes;

    /// <summary>An organisation's shards, reached through their grains; the silo is started when the first one is asked.</summary>
    public OrganisationShards Shards(Trust.Keys.OrganisationId organisation)
    {
        var shards = _directory.Of(organisation);
        shards.Ask = async (shard, question, cancellationToken) =>
        {
            await ConnectAsync(shards, cancellationToken).ConfigureAwait(false);
            return await shards.Ask(shard, question, cancellationToken).ConfigureAwait(false);
        };
        shards.Refresh = async (shard, patients, acceptedAt, cancellationToken) =>
        {
            // Without a silo no shard is in memory, so there is nothing to bring up to date.
            if (_host is null)
                return;
            await ConnectAsync(shards, cancellationToken).ConfigureAwait(false);
            await shards.Refresh(shard, patients, acceptedAt, cancellationToken).ConfigureAwait(false);
        };
        shards.AskPace = async (host, question, cancellationToken) =>
        {
            await ConnectAsync(shards, cancellationToken).ConfigureAwait(false);
            return await shards.AskPace(host, question, cancellationToken).ConfigureAwait(false);
        };
        return shards;
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.StopAsync(CancellationToken.None).ConfigureAwait(false);
            _host.Dispose();
        }

        _directory.Dispose();
        _starting.Dispose();
    }

    /// <summary>Starts it before anybody asks.</summary>
    public Task StartAsync(CancellationToken cancellationToken) => StartedAsync(_ => { }, cancellationToken);

    private Task ConnectAsync(OrganisationShards shards, CancellationToken cancellationToken) => StartedAsync(
        host =>
        {
            var grains = host.Services.GetRequiredService<IGrainFactory>();
            PatientShardGrain.Connect(shards, grains);
            DestinationGrain.Connect(shards, grains);
        },
        cancellationToken);

    private async Task StartedAsync(Action<IHost> then, CancellationToken cancellationToken)
    {
        await _starting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // For everybody: whoever asks first may leave before it has started.
            then(_host ??= await StartOnFreePortAsync(CancellationToken.None).ConfigureAwait(false));
        }
        finally
        {
            _starting.Release();
        }
    }

    /// <summary>Starts on a free port, and on another where somebody took it meanwhile.</summary>
    private async Task<IHost> StartOnFreePortAsync(CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            var host = Build();
            try
            {
                await host.StartAsync(cancellationToken).ConfigureAwait(false);
                return host;
            }
            catch (Exception exception)
            {
                host.Dispose();
                if (tries == Tries || exception.GetBaseException() is not SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse })
                    throw;
            }
        }
    }

    private IHost Build()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton(log);
        builder.Services.AddSingleton(_directory);
        builder.Services.AddShards();
        var port = (choosePort ?? FreePort)();
        builder.UseOrleans(silo =>
        {
            // One machine: membership in memory, no gateway, nothing reachable from outside.
            silo.UseLocalhostClustering(port, gatewayPort: 0, new IPEndPoint(IPAddress.Loopback, port), "sealpost", "sealpost");
            silo.Configure<EndpointOptions>(endpoints =>
            {
                endpoints.AdvertisedIPAddress = IPAddress.Loopback;
                endpoints.SiloListeningEndpoint = new IPEndPoint(IPAddress.Loopback, port);
            });
        });
        return builder.Build();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
