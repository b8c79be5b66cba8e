using System.Data.Common;
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

    public ReplyDelivery(Func<DeliverReplies> deliver, ILogger log, TimeProvider time)
    {
        (_deliver, _log, _time) = (deliver, log, time);
        _running = Task.Run(() => RunAsync(_stop.Token));
    }

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
            return await _deliver().RunAsync(cancellationToken).ConfigureAwait(false) is { } wait && wait < Longest ? wait : Longest;
        }
        catch (Exception exception) when (exception is TransientStoreException or DbException or RefusedException)
        {
            LogTriedAgain(_log, exception.GetType().Name);
            return Longest;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Patients' replies could not be delivered now ({Cause}). They are kept and tried again.")]
    private static partial void LogTriedAgain(ILogger log, string cause);
}
