using Microsoft.Extensions.Logging;
using Sealpost.Storage;

namespace Sealpost.Delivery;

/// <summary>Work that failed the last time it was due.</summary>
/// <param name="Work">What, in words.</param>
/// <param name="Kind">Type of the error.</param>
/// <param name="Since">UTC instant of the first failure in a row.</param>
/// <param name="Times">How many in a row.</param>
internal sealed record FailedWork(string Work, string Kind, DateTimeOffset Since, int Times);

/// <summary>Does a piece of work again and again while the organisation is open. The first time is after the first wait; no error ends it, and a store that is away for a moment is no fault.</summary>
internal sealed partial class RunEvery : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly string _what;
    private readonly Func<CancellationToken, Task> _work;
    private readonly ILogger _log;
    private readonly TimeProvider _time;
    private readonly Task _running;
    private FailedWork? _failed;

    /// <summary>Starts.</summary>
    /// <param name="what">The work in words, for the operator.</param>
    /// <param name="every">How often.</param>
    /// <param name="work">The work.</param>
    /// <param name="log">Told of errors by their type alone.</param>
    /// <param name="time">Clock.</param>
    public RunEvery(string what, TimeSpan every, Func<CancellationToken, Task> work, ILogger log, TimeProvider time)
    {
        (_what, _work, _log, _time) = (what, work, log, time);
        _running = Task.Run(() => RunAsync(every, _stop.Token));
    }

    /// <summary>Set where the work failed the last time; null where it went well, or the store was away.</summary>
    public FailedWork? Failed => Volatile.Read(ref _failed);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stop.Dispose();
    }

    /// <summary>Does some work once, such as the last of its kind before the end; an error is logged and ends nothing.</summary>
    public static async Task TryAsync(string what, Func<CancellationToken, Task> work, ILogger log, CancellationToken cancellationToken)
    {
        try
        {
            await work(cancellationToken).ConfigureAwait(false);
        }
        catch (TransientStoreException)
        {
            // Nothing more can be done for it now.
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogFailed(log, what, exception.GetType().Name);
        }
    }

    private async Task RunAsync(TimeSpan every, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(every, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
                await OnceAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped.
        }
    }

    private async Task OnceAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _work(cancellationToken).ConfigureAwait(false);
            Volatile.Write(ref _failed, null);
        }
        catch (TransientStoreException)
        {
            // The next time does it.
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            var kind = exception.GetType().Name;
            Volatile.Write(ref _failed, _failed is { } before ? before with { Kind = kind, Times = before.Times + 1 } : new FailedWork(_what, kind, _time.GetUtcNow(), 1));
            LogFailed(_log, _what, kind);
        }
    }

    [LoggerMessage(EventId = 4201, Level = LogLevel.Error, Message = "{Work} met an error of kind {Kind}. It is tried again when it is due the next time.")]
    private static partial void LogFailed(ILogger log, string work, string kind);
}
