using System.Threading.Channels;
using Sealpost.Campaigns.Destinations;
using Sealpost.Delivery;

namespace Sealpost.Campaigns;

/// <summary>One campaign's messages to one receiving domain: reads due deliveries page by page and feeds them to connections.</summary>
/// <remarks>
/// It sweeps the domain's due rows once in order of patient, so that no row is taken twice, then waits for the next retry, for the
/// pace of the domain's host, or for more selected patients, by a timer or a signal. It holds one of the campaign's places only while
/// it sweeps, so domains take turns; how many connections it may have is said by the host's pace, which all campaigns share.
/// </remarks>
internal sealed class DestinationLane(CampaignRun run, int destination)
{
    private const int PageSize = 64;

    /// <summary>A lane that is fast reads up to so many pages at once: statements cost more than rows.</summary>
    private const int MostPages = 4;

    /// <summary>Times the connections that stand: how long they are watched before one more is opened. A handshake costs as much as several messages.</summary>
    private static readonly TimeSpan Watch = TimeSpan.FromMilliseconds(250);

    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private int _limit = 1;
    private int _open;
    private int _broken;
    private int _noted;
    private long _heldUntil;
    private long _noMoreUntil;

    /// <summary>Number of the domain.</summary>
    public int Destination => destination;

    /// <summary>Number of the host that its mail goes to, as far as is known.</summary>
    public int Host { get; set; }

    /// <summary>Whether other connections of this domain stand, so that one that could not be opened is one too many and not an outage.</summary>
    public bool HasOthers => Volatile.Read(ref _open) > 1;

    /// <summary>A lasting answer of the domain (no acceptable TLS, no such domain); asked anew in the next sweep.</summary>
    public ConnectResult? NoWay { get; set; }

    /// <summary>No host of the domain offers any TLS that may be used; asked anew in the next sweep.</summary>
    public bool HasNoTls { get; set; }

    /// <summary>More rows may be due.</summary>
    public void Wake() => _wake.Writer.TryWrite(true);

    /// <summary>The host's pace lets nothing go before an instant.</summary>
    public void HoldUntil(DateTimeOffset until) => Volatile.Write(ref _heldUntil, until.UtcTicks);

    /// <summary>The host has no place for one more connection before an instant.</summary>
    public void NoMoreUntil(DateTimeOffset until) => Volatile.Write(ref _noMoreUntil, until.UtcTicks);

    /// <summary>Connections that it may have.</summary>
    public void Allow(int connections) => Volatile.Write(ref _limit, Math.Min(connections, run.Options.Delivery.MaxConnections));

    /// <summary>Notes the tier a connection reached, once for each change.</summary>
    /// <param name="tier">The tier.</param>
    /// <param name="isBest">No host was left that may be better.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    public async Task NoteAsync(Tier tier, bool isBest, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _noted, (int)tier) != (int)tier)
            await run.Destinations.NoteTierAsync(destination, tier, isBest, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends until nothing is pending for this domain any more, or the campaign is stopped.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var domain = await run.Destinations.DomainAsync(destination, stopping).ConfigureAwait(false);
        Host = await run.Paces.HostOfAsync(destination, domain, stopping).ConfigureAwait(false);
        while (!stopping.IsCancellationRequested)
        {
            var selecting = !run.SelectionDone;
            await run.ExpireAsync(destination, stopping).ConfigureAwait(false);
            var next = await run.Deliveries.NextDueAsync(run.Campaign.Id, destination, stopping).ConfigureAwait(false);
            if (next is null && !selecting)
                return;
            DateTimeOffset? due = next is { } at ? Later(at) : null;
            if (due is null || due > run.Now)
            {
                await WaitAsync(due, stopping).ConfigureAwait(false);
                continue;
            }

            await run.Places.WaitAsync(stopping).ConfigureAwait(false);
            try
            {
                await SweepAsync(domain, stopping).ConfigureAwait(false);
                _broken = 0;
            }
            catch (Exception exception) when (CampaignRun.IsOfOneLane(exception))
            {
                // One domain's trouble is not the campaign's. It waits longer each time, and expires where that lasts.
                var until = run.Plan.Next(++_broken, run.Now, run.Now);
                var doubted = await run.SetAsideAsync(destination, until, CancellationToken.None).ConfigureAwait(false);
                SendLog.LaneBroken(run.Log, run.Campaign.Id, destination, exception.GetType().Name, until, doubted);
            }
            finally
            {
                run.Places.Release();
            }
        }
    }

    /// <summary>When a due row may leave by the host's pace, too; but what may no longer leave at all is given up in time.</summary>
    private DateTimeOffset Later(DateTimeOffset due)
    {
        var held = new DateTimeOffset(Volatile.Read(ref _heldUntil), TimeSpan.Zero);
        var later = held > due ? held : due;
        return run.Plan.End is { } end && end < later ? end : later;
    }

