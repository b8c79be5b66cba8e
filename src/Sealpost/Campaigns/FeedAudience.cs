using Microsoft.Extensions.Logging;
using Sealpost.Trust.Keys;

namespace Sealpost.Campaigns;

/// <summary>Told which patients' messages were accepted, and when (UTC), so that the audience index sees it (<c>campaign NAME received</c>).</summary>
public delegate Task MessagesAccepted(IReadOnlyList<(PatientNumber Patient, DateTimeOffset At)> accepted, CancellationToken cancellationToken);

/// <summary>Feeds committed acceptances to the audience index: in batches, at most once a second and at a campaign's end, off the send path.</summary>
/// <remarks>What cannot be told now is told with the next batch; after a crash the index is built from the store and needs no telling.</remarks>
internal sealed class FeedAudience : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly MessagesAccepted _tell;
    private readonly ChangeWatch _watch;
    private readonly ILogger _logger;
    private readonly PeriodicTimer _timer;
    private readonly SemaphoreSlim _telling = new(1, 1);
    private readonly Lock _lock = new();
    private readonly Task _loop;
    private List<(PatientNumber Patient, DateTimeOffset At)> _accepted = [];

    public FeedAudience(MessagesAccepted tell, ChangeWatch watch, TimeProvider time, ILogger logger)
    {
        _tell = tell;
        _watch = watch;
        _logger = logger;
        _timer = new PeriodicTimer(Pause, time);
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Notes acceptances; call after their commit. Another campaign's message on its way to the same patient is decided anew at once, for the frequency cap.</summary>
    public void Note(IReadOnlyList<(PatientNumber Patient, DateTimeOffset At)> accepted)
    {
        foreach (var (patient, _) in accepted)
            _watch.Note(patient);
        lock (_lock)
            _accepted.AddRange(accepted);
    }

    /// <summary>Tells what was noted; returns once every later count sees it, or could not be told yet.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        await _telling.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            List<(PatientNumber Patient, DateTimeOffset At)> batch;
            lock (_lock)
                (batch, _accepted) = (_accepted, []);
            if (batch.Count == 0)
                return;
            var told = _tell(batch, cancellationToken);
            await told.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (told.IsCompletedSuccessfully)
                return;
            SendLog.IndexBehind(_logger, batch.Count, told.Exception?.InnerException?.GetType().Name ?? nameof(OperationCanceledException));
            lock (_lock)
                _accepted.InsertRange(0, batch);
        }
        finally
        {
            _telling.Release();
        }
    }

    /// <summary>Stops. What was not told yet is in the store, from which the next process builds its index.</summary>
    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _loop.ConfigureAwait(false);
        _telling.Dispose();
    }

    private async Task RunAsync()
    {
        while (await _timer.WaitForNextTickAsync(CancellationToken.None).ConfigureAwait(false))
            await FlushAsync(CancellationToken.None).ConfigureAwait(false);
    }
}
