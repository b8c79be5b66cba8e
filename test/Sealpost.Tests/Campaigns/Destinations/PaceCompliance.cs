using Sealpost.Campaigns.Destinations;
using Sealpost.Delivery;
using Sealpost.Delivery.Pacing;
using Sealpost.Tests.Storage;

namespace Sealpost.Tests.Campaigns.Destinations;

/// <summary>Paces as stored, on every database.</summary>
public abstract class PaceCompliance : IAsyncLifetime
{
    private TestClinic _clinic = null!;

    private protected abstract Task<string?> UrlAsync();

    private static CancellationToken Token => TestClinic.Token;

    public async ValueTask InitializeAsync() => _clinic = await TestClinic.CreateAsync(await UrlAsync());

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return _clinic.DisposeAsync();
    }

    [Fact]
    public async Task What_a_host_asked_for_outlives_a_restart()
    {
        await using (var before = Open())
        {
            await before.AskAsync(await before.HostOfAsync(1, "a.example", Token), new PaceQuestion { Holder = 1, News = PaceNews.Throttled, Reply = "421 4.7.0" }, Token);
        }

        await using var after = Open();
        var answer = await after.AskAsync(await after.HostOfAsync(1, "a.example", Token), new PaceQuestion { Holder = 2, Wish = 1 }, Token);
        Assert.Equal(0, answer.Messages);
        Assert.InRange(answer.AskAgainAt - _clinic.Time.GetUtcNow().ToUnixTimeMilliseconds(), 60_000, 72_000);
    }

    [Fact]
    public async Task Domains_that_reach_one_host_share_its_pace()
    {
        var (first, second) = await DomainsAsync();
        await using var paces = Open();
        Assert.NotEqual(await paces.HostOfAsync(first, "a.example", Token), await paces.HostOfAsync(second, "b.example", Token));
        var host = await paces.ReachedAsync(first, "MX.example", Token);
        Assert.Equal(host, await paces.ReachedAsync(second, "mx.example", Token));
        await using var restarted = Open();
        Assert.Equal(host, await restarted.HostOfAsync(second, "b.example", Token));
    }

    [Fact]
    public async Task A_new_domain_and_address_warm_up_day_by_day_and_only_once()
    {
        var pacing = new PacingOptions { WarmUp = [2, 4], SendingAddress = "192.0.2.1" };
        Assert.Equal(2, await GrantedAsync(pacing));
        _clinic.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(4, await GrantedAsync(pacing));
        Assert.Equal(2, await GrantedAsync(pacing with { SendingAddress = "192.0.2.2" }));
        _clinic.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(10, await GrantedAsync(pacing));
    }

    [Fact]
    public async Task A_days_limit_of_the_whole_holds_over_all_hosts()
    {
        await using var paces = Open(new PacingOptions { ADay = 5 });
        var hosts = new[] { await paces.ReachedAsync(1, "mx1.example", Token), await paces.ReachedAsync(2, "mx2.example", Token) };
        Assert.Equal(5, (await paces.AskAsync(hosts[0], new PaceQuestion { Holder = 1, Wish = 10 }, Token)).Messages);
        Assert.Equal(0, (await paces.AskAsync(hosts[1], new PaceQuestion { Holder = 2, Wish = 10 }, Token)).Messages);
        Assert.Equal(10, (await paces.AskAsync(hosts[1], new PaceQuestion { Holder = 3, Wish = 10, IsUrgent = true }, Token)).Messages);
    }

    [Fact]
    public async Task Receiving_domains_are_listed_with_what_stands_against_them()
    {
        var (first, _) = await DomainsAsync();
        await using var paces = Open();
        await paces.AskAsync(await paces.HostOfAsync(first, "a.example", Token), new PaceQuestion { Holder = 1, News = PaceNews.Unreachable, Reply = "no connection" }, Token);
        await paces.SaveAsync(Token);
        var list = await new ListDestinations(_clinic.Context).RunAsync(TestClinic.Author, Token);
        Assert.Equal(["a.example", "b.example"], list.Select(one => one.Domain));
        Assert.True(list[0] is { IsTroubled: true, Failures: 1, LastProblem: "no connection", HeldUntil: not null, Host: "", Tier: null });
        Assert.False(list[1].IsTroubled);
    }

    private async Task<int> GrantedAsync(PacingOptions pacing)
    {
        await using var paces = Open(pacing);
        var granted = (await paces.AskAsync(await paces.ReachedAsync(1, "mx.example", Token), new PaceQuestion { Holder = 1, Wish = 10 }, Token)).Messages;
        return granted;
    }

    private async Task<(int First, int Second)> DomainsAsync()
    {
        var store = new Sealpost.Campaigns.DestinationStore(_clinic.Context);
        return await _clinic.Context.Database.WriteAsync(
            async (transaction, token) => (await store.NumberAsync("a.example", transaction, token), await store.NumberAsync("b.example", transaction, token)), Token);
    }

    private DestinationPaces Open(PacingOptions? pacing = null)
    {
        var options = _clinic.Options with { Pacing = pacing ?? new PacingOptions() };
        return new DestinationPaces(_clinic.Context, () => options);
    }
}

public sealed class PacesOnSqliteTests : PaceCompliance
{
    private protected override Task<string?> UrlAsync() => Task.FromResult<string?>(null);
}

public sealed class PacesOnPostgresqlTests(PostgresServer server) : PaceCompliance
{
    private protected override async Task<string?> UrlAsync() => await server.CreateDatabaseAsync(TestClinic.Token);
}
