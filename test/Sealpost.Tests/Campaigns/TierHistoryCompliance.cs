using Sealpost.Campaigns;
using Sealpost.Delivery;
using Sealpost.Tests.Storage;

namespace Sealpost.Tests.Campaigns;

/// <summary>A domain against its own past, on every database.</summary>
public abstract class TierHistoryCompliance : IAsyncLifetime
{
    private TestClinic _clinic = null!;
    private int _domain;

    private protected abstract Task<string?> UrlAsync();

    private static CancellationToken Token => TestClinic.Token;

    public async ValueTask InitializeAsync()
    {
        _clinic = await TestClinic.CreateAsync(await UrlAsync());
        _domain = await _clinic.Context.Database.WriteAsync((transaction, token) => new DestinationStore(_clinic.Context).NumberAsync("hospital.example", transaction, token), Token);
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return _clinic.DisposeAsync();
    }

    [Fact]
    public async Task A_fall_below_the_domain_s_own_best_is_an_alarm_and_one_event()
    {
        await NoteAsync(Tier.T3);
        await NoteAsync(Tier.T1);
        await NoteAsync(Tier.T0);
        var lowered = Assert.Single(await LoweredAsync());
        Assert.Equal(("hospital.example", Tier.T3, Tier.T0), (lowered.Domain, lowered.Before, lowered.Now));
        Assert.Equal(1, await EventsAsync());
    }

    [Fact]
    public async Task A_domain_that_was_never_better_is_no_alarm()
    {
        await NoteAsync(Tier.T1);
        await NoteAsync(Tier.T2);
        await NoteAsync(Tier.T2);
        Assert.Empty(await LoweredAsync());
        Assert.Equal(0, await EventsAsync());
    }

    [Fact]
    public async Task Back_at_its_best_the_alarm_is_over()
    {
        await NoteAsync(Tier.T4);
        await NoteAsync(Tier.T2);
        await NoteAsync(Tier.T3);
        Assert.Equal((Tier.T4, Tier.T3), (await LoweredAsync()).Select(one => (one.Before, one.Now)).Single());
        await NoteAsync(Tier.T4);
        Assert.Empty(await LoweredAsync());
    }

    [Fact]
    public async Task After_two_weeks_the_lower_tier_is_normal()
    {
        await NoteAsync(Tier.T3);
        await NoteAsync(Tier.T2);
        _clinic.Clock.Advance(TierHistory.AlarmFor);
        await NoteAsync(Tier.T2);
        Assert.Empty(await LoweredAsync());
        await NoteAsync(Tier.T2);
        Assert.Empty(await LoweredAsync());
        Assert.Equal(1, await EventsAsync());
    }

    [Fact]
    public async Task A_host_that_sufficed_says_nothing_about_the_better_ones_that_were_not_asked()
    {
        await NoteAsync(Tier.T4);
        await NoteAsync(Tier.T2, isBest: false);
        Assert.Empty(await LoweredAsync());
        Assert.Equal(0, await EventsAsync());
        await NoteAsync(Tier.T2);
        Assert.Equal(Tier.T4, Assert.Single(await LoweredAsync()).Before);
        await NoteAsync(Tier.T4, isBest: false);
        Assert.Empty(await LoweredAsync());
    }

    private Task NoteAsync(Tier tier, bool isBest = true) => new TierHistory(_clinic.Context).NoteAsync(_domain, tier, isBest, Token);

    private Task<IReadOnlyList<LoweredDomain>> LoweredAsync() => new TierHistory(_clinic.Context).LoweredAsync(Token);

    private async Task<int> EventsAsync() => (await _clinic.LedgerAsync("destination.lowered")).Count;
}

public sealed class TierHistoryOnSqliteTests : TierHistoryCompliance
{
    private protected override Task<string?> UrlAsync() => Task.FromResult<string?>(null);
}

public sealed class TierHistoryOnPostgresqlTests(PostgresServer server) : TierHistoryCompliance
{
    private protected override async Task<string?> UrlAsync() => await server.CreateDatabaseAsync(TestClinic.Token);
}
