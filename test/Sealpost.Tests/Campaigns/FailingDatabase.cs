using System.Data.Common;
using Sealpost.Storage;

namespace Sealpost.Tests.Campaigns;

/// <summary>A store whose process dies at a write: before it, or between its commit and the answer. Later writes find nobody.</summary>
internal sealed class FailingDatabase(IDatabase inner, bool afterCommit) : IDatabase
{
    private int _left = int.MaxValue;

    public string Kind => inner.Kind;

    public void FailAfter(int writes) => Volatile.Write(ref _left, writes);

    public ValueTask<DbConnection> OpenReadAsync(CancellationToken cancellationToken) => inner.OpenReadAsync(cancellationToken);

    public async Task<T> WriteAsync<T>(Func<DbTransaction, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        var left = Interlocked.Decrement(ref _left);
        if (left < 0 || (left == 0 && !afterCommit))
            throw new InvalidOperationException("The process died.");
        var result = await inner.WriteAsync(work, cancellationToken);
        return left == 0 ? throw new InvalidOperationException("The process died after the commit.") : result;
    }

    public Task BulkUpsertAsync(BulkTable table, IReadOnlyList<object?[]> rows, DbTransaction transaction, CancellationToken cancellationToken) =>
        inner.BulkUpsertAsync(table, rows, transaction, cancellationToken);

    public Task<int[]> ExecuteEachAsync(string statement, IReadOnlyList<object?[]> rows, DbTransaction transaction, CancellationToken cancellationToken) =>
        inner.ExecuteEachAsync(statement, rows, transaction, cancellationToken);

    public Task ScrubAsync(string table, CancellationToken cancellationToken) => inner.ScrubAsync(table, cancellationToken);

    public Task MigrateAsync(CancellationToken cancellationToken) => inner.MigrateAsync(cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
