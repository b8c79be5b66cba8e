using System.Threading.Channels;
using Sealpost.Delivery;

namespace Sealpost.Campaigns;

/// <summary>One campaign's messages to one receiving domain: reads due deliveries page by page and feeds them to connections.</summary>
/// <remarks>
/// It sweeps the domain's due rows once in order of patient, so that no row is taken twice, then waits for the next retry or for
/// more selected patients by a timer or a signal. It holds one of the campaign's places only while it sweeps, so domains take turns.
/// </remarks>
internal sealed class DestinationLane(CampaignRun run, int destination)
{
    private const int PageSize = 64;

    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private int _limit = run.Options.Delivery.MaxConnections;
    private int _open;
    private int _noted;

    /// <summary>Number of the domain.</summary>
    public int Destination => destination;

    /// <summary>More rows may be due.</summary>
    public void Wake() => _wake.Writer.TryWrite(true);

    /// <summary>Sends until nothing is pending for this domain any more, or the campaign is stopped.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var domain = await run.Destinations.DomainAsync(destination, stopping).ConfigureAwait(false);
        while (!stopping.IsCancellationRequested)
        {
            await run.Places.WaitAsync(stopping).ConfigureAwait(false);
            try
            {
                await run.ExpireAsync(destination, stopping).ConfigureAwait(false);
                await SweepAsync(domain, stopping).ConfigureAwait(false);
            }
            finally
            {
                run.Places.Release();
            }

            var selecting = !run.SelectionDone;
            var next = await run.Deliveries.NextDueAsync(run.Campaign.Id, destination, stopping).ConfigureAwait(false);
            if (next is null && !selecting)
                return;
            if (next is null || next > run.Now)
                await WaitAsync(next, stopping).ConfigureAwait(false);
        }
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

        var due = Task.Delay(until.Value - run.Now, run.Time, woken.Token);
        await Task.WhenAny(wake, due).ConfigureAwait(false);
        await woken.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll((Task)wake, due).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopping.ThrowIfCancellationRequested();
    }

    private async Task SweepAsync(string domain, CancellationToken stopping)
    {
        using var broken = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var jobs = Channel.CreateBounded<(LaneJob Job, Gates Gates)>(PageSize);
        var connections = new List<Task>();
        NoWay = null;
        var feed = FeedAsync(jobs, () => Open(domain, jobs.Reader, connections, broken), broken.Token);
        await feed.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        jobs.Writer.TryComplete();
        await Task.WhenAll(connections).ConfigureAwait(false);
        while (jobs.Reader.TryRead(out var left))
            left.Job.Dispose();
        if (feed.IsFaulted)
            await feed.ConfigureAwait(false);
    }

    private async Task FeedAsync(Channel<(LaneJob Job, Gates Gates)> jobs, Action openConnection, CancellationToken cancellationToken)
    {
        var after = -1;
        while (true)
        {
            var selecting = !run.SelectionDone;
            var due = await run.Deliveries.DueAsync(run.Campaign.Id, destination, after, run.Now, PageSize, cancellationToken).ConfigureAwait(false);
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
            foreach (var job in await run.Open.OpenAsync(run.Prepared, due, cancellationToken).ConfigureAwait(false))
            {
                if (Volatile.Read(ref _open) == 0 || (jobs.Reader.Count >= 2 * Volatile.Read(ref _open) && Volatile.Read(ref _open) < Volatile.Read(ref _limit)))
                    openConnection();
                await jobs.Writer.WriteAsync((job, gates), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private void Open(string domain, ChannelReader<(LaneJob Job, Gates Gates)> jobs, List<Task> connections, CancellationTokenSource broken)
    {
        Interlocked.Increment(ref _open);
        connections.Add(Task.Run(async () =>
        {
            var drained = false;
            try
            {
                await using var connection = new LaneConnection(run, this, domain);
                drained = await ServeAsync(connection, jobs, broken.Token).ConfigureAwait(false);
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

    /// <summary>Sends what the lane feeds. False where the connection ended before the feed did.</summary>
    private static async Task<bool> ServeAsync(LaneConnection connection, ChannelReader<(LaneJob Job, Gates Gates)> jobs, CancellationToken cancellationToken)
    {
        await foreach (var (job, gates) in jobs.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            using (job)
            {
                if (!await connection.SendAsync(job, gates, cancellationToken).ConfigureAwait(false))
                    return false;
            }
        }

        return true;
    }

    /// <summary>The host asks for less: half the connections. Grows back one by one with accepted messages.</summary>
    public void SlowDown() => Volatile.Write(ref _limit, Math.Max(1, Volatile.Read(ref _limit) / 2));

    /// <summary>A message was accepted.</summary>
    public void SpeedUp()
    {
        if (Volatile.Read(ref _limit) < run.Options.Delivery.MaxConnections)
            Interlocked.Increment(ref _limit);
    }

    /// <summary>Whether other connections of this domain stand, so that one that could not be opened is one too many and not an outage.</summary>
    public bool HasOthers => Volatile.Read(ref _open) > 1;

    /// <summary>A lasting answer of the domain (no acceptable TLS, no such domain); asked anew in the next sweep.</summary>
    public ConnectResult? NoWay { get; set; }

    /// <summary>Notes the tier a connection reached, once for each change.</summary>
    public async Task NoteAsync(Tier tier, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _noted, (int)tier) != (int)tier)
            await run.Destinations.NoteTierAsync(destination, tier, cancellationToken).ConfigureAwait(false);
    }
}
