using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Sealpost.Campaigns.Destinations;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Delivery.Pacing;
using Sealpost.Patients;

namespace Sealpost.Campaigns;

/// <summary>One connection of a lane: runs the path of one message after another over one session.</summary>
/// <remarks>While a message's intent is committed, the next one is made; its envelope goes in the same write as the message before it: one round trip a message.</remarks>
internal sealed class LaneConnection(CampaignRun run, DestinationLane lane, LaneTurn turn, string domain, ChannelReader<FedJob> jobs) : IAsyncDisposable
{
    private const int MostPasses = 5;

    private ConnectResult.Connected? _hop;
    private ConnectResult.Connected? _any;
    private string _reached = "";
    private int _served;
    private LaneMessage? _next;
    private Task _outcome = Task.CompletedTask;

    /// <summary>Commit of the last outcome: the next DATA waits for it.</summary>
    public Task LastCommit => _outcome;

    /// <summary>Sends what the lane feeds. False where this connection ends before the feed does. Cancelling stops it before DATA; what then was not tried stays pending.</summary>
    public async Task<bool> ServeAsync(CancellationToken cancellationToken)
    {
        // A place at the host before a message is taken: one that found none would wait for the next sweep.
        if (await turn.TakeAsync(lane.Host, cancellationToken).ConfigureAwait(false) is { } until)
        {
            Wait(until);
            return false;
        }

        turn.PutBack();
        while (_next is not null || await jobs.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (TakeNext() is not { } message)
                continue;
            using (message)
            {
                if (!await SendAsync(message, cancellationToken).ConfigureAwait(false))
                    return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _next?.Dispose();
        await CloseAsync().ConfigureAwait(false);
        await turn.ReleaseAsync(CancellationToken.None).ConfigureAwait(false);
        await _outcome.ConfigureAwait(false);
    }

    /// <summary>Sends one message. False where this connection is to end.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> SendAsync(LaneMessage message, CancellationToken cancellationToken)
    {
        if (!message.MayLeave && await AskToLeaveAsync(message.Job, cancellationToken).ConfigureAwait(false) is var leave and not Leave.Now)
            return leave == Leave.InTheMorning;
        for (var pass = 1; pass <= MostPasses; pass++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (await HopAsync(message.Gates, message.Due.Attempts, cancellationToken).ConfigureAwait(false) is not { } found)
                return false;

            var hop = Confirmed(found, message.Due);

            var way = IsFinal(hop, message.Due) && await AnyTlsAsync(message.Job, message.Gates, cancellationToken).ConfigureAwait(false) is { } any ? any : hop;
            var fresh = _served == 0;
            using var ready = message.Take(way) ?? MessagePath.Prepare(Attempt(message, cancellationToken), way);
            var end = await MessagePath.RunAsync(ready, cancellationToken).ConfigureAwait(false);
            if (end.ConnectionLost)
                await CloseAsync().ConfigureAwait(false);
            if (end.MovedTo is { } elsewhere)
            {
                await run.MoveAsync(message.Due.Patient, elsewhere, cancellationToken).ConfigureAwait(false);
                return true;
            }

            // A host may close a connection it has served (RFC 5321 §3.8); only a fresh one that fails counts as a try.
            if (end.Stale && !fresh)
                continue;
            if (end.StartOver)
            {
                var opened = await run.Open.OpenAsync(run.Prepared, [message.Due], cancellationToken).ConfigureAwait(false);
                message.StartOver(new FedJob(opened[0], await run.Open.GatesAsync(cancellationToken).ConfigureAwait(false)));
                continue;
            }

            if (end.NotTried)
                return true;
            await SettleAsync(message.Job, end).ConfigureAwait(false);
            if (hop is not ConnectResult.Deferred || end.Outcome != Outcome.Pending)
            {
                // Its patience is over; the others of the domain need not knock again to hear the same.
                lane.NoWay ??= hop as ConnectResult.Deferred;
                return true;
            }

            await run.Deliveries.DeferAllAsync(run.Campaign.Id, lane.Destination, run.Now, run.Plan.Next(message.Due.Attempts + 1, message.Due.FirstAt ?? run.Now, run.Now), CancellationToken.None).ConfigureAwait(false);
            return false;
        }

        return true;
    }

    private MessageAttempt Attempt(LaneMessage message, CancellationToken stopping) =>
        new(run.Attempts, message.Job, message.Gates, message.Moment, domain, this) { Stopping = stopping };

    private LaneMessage? TakeNext()
    {
        var next = _next ?? (jobs.TryRead(out var fed) ? new LaneMessage(fed) : null);
        _next = null;
        return next;
    }

    /// <summary>Makes the message after this one where it is fed already and may leave at once; its envelope, for the same session.</summary>
    public Envelope? MakeNext(CancellationToken stopping)
    {
        // Over a host that is not verified nothing is made ahead.
        if (_hop is not { } hop || stopping.IsCancellationRequested)
            return null;
        _next ??= TakeNext();
        if (_next is not { } next)
            return null;
        next.MayLeave = next.MayLeave || MayLeaveAtOnce(next.Job);
        return next.MayLeave ? next.Ahead(Attempt(next, stopping), hop) : null;
    }

    /// <summary>What <see cref="AskToLeaveAsync"/> would say, where it need neither wait nor ask.</summary>
    private bool MayLeaveAtOnce(LaneJob job)
    {
        if (run.Rate.IsLimited || run.Plan.IsOver(job.Due.FirstAt, run.Now) || run.QuietUntil(job) is not null)
            return false;
        return turn.TryTake(lane.Host);
    }

    /// <summary>The host has no place: while others have one this connection is one too many, and nothing stops.</summary>
    private void Wait(DateTimeOffset until)
    {
        if (lane.HasOthers)
            lane.NoMoreUntil(until);
        else
            lane.HoldUntil(until);
    }

    /// <summary>By the campaign's own rate, the host's pace, the campaign's end and the patient's hour.</summary>
    private async Task<Leave> AskToLeaveAsync(LaneJob job, CancellationToken cancellationToken)
    {
        await run.Rate.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (await turn.TakeAsync(lane.Host, cancellationToken).ConfigureAwait(false) is { } until)
        {
            Wait(until);
            return Leave.Not;
        }

        lane.Allow(turn.Connections);
        // A sweep at a slow rate takes long; what is over is given up before the next one.
        if (run.Plan.IsOver(job.Due.FirstAt, run.Now))
        {
            turn.PutBack();
            return Leave.Not;
        }

        if (run.QuietUntil(job) is not { } morning)
            return Leave.Now;
        turn.PutBack();
        await run.Deliveries.PostponeAsync(run.Campaign.Id, [(job.Due.Patient, morning)], CancellationToken.None).ConfigureAwait(false);
        return Leave.InTheMorning;
    }

    /// <summary>The way to the host; null where this connection is to end and the message to wait.</summary>
    private async Task<ConnectResult?> HopAsync(Gates gates, int earlierTries, CancellationToken cancellationToken)
    {
        if (_hop is not null)
            return _hop;
        if (domain.Length == 0)
            return new ConnectResult.Rejected("The domain is not known yet.", null);
        if (lane.NoWay is { } known)
            return known;
        var need = gates.Transport.NeedFor(run.Prepared.Basis.Class, TransportAllowance.None, run.Context.Today);
        var result = await run.Options.Connect.ConnectAsync(domain, need, cancellationToken).ConfigureAwait(false);
        if (result is ConnectResult.Deferred { Fault: { } kind })
            SendLog.HostUnclear(run.Log, run.Campaign.Id, lane.Destination, kind);
        if (result.SeenTier() is { } tier)
            await lane.NoteAsync(tier, isBest: result is not ConnectResult.Connected { LeavesOthers: true }, cancellationToken).ConfigureAwait(false);
        if (result is ConnectResult.Connected connected)
        {
            _hop = connected;
            _served = 0;
            return await ReachedAsync(connected, cancellationToken).ConfigureAwait(false);
        }

        if (result is ConnectResult.Withheld or ConnectResult.Rejected)
            lane.NoWay = result;
        // What the domain's own policy refuses, or a host that answers lacks, says nothing about the host's pace.
        return result is ConnectResult.Deferred { InTheEnd: null } deferred && !await RefusedAsync(deferred, earlierTries).ConfigureAwait(false) ? null : result;
    }

    /// <summary>A domain that is not there may be back tomorrow: its registration or its name servers were away. It is gone where it is still gone a day after the first try.</summary>
    private ConnectResult Confirmed(ConnectResult hop, DueDelivery due) =>
        hop is ConnectResult.Rejected { Reply: { IsOurs: true } reply } gone && ReplyClasses.Of(reply) == ReplyClass.BadDomain && run.Now - (due.FirstAt ?? run.Now) < Returned.ReturnRules.DomainSpan
            ? new ConnectResult.Deferred(gone.Detail, reply)
            : hop;

    /// <summary>Whether no protected way is waited for any more: none is to be had, or patience is over.</summary>
    private bool IsFinal(ConnectResult hop, DueDelivery due) =>
        hop is ConnectResult.Withheld || (hop is ConnectResult.Deferred { InTheEnd: not null } && TransportPatience.IsOver(run.Prepared.Basis.Class, due.FirstAt, run.Now));

    /// <summary>A connection where no host is verified, for what any TLS suffices for: a message sealed to the patient, one that the patient wants all the same, a notice. Null for a message that has no use for it, and where there is none.</summary>
    private async Task<ConnectResult.Connected?> AnyTlsAsync(LaneJob job, Gates gates, CancellationToken cancellationToken)
    {
        if (lane.HasNoTls || !await HasUseForAnyTlsAsync(job, gates, cancellationToken).ConfigureAwait(false))
            return null;
        if (_any is not null)
            return _any;
        var result = await run.Options.Connect.ConnectAsync(domain, new HopNeed(Tier.T1, Tier.T4), cancellationToken).ConfigureAwait(false);
        // What is merely away now says nothing to the messages behind.
        lane.HasNoTls = result is ConnectResult.Withheld or ConnectResult.Rejected or ConnectResult.Deferred { InTheEnd: not null };
        (_any, _served) = (result as ConnectResult.Connected, 0);
        return _any;
    }

    private async Task<bool> HasUseForAnyTlsAsync(LaneJob job, Gates gates, CancellationToken cancellationToken) =>
        job.Patient.Chart is { } chart
        && (UnencryptedWish.Of(job.Patient.State).Any(wish => wish.Purposes.Contains(run.Prepared.Basis.Purpose))
            || run.Options.Pickup.FactorsFor(run.Prepared.Basis.Class, chart.Head, gates.Transport, run.Context.Today).Count > 0
            || (run.Attempts.Certificates is { } certificates && await certificates.AnyAsync(job.Due.Patient, cancellationToken).ConfigureAwait(false)));

    /// <summary>Many domains share a host: its pace counts, whatever domain the connection was opened for.</summary>
    private async Task<ConnectResult?> ReachedAsync(ConnectResult.Connected connected, CancellationToken cancellationToken)
    {
        if (_reached == connected.Session.Observed.Mx)
            return connected;
        _reached = connected.Session.Observed.Mx;
        var host = await run.Paces.ReachedAsync(lane.Destination, _reached, cancellationToken).ConfigureAwait(false);
        if (host == turn.Host)
            return connected;
        lane.Host = host;
        if (await turn.TakeAsync(host, cancellationToken).ConfigureAwait(false) is not { } until)
            return connected;
        Wait(until);
        await CloseAsync().ConfigureAwait(false);
        return null;
    }

    /// <summary>Tells the pace that no connection could be had. True where that concerns every message of the domain; false where it was one connection too many, or is soon asked for again.</summary>
    private async Task<bool> RefusedAsync(ConnectResult.Deferred deferred, int earlierTries)
    {
        var reply = deferred.Reply;
        var news = lane.HasOthers ? PaceNews.OneTooMany : reply is not null && LaneTurn.IsThrottled(reply, earlierTries) ? PaceNews.Throttled : PaceNews.Unreachable;
        await turn.TellAsync(lane.Host, news, reply?.ToString() ?? "no connection", CancellationToken.None).ConfigureAwait(false);
        lane.Allow(turn.Connections);
        return news != PaceNews.OneTooMany;
    }

    private async Task CloseAsync()
    {
        foreach (var open in new[] { _hop, _any })
        {
            if (open is not null)
                await open.Session.DisposeAsync().ConfigureAwait(false);
        }

        (_hop, _any) = (null, null);
    }

    private async Task SettleAsync(LaneJob job, AttemptEnd end)
    {
        var settlement = SettleAttempt.Of(run, job, end, domain);
        // At most one outcome of a connection waits for its commit; a failed one stops the connection here.
        await _outcome.ConfigureAwait(false);
        _outcome = CommitAttempt.RunAsync(run, settlement, end, CancellationToken.None);
        _served++;
        if (settlement.Outcome is Outcome.Accepted or Outcome.Pickup)
            turn.Accepted();
        if (end.Observed is null || end.Reply is not { } reply || !LaneTurn.IsThrottled(reply, job.Due.Attempts))
            return;
        // The next one asks anew, although its envelope may have gone.
        if (_next is not null)
            _next.MayLeave = false;
        await turn.TellAsync(lane.Host, PaceNews.Throttled, reply.ToString(), CancellationToken.None).ConfigureAwait(false);
    }

    private enum Leave
    {
        Now,

        /// <summary>The message waits, the connection goes on.</summary>
        InTheMorning,

        /// <summary>The connection ends.</summary>
        Not,
    }
}
