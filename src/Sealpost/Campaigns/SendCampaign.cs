using System.Collections.Concurrent;
using System.Data.Common;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Organisations;
using Sealpost.People;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Campaigns;

/// <summary>Sends an organisation's campaigns: one outcome for every patient, never twice, never silently short. Open one per organisation and process.</summary>
/// <remarks>
/// Opening takes the lease, replays the journal where the database is older than it, and puts what was in flight into doubt.
/// A crash at any moment leaves at most one delivery per connection in doubt; nothing is ever sent again on its own.
/// </remarks>
public sealed class SendCampaign : IAsyncDisposable
{
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(1);

    private volatile SendParts _parts;
    private readonly OutcomeJournal _journal;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _closing = new();
    private readonly ConcurrentDictionary<long, (CancellationTokenSource Stop, Task Task)> _running = new();
    private readonly Lock _lock = new();

    private SendCampaign(SendParts parts, OutcomeJournal journal, ILogger logger)
    {
        _parts = parts;
        _journal = journal;
        _logger = logger;
    }

    private OrganisationContext Context => _parts.Context;

    private int Org => Context.Organisation.Id.Value;

    /// <summary>Opens sending for an organisation. Nothing is sent yet; call <see cref="ResumeAllAsync"/>.</summary>
    /// <param name="context">The organisation.</param>
    /// <param name="options">How mail leaves.</param>
    /// <param name="takeOver">True where a lock outside the database (the data folder's) proves that no other process sends.</param>
    /// <param name="logger">For the operator.</param>
    /// <param name="cancellationToken">Stops the operation.</param>
    /// <exception cref="LeaseLostException">Another process sends for this organisation.</exception>
    /// <exception cref="RefusedException">The journal that the database knows of is not in the folder: put it back, or accept its loss.</exception>
    public static async Task<SendCampaign> OpenAsync(OrganisationContext context, SendOptions options, bool takeOver, ILogger logger, CancellationToken cancellationToken)
    {
        var lease = await ShardLease.AcquireAsync(context, takeOver, cancellationToken).ConfigureAwait(false);
        var journal = OutcomeJournal.Open(context.Keys, options.JournalFolder);
        var decisions = new DecisionLog(context.Database, context.Keys);
        var watch = new ChangeWatch();
        var feed = new FeedAudience(options.Accepted, watch, context.Time, logger);
        var writer = new OutcomeWriter(context, lease, journal, decisions, feed);
        var domain = context.Organisation.Domain.ToLowerInvariant();
        var parts = new SendParts(context, options, new CampaignStore(context), writer, lease, watch)
        {
            Destinations = new DestinationStore(context),
            Decisions = decisions,
            Feed = feed,
            ReturnPath = new ReturnPath(context.Keys.BlindIndex("return-path", "v1"), domain),
        };
        var send = new SendCampaign(parts, journal, logger);
        var replayed = await new ReplayJournal(context).RunAsync(options.JournalFolder, cancellationToken).ConfigureAwait(false);
        if (replayed > 0)
            SendLog.Replayed(logger, replayed);
        await send.DoubtInFlightAsync(cancellationToken).ConfigureAwait(false);
        return send;
    }

    /// <summary>Tells sending that patients' charts or consents changed. Await it before the change is reported done.</summary>
    public Task PatientsChangedAsync(IReadOnlyCollection<PatientNumber> patients, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _parts.Watch.Note(patients);
        return Task.CompletedTask;
    }

    /// <summary>Tells sending that a setting changed that every decision looks at (policy, attested source, agreement).</summary>
    public void RulesChanged() => _parts.Watch.NoteEveryone();

    /// <summary>Sends by other options from the next campaign on that starts or resumes.</summary>
    public void UseOptions(SendOptions options) => _parts = _parts with { Options = options };

    /// <summary>Continues every campaign that was being sent and arms the scheduled ones. Call at the host's start. Returns how many are being sent.</summary>
    public async Task<int> ResumeAllAsync(CancellationToken cancellationToken)
    {
        foreach (var id in await _parts.Campaigns.InStateAsync(CampaignState.Scheduled, cancellationToken).ConfigureAwait(false))
            Arm(id);
        var sending = await _parts.Campaigns.InStateAsync(CampaignState.Sending, cancellationToken).ConfigureAwait(false);
        foreach (var id in sending)
            Start(id);
        return sending.Count;
    }

