using System.Data.Common;
using Sealpost.App.Demo;
using Sealpost.Campaigns;
using Sealpost.Storage;

namespace Sealpost.Tests.Campaigns;

/// <summary>The store dies before or after a commit of a send; a new process goes on with what is on disk.</summary>
public sealed class CrashTests
{
    private const int Connections = 4;

    [Theory]
    [InlineData(2, false)]
    [InlineData(5, true)]
    [InlineData(9, false)]
    [InlineData(9, true)]
    [InlineData(20, false)]
    [InlineData(21, true)]
    public async Task A_crash_around_any_commit_sends_nothing_twice(int writes, bool afterCommit)
    {
        var folder = Directory.CreateTempSubdirectory("sealpost-crash-").FullName;
        await using var mailbox = DemoMailbox.Start(new MailboxOptions(), TimeProvider.System);
        var failing = default(FailingDatabase);
        var clinic = await OpenAsync(mailbox, folder, database => failing = new FailingDatabase(database, afterCommit));
        await clinic.AddPatientsAsync(80, "a.example");
        await clinic.ApprovedAsync(TestClinic.Content("crash"));
        failing!.FailAfter(writes);
        var send = clinic.Send.SendAsync("crash", TestClinic.Author, TestClinic.Token);
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await send;
            await clinic.Send.WaitAsync("crash", TestClinic.Token);
        });
        await clinic.DisposeAsync();

        await using var next = await OpenAsync(mailbox, folder, database => database);
        if ((await next.ReportAsync("crash")).State == CampaignState.Approved)
            await next.Send.SendAsync("crash", TestClinic.Author, TestClinic.Token);
        await next.Send.ResumeAllAsync(TestClinic.Token);
        await next.Send.WaitAsync("crash", TestClinic.Token);
        var report = await next.ReportAsync("crash");
        var received = mailbox.Store.Messages.Select(message => message.Recipient).ToList();
        Assert.Equal(received.Count, received.Distinct().Count());
        Assert.True(report is { Selected: 80, Pending: 0, State: CampaignState.Finished, AddsUp: true });
        Assert.Equal(80, report.Accepted + report.InDoubt);
        Assert.InRange(report.InDoubt, 0, 2 * Connections);
        Assert.InRange(received.Count, report.Accepted, report.Accepted + report.InDoubt);
    }

    private static Task<TestClinic> OpenAsync(DemoMailbox mailbox, string folder, Func<IDatabase, IDatabase> wrap) =>
        TestClinic.SendingToAsync(mailbox.Describe(), folder, options => options with { MaxConnections = Connections }, wrap, TestClinic.Token);

    /// <summary>A store whose process dies at a write: before it, or between its commit and the answer. Later writes find nobody.</summary>
    private sealed class FailingDatabase(IDatabase inner, bool afterCommit) : IDatabase
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

        public Task ScrubAsync(string table, CancellationToken cancellationToken) => inner.ScrubAsync(table, cancellationToken);

        public Task MigrateAsync(CancellationToken cancellationToken) => inner.MigrateAsync(cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
