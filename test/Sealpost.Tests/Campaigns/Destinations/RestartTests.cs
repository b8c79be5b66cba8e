using Sealpost.App.Demo;
using Sealpost.Campaigns;
using Sealpost.Campaigns.Destinations;

namespace Sealpost.Tests.Campaigns.Destinations;

public sealed class RestartTests
{
    private const int Patients = 300;

    private static CancellationToken Token => TestClinic.Token;

    [Fact]
    public async Task Stopped_in_the_midst_it_goes_on_where_it_was_and_sends_nothing_twice()
    {
        var folder = Directory.CreateTempSubdirectory("sealpost-restart-").FullName;
        var day = Today;
        using var gate = new MailboxGate();
        await using var mailbox = DemoMailbox.Start(gate.Options, TimeProvider.System);
        var before = await OpenAsync(mailbox, folder);
        await before.AddPatientsAsync(Patients, "a.example", "b.example");
        await before.ApprovedAsync(TestClinic.Content("restart"));
        await before.Send.SendAsync("restart", TestClinic.Author, Token);
        gate.Let(Patients / 5);
        await Eventually.TrueAsync(async () => (await before.ReportAsync("restart")).Accepted == Patients / 5, "a fifth is accepted", Token);
        await gate.LetWaitingAsync(before.DisposeAsync().AsTask());
        gate.Open();
        var (sent, first) = (mailbox.Store.Messages.Count, mailbox.Store.Messages.Select(message => message.Recipient).ToHashSet());
        Assert.InRange(sent, Patients / 5, Patients - 1);
        await using (var after = await OpenAsync(mailbox, folder))
        {
            var known = await new ListDestinations(after.Context).RunAsync(TestClinic.Author, Token);
            // Where the day ended meanwhile, what left before is not of today.
            Assert.InRange(known.DistinctBy(one => one.Host).Sum(one => one.SentToday), day == Today ? sent : 0, sent);
            Assert.Equal(1, await after.Send.ResumeAllAsync(Token));
            await after.Send.WaitAsync("restart", Token);
            var report = await after.ReportAsync("restart");
            Assert.Equal((Patients, 0, 0, CampaignState.Finished), (report.Accepted, report.InDoubt, report.Pending, report.State));
        }

        Assert.Equal(Patients, mailbox.Store.Messages.Count);
        Assert.Equal(Patients, mailbox.Store.Messages.Select(message => message.Recipient).Distinct().Count());
        Assert.Equal(sent, first.Count);
        Directory.Delete(folder, recursive: true);
    }

    private static DateOnly Today => DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);

    private static Task<TestClinic> OpenAsync(DemoMailbox mailbox, string folder) =>
        TestClinic.SendingToAsync(mailbox.Describe(), folder, options => options, database => database, Token);
}