    /// <summary>Starts an approved campaign now. The first message leaves within two seconds, whatever the audience's size.</summary>
    /// <exception cref="RefusedException">It is not approved, or no longer what was approved.</exception>
    public async Task SendAsync(string name, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Marketer, "send campaigns");
        var campaign = await GetAsync(name, cancellationToken).ConfigureAwait(false);
        await BeginAsync(campaign, actor.Id, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Schedules an approved campaign. It starts by itself, also after a restart; a time past while the program was down starts it at once.</summary>
    /// <param name="name">The campaign.</param>
    /// <param name="at">UTC; null takes the time of its file.</param>
    /// <param name="actor">Who.</param>
    /// <param name="cancellationToken">Stops the operation.</param>
    public async Task ScheduleAsync(string name, DateTimeOffset? at, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Marketer, "schedule campaigns");
        var campaign = await GetAsync(name, cancellationToken).ConfigureAwait(false);
        var time = at ?? campaign.Content.Schedule ?? throw new RefusedException("Say when: give a time, or write schedule: into the campaign file.");
        if (time <= Context.Time.GetUtcNow())
            throw new RefusedException("That time is past. Use `sealpost campaign send` to start now.");
        await _parts.Campaigns.TransitAsync(
            new CampaignTransition(campaign.Id, CampaignAct.Schedule, actor.Id)
            {
                Version = campaign.Version,
                Columns = [("scheduled_at", Sql.Stored(time))],
                Detail = time.ToString("u", CultureInfo.InvariantCulture),
            },
            cancellationToken).ConfigureAwait(false);
        Arm(campaign.Id);
    }

