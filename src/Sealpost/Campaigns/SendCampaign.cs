using System.Data.Common;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Sealpost.Campaigns.Destinations;
using Sealpost.Campaigns.Returned;
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
    private volatile SendParts _parts;
    private PresentOptions _current = new();
    private readonly OutcomeJournal _journal;
    private readonly RunningCampaigns _running;
    private readonly ScheduledStarts _starts;
    private readonly ILogger _logger;

    private SendCampaign(SendParts parts, OutcomeJournal journal, ILogger logger)
    {
        _parts = parts;
        _journal = journal;
        _logger = logger;
        _running = new RunningCampaigns(() => _parts, logger);
        _starts = new ScheduledStarts(() => _parts, (campaign, token) => _running.BeginAsync(campaign, null, token), logger);
    }

    private OrganisationContext Context => _parts.Context;

    private ResolveInDoubt InDoubt => new(Context, _parts.Writer, _logger);

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
        var current = new PresentOptions();
        var parts = new SendParts(context, options, new CampaignStore(context), writer, lease, watch)
        {
            Destinations = new DestinationStore(context),
            Decisions = decisions,
            Feed = feed,
            ReturnPath = ReturnPaths.Of(context),
            Log = logger,
            Paces = new DestinationPaces(context, () => current.Options) { Route = options.PaceRoute },
        };
        current.Options = options;
        options.PaceOpened?.Invoke(parts.Paces.AnswerAsync);
        var send = new SendCampaign(parts, journal, logger) { _current = current };
        var replayed = await new ReplayJournal(context).RunAsync(options.JournalFolder, cancellationToken).ConfigureAwait(false);
        if (replayed > 0)
            SendLog.Replayed(logger, replayed);
        await send.InDoubt.DoubtInFlightAsync(cancellationToken).ConfigureAwait(false);
        await send.InDoubt.ByReadingAsync(null, cancellationToken).ConfigureAwait(false);
        await LinkRows.ForgetExpiredAsync(context, cancellationToken).ConfigureAwait(false);
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
    public void UseOptions(SendOptions options)
    {
        _current.Options = options;
        _parts = _parts with { Options = options };
    }

    /// <summary>Receiving hosts as they are paced at this moment.</summary>
    internal HostPaces Paces() => new(_parts.Paces.Present());

    /// <summary>Continues every campaign that was being sent and arms the scheduled ones. Call at the host's start. Returns how many are being sent.</summary>
    public async Task<int> ResumeAllAsync(CancellationToken cancellationToken)
    {
        if (_parts.Options.Hold is not null)
            return 0;
        foreach (var id in await _parts.Campaigns.InStateAsync(CampaignState.Scheduled, cancellationToken).ConfigureAwait(false))
            Arm(id);
        var sending = await _parts.Campaigns.InStateAsync(CampaignState.Sending, cancellationToken).ConfigureAwait(false);
        foreach (var id in sending)
            _running.Start(id);
        return sending.Count;
    }

    /// <summary>Starts an approved campaign now. The first message leaves within two seconds, whatever the audience's size.</summary>
    /// <exception cref="RefusedException">It is not approved, or no longer what was approved.</exception>
    public async Task SendAsync(string name, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Marketer, "send campaigns");
        _parts.Options.RequireFree();
        var campaign = await GetAsync(name, cancellationToken).ConfigureAwait(false);
        await _running.BeginAsync(campaign, actor.Id, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Schedules an approved campaign. It starts by itself, also after a restart; a time past while the program was down starts it at once.</summary>
    /// <param name="name">The campaign.</param>
    /// <param name="at">UTC; null takes the time of its file.</param>
    /// <param name="actor">Who.</param>
    /// <param name="cancellationToken">Stops the operation.</param>
    public async Task ScheduleAsync(string name, DateTimeOffset? at, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Marketer, "schedule campaigns");
        _parts.Options.RequireFree();
        var campaign = await GetAsync(name, cancellationToken).ConfigureAwait(false);
        var time = at ?? campaign.Content.Schedule ?? throw new RefusedException("Say when: give a time, or write schedule: into the campaign file.");
        if (time <= Context.Time.GetUtcNow())
            throw new RefusedException("That time is past. Choose a later one, or start it now (`sealpost campaign send`).");
        if (time >= RetryPlan.EndOf(campaign.Content.NotAfter, Context.Organisation.TimeZone))
            throw new RefusedException("That is after the last day on which a message of it may leave, so every message would expire. Choose an earlier time.");
        await _parts.Campaigns.TransitAsync(CampaignTransition.Schedule(campaign, time, actor.Id), cancellationToken).ConfigureAwait(false);
        Arm(campaign.Id);
    }

    /// <summary>Takes a campaign off its schedule. It stays approved and waits for a person.</summary>
    /// <exception cref="RefusedException">It is not scheduled.</exception>
    public async Task UnscheduleAsync(string name, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Marketer | Roles.Approver | Roles.Compliance | Roles.Administrator, "take campaigns off their schedule");
        var campaign = await GetAsync(name, cancellationToken).ConfigureAwait(false);
        await _parts.Campaigns.TransitAsync(new CampaignTransition(campaign.Id, CampaignAct.Unschedule, actor.Id) { Columns = [("scheduled_at", null)] }, cancellationToken).ConfigureAwait(false);
        Arm(campaign.Id);
    }

    /// <summary>Looks anew at the time of a campaign that was scheduled, moved or taken off its schedule.</summary>
    internal void Arm(long campaign) => _starts.Arm(campaign);

    /// <summary>Why a scheduled campaign whose time has come does not start; null where nothing is known to stand against it.</summary>
    public MissedStart? Missed(long campaign) => _starts.Missed(campaign);

    /// <summary>Pauses. Returns once nothing of the campaign is under way; a message already in DATA ends first.</summary>
    public async Task PauseAsync(string name, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Marketer | Roles.Approver | Roles.Compliance | Roles.Administrator, "pause campaigns");
        var campaign = await GetAsync(name, cancellationToken).ConfigureAwait(false);
        await _parts.Campaigns.TransitAsync(new CampaignTransition(campaign.Id, CampaignAct.Pause, actor.Id) { Columns = [("paused_for", 0L)] }, cancellationToken).ConfigureAwait(false);
        await _running.StopAsync(campaign.Id, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Pauses a campaign by itself where too many of its patients complained. Call it after each complaint.</summary>
    internal Task PauseForComplaintsAsync(long id, CancellationToken cancellationToken) => new PauseForComplaints(_parts, _running).RunAsync(id, cancellationToken);

    /// <summary>Goes on with a paused campaign.</summary>
    /// <param name="name">The campaign.</param>
    /// <param name="reason">Why it may go on; needed where it paused by itself for complaints.</param>
    /// <param name="actor">Who.</param>
    /// <param name="cancellationToken">Stops the operation.</param>
    /// <exception cref="RefusedException">It is not paused, or a reason is needed.</exception>
    public async Task ResumeAsync(string name, string? reason, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Marketer, "send campaigns");
        _parts.Options.RequireFree();
        var campaign = await GetAsync(name, cancellationToken).ConfigureAwait(false);
        if (campaign is { State: CampaignState.Paused, PausedForComplaints: true } && string.IsNullOrWhiteSpace(reason))
            throw new RefusedException("This campaign paused by itself because too many patients reported it as unwanted. Find out why, then say why it may go on: `sealpost campaign resume NAME --reason TEXT`. Or cancel it.");
        using (var run = await CampaignRun.CreateAsync(_parts, campaign, cancellationToken).ConfigureAwait(false))
            await _running.RequireOptOutAsync(run.Prepared.Basis, cancellationToken).ConfigureAwait(false);
        var complained = campaign.PausedForComplaints ? (await ComplaintCount.OfAsync(Context, campaign.Id, cancellationToken).ConfigureAwait(false)).Complained : campaign.ComplaintsSeen;
        await _parts.Campaigns.TransitAsync(
            new CampaignTransition(campaign.Id, CampaignAct.Resume, actor.Id)
            {
                Columns = [("paused_for", 0L), ("complaints_seen", complained)],
                Detail = campaign.PausedForComplaints ? string.Create(CultureInfo.InvariantCulture, $"after complaints={complained}, with a reason") : null,
                Words = string.IsNullOrWhiteSpace(reason) ? null : reason.Trim(),
            },
            cancellationToken).ConfigureAwait(false);
        _running.Start(campaign.Id);
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
        await _running.StopAsync(campaign.Id, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Waits until a campaign is no longer under way here: finished, paused, cancelled or broken. Its state tells which.</summary>
    public async Task<CampaignState> WaitAsync(string name, CancellationToken cancellationToken)
    {
        var campaign = await GetAsync(name, cancellationToken).ConfigureAwait(false);
        await _running.WaitAsync(campaign.Id, cancellationToken).ConfigureAwait(false);
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
        if (!await InDoubt.RunAsync(campaign.Id, patient, outcome, actor.Id, cancellationToken).ConfigureAwait(false))
            throw new RefusedException("That delivery is not in doubt.");
        if (outcome == Outcome.Pending && campaign.State == CampaignState.Sending)
            _running.Start(campaign.Id);
    }

    /// <summary>A delivery report proves that the host took a message in doubt, whatever became of it there (RFC 3464): it counts as accepted. False where it was not in doubt.</summary>
    /// <param name="campaign">Number of the campaign.</param>
    /// <param name="patient">Whose message.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    public Task<bool> ResolveInDoubtByReportAsync(long campaign, PatientNumber patient, CancellationToken cancellationToken) =>
        InDoubt.RunAsync(campaign, patient, Outcome.Accepted, "system", cancellationToken);

    /// <summary>The patient read the message on our page: where its notice was in doubt, it was taken. False where it was not.</summary>
    internal async Task<bool> ResolveInDoubtByReadingAsync(long campaign, PatientNumber patient, CancellationToken cancellationToken) =>
        await InDoubt.ByReadingAsync((campaign, patient), cancellationToken).ConfigureAwait(false) > 0;

    /// <summary>Reminds patients of waiting messages whose links end soon. Returns how many a mail host took.</summary>
    internal Task<int> RemindAsync(CancellationToken cancellationToken) => new Pickup.RemindWaiting(_parts).RunAsync(cancellationToken);

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

    /// <summary>Commits a change in order with everything that sending commits; it returns the lines for the journal.</summary>
    internal Task CommitAsync(Func<DbTransaction, CancellationToken, Task<IReadOnlyList<JournalLine>>> change, CancellationToken cancellationToken) => _parts.Writer.BulkAsync(change, cancellationToken);

    /// <summary>Stops sending in order: messages in DATA end, their outcomes are committed, the lease is given back.</summary>
    public async ValueTask DisposeAsync()
    {
        await _starts.DisposeAsync().ConfigureAwait(false);
        await _running.DisposeAsync().ConfigureAwait(false);
        await _parts.Writer.DisposeAsync().ConfigureAwait(false);
        await _parts.Paces.DisposeAsync().ConfigureAwait(false);
        await _parts.Feed.DisposeAsync().ConfigureAwait(false);
        await _parts.Lease.DisposeAsync().ConfigureAwait(false);
        _journal.Dispose();
    }

    private Task JournalAsync(JournalLine line, CancellationToken cancellationToken) =>
        _parts.Writer.BulkAsync(async (transaction, token) =>
        {
            var now = Sql.Stored(Context.Time.GetUtcNow());
            await Sql.ExecuteAsync(
                transaction,
                "UPDATE delivery SET opted_out_at = @now WHERE org = @org AND campaign = @campaign AND patient = @patient AND opted_out_at = 0",
                [("@now", now), ("@org", Context.Organisation.Id.Value), ("@campaign", line.Campaign), ("@patient", line.Patient)],
                token).ConfigureAwait(false);
            return [line with { At = now }];
        }, cancellationToken);

    private async Task<Campaign> GetAsync(string name, CancellationToken cancellationToken) =>
        await _parts.Campaigns.FindAsync(name, cancellationToken).ConfigureAwait(false)
        ?? throw new RefusedException($"There is no campaign \"{name}\". `sealpost campaign list` shows them.") { Kind = RefusalKind.NotFound };
}
