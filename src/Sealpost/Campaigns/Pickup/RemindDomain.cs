using Sealpost.Campaigns.Destinations;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Delivery.Pacing;

namespace Sealpost.Campaigns.Pickup;

/// <summary>Sends one campaign's reminders to one domain over one connection, at the pace of its host. What cannot leave now stays due.</summary>
internal sealed class RemindDomain(CampaignRun run, Gates gates, string domain)
{
    private const int MostPasses = 3;

    private readonly LaneTurn _turn = run.Turn();
    private ConnectResult? _hop;
    private int _destination;
    private int _host;
    private int _served;

    /// <summary>Sends. Returns how many the host took.</summary>
    public async Task<int> RunAsync(IReadOnlyList<Reminder> reminders, CancellationToken cancellationToken)
    {
        _destination = await run.Context.Database.WriteAsync((transaction, token) => run.Destinations.NumberAsync(domain, transaction, token), cancellationToken).ConfigureAwait(false);
        _host = await run.Paces.HostOfAsync(_destination, domain, cancellationToken).ConfigureAwait(false);
        var taken = 0;
        try
        {
            foreach (var reminder in reminders)
            {
                await run.Rate.WaitAsync(cancellationToken).ConfigureAwait(false);
                if (await SendAsync(reminder, cancellationToken).ConfigureAwait(false) is not { } end)
                    break;
                taken += end.Outcome == Outcome.Pickup ? 1 : 0;
                if (!await MayGoOnAsync(reminder, end).ConfigureAwait(false))
                    break;
            }
        }
        finally
        {
            await CloseAsync().ConfigureAwait(false);
            await _turn.ReleaseAsync(CancellationToken.None).ConfigureAwait(false);
        }

        return taken;
    }

    /// <summary>A place at the host and a connection; false where its pace lets nothing go now.</summary>
    private async Task<bool> ReachAsync(CancellationToken cancellationToken)
    {
        if (await _turn.TakeAsync(_host, cancellationToken).ConfigureAwait(false) is not null)
            return false;
        if (_hop is not null)
            return true;

        // A notice goes over any TLS, and over the best there is. Never in clear text.
        _hop = await run.Options.Connect.ConnectAsync(domain, new HopNeed(Tier.T1, Tier.T2), cancellationToken).ConfigureAwait(false);
        if (_hop is ConnectResult.Deferred { Cause: null } deferred)
        {
            var news = deferred.Reply is { } reply && LaneTurn.IsThrottled(reply, 1) ? PaceNews.Throttled : PaceNews.Unreachable;
            await _turn.TellAsync(_host, news, deferred.Reply?.ToString() ?? "no connection", CancellationToken.None).ConfigureAwait(false);
        }

        _served = 0;
        if (_hop is not ConnectResult.Connected connected)
            return true;
        var reached = await run.Paces.ReachedAsync(_destination, connected.Session.Observed.Mx, cancellationToken).ConfigureAwait(false);
        if (reached == _host)
            return true;
        _host = reached;
        return await _turn.TakeAsync(_host, cancellationToken).ConfigureAwait(false) is null;
    }

    /// <summary>Sends one and commits its end; null where the host's pace lets nothing go now.</summary>
    private async Task<AttemptEnd?> SendAsync(Reminder reminder, CancellationToken cancellationToken)
    {
        var (job, now, moment) = (reminder.Job, gates, GateMoment.Render);
        for (var pass = 1; ; pass++)
        {
            using var own = ReferenceEquals(job, reminder.Job) ? null : job;
            if (!await ReachAsync(cancellationToken).ConfigureAwait(false))
                return null;
            var isFresh = _served == 0;
            var end = await TryAsync(new MessageAttempt(run.Attempts, job, now, moment, domain, null) { IsReminder = true }, reminder, job, cancellationToken).ConfigureAwait(false);
            if (end.ConnectionLost)
                await CloseAsync().ConfigureAwait(false);
            if (end.StartOver && pass < MostPasses)
            {
                job = (await run.Open.OpenAsync(run.Prepared, [reminder.Due.Row], cancellationToken).ConfigureAwait(false))[0];
                (now, moment) = (await run.Open.GatesAsync(cancellationToken).ConfigureAwait(false), GateMoment.BeforeData);
                continue;
            }

            // A host may close a connection it has served (RFC 5321 §3.8).
            if (end.Stale && !isFresh && pass < MostPasses)
                continue;

            // Read meanwhile, stopped, or moved to another domain: nothing is recorded, and what is still due is found again.
            if (end.NotTried || end.MovedTo is not null)
                return end;
            await CommitAttempt.RunAsync(run, SettleAttempt.Of(run, job, end, domain, isReminder: true), end, CancellationToken.None).ConfigureAwait(false);
            _served++;
            if (end.Outcome == Outcome.Pickup)
                _turn.Accepted();
            return end;
        }
    }

    private async Task<bool> MayGoOnAsync(Reminder reminder, AttemptEnd end)
    {
        if (_hop is ConnectResult.Deferred || (end.Stale && end.ConnectionLost))
            return false;
        if (end.Observed is null || end.Reply is not { } reply || !LaneTurn.IsThrottled(reply, reminder.Due.Row.Attempts))
            return true;
        await _turn.TellAsync(_host, PaceNews.Throttled, reply.ToString(), CancellationToken.None).ConfigureAwait(false);
        return false;
    }

    private async Task<AttemptEnd> TryAsync(MessageAttempt attempt, Reminder reminder, LaneJob job, CancellationToken cancellationToken)
    {
        if (attempt.DecideBasis() is not ConsentDecision.Permit permit)
            return attempt.Withheld();
        if (_hop is not ConnectResult.Connected connected || attempt.DecideNotice(_hop) is not { } way)
        {
            attempt.DecideTransport(_hop!);
            return attempt.NoWay(_hop!);
        }

        using var signed = attempt.Sign(permit, PickupNotice.ReminderOf(run.Context, run.Options.Pickup, reminder.Due, job.Patient.Chart!, permit.Address.Open()));
        return await attempt.DeliverAsync(connected.Session, permit, way, signed, cancellationToken).ConfigureAwait(false);
    }

    private async Task CloseAsync()
    {
        if (_hop is ConnectResult.Connected connected)
            await connected.Session.DisposeAsync().ConfigureAwait(false);
        _hop = null;
    }
}
