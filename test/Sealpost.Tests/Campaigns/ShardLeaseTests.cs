using Sealpost.Campaigns;

namespace Sealpost.Tests.Campaigns;

public sealed class ShardLeaseTests : IAsyncLifetime
{
    private TestClinic _clinic = null!;

    public async ValueTask InitializeAsync() => _clinic = await TestClinic.CreateAsync();

    public ValueTask DisposeAsync() => _clinic.DisposeAsync();

    [Fact]
    public async Task A_second_owner_waits_until_the_first_has_been_silent_for_a_term()
    {
        await using var first = await ShardLease.AcquireAsync(_clinic.Context, takeOver: false, TestClinic.Token);
        await Assert.ThrowsAsync<LeaseLostException>(() => ShardLease.AcquireAsync(_clinic.Context, takeOver: false, TestClinic.Token));
        Assert.True(first.IsLive);
    }

    [Fact]
    public async Task A_write_under_an_old_epoch_is_refused()
    {
        await using var first = await ShardLease.AcquireAsync(_clinic.Context, takeOver: false, TestClinic.Token);
        await using var second = await ShardLease.AcquireAsync(_clinic.Context, takeOver: true, TestClinic.Token);
        await Assert.ThrowsAsync<LeaseLostException>(() => CheckAsync(first));
        Assert.False(first.IsLive);
        await CheckAsync(second);
    }

    [Fact]
    public async Task A_lease_given_back_can_be_taken()
    {
        await (await ShardLease.AcquireAsync(_clinic.Context, takeOver: false, TestClinic.Token)).DisposeAsync();
        await using var next = await ShardLease.AcquireAsync(_clinic.Context, takeOver: false, TestClinic.Token);
        Assert.True(next.IsLive);
    }

    private Task<int> CheckAsync(ShardLease lease) => _clinic.Context.Database.WriteAsync(
        async (transaction, token) =>
        {
            await lease.CheckAsync(transaction, token);
            return 0;
        },
        TestClinic.Token);
}
