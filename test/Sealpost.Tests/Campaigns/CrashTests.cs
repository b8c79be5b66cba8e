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
}
