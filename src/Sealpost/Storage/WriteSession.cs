using System.Data.Common;

namespace Sealpost.Storage;

/// <summary>The one connection that writes, as <see cref="WriteQueue"/> needs it. Used by one thread of control at a time.</summary>
internal abstract class WriteSession : IAsyncDisposable
{
    /// <summary>Begins a transaction, connecting first where needed.</summary>
    public abstract Task<DbTransaction> BeginAsync(CancellationToken cancellationToken);

    /// <summary>Commits; returns once the commit is on disk. The queue never cancels it: a commit that was begun has a fate, and its works are told which.</summary>
    public abstract Task CommitAsync(DbTransaction transaction, CancellationToken cancellationToken);

    /// <summary>Whether the exception means "busy or away, try again" rather than a defect of the work.</summary>
    public abstract bool IsTransient(Exception exception);

    /// <summary>Drops the connection after a failure that leaves its state in doubt; the next <see cref="BeginAsync"/> connects anew. Cancelled, it no longer waits for the old connection to close.</summary>
    public abstract Task ResetAsync(CancellationToken cancellationToken);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();

    /// <summary>The exception as callers of <see cref="IDatabase.WriteAsync"/> see it.</summary>
    public Exception Translate(Exception exception) =>
        exception is not TransientStoreException && IsTransient(exception)
            ? new TransientStoreException("The store was busy or briefly away; nothing of this work was kept. Try it again.", exception)
            : exception;
}
