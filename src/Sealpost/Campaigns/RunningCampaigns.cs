using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.Extensions.Logging;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Storage;

namespace Sealpost.Campaigns;

/// <summary>Campaigns under way in this process: begins them, starts them anew after an error that mends itself, and stops them in order.</summary>
/// <param name="parts">What sending shares at this moment.</param>
/// <param name="logger">For the operator.</param>
internal sealed class RunningCampaigns(Func<SendParts> parts, ILogger logger) : IAsyncDisposable
{
    private readonly CancellationTokenSource _closing = new();
    private readonly ConcurrentDictionary<long, (CancellationTokenSource Stop, Task Task)> _running = new();
    private readonly Lock _lock = new();

    private SendParts Parts => parts();

    private TimeProvider Time => Parts.Context.Time;

    /// <summary>Moves an approved campaign to sending and starts it.</summary>
    /// <param name="campaign">The campaign.</param>
    /// <param name="person">Who starts it; null where its time has come.</param>
    /// <param name="cancellationToken">Stops it before the commit.</param>
    /// <exception cref="RefusedException">It is not approved, no longer what was approved, its opt-out does not work, or nothing may be sent here.</exception>
    public async Task BeginAsync(Campaign campaign, string? person, CancellationToken cancellationToken)
    {
        Parts.Options.RequireFree();
        if (campaign.ApprovedHash is not null)
        {
            using var run = await CampaignRun.CreateAsync(Parts, campaign, cancellationToken).ConfigureAwait(false);
            await RequireOptOutAsync(run.Prepared.Basis, cancellationToken).ConfigureAwait(false);
        }

        await Parts.Campaigns.TransitAsync(
            new CampaignTransition(campaign.Id, CampaignAct.Send, person ?? "system")
            {
                Version = campaign.Version,
                DueAt = person is null ? campaign.ScheduledAt : null,
                Columns = [("started_at", Sql.Stored(Time.GetUtcNow()))],
            },
            cancellationToken).ConfigureAwait(false);
        Start(campaign.Id);
    }

    /// <summary>Refuses mail that has to offer an opt-out while the opt-out does not work. 15 USC 7704(a)(3)(A), 45 CFR 164.514(f)(2)(ii).</summary>
    public async Task RequireOptOutAsync(CampaignBasis basis, CancellationToken cancellationToken)
    {
        if (!WatchOptOut.IsNeeded(basis))
            return;
        var reach = await Parts.Options.Reach(cancellationToken).ConfigureAwait(false);
        if (!reach.IsReachable)
            throw new RefusedException($"Nobody could unsubscribe, and mail of this purpose has to offer that (15 USC 7704(a)(3)(A)). {reach.Says} Nothing was sent. Run `sealpost serve` behind that address, look at `sealpost domain check`, then start the campaign again.");
    }

    /// <summary>Starts a campaign that is being sent, unless it is under way.</summary>
    public void Start(long id)
    {
        lock (_lock)
        {
            if (_closing.IsCancellationRequested || Parts.Options.Stands is not null || (_running.TryGetValue(id, out var running) && !running.Task.IsCompleted))
                return;
            var stop = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
            _running[id] = (stop, Task.Run(() => SuperviseAsync(id, stop.Token), CancellationToken.None));
        }
    }

    /// <summary>Stops a campaign; returns once nothing of it is under way. Cancelling stops the waiting alone.</summary>
    public async Task StopAsync(long id, CancellationToken cancellationToken)
    {
        if (!_running.TryGetValue(id, out var running))
            return;
        await running.Stop.CancelAsync().ConfigureAwait(false);
        await running.Task.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Waits until a campaign is no longer under way here.</summary>
    public async Task WaitAsync(long id, CancellationToken cancellationToken)
    {
        if (_running.TryGetValue(id, out var running))
            await running.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stops all of them: messages in DATA end.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        foreach (var (_, task) in _running.Values)
            await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _closing.Dispose();
    }

    /// <summary>Runs a campaign and starts it anew after an error that mends itself.</summary>
    private async Task SuperviseAsync(long id, CancellationToken stopping)
    {
        SendLog.Started(logger, id);
        for (var failures = 1; ; failures++)
        {
            var run = RunOnceAsync(id, stopping);
            await run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (run.IsCompletedSuccessfully)
            {
                SendLog.Finished(logger, id);
                return;
            }

            if (stopping.IsCancellationRequested || run.IsCanceled)
            {
                SendLog.Stopped(logger, id);
                return;
            }

            var failure = run.Exception!.InnerException!;
            if (!MendsItself(failure))
            {
                SendLog.Broken(logger, id, failure.GetType().Name);
                await run.ConfigureAwait(false);
            }

            var seconds = Math.Min(60, 1 << Math.Min(failures, 6));
            SendLog.StartsAgain(logger, id, failure.GetType().Name, seconds);
            await Task.Delay(TimeSpan.FromSeconds(seconds), Time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stopping.IsCancellationRequested)
                return;
        }
    }

    /// <summary>Whether a new start of the whole campaign may go better.</summary>
    internal static bool MendsItself(Exception failure) =>
        failure is TransientStoreException or DbException or IOException or SmtpConnectionException or (TimeoutException and not System.Text.RegularExpressions.RegexMatchTimeoutException);

    private async Task RunOnceAsync(long id, CancellationToken stopping)
    {
        var campaign = await Parts.Campaigns.FindAsync(id, stopping).ConfigureAwait(false);
        if (campaign is not { State: CampaignState.Sending })
            throw new OperationCanceledException("The campaign is not being sent.");
        using var run = await CampaignRun.CreateAsync(Parts, campaign, stopping).ConfigureAwait(false);
        if (WatchOptOut.IsNeeded(run.Prepared.Basis))
            await RunWatchedAsync(run, new WatchOptOut(Parts, id, logger), stopping).ConfigureAwait(false);
        else
            await run.RunAsync(stopping).ConfigureAwait(false);
        // Whoever waited for the campaign may count with it at once.
        await Parts.Feed.FlushAsync(stopping).ConfigureAwait(false);
    }

    /// <summary>The opt-out is asked for before the first message, after a restart too, and every hour.</summary>
    private static async Task RunWatchedAsync(CampaignRun run, WatchOptOut watch, CancellationToken stopping)
    {
        if (!await watch.MayGoOnAsync(stopping).ConfigureAwait(false))
            throw new OperationCanceledException("The campaign was paused.");
        using var paused = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var watching = StopWhenPausedAsync(watch, paused);
        try
        {
            await run.RunAsync(paused.Token).ConfigureAwait(false);
        }
        finally
        {
            await paused.CancelAsync().ConfigureAwait(false);
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task StopWhenPausedAsync(WatchOptOut watch, CancellationTokenSource paused)
    {
        await watch.RunAsync(paused.Token).ConfigureAwait(false);
        await paused.CancelAsync().ConfigureAwait(false);
    }
}
