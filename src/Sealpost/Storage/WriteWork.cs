using System.Data.Common;

namespace Sealpost.Storage;

/// <summary>A queued piece of work and its caller's promise.</summary>
internal abstract class WriteWork(CancellationToken cancellationToken)
{
    /// <summary>The caller's token: looked at before the work begins and passed into it.</summary>
    public CancellationToken CancellationToken { get; } = cancellationToken;

    /// <summary>Runs the work; its result is kept until the commit.</summary>
    public abstract Task RunAsync(DbTransaction transaction, CancellationToken cancellationToken);

    /// <summary>The commit is durable: hands the result to the caller.</summary>
    public abstract void Succeed();

    /// <summary>Hands the failure to the caller.</summary>
    public abstract void Fail(Exception exception);

    /// <summary>Tells the caller that the work was cancelled before it began.</summary>
    public abstract void Cancel();
}

/// <inheritdoc/>
/// <typeparam name="T">Result.</typeparam>
internal sealed class WriteWork<T>(Func<DbTransaction, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    : WriteWork(cancellationToken)
{
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _result;

    /// <summary>Completes after the commit.</summary>
    public Task<T> Done => _done.Task;

    /// <inheritdoc/>
    public override async Task RunAsync(DbTransaction transaction, CancellationToken cancellationToken) => _result = await work(transaction, cancellationToken);

    /// <inheritdoc/>
    public override void Succeed() => _done.TrySetResult(_result!);

    /// <inheritdoc/>
    public override void Fail(Exception exception)
    {
        if (exception is OperationCanceledException cancelled && CancellationToken.IsCancellationRequested)
            _done.TrySetCanceled(cancelled.CancellationToken);
        else
            _done.TrySetException(exception);
    }

    /// <inheritdoc/>
    public override void Cancel() => _done.TrySetCanceled(CancellationToken);
}
