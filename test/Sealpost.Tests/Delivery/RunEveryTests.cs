using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Sealpost.Delivery;
using Sealpost.Storage;

namespace Sealpost.Tests.Delivery;

/// <summary>Work that is done again and again.</summary>
public sealed class RunEveryTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly SemaphoreSlim _done = new(0);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _done.Dispose();

    [Fact]
    public async Task A_store_that_is_away_for_a_moment_ends_nothing_and_is_no_fault()
    {
        await using var every = Start(times => times == 1 ? new TransientStoreException("away", new IOException()) : null);
        await TimesAsync(1);
        Assert.Null(every.Failed);
        await TimesAsync(2);
    }

    [Theory]
    [InlineData(typeof(InvalidOperationException))]
    [InlineData(typeof(TaskCanceledException))]
    [InlineData(typeof(RefusedException))]
    public async Task No_error_ends_it_and_the_last_one_is_known_until_it_goes_well(Type kind)
    {
        await using var every = Start(times => times <= 2 ? (Exception)Activator.CreateInstance(kind, "zoe@example.com")! : null);
        await TimesAsync(2);
        await Eventually.TrueAsync(() => Task.FromResult(every.Failed?.Times == 2), "two failures are counted", Token);
        Assert.Equal(("Trying", kind.Name), (every.Failed!.Work, every.Failed.Kind));
        await TimesAsync(1);
        await Eventually.TrueAsync(() => Task.FromResult(every.Failed is null), "it went well again", Token);
    }

    [Fact]
    public async Task The_last_of_its_kind_fails_quietly() =>
        await RunEvery.TryAsync("Trying", _ => throw new InvalidOperationException("zoe@example.com"), NullLogger.Instance, CancellationToken.None);

    private RunEvery Start(Func<int, Exception?> failing)
    {
        var times = 0;
        return new RunEvery("Trying", TimeSpan.FromMinutes(1), _ =>
        {
            var failure = failing(++times);
            _done.Release();
            return failure is null ? Task.CompletedTask : throw failure;
        }, NullLogger.Instance, _clock);
    }

    private async Task TimesAsync(int times)
    {
        for (var i = 0; i < times; i++)
        {
            // The wait begins on another thread: time goes on until it has been waited for.
            while (!await _done.WaitAsync(TimeSpan.FromMilliseconds(20), Token))
                _clock.Advance(TimeSpan.FromMinutes(1));
        }
    }
}
