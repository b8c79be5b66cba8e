using Sealpost.People;

namespace Sealpost.Running;

/// <summary>How far a piece of work is.</summary>
/// <param name="Words">What it is at, for people.</param>
/// <param name="Share">Share done, 0 to 1; null where it is not known.</param>
internal sealed record WorkProgress(string Words, double? Share = null);

/// <summary>Long work that runs, or what came of it.</summary>
internal sealed class PieceOfWork(Actor by, TimeProvider time) : IProgress<WorkProgress>
{
    public const string StoppedWords = "It was cut short because the server was stopped. Begin it again.";

    private WorkProgress? _progress;
    private End? _end;

    /// <summary>Who began it.</summary>
    public Actor By { get; } = by;

    /// <summary>When it began (UTC).</summary>
    public DateTimeOffset BegunAt { get; } = time.GetUtcNow();

    /// <summary>When it ended (UTC); null while it runs.</summary>
    public DateTimeOffset? EndedAt => Volatile.Read(ref _end)?.At;

    /// <summary>How far it is; null before the first report.</summary>
    public WorkProgress? Progress => Volatile.Read(ref _progress);

    /// <summary>What it did, once it is done.</summary>
    public string? Result => Volatile.Read(ref _end)?.Result;

    /// <summary>Why it was refused or failed. Holds no value of what it worked on.</summary>
    public string? Problem => Volatile.Read(ref _end)?.Problem;

    internal Task<string> Run { get; private set; } = Task.FromResult("");

    /// <inheritdoc/>
    public void Report(WorkProgress value) => Volatile.Write(ref _progress, value);

    /// <summary>Done once it has ended, however.</summary>
    public Task EndedAsync(CancellationToken cancellationToken) => Run.ContinueWith(static run => _ = run.Exception, cancellationToken, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    internal void Start(Func<IProgress<WorkProgress>, CancellationToken, Task<string>> work, CancellationToken stop) =>
        Run = Task.Run(() => ToEndAsync(work, stop), CancellationToken.None);

    private async Task<string> ToEndAsync(Func<IProgress<WorkProgress>, CancellationToken, Task<string>> work, CancellationToken stop)
    {
        var problem = StoppedWords;
        string? result = null;
        try
        {
            result = await work(this, stop).ConfigureAwait(false);
            return result;
        }
        catch (RefusedException refused)
        {
            problem = refused.Message;
            throw;
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !stop.IsCancellationRequested)
        {
            problem = $"It failed ({exception.GetType().Name}). Begin it again, and if it fails again, report this line.";
            throw;
        }
        finally
        {
            Volatile.Write(ref _end, new End(time.GetUtcNow(), result, result is null ? problem : null));
        }
    }

    private sealed record End(DateTimeOffset At, string? Result, string? Problem);
}
