using Microsoft.Extensions.Time.Testing;
using Sealpost.Delivery;
using Sealpost.Storage;

namespace Sealpost.Tests.Delivery;

/// <summary>Work that is done again and again.</summary>
public sealed class RunEveryTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_store_that_is_away_for_a_moment_ends_nothing()
    {
        var clock = new FakeTimeProvider();
        var done = new SemaphoreSlim(0);
        var times = 0;
        await using (var every = new RunEvery(TimeSpan.FromMinutes(1), _ =>
        {
            times++;
            done.Release();
            return times == 1 ? throw new TransientStoreException("away", new IOException()) : Task.CompletedTask;
        }, clock))
        {
            for (var i = 0; i < 3; i++)
            {
                // The wait begins on another thread: time goes on until it has been waited for.
                while (!await done.WaitAsync(TimeSpan.FromMilliseconds(20), Token))
                    clock.Advance(TimeSpan.FromMinutes(1));
            }
        }

        Assert.True(times >= 3);
    }
}
