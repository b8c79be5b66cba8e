using Sealpost.Storage;

namespace Sealpost.Delivery;

/// <summary>Does a piece of work again and again while the organisation is open. The first time is after the first wait; a store that is away for a moment is no fault.</summary>
internal sealed class RunEvery : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    /// <summary>Starts.</summary>
    public RunEvery(TimeSpan every, Func<CancellationToken, Task> work, TimeProvider time) => _running = Task.Run(() => RunAsync(every, work, time, _stop.Token));

    /// <summary>Does it once; false where the store is away, and then the next time does it.</summary>
    public static async Task<bool> TryAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        try
        {
            await work(cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (TransientStoreException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stop.Dispose();
    }

    private static async Task RunAsync(TimeSpan every, Func<CancellationToken, Task> work, TimeProvider time, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(every, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
                await TryAsync(work, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }
}
