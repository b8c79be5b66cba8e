using System.Data.Common;
using System.Threading.Channels;
using Sealpost.Campaigns.Pickup;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Organisations;
using Sealpost.Storage;
using Sealpost.Trust.Keys;

namespace Sealpost.Campaigns;

/// <summary>Commits intents and outcomes of all connections together: whatever is queued while one commit runs goes into the next (group commit).</summary>
/// <remarks>
/// First in, first out: when an intent is durable, so is every outcome its connection queued before it. The commit itself asks
/// whether the campaign is still being sent and whether the lease holds, so a pause, a cancel or a lost lease stops the next DATA.
/// </remarks>
internal sealed class OutcomeWriter : IAsyncDisposable
{
    private const int LargestBatch = 4_096;

    private readonly OrganisationContext _context;
    private readonly ShardLease _lease;
    private readonly OutcomeJournal _journal;
    private readonly DecisionLog _decisions;
    private readonly FeedAudience _feed;
    private readonly Channel<OutcomeEntry> _queue = Channel.CreateUnbounded<OutcomeEntry>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Task _loop;

    /// <summary>Starts the writer.</summary>
    public OutcomeWriter(OrganisationContext context, ShardLease lease, OutcomeJournal journal, DecisionLog decisions, FeedAudience feed)
    {
        _context = context;
        _lease = lease;
        _journal = journal;
        _decisions = decisions;
        _feed = feed;
        _loop = Task.Run(RunAsync);
    }

    private int Org => _context.Organisation.Id.Value;

    /// <summary>Makes the intent durable. False where DATA must not be sent: the campaign is paused or cancelled, or the row has an outcome. Cancelled before its commit begins, nothing is written.</summary>
    public Task<bool> IntendAsync(Intent intent, CancellationToken cancellationToken) => Queue(new OutcomeEntry(intent, null), cancellationToken);

    /// <summary>Makes an outcome durable. False where the row already had one. Pass no token for what has happened on the wire: it must not be lost.</summary>
    public Task<bool> SettleAsync(Settlement settlement, CancellationToken cancellationToken) => SettleAsync(settlement, null, cancellationToken);

    /// <summary>The same with what follows from it, in the same commit; it returns the lines for the journal, and is left out where the row already had an outcome.</summary>
    public Task<bool> SettleAsync(Settlement settlement, Func<DbTransaction, CancellationToken, Task<IReadOnlyList<JournalLine>>>? follow, CancellationToken cancellationToken) =>
        Queue(new OutcomeEntry(null, settlement) { Follow = follow }, cancellationToken);

    /// <summary>Makes a change of many rows, in order with all others; it returns the lines for the journal.</summary>
    /// <exception cref="RefusedException">The change refused itself before it wrote anything; its neighbours still commit.</exception>
    public Task BulkAsync(Func<DbTransaction, CancellationToken, Task<IReadOnlyList<JournalLine>>> change, CancellationToken cancellationToken) =>
        Queue(new OutcomeEntry(null, null) { Change = change }, cancellationToken);