    /// <summary>Pauses. Returns once nothing of the campaign is under way; a message already in DATA ends first.</summary>
    public async Task PauseAsync(string name, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Marketer | Roles.Approver | Roles.Compliance | Roles.Administrator, "pause campaigns");
        var campaign = await GetAsync(name, cancellationToken).ConfigureAwait(false);
        await _parts.Campaigns.TransitAsync(new CampaignTransition(campaign.Id, CampaignAct.Pause, actor.Id), cancellationToken).ConfigureAwait(false);
        await StopAsync(campaign.Id).ConfigureAwait(false);
    }

    /// <summary>Goes on with a paused campaign.</summary>
    public async Task ResumeAsync(string name, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Marketer, "send campaigns");
        var campaign = await GetAsync(name, cancellationToken).ConfigureAwait(false);
        await _parts.Campaigns.TransitAsync(new CampaignTransition(campaign.Id, CampaignAct.Resume, actor.Id), cancellationToken).ConfigureAwait(false);
        Start(campaign.Id);
    }

    /// <summary>Stops a campaign for good. Patients not yet mailed are cancelled; a message already in DATA ends first.</summary>
    public async Task CancelAsync(string name, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Marketer | Roles.Approver | Roles.Compliance | Roles.Administrator, "cancel campaigns");
        var campaign = await GetAsync(name, cancellationToken).ConfigureAwait(false);
        var deliveries = new DeliveryStore(Context);
        await _parts.Writer.BulkAsync(async (transaction, token) =>
        {
            var now = Context.Time.GetUtcNow();
            await _parts.Campaigns.TransitAsync(
                new CampaignTransition(campaign.Id, CampaignAct.Cancel, actor.Id) { Columns = [("ended_at", Sql.Stored(now))] }, transaction, token).ConfigureAwait(false);
            var ended = await deliveries.EndPendingAsync(campaign.Id, null, Outcome.Cancelled, null, now, transaction, token).ConfigureAwait(false);
            return JournalLines.Of(campaign.Id, ended, Outcome.Cancelled, now);
        }, cancellationToken).ConfigureAwait(false);
        await StopAsync(campaign.Id).ConfigureAwait(false);
    }

    /// <summary>Waits until a campaign is no longer under way here: finished, paused, cancelled or broken. Its state tells which.</summary>
    public async Task<CampaignState> WaitAsync(string name, CancellationToken cancellationToken)
    {
        var campaign = await GetAsync(name, cancellationToken).ConfigureAwait(false);
        if (_running.TryGetValue(campaign.Id, out var running))
            await running.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        return (await GetAsync(name, cancellationToken).ConfigureAwait(false)).State;
    }

    /// <summary>A person says what became of a delivery in doubt. Not accepted: it is sent again while its campaign runs, and counts as expired when that is over.</summary>
    /// <exception cref="RefusedException">The delivery is not in doubt.</exception>
    public async Task ResolveInDoubtAsync(string name, PatientNumber patient, bool accepted, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Marketer | Roles.Compliance, "resolve deliveries in doubt");
        var campaign = await GetAsync(name, cancellationToken).ConfigureAwait(false);
        var open = campaign.State is CampaignState.Sending or CampaignState.Paused;
        var outcome = accepted ? Outcome.Accepted : open ? Outcome.Pending : Outcome.Expired;
        await _parts.Writer.BulkAsync((transaction, token) => ResolveAsync(campaign, patient, outcome, actor, transaction, token), cancellationToken).ConfigureAwait(false);
        if (outcome == Outcome.Pending && campaign.State == CampaignState.Sending)
            Start(campaign.Id);
    }

    /// <summary>Unsubscribes by the token of a message (RFC 8058), attributes it to its campaign and journals it. False for a token that is not ours. Idempotent.</summary>
    /// <param name="token">Token from the unsubscribe URL.</param>
    /// <param name="scope">What to stop.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    public async Task<bool> UnsubscribeAsync(string token, SuppressionScope scope, CancellationToken cancellationToken)
    {
        if (await Context.Consent.UnsubscribeAsync(token, scope, cancellationToken).ConfigureAwait(false) is not { } read)
            return false;
        await JournalAsync(
            new JournalLine { Campaign = read.Campaign, Patient = read.Patient.Value, State = JournalLine.OptOut, Token = token, Scope = (int)scope, Source = (int)SuppressionSource.Unsubscribe },
            cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Writes an opt-out that staff recorded to the journal, so that it outlives a restore. Call it beside <see cref="ConsentStore.SuppressAsync"/>.</summary>
    /// <param name="mailbox">Normalised mailbox.</param>
    /// <param name="patient">Patient, where known.</param>
    /// <param name="scope">What it stops.</param>
    /// <param name="source">Where it came from.</param>
    /// <param name="cancellationToken">Stops before it is written.</param>
    public Task JournalOptOutAsync(string? mailbox, PatientNumber? patient, SuppressionScope scope, SuppressionSource source, CancellationToken cancellationToken) =>
        JournalAsync(
            new JournalLine { Patient = patient?.Value ?? -1, State = JournalLine.OptOut, Mailbox = mailbox, Scope = (int)scope, Source = (int)source }, cancellationToken);

    /// <summary>Stops sending in order: messages in DATA end, their outcomes are committed, the lease is given back.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        foreach (var (_, task) in _running.Values)
            await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _parts.Writer.DisposeAsync().ConfigureAwait(false);
        await _parts.Feed.DisposeAsync().ConfigureAwait(false);
        await _parts.Lease.DisposeAsync().ConfigureAwait(false);
        _journal.Dispose();
        _closing.Dispose();
    }

    private async Task BeginAsync(Campaign campaign, string actor, CancellationToken cancellationToken)
    {
        if (campaign.ApprovedHash is not null)
            (await CampaignRun.CreateAsync(_parts, campaign, cancellationToken).ConfigureAwait(false)).Dispose();
        await _parts.Campaigns.TransitAsync(
            new CampaignTransition(campaign.Id, CampaignAct.Send, actor) { Version = campaign.Version, Columns = [("started_at", Sql.Stored(Context.Time.GetUtcNow()))] },
            cancellationToken).ConfigureAwait(false);
        Start(campaign.Id);
    }

    private void Start(long id)
    {
        lock (_lock)
        {
            if (_closing.IsCancellationRequested || (_running.TryGetValue(id, out var running) && !running.Task.IsCompleted))
                return;
            var stop = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
            _running[id] = (stop, Task.Run(() => SuperviseAsync(id, stop.Token), CancellationToken.None));
        }
    }

    private async Task StopAsync(long id)
    {
        if (!_running.TryGetValue(id, out var running))
            return;
        await running.Stop.CancelAsync().ConfigureAwait(false);
        await running.Task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void Arm(long id) => _ = Task.Run(() => StartAtTimeAsync(id), CancellationToken.None);

    private async Task StartAtTimeAsync(long id)
    {
        while (!_closing.IsCancellationRequested)
        {
            var campaign = await _parts.Campaigns.FindAsync(id, _closing.Token).ConfigureAwait(false);
            if (campaign is not { State: CampaignState.Scheduled, ScheduledAt: { } at })
                return;
            var wait = at - Context.Time.GetUtcNow();
            if (wait <= TimeSpan.Zero)
            {
                await BeginAsync(campaign, "system", _closing.Token).ConfigureAwait(false);
                return;
            }

            await Task.Delay(wait < LongestTimer ? wait : LongestTimer, Context.Time, _closing.Token).ConfigureAwait(false);
        }
    }

    /// <summary>Runs a campaign and starts it anew after an error that mends itself.</summary>
    private async Task SuperviseAsync(long id, CancellationToken stopping)
    {
        SendLog.Started(_logger, id);
        for (var failures = 1; ; failures++)
        {
            var run = RunOnceAsync(id, stopping);
            await run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (run.IsCompletedSuccessfully)
            {
                SendLog.Finished(_logger, id);
                return;
            }

            if (stopping.IsCancellationRequested || run.IsCanceled)
            {
                SendLog.Stopped(_logger, id);
                return;
            }

            var failure = run.Exception!.InnerException!;
            if (failure is not (TransientStoreException or DbException or IOException or SmtpConnectionException))
            {
                SendLog.Broken(_logger, id, failure.GetType().Name);
                await run.ConfigureAwait(false);
            }

            var seconds = Math.Min(60, 1 << Math.Min(failures, 6));
            SendLog.StartsAgain(_logger, id, failure.GetType().Name, seconds);
            await Task.Delay(TimeSpan.FromSeconds(seconds), Context.Time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stopping.IsCancellationRequested)
                return;
        }
    }

    private async Task RunOnceAsync(long id, CancellationToken stopping)
    {
        var campaign = await _parts.Campaigns.FindAsync(id, stopping).ConfigureAwait(false);
        if (campaign is not { State: CampaignState.Sending })
            throw new OperationCanceledException("The campaign is not being sent.");
        using var run = await CampaignRun.CreateAsync(_parts, campaign, stopping).ConfigureAwait(false);
        await run.RunAsync(stopping).ConfigureAwait(false);
        // Whoever waited for the campaign may count with it at once.
        await _parts.Feed.FlushAsync(stopping).ConfigureAwait(false);
    }

    private async Task DoubtInFlightAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<(long Campaign, PatientNumber Patient)> doubted = [];
        await _parts.Writer.BulkAsync(async (transaction, token) =>
        {
            var now = Context.Time.GetUtcNow();
            doubted = await new DeliveryStore(Context).DoubtInFlightAsync(now, transaction, token).ConfigureAwait(false);
            foreach (var campaign in doubted.GroupBy(row => row.Campaign))
            {
                await Context.Ledger.AppendAsync(
                    new AuditEvent(Context.Organisation.Id, "campaign.in-doubt", "system", null, campaign.Key.ToString(CultureInfo.InvariantCulture), "done", $"{campaign.Count()} in flight at a crash"), transaction, token).ConfigureAwait(false);
            }

            return [.. doubted.GroupBy(row => row.Campaign).SelectMany(rows => JournalLines.Of(rows.Key, [.. rows.Select(row => row.Patient)], Outcome.InDoubt, now))];
        }, cancellationToken).ConfigureAwait(false);
        if (doubted.Count > 0)
            SendLog.InDoubt(_logger, doubted.Count);
    }

    private async Task<IReadOnlyList<JournalLine>> ResolveAsync(Campaign campaign, PatientNumber patient, Outcome outcome, Actor actor, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var now = Context.Time.GetUtcNow();
        var changed = await Sql.ExecuteAsync(
            transaction,
            "UPDATE delivery SET state = @state, next_at = 0, changed_at = @now WHERE org = @org AND campaign = @campaign AND patient = @patient AND state = @doubt",
            [("@state", (int)outcome), ("@now", Sql.Stored(now)), ("@org", Org), ("@campaign", campaign.Id), ("@patient", patient.Value), ("@doubt", (int)Outcome.InDoubt)],
            cancellationToken).ConfigureAwait(false);
        if (changed != 1)
            throw new RefusedException("That delivery is not in doubt.");
        await Context.Ledger.AppendAsync(
            new AuditEvent(Context.Organisation.Id, "delivery.resolved", actor.Id, patient, campaign.Id.ToString(CultureInfo.InvariantCulture), "done", outcome == Outcome.Accepted ? "accepted" : "not accepted"), transaction, cancellationToken).ConfigureAwait(false);
        return JournalLines.Of(campaign.Id, [patient], outcome, now);
    }

    private Task JournalAsync(JournalLine line, CancellationToken cancellationToken) =>
        _parts.Writer.BulkAsync(async (transaction, token) =>
        {
            var now = Sql.Stored(Context.Time.GetUtcNow());
            await Sql.ExecuteAsync(
                transaction,
                "UPDATE delivery SET opted_out_at = @now WHERE org = @org AND campaign = @campaign AND patient = @patient AND opted_out_at = 0",
                [("@now", now), ("@org", Org), ("@campaign", line.Campaign), ("@patient", line.Patient)],
                token).ConfigureAwait(false);
            return [line with { At = now }];
        }, cancellationToken);

    private async Task<Campaign> GetAsync(string name, CancellationToken cancellationToken) =>
        await _parts.Campaigns.FindAsync(name, cancellationToken).ConfigureAwait(false)
        ?? throw new RefusedException($"There is no campaign \"{name}\". `sealpost campaign list` shows them.");
}
