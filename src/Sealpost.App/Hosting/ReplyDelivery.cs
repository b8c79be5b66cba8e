using System.Data.Common;
using Sealpost.Delivery;
using Sealpost.ForPatients;
using Sealpost.Storage;

namespace Sealpost.App.Hosting;

/// <summary>Brings patients' replies to the inbox while the server runs: at once, and again where a host did not take one.</summary>
internal sealed partial class ReplyDelivery : IAsyncDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _awake = new(1, 1);
    private readonly Func<DeliverReplies> _deliver;
    private readonly ILogger _log;
    private readonly TimeProvider _time;
    private readonly Task _running;
    private FailedWork? _failed;

    public ReplyDelivery(Func<DeliverReplies> deliver, ILogger log, TimeProvider time)
    {
        (_deliver, _log, _time) = (deliver, log, time);
        _running = Task.Run(() => RunAsync(_stop.Token));
    }

    /// <summary>Set where the last look met an error that nobody foresaw.</summary>
    public FailedWork? Failed => Volatile.Read(ref _failed);

    /// <summary>Looks now.</summary>
    public void Wake()
    {
        try
        {
            _awake.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is awake already.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _awake.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            using var timer = _time.CreateTimer(_ => Wake(), null, await LookAsync(cancellationToken).ConfigureAwait(false), Timeout.InfiniteTimeSpan);
            await _awake.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<TimeSpan> LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            var wait = await _deliver().RunAsync(cancellationToken).ConfigureAwait(false);
            Volatile.Write(ref _failed, null);
            return wait is { } soon && soon < Longest ? soon : Longest;
        }
        catch (Exception exception) when (exception is TransientStoreException or DbException or RefusedException)
        {
            LogTriedAgain(_log, exception.GetType().Name);
            return Longest;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            var kind = exception.GetType().Name;
            Volatile.Write(ref _failed, _failed is { } before ? before with { Kind = kind, Times = before.Times + 1 } : new FailedWork("Bringing patients' replies to the inbox", kind, _time.GetUtcNow(), 1));
            LogTriedAgain(_log, kind);
            return Longest;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Patients' replies could not be delivered now ({Cause}). They are kept and tried again.")]
    private static partial void LogTriedAgain(ILogger log, string cause);
}