    private async Task WaitAsync(DateTimeOffset? until, CancellationToken stopping)
    {
        using var woken = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var wake = _wake.Reader.ReadAsync(woken.Token).AsTask();
        if (until is null)
        {
            await wake.ConfigureAwait(false);
            return;
        }

        // It may have come due since the caller looked.
        var left = until.Value - run.Now;
        var due = Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, run.Time, woken.Token);
        await Task.WhenAny(wake, due).ConfigureAwait(false);
        await woken.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll((Task)wake, due).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopping.ThrowIfCancellationRequested();
    }

    private async Task SweepAsync(string domain, CancellationToken stopping)
    {
        // A place before anything is opened: many domains may share a host that takes few connections.
        var first = run.Turn();
        if (await first.TakeAsync(Host, stopping).ConfigureAwait(false) is { } held)
        {
            HoldUntil(held);
            return;
        }

        first.PutBack();
        Allow(first.Connections);
        using var broken = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var jobs = Channel.CreateBounded<FedJob>(PageSize);
        var connections = new List<Task>();
        (NoWay, HasNoTls) = (null, false);
        var turns = new Queue<LaneTurn>([first]);
        var feed = FeedAsync(jobs, () => Open(domain, turns.TryDequeue(out var turn) ? turn : run.Turn(), jobs.Reader, connections, broken), broken.Token);
        await feed.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        jobs.Writer.TryComplete();
        var served = Task.WhenAll(connections);
        await served.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (jobs.Reader.TryRead(out var left))
            left.Job.Dispose();
        if (turns.TryDequeue(out var unused))
            await unused.ReleaseAsync(CancellationToken.None).ConfigureAwait(false);
        await served.ConfigureAwait(false);
        if (feed.IsFaulted)
            await feed.ConfigureAwait(false);
    }

    private async Task FeedAsync(Channel<FedJob> jobs, Action openConnection, CancellationToken cancellationToken)
    {
        var after = -1;
        while (true)
        {
            var selecting = !run.SelectionDone;
            var due = await run.Deliveries.DueAsync(run.Campaign.Id, destination, after, run.Now, PageSize * Math.Clamp(Volatile.Read(ref _open), 1, MostPages), cancellationToken).ConfigureAwait(false);
            if (due.Count == 0 && !selecting)
                return;
            if (due.Count == 0)
            {
                // More of this domain may be selected any moment: keep the connections.
                await _wake.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }

            after = due[^1].Patient.Value;
            var gates = await run.Open.GatesAsync(cancellationToken).ConfigureAwait(false);
            foreach (var job in await AwakeAsync(await run.Open.OpenAsync(run.Prepared, due, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false))
            {
                if (NeedsConnection(jobs.Reader.Count))
                    openConnection();
                await jobs.Writer.WriteAsync(new FedJob(job, gates), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Whether the connections that stand do not keep up, although they had time to.</summary>
    private bool NeedsConnection(int waiting)
    {
        var open = Volatile.Read(ref _open);
        return open == 0 || (waiting >= 2 * open && open < Volatile.Read(ref _limit) && run.Now.UtcTicks >= Volatile.Read(ref _noMoreUntil));
    }

    /// <summary>The jobs that may leave at this hour of the patient's day; the others wait for its end.</summary>
    private async Task<IEnumerable<LaneJob>> AwakeAsync(IReadOnlyList<LaneJob> jobs, CancellationToken cancellationToken)
    {
        if (run.Quiet is null)
            return jobs;
        var quiet = jobs.Select(job => (Job: job, Until: run.QuietUntil(job))).Where(one => one.Until is not null).ToList();
        if (quiet.Count == 0)
            return jobs;
        await run.Deliveries.PostponeAsync(run.Campaign.Id, [.. quiet.Select(one => (one.Job.Due.Patient, one.Until!.Value))], cancellationToken).ConfigureAwait(false);
        foreach (var (job, _) in quiet)
            job.Dispose();
        return jobs.Except(quiet.Select(one => one.Job), ReferenceEqualityComparer.Instance).Cast<LaneJob>();
    }

    private void Open(string domain, LaneTurn turn, ChannelReader<FedJob> jobs, List<Task> connections, CancellationTokenSource broken)
    {
        NoMoreUntil(run.Now + (Watch * Interlocked.Increment(ref _open)));
        connections.Add(Task.Run(async () =>
        {
            var drained = false;
            try
            {
                await using var connection = new LaneConnection(run, this, turn, domain, jobs);
                drained = await connection.ServeAsync(broken.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (broken.IsCancellationRequested)
            {
                // Stopped, or the domain cannot be reached: what is left stays pending.
            }
            finally
            {
                // The last one to go, or one that failed, ends the sweep: nobody would take the jobs still fed.
                if (Interlocked.Decrement(ref _open) == 0 && !drained)
                    await broken.CancelAsync().ConfigureAwait(false);
            }
        }));
    }
}
