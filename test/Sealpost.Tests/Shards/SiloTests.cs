using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Sealpost.Audience;
using Sealpost.Patients;
using Sealpost.Shards;
using Sealpost.Tests.Pages;

namespace Sealpost.Tests.Shards;

public sealed class SiloTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_port_that_somebody_took_meanwhile_is_left_for_another()
    {
        using var taken = new TcpListener(IPAddress.Loopback, Ports.Take());
        taken.Start();
        Queue<int> ports = new([((IPEndPoint)taken.LocalEndpoint).Port, Ports.Take()]);
        await using var clinic = await Clinic.OpenAsync();
        await clinic.AddAsync((0, new ChartHead { BirthDate = new DateOnly(1960, 1, 1) }, []));
        await using var silo = new global::Sealpost.App.Hosting.Silo(NullLoggerFactory.Instance, ports.Dequeue);
        var shards = silo.Shards(Clinic.Id);
        shards.Attach(clinic.Sources);
        Assert.Equal(1, await new SelectAudience(shards).CountAsync(AudienceQuery.Parse("age > 10").Query!, new DateOnly(2026, 11, 24), Token));
        Assert.Empty(ports);
    }

    [Fact]
    public async Task Whoever_asks_first_and_leaves_stops_it_for_nobody()
    {
        var heard = new HeardLog();
        using var factory = heard.Factory();
        await using var clinic = await Clinic.OpenAsync();
        await clinic.AddAsync((0, new ChartHead { BirthDate = new DateOnly(1960, 1, 1) }, []));
        using var leaving = new CancellationTokenSource();
        await using var silo = new global::Sealpost.App.Hosting.Silo(factory, () =>
        {
            leaving.Cancel(); // In the midst of the start.
            return Ports.Take();
        });
        var shards = silo.Shards(Clinic.Id);
        shards.Attach(clinic.Sources);
        var first = new SelectAudience(shards).CountAsync(AudienceQuery.Parse("age > 10").Query!, new DateOnly(2026, 11, 24), leaving.Token);
        await Task.WhenAny(first);
        Assert.True(leaving.IsCancellationRequested);
        Assert.Equal(1, await new SelectAudience(shards).CountAsync(AudienceQuery.Parse("age > 10").Query!, new DateOnly(2026, 11, 24), Token));
        Assert.DoesNotContain(heard.Lines, line => line.Contains("failed to start", StringComparison.Ordinal));
    }
}