    /// <summary>Commits what is queued and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop.ConfigureAwait(false);
    }

    private Task<bool> Queue(OutcomeEntry entry, CancellationToken cancellationToken)
    {
        entry.Stopping = cancellationToken;
        if (!_queue.Writer.TryWrite(entry))
            entry.Fail(new InvalidOperationException("The outcome writer has stopped after an error; the campaign resumes after a restart."));
        return entry.Done;
    }

    private async Task RunAsync()
    {
        while (await _queue.Reader.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
        {
            // Behind all that is ready to run: connections about to queue something share the commit, and an idle process waits for nobody.
            await Task.Yield();
            var batch = new List<OutcomeEntry>();
            while (batch.Count < LargestBatch && _queue.Reader.TryRead(out var entry))
            {
                // Once its commit has begun, cancelling comes too late and its end is awaited.
                if (entry.Stopping.IsCancellationRequested)
                    entry.Cancel();
                else
                    batch.Add(entry);
            }

            if (batch.Count == 0)
                continue;
            var commit = CommitAsync(batch);
            await commit.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (commit.IsCompletedSuccessfully)
            {
                foreach (var entry in batch)
                    entry.Complete();
                continue;
            }

            // Nothing of the batch is durable; whoever waits learns it, and the rows stay as they were.
            var failure = commit.Exception?.InnerException ?? new OperationCanceledException();
            foreach (var entry in batch)
                entry.Fail(failure);
            if (failure is TransientStoreException)
                continue;
            Stop(failure);
            return;
        }
    }

    private void Stop(Exception failure)
    {
        _queue.Writer.TryComplete();
        while (_queue.Reader.TryRead(out var entry))
            entry.Fail(failure);
    }

    private async Task CommitAsync(List<OutcomeEntry> batch)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await _context.Database.WriteAsync((transaction, token) => WriteAsync(batch, transaction, token), CancellationToken.None).ConfigureAwait(false);
                break;
            }
            catch (TransientStoreException) when (attempt < 5)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20 * attempt), _context.Time, CancellationToken.None).ConfigureAwait(false);
            }
        }

        // After the commit and before any DATA: the journal never says more than happened, and DATA never goes without it.
        var lines = batch.SelectMany(entry => entry.ToLines()).ToList();
        _journal.Append(lines);
        SendMeter.Count(lines);
        _feed.Note([.. lines.Where(line => line.State == (int)Outcome.Accepted).Select(line => (new PatientNumber(line.Patient), Sql.Instant(line.At)))]);
    }

    private async Task<int> WriteAsync(List<OutcomeEntry> batch, DbTransaction transaction, CancellationToken cancellationToken)
    {
        await _lease.CheckAsync(transaction, cancellationToken).ConfigureAwait(false);
        foreach (var entry in batch.Where(entry => entry.Change is not null))
            await entry.ChangeAsync(transaction, cancellationToken).ConfigureAwait(false);
        var states = await StatesAsync(batch, transaction, cancellationToken).ConfigureAwait(false);
        var settlements = batch.Where(entry => entry.Settlement is not null).ToList();
        await WriteSettlementsAsync(settlements.FindAll(entry => !entry.IsReminder), states, transaction, cancellationToken).ConfigureAwait(false);
        await WriteIntentsAsync([.. batch.Where(entry => entry.Intent is { IsReminder: false })], states, transaction, cancellationToken).ConfigureAwait(false);
        await WriteReminders.RunAsync(_context, batch.FindAll(entry => entry.IsReminder), states, transaction, cancellationToken).ConfigureAwait(false);
        var decisions = settlements.Select(entry => entry.Settlement!.Decision).OfType<RecordedDecision>().ToList();
        if (decisions.Count > 0)
            await _decisions.RecordAsync(decisions, transaction, cancellationToken).ConfigureAwait(false);
        var receipts = settlements.Select(entry => entry.Settlement!.Receipt).OfType<Trust.Ledger.ReceiptLeaf>().ToList();
        if (receipts.Count > 0)
            await _context.Ledger.AppendReceiptsAsync(receipts, transaction, cancellationToken).ConfigureAwait(false);
        var accepted = settlements.Where(entry => entry.Held && entry.Settlement!.Outcome is Outcome.Accepted or Outcome.Pickup).Select(entry => (entry.Settlement!.Patient, entry.Settlement.At)).ToList();
        if (accepted.Count > 0)
            await _context.Consent.NoteMessageAsync(accepted, transaction, cancellationToken).ConfigureAwait(false);
        foreach (var entry in settlements.Where(entry => entry is { Held: true, Follow: not null }))
            await entry.FollowAsync(transaction, cancellationToken).ConfigureAwait(false);
        // Only where a frame follows: a mark ahead of the journal would hide the next frame from a restore.
        return batch.SelectMany(entry => entry.ToLines()).Any()
            ? await JournalMark.SetAsync(Org, _journal.Last + 1, transaction, cancellationToken).ConfigureAwait(false)
            : 0;
    }

    private async Task<Dictionary<long, CampaignState>> StatesAsync(List<OutcomeEntry> batch, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var states = new Dictionary<long, CampaignState>();
        foreach (var campaign in batch.Where(entry => entry.Change is null).Select(entry => entry.Campaign).Distinct())
        {
            await using var command = Sql.Command(transaction, "SELECT state FROM campaign WHERE org = @org AND id = @id", ("@org", Org), ("@id", campaign));
            states[campaign] = await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is long state ? (CampaignState)state : CampaignState.Cancelled;
        }

        return states;
    }

    private async Task WriteSettlementsAsync(List<OutcomeEntry> entries, Dictionary<long, CampaignState> states, DbTransaction transaction, CancellationToken cancellationToken)
    {
        if (entries.Count == 0)
            return;
        var rows = new List<object?[]>(entries.Count);
        foreach (var entry in entries)
        {
            var settlement = entry.Settlement!;
            // A message deferred while its campaign was cancelled does not wait for another try.
            if (settlement.Outcome == Outcome.Pending && states[settlement.Campaign] == CampaignState.Cancelled)
                entry.Settlement = settlement = settlement with { Outcome = Outcome.Cancelled, NextAt = null };
            rows.Add(
            [
                Boxed.Of((long)settlement.Outcome), Boxed.Of((long)settlement.Reason.GetValueOrDefault()), Boxed.Of(settlement.Attempts), Stored(settlement.FirstAt), Stored(settlement.NextAt), Sql.Stored(settlement.At),
                Boxed.Of((long)settlement.Tier.GetValueOrDefault()), Boxed.Of(settlement.Tls), Boxed.Of(settlement.ReplyCode), Boxed.Of(Org), Boxed.Of(settlement.Campaign), Boxed.Of(settlement.Patient.Value),
            ]);
        }

        var changed = await _context.Database.ExecuteEachAsync(
            """
            UPDATE delivery SET state = $1, reason = $2, attempts = $3, first_at = $4, next_at = $5, changed_at = $6, tier = $7, tls = $8, reply = $9
            WHERE org = $10 AND campaign = $11 AND patient = $12 AND state IN (0, 9)
            """,
            rows, transaction, cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < entries.Count; i++)
            entries[i].Held = changed[i] == 1;
    }

    private async Task WriteIntentsAsync(List<OutcomeEntry> entries, Dictionary<long, CampaignState> states, DbTransaction transaction, CancellationToken cancellationToken)
    {
        if (entries.Count == 0)
            return;
        foreach (var entry in entries)
            entry.Held = false;
        var allowed = entries.FindAll(entry => states[entry.Campaign] == CampaignState.Sending);
        var changed = await _context.Database.ExecuteEachAsync(
            """
            UPDATE delivery SET state = 9, attempts = $1, first_at = $2, changed_at = $3, token = $4, reason = $5
            WHERE org = $6 AND campaign = $7 AND patient = $8 AND state = 0
            """,
            allowed.ConvertAll(entry => entry.Intent!.ToRow(Org)), transaction, cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < allowed.Count; i++)
            allowed[i].Held = changed[i] == 1;
        await LinkRows.AddAsync(_context, [.. entries.Where(entry => entry is { Held: true, Intent.Links.Count: > 0 }).Select(entry => entry.Intent!)], transaction, cancellationToken).ConfigureAwait(false);
    }

    private static object Stored(DateTimeOffset? instant) => Boxed.Of(instant is { } at ? Sql.Stored(at) : 0);
}

/// <summary>The newest journal frame a database knows of.</summary>
internal static class JournalMark
{
    public static Task<int> SetAsync(int org, long frame, DbTransaction transaction, CancellationToken cancellationToken) =>
        Sql.ExecuteAsync(
            transaction,
            "INSERT INTO journal_mark (org, seq) VALUES (@org, @seq) ON CONFLICT (org) DO UPDATE SET seq = excluded.seq",
            [("@org", org), ("@seq", frame)],
            cancellationToken);

    public static async Task<long> GetAsync(int org, DbConnection connection, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(connection, "SELECT seq FROM journal_mark WHERE org = @org", ("@org", org));
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is long seq ? seq : 0;
    }
}
