using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Sealpost.Audience;
using Sealpost.Campaigns.Destinations;
using Sealpost.Certificates;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Organisations;
using Sealpost.Trust.Ledger;

namespace Sealpost.Campaigns;

/// <summary>What every running campaign of an organisation shares.</summary>
internal sealed record SendParts(OrganisationContext Context, SendOptions Options, CampaignStore Campaigns, OutcomeWriter Writer, ShardLease Lease, ChangeWatch Watch)
{
    /// <summary>Domains by number.</summary>
    public required DestinationStore Destinations { get; init; }

    /// <summary>Recorded decisions.</summary>
    public required Consent.DecisionLog Decisions { get; init; }

    /// <summary>Tells the audience index.</summary>
    public required FeedAudience Feed { get; init; }

    /// <summary>How fast receiving hosts are sent to.</summary>
    public required DestinationPaces Paces { get; init; }

    /// <summary>Makes return paths.</summary>
    public required ReturnPath ReturnPath { get; init; }

    /// <summary>For the operator.</summary>
    public required ILogger Log { get; init; }
}

/// <summary>One campaign while it is being sent: selection and one lane per receiving domain, until every row has an outcome.</summary>
internal sealed class CampaignRun : IDisposable
{
    private readonly SendParts _parts;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<int, (DestinationLane Lane, Task Task)> _lanes = [];
    private volatile bool _selectionDone;

    private CampaignRun(SendParts parts, PreparedCampaign prepared, QueryScope scope, CountedLinks? links)
    {
        _parts = parts;
        Prepared = prepared;
        Deliveries = new DeliveryStore(parts.Context);
        Open = new OpenJobs(parts.Context, parts.Options, parts.Watch);
        Rate = new RateLimit(prepared.Campaign.Content.Rate, Time);
        Places = new SemaphoreSlim(parts.Options.MaxDestinations);
        Plan = new RetryPlan(parts.Options.Delivery, RetryPlan.EndOf(prepared.Campaign.Content.NotAfter, parts.Context.Organisation.TimeZone)) { Class = prepared.Basis.Class };
        IsUrgent = LaneTurn.IsUrgent(prepared.Campaign.Content.Purpose);
        Quiet = IsUrgent ? null : parts.Options.Pacing.Quiet;
        Attempts = new AttemptContext(parts.Context, prepared, parts.Watch, parts.Writer, parts.ReturnPath)
        {
            Scope = scope,
            Links = links,
            Pickup = parts.Options.Pickup,
            Certificates = parts.Options.Smime is { } smime ? new FindCertificate(parts.Context, smime) : null,
            Signer = () => parts.Options.Smime?.Signer,
            MaySend = () => parts.Lease.IsLive,
        };
        _selectionDone = prepared.Campaign.SelectionDone;
    }

    public PreparedCampaign Prepared { get; }

    public Campaign Campaign => Prepared.Campaign;

    public OrganisationContext Context => _parts.Context;

    public ILogger Log => _parts.Log;

    public SendOptions Options => _parts.Options;

    public DeliveryStore Deliveries { get; }

    public DestinationStore Destinations => _parts.Destinations;

    public OutcomeWriter Writer => _parts.Writer;

    public OpenJobs Open { get; }

    public RateLimit Rate { get; }

    public SemaphoreSlim Places { get; }

    public RetryPlan Plan { get; }

    /// <summary>Its messages go before those of other campaigns.</summary>
    public bool IsUrgent { get; }

    /// <summary>Hours of the patient's day in which its messages wait.</summary>
    public Delivery.Pacing.QuietHours? Quiet { get; }

    public DestinationPaces Paces => _parts.Paces;

    public AttemptContext Attempts { get; }

    public TimeProvider Time => _parts.Context.Time;

    public DateTimeOffset Now => Time.GetUtcNow();

    public CancellationToken Stopping => _stop.Token;

    public bool SelectionDone => _selectionDone;

    /// <summary>Compiles a campaign for sending; refuses one that is no longer what was approved.</summary>
    public static async Task<CampaignRun> CreateAsync(SendParts parts, Campaign campaign, CancellationToken cancellationToken)
    {
        var prepared = await PreparedCampaign.FromAsync(campaign, parts.Context, parts.Campaigns, cancellationToken).ConfigureAwait(false);
        if (!prepared.IsAsApproved)
            throw new RefusedException($"Campaign {campaign.Id} is no longer what was approved (its template or this program's compiler changed). Copy it and have the copy approved.");
        var names = new Dictionary<string, long>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in prepared.Query.Campaigns())
        {
            if (await parts.Campaigns.NumberOfAsync(name, cancellationToken).ConfigureAwait(false) is { } number)
                names[name] = number;
        }

