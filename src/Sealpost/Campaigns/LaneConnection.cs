using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Patients;
using Sealpost.Storage;

namespace Sealpost.Campaigns;

/// <summary>One connection of a lane: runs the path of one message after another over one session.</summary>
internal sealed class LaneConnection(CampaignRun run, DestinationLane lane, string domain) : IAsyncDisposable
{
    private const int MostPasses = 5;

    private SmtpSession? _session;
    private int _served;
    private Task _outcome = Task.CompletedTask;

    /// <summary>Sends one message. False where this connection is to end. Cancelling stops it before DATA; what then was not tried stays pending.</summary>
    public async Task<bool> SendAsync(LaneJob job, Gates gates, CancellationToken cancellationToken)
    {
        await run.Rate.WaitAsync(cancellationToken).ConfigureAwait(false);
        var moment = GateMoment.Render;
        LaneJob? opened = null;
        try
        {
            for (var pass = 1; pass <= MostPasses; pass++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var current = opened ?? job;
                var hop = await HopAsync(cancellationToken).ConfigureAwait(false);
                if (hop is ConnectResult.Deferred && lane.HasOthers)
                {
                    lane.SlowDown();
                    return false;
                }

                var fresh = _served == 0;
                var end = await MessagePath.RunAsync(new MessageAttempt(run.Attempts, current, gates, moment, domain) { Earlier = _outcome }, hop, cancellationToken).ConfigureAwait(false);
                if (end.ConnectionLost)
                    await CloseAsync().ConfigureAwait(false);
                if (end.MovedTo is { } elsewhere)
                {
                    await run.MoveAsync(job.Due.Patient, elsewhere, cancellationToken).ConfigureAwait(false);
                    return true;
                }

                // A host may close a connection it has served (RFC 5321 §3.8); only a fresh one that fails counts as a try.
                if (end.Stale && !fresh)
                    continue;
                if (end.StartOver)
                {
                    opened?.Dispose();
                    opened = (await run.Open.OpenAsync(run.Prepared, [job.Due], cancellationToken).ConfigureAwait(false))[0];
                    gates = await run.Open.GatesAsync(cancellationToken).ConfigureAwait(false);
                    moment = GateMoment.BeforeData;
                    continue;
                }

                if (end.NotTried)
                    return true;
                await SettleAsync(current, end).ConfigureAwait(false);
                if (hop is not ConnectResult.Deferred)
                    return true;
                await run.Deliveries.DeferAllAsync(run.Campaign.Id, lane.Destination, run.Now, run.Plan.Next(job.Due.Attempts + 1, job.Due.FirstAt ?? run.Now, run.Now), CancellationToken.None).ConfigureAwait(false);
                return false;
            }

            return true;
        }
        finally
        {
            opened?.Dispose();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        await _outcome.ConfigureAwait(false);
    }

    private async Task<ConnectResult> HopAsync(CancellationToken cancellationToken)
    {
        if (_session is not null)
            return new ConnectResult.Connected(_session);
        if (domain.Length == 0)
            return new ConnectResult.Rejected("The domain is not known yet.", null);
        if (lane.NoWay is { } known)
            return known;
        var result = await run.Options.Connect.ConnectAsync(domain, cancellationToken).ConfigureAwait(false);
        if (result is ConnectResult.Connected connected)
        {
            _session = connected.Session;
            _served = 0;
            await lane.NoteAsync(connected.Session.Observed.Tier, cancellationToken).ConfigureAwait(false);
        }
        else if (result is ConnectResult.Withheld or ConnectResult.Rejected)
        {
            lane.NoWay = result;
        }

        return result;
    }

    private async Task CloseAsync()
    {
        if (_session is not null)
            await _session.DisposeAsync().ConfigureAwait(false);
        _session = null;
    }

    private async Task SettleAsync(LaneJob job, AttemptEnd end)
    {
        var settlement = SettleAttempt.Of(run, job, end, domain);
        // At most one outcome of a connection waits for its commit; a failed one stops the connection here.
        await _outcome.ConfigureAwait(false);
        _outcome = CommitAsync(settlement, job, end);
        _served++;
        if (settlement.Outcome == Outcome.Accepted)
            lane.SpeedUp();
        if (end.Reply is { } reply && ReplyClasses.Of(reply) == ReplyClass.Throttled)
            lane.SlowDown();
    }

    /// <summary>Commits an outcome, however long the store is away: it must not be lost while this process lives.</summary>
    private async Task CommitAsync(Settlement settlement, LaneJob job, AttemptEnd end)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await run.Writer.SettleAsync(settlement, CancellationToken.None).ConfigureAwait(false);
                break;
            }
            catch (TransientStoreException) when (attempt < 300)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), run.Time, CancellationToken.None).ConfigureAwait(false);
            }
        }

        // RFC 3463 5.1.1 and its like: no mail to this mailbox any more, the patient may have another.
        if (settlement.Outcome == Outcome.Rejected && end.Reply is { } reply && ReplyClasses.Of(reply).SuppressesAddress() && end.Decision is ConsentDecision.Permit permit)
            await run.Context.Consent.SuppressAsync(permit.Address.Open(), null, SuppressionScope.All, SuppressionSource.Bounce, "system", CancellationToken.None).ConfigureAwait(false);
    }
}
