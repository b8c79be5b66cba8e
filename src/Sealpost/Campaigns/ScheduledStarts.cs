using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Sealpost.Campaigns;

/// <summary>Begins scheduled campaigns at their time; whatever refuses or breaks a start, it is tried again until the campaign starts, is moved or is taken off.</summary>
/// <param name="parts">What sending shares at this moment.</param>
/// <param name="begin">Begins a campaign whose time has come.</param>
/// <param name="logger">For the operator.</param>
internal sealed class ScheduledStarts(Func<SendParts> parts, Func<Campaign, CancellationToken, Task> begin, ILogger logger) : IAsyncDisposable
{
    /// <summary>Timers have a longest length, and a clock may be set: no wait goes on for longer than this without a look.</summary>
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(1);
    private static readonly TimeSpan RefusedAgainAfter = TimeSpan.FromMinutes(5);

    private readonly CancellationTokenSource _closing = new();
    private readonly ConcurrentDictionary<long, (CancellationTokenSource Changed, Task Task)> _armed = new();
    private readonly ConcurrentDictionary<long, MissedStart> _missed = new();
    private readonly Lock _lock = new();

    private TimeProvider Time => parts().Context.Time;

    /// <summary>Waits for a campaign's time, whatever was waited for before.</summary>
    public void Arm(long id)
    {
        lock (_lock)
        {
            if (_closing.IsCancellationRequested)
                return;
            if (_armed.TryGetValue(id, out var before))
                before.Changed.Cancel();
            _missed.TryRemove(id, out _);
            var changed = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
            _armed[id] = (changed, Task.Run(() => KeepAsync(id, changed.Token), CancellationToken.None));
        }
    }

    /// <summary>Why a campaign did not start; null where nothing is known to stand against it.</summary>
    public MissedStart? Missed(long id) => _missed.GetValueOrDefault(id);

    /// <summary>Ends the waiting; nothing begins after that.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        foreach (var (_, task) in _armed.Values)
            await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _closing.Dispose();
    }

    private async Task KeepAsync(long id, CancellationToken changed)
    {
        for (var failures = 0; !changed.IsCancellationRequested;)
        {
            var look = LookAsync(id);
            await ((Task)look).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (changed.IsCancellationRequested)
                return;
            TimeSpan? wait;
            if (look.IsCompletedSuccessfully)
            {
                (wait, failures) = (await look.ConfigureAwait(false), 0);
            }
            else
            {
                // Also what should never be: a campaign that stays behind in silence is worse than one more try.
                failures++;
                wait = TimeSpan.FromSeconds(Math.Min(60, 1 << Math.Min(failures, 6)));
                var kind = look.Exception?.InnerException?.GetType().Name ?? nameof(OperationCanceledException);
                SendLog.StartsAgain(logger, id, kind, (int)wait.Value.TotalSeconds);
                _missed[id] = new MissedStart($"An error came between ({kind}); the server's log says more.", Time.GetUtcNow());
            }

            if (wait is not { } time)
                return;
            await Task.Delay(time, Time, changed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Begins the campaign where its time has come. Returns how long to wait for the next look; null where nothing is left to wait for.</summary>
    private async Task<TimeSpan?> LookAsync(long id)
    {
        var campaign = await parts().Campaigns.FindAsync(id, _closing.Token).ConfigureAwait(false);
        var wait = campaign is { State: CampaignState.Scheduled, ScheduledAt: { } at } ? at - Time.GetUtcNow() : (TimeSpan?)null;
        if (wait is not { } left || left > TimeSpan.Zero)
        {
            _missed.TryRemove(id, out _);
            return wait > LongestTimer ? LongestTimer : wait;
        }

        try
        {
            await begin(campaign!, _closing.Token).ConfigureAwait(false);
            _missed.TryRemove(id, out _);
            return null;
        }
        catch (RefusedException refused)
        {
            SendLog.NotBegun(logger, id);
            _missed[id] = new MissedStart(refused.Message, Time.GetUtcNow());
            return RefusedAgainAfter;
        }
    }
}