        var links = await CountedLinks.OfAsync(prepared, parts.Context, parts.Options.CountClicks, cancellationToken).ConfigureAwait(false);
        return new CampaignRun(parts, prepared, new QueryScope(campaign.AsOf ?? parts.Context.Today, names), links);
    }

    /// <summary>Sends until every row has an outcome, then finishes the campaign. Returns early, quietly, where it is stopped.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var stop = cancellationToken.Register(_stop.Cancel).ConfigureAwait(false);
        var selection = Guard(SelectAsync());
        var sending = Guard(SendAsync(selection));
        await Task.WhenAll(selection, sending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // Nothing of the campaign is under way any more when this returns, however it ended.
        await LanesEndAsync().ConfigureAwait(false);
        await ThrowFailureAsync(selection, sending).ConfigureAwait(false);
    }

    /// <summary>A destination may have due rows: wakes its lane or starts one.</summary>
    public void WakeLane(int destination)
    {
        lock (_lock)
        {
            if (_lanes.TryGetValue(destination, out var running) && !running.Task.IsCompleted)
            {
                running.Lane.Wake();
                return;
            }

            if (Stopping.IsCancellationRequested)
                return;
            var lane = new DestinationLane(this, destination);
            _lanes[destination] = (lane, Guard(Task.Run(() => lane.RunAsync(Stopping))));
        }
    }

    /// <summary>Moves a pending row to the lane of another domain: the patient's address changed.</summary>
    public async Task MoveAsync(Trust.Keys.PatientNumber patient, string domain, CancellationToken cancellationToken)
    {
        var destination = await Context.Database.WriteAsync(
            async (transaction, token) =>
            {
                var number = await Destinations.NumberAsync(domain, transaction, token).ConfigureAwait(false);
                await Storage.Sql.ExecuteAsync(
                    transaction,
                    "UPDATE delivery SET destination = @destination WHERE org = @org AND campaign = @campaign AND patient = @patient AND state = 0",
                    [("@destination", number), ("@org", Context.Organisation.Id.Value), ("@campaign", Campaign.Id), ("@patient", patient.Value)],
                    token).ConfigureAwait(false);
                return number;
            },
            cancellationToken).ConfigureAwait(false);
        WakeLane(destination);
    }

    /// <summary>The right to send over one connection, to be asked for.</summary>
    public LaneTurn Turn() => new(Paces, Time, IsUrgent);

    /// <summary>The end of the quiet that a patient has now; null where the message may leave.</summary>
    public DateTimeOffset? QuietUntil(LaneJob job) => PatientZones.QuietUntil(Quiet, job.Patient.Chart, Context.Organisation.TimeZone, Context.Today, Now);

    /// <summary>Gives up what may no longer leave: everything after <c>notAfter</c>, else what was first tried too long ago.</summary>
    public Task ExpireAsync(int destination, CancellationToken cancellationToken)
    {
        var now = Now;
        DateTimeOffset? before = Plan.IsOver(null, now) ? null : now - Plan.GiveUpAfter;
        return Writer.BulkAsync(
            async (transaction, token) => JournalLines.Of(
                Campaign.Id, await Deliveries.EndPendingAsync(Campaign.Id, destination, Outcome.Expired, before, now, transaction, token).ConfigureAwait(false), Outcome.Expired, now),
            cancellationToken);
    }

    /// <summary>Whether an error concerns the domain alone at which it was met. What ends the right to send, and what mends itself by a new start, concerns the whole run.</summary>
    public static bool IsOfOneLane(Exception exception) =>
        Unforeseen.Is(exception) && !RunningCampaigns.MendsItself(exception) && exception is not (LeaseLostException or InvalidDataException);

    /// <summary>Lets what is due at a domain wait. What was in flight there is in doubt, as after a crash. Returns how many.</summary>
    public async Task<int> SetAsideAsync(int destination, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var now = Now;
        var doubted = 0;
        await Writer.BulkAsync(
            async (transaction, token) =>
            {
                var rows = await Deliveries.DoubtInFlightAsync((Campaign.Id, destination), now, transaction, token).ConfigureAwait(false);
                doubted = rows.Count;
                if (doubted > 0)
                {
                    await Context.Ledger.AppendAsync(
                        new AuditEvent(Context.Organisation.Id, "campaign.in-doubt", "system", null, Campaign.Id.ToString(CultureInfo.InvariantCulture), "done", $"{doubted} in flight at an error"), transaction, token).ConfigureAwait(false);
                }

                return [.. rows.GroupBy(row => row.Reason).SelectMany(same => JournalLines.Of(Campaign.Id, [.. same.Select(row => row.Patient)], Outcome.InDoubt, now, same.Key))];
            },
            cancellationToken).ConfigureAwait(false);
        await Deliveries.DeferAllAsync(Campaign.Id, destination, now, until, cancellationToken).ConfigureAwait(false);
        return doubted;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Dispose();
        Places.Dispose();
    }

    private async Task SendAsync(Task selection)
    {
        foreach (var destination in await Deliveries.DestinationsAsync(Campaign.Id, Stopping).ConfigureAwait(false))
            WakeLane(destination);
        await selection.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        do
        {
            await LanesEndAsync().ConfigureAwait(false);
            Stopping.ThrowIfCancellationRequested();
            foreach (var destination in await Deliveries.DestinationsAsync(Campaign.Id, Stopping).ConfigureAwait(false))
                WakeLane(destination);
        }
        while (!await TryFinishAsync().ConfigureAwait(false));
    }

    private async Task SelectAsync()
    {
        if (_selectionDone)
            return;
        var select = new SelectDeliveries(Context, Options, _parts.Decisions, Destinations);
        var done = await select.RunAsync(Prepared, destinations => { foreach (var destination in destinations) WakeLane(destination); }, Stopping).ConfigureAwait(false);
        if (!done)
            throw new OperationCanceledException("The campaign was stopped while its audience was selected.");
        _selectionDone = true;
        lock (_lock)
        {
            foreach (var (lane, _) in _lanes.Values)
                lane.Wake();
        }
    }

    private async Task LanesEndAsync()
    {
        while (true)
        {
            Task[] running;
            lock (_lock)
                running = [.. _lanes.Values.Select(lane => lane.Task).Where(task => !task.IsCompleted)];
            if (running.Length == 0)
                return;
            await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>A failure goes before the cancellations that it caused.</summary>
    private async Task ThrowFailureAsync(params Task[] tasks)
    {
        Task[] ended;
        lock (_lock)
            ended = [.. _lanes.Values.Select(lane => lane.Task).Where(task => task.IsFaulted), .. tasks];
        foreach (var task in ended.OrderByDescending(task => task.IsFaulted))
            await task.ConfigureAwait(false);
    }

    /// <summary>A failure anywhere stops the whole run, which is then started anew as a whole.</summary>
    private async Task Guard(Task task)
    {
        await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!task.IsCompletedSuccessfully)
            await _stop.CancelAsync().ConfigureAwait(false);
        await task.ConfigureAwait(false);
    }

    private Task<bool> TryFinishAsync() =>
        Context.Database.WriteAsync(
            async (transaction, token) =>
            {
                // A campaign with a pending row is not finished.
                if (await Deliveries.OpenAsync(Campaign.Id, transaction, token).ConfigureAwait(false) > 0)
                    return false;
                await _parts.Campaigns.TransitAsync(
                    new CampaignTransition(Campaign.Id, CampaignAct.Finish, "system") { Columns = [("ended_at", Storage.Sql.Stored(Now))] }, transaction, token).ConfigureAwait(false);
                return true;
            },
            CancellationToken.None);
}

/// <summary>Journal lines of many deliveries at once.</summary>
internal static class JournalLines
{
    public static IReadOnlyList<JournalLine> Of(long campaign, IReadOnlyList<Trust.Keys.PatientNumber> patients, Outcome outcome, DateTimeOffset at, WithholdReason? reason = null) =>
        [.. patients.Select(patient => new JournalLine { Campaign = campaign, Patient = patient.Value, State = (int)outcome, Reason = (int)reason.GetValueOrDefault(), At = at.ToUnixTimeMilliseconds() })];
}
