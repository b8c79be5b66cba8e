using System.Data.Common;
using System.Diagnostics;
using System.Threading.Channels;

namespace Sealpost.Storage;

/// <summary>Runs works one after the other on the writing connection; those queued together share one transaction and one commit.</summary>
/// <remarks>
/// A batch takes works while some are queued and ends as soon as none is left or it is <see cref="LongestWait"/> old, so a lone
/// work is committed at once and a finished one waits for neighbours no longer than that. The first work of a batch needs no
/// savepoint (when it fails, the whole transaction holds nothing else); every later one has its own.
/// </remarks>
internal sealed class WriteQueue : IAsyncDisposable
{
    private const string Savepoint = "work";
    private static readonly AsyncLocal<WriteQueue?> Current = new();

    private readonly Channel<WriteWork> _works = Channel.CreateUnbounded<WriteWork>(new UnboundedChannelOptions { SingleReader = true });
    private readonly WriteSession _session;
    private readonly Task _loop;
    private long _commits;

    /// <summary>Starts the queue; it owns the session.</summary>
    public WriteQueue(WriteSession session)
    {
        _session = session;
        _loop = Task.Run(RunAsync);
    }

    /// <summary>How old a batch gets before it is committed although more works are queued. An outcome of a delivery must not wait longer for company.</summary>
    public TimeSpan LongestWait { get; set; } = TimeSpan.FromMilliseconds(5);

    /// <summary>Commits made so far, to see works share them.</summary>
    public long Commits => Interlocked.Read(ref _commits);

    /// <summary>Queues a work; the task completes after its commit.</summary>
    /// <exception cref="InvalidOperationException">Called from within a work of the same queue, which could never be run: use the transaction at hand.</exception>
    public Task<T> WriteAsync<T>(Func<DbTransaction, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        if (Current.Value == this)
            throw new InvalidOperationException("A write was begun inside another write. Pass the outer transaction on instead.");
        var queued = new WriteWork<T>(work, cancellationToken);
        ObjectDisposedException.ThrowIf(!_works.Writer.TryWrite(queued), this);
        return queued.Done;
    }

    /// <summary>Takes no more works, finishes the queued ones and closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        _works.Writer.TryComplete();
        await _loop;
        await _session.DisposeAsync();
    }

    private async Task RunAsync()
    {
        Current.Value = this;
        while (await _works.Reader.WaitToReadAsync(CancellationToken.None))
            await RunBatchAsync();
    }

    private async Task RunBatchAsync()
    {
        var begun = Stopwatch.GetTimestamp();
        List<WriteWork> finished = [];
        DbTransaction? transaction = null;
        while (_works.Reader.TryRead(out var work))
        {
            if (work.CancellationToken.IsCancellationRequested)
                work.Cancel();
            else
                transaction = await RunWorkAsync(work, transaction, finished);
            if (Stopwatch.GetElapsedTime(begun) >= LongestWait)
                break;
        }

        if (transaction is not null)
            await CommitAsync(transaction, finished);
    }

    /// <summary>Runs one work in the batch's transaction, beginning one where there is none; null where the transaction is gone.</summary>
    private async Task<DbTransaction?> RunWorkAsync(WriteWork work, DbTransaction? transaction, List<WriteWork> finished)
    {
        if (transaction is null)
        {
            var begin = _session.BeginAsync(work.CancellationToken);
            if (await FailureOfAsync(begin) is { } notBegun)
            {
                work.Fail(_session.Translate(notBegun));
                return null;
            }

            transaction = await begin;
        }

        var first = finished.Count == 0;
        var failure = await FailureOfAsync(RunInSavepointAsync(work, transaction, first));
        if (failure is null)
        {
            finished.Add(work);
            return transaction;
        }

        work.Fail(_session.Translate(failure));
        var undo = first ? transaction.RollbackAsync(CancellationToken.None) : transaction.RollbackAsync(Savepoint, CancellationToken.None);
        var broken = await FailureOfAsync(undo);
        if (broken is null && !first)
            return transaction;
        await AbandonAsync(transaction, finished, broken);
        return null;
    }

    private static async Task RunInSavepointAsync(WriteWork work, DbTransaction transaction, bool first)
    {
        if (!first)
            await transaction.SaveAsync(Savepoint, CancellationToken.None);
        await work.RunAsync(transaction, work.CancellationToken);
        if (!first)
            await transaction.ReleaseAsync(Savepoint, CancellationToken.None);
    }

    private async Task CommitAsync(DbTransaction transaction, List<WriteWork> finished)
    {
        if (await FailureOfAsync(_session.CommitAsync(transaction, CancellationToken.None)) is { } failure)
        {
            await AbandonAsync(transaction, finished, failure);
            return;
        }

        Interlocked.Increment(ref _commits);
        await transaction.DisposeAsync();
        foreach (var work in finished)
            work.Succeed();
    }

    /// <summary>Gives the transaction up; works that had finished in it are told to try again. The connection is dropped where its state is in doubt.</summary>
    private async Task AbandonAsync(DbTransaction transaction, List<WriteWork> finished, Exception? broken)
    {
        await FailureOfAsync(transaction.DisposeAsync().AsTask());
        if (broken is not null)
            await FailureOfAsync(_session.ResetAsync(CancellationToken.None));
        foreach (var work in finished)
            work.Fail(broken is TransientStoreException ? broken : new TransientStoreException("The store lost the transaction this work shared; nothing of it was kept. Try it again.", broken));
        finished.Clear();
    }

    /// <summary>Waits for a task and returns why it failed, null where it did not: failures belong to the works' callers, never to the loop.</summary>
    private static async Task<Exception?> FailureOfAsync(Task task)
    {
        await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return task.IsCanceled ? new OperationCanceledException() : task.Exception?.InnerException;
    }
}
