using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Sealpost.Delivery;
using Sealpost.Storage;

namespace Sealpost.Tests.Delivery;

/// <summary>Work that is done again and again.</summary>
public sealed class RunEveryTests
{
    private readonly FakeTimeProvider _clock = new();
    private volatile Exception? _failure;
    private int _times;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_store_that_is_away_for_a_moment_ends_nothing_and_is_no_fault()
    {
        _failure = new TransientStoreException("away", new IOException());
        await using var every = Start();
        await TurnUntilAsync(() => Volatile.Read(ref _times) > 2, "it is tried again and again"); // What came of the first time is known when the next begins.
        Assert.Null(every.Failed);
        _failure = null;
        var times = Volatile.Read(ref _times);
        await TurnUntilAsync(() => Volatile.Read(ref _times) > times + 1, "it goes on");
    }

    [Theory]
    [InlineData(typeof(InvalidOperationException))]
    [InlineData(typeof(TaskCanceledException))]
    [InlineData(typeof(RefusedException))]
    public async Task No_error_ends_it_and_the_last_one_is_known_until_it_goes_well(Type kind)
    {
        _failure = (Exception)Activator.CreateInstance(kind, "zoe@example.com")!;
        await using var every = Start();
        await TurnUntilAsync(() => every.Failed is { Times: >= 2 }, "two failures are counted");
        Assert.Equal(("Trying", kind.Name), (every.Failed!.Work, every.Failed.Kind));
        Assert.InRange(every.Failed.Times, 2, Volatile.Read(ref _times));
        _failure = null;
        await TurnUntilAsync(() => every.Failed is null, "it went well again");
    }

    [Fact]
    public async Task The_last_of_its_kind_fails_quietly() =>
        await RunEvery.TryAsync("Trying", _ => throw new InvalidOperationException("zoe@example.com"), NullLogger.Instance, CancellationToken.None);

    private RunEvery Start() => new(
        "Trying",
        TimeSpan.FromMinutes(1),
        _ =>
        {
            Interlocked.Increment(ref _times);
            return _failure is { } failure ? throw failure : Task.CompletedTask;
        },
        NullLogger.Instance,
        _clock);

    /// <summary>The wait begins on another thread: time goes on until it has been waited for, however often that is.</summary>
    private Task TurnUntilAsync(Func<bool> condition, string what) => Eventually.TrueAsync(
        () =>
        {
            if (condition())
                return true;
            _clock.Advance(TimeSpan.FromMinutes(1));
            return false;
        },
        what,
        Token);
}
