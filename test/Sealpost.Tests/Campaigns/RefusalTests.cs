using Sealpost.App.Demo;
using Sealpost.Campaigns;
using Sealpost.Campaigns.Returned;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Delivery.Returns;
using Sealpost.Storage;
using Sealpost.Tests.Delivery;
using Sealpost.Trust.Keys;

namespace Sealpost.Tests.Campaigns;

/// <summary>Refusals around a crash, refusals that last, and domains that are not there.</summary>
public sealed class RefusalTests
{
    private static CancellationToken Token => TestClinic.Token;

    [Theory]
    [InlineData(2, false)]
    [InlineData(4, true)]
    [InlineData(5, false)]
    [InlineData(5, true)]
    [InlineData(6, false)]
    [InlineData(6, true)]
    [InlineData(7, false)]
    [InlineData(7, true)]
    [InlineData(9, true)]
    public async Task A_crash_around_any_commit_leaves_no_rejected_message_without_its_consequence(int writes, bool afterCommit)
    {
        var folder = Directory.CreateTempSubdirectory("sealpost-crash-").FullName;
        await using var mailbox = DemoMailbox.Start(new MailboxOptions(), TimeProvider.System);
        var failing = default(FailingDatabase);
        await using (var clinic = await OpenAsync(mailbox, folder, database => failing = new FailingDatabase(database, afterCommit)))
        {
            await clinic.AddPatientAsync(0, "550@a.example");
            await clinic.ApprovedAsync(TestClinic.Content("crash"));
            failing!.FailAfter(writes);
            try
            {
                await clinic.Send.SendAsync("crash", TestClinic.Author, Token);
                await clinic.Send.WaitAsync("crash", Token);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // It died somewhere, or had ended before.
            }
        }

        await using var next = await OpenAsync(mailbox, folder, database => database);
        var report = await next.ReportAsync("crash");
        Assert.Equal(report.Rejected == 1, await IsStoppedAsync(next));
    }

    [Theory]
    [InlineData("452 4.2.2 Mailbox full", ReturnDone.Counted)]
    [InlineData("451 4.7.26 Unauthenticated", ReturnDone.ForOperator)]
    [InlineData("451 4.3.0 Try again later", null)]
    public async Task A_temporary_refusal_that_lasts_counts_where_it_says_why(string says, ReturnDone? done)
    {
        await using var mailbox = DemoMailbox.Start(new MailboxOptions { Refuse = (stage, _) => stage == MailboxStage.BeforeRecipientReply ? says : null }, TimeProvider.System);
        await using var clinic = await TestClinic.SendingToAsync(
            mailbox.Describe(), null, options => options with { RetrySchedule = [TimeSpan.FromMilliseconds(50)], GiveUpAfter = TimeSpan.FromSeconds(1) }, database => database, Token);
        await clinic.AddPatientAsync(0, "p0@a.example");
        Assert.Equal(1, (await clinic.SendAndWaitAsync(TestClinic.Content("lasting"))).Expired);
        // The last try may have come too early, and the message was given up without one.
        Assert.Contains(await DoneAsync(clinic), new long?[] { (long?)done, null });
        Assert.False(await IsStoppedAsync(clinic));
    }

    [Fact]
    public async Task A_domain_that_is_not_there_is_gone_only_when_it_is_still_not_there_a_day_later()
    {
        var folder = Directory.CreateTempSubdirectory("sealpost-gone-").FullName;
        var clock = TestClinic.NewClock();
        await using var dns = new DnsStub();
        Task<TestClinic> OpenAsync() => TestClinic.SendingUnderAsync(
            clock, new DeliveryOptions { HeloName = TestClinic.Organisation.Domain, DnsServer = dns.Server }, options => options, folder, null, database => database, Token);

        long campaign;
        await using (var clinic = await OpenAsync())
        {
            await clinic.AddPatientsAsync(3, "gone.example");
            await clinic.ApprovedAsync(TestClinic.Content("gone"));
            await clinic.Send.SendAsync("gone", TestClinic.Author, Token);
            await Eventually.TurnedAsync(clock, async () => await ScalarAsync(clinic, "SELECT COUNT(*) FROM delivery WHERE state = 0 AND next_at > 0") == 3, "all were tried and wait", Token);
            var waiting = await clinic.ReportAsync("gone");
            Assert.True(waiting is { Selected: 3, Pending: 3, Rejected: 0, AddsUp: true });
            campaign = waiting.Campaign;
        }

        // A day passes while the program is down.
        clock.Advance(ReturnRules.DomainSpan + TimeSpan.FromHours(1));
        await using var next = await OpenAsync();
        await next.Send.ResumeAllAsync(Token);
        var ended = next.Send.WaitAsync("gone", Token);
        await Eventually.TurnedAsync(clock, () => Task.FromResult(ended.IsCompleted), "the campaign ends", Token);
        await ended;
        Assert.True(await next.ReportAsync("gone") is { Selected: 3, Rejected: 3, Pending: 0, AddsUp: true });
        Assert.False(await IsStoppedAsync(next));
        Assert.Equal(ReturnReason.BadDomain, Assert.Single(await new ReturnRows(next.Context).FailuresAsync("p0@gone.example", campaign + 1, Token)).Reason);
    }

    private static Task<TestClinic> OpenAsync(DemoMailbox mailbox, string folder, Func<IDatabase, IDatabase> wrap) =>
        TestClinic.SendingToAsync(mailbox.Describe(), folder, options => options, wrap, Token);

    private static async Task<bool> IsStoppedAsync(TestClinic clinic)
    {
        var chart = (await clinic.Context.Patients.OpenAsync(new PatientNumber(0), Token))!;
        return (await clinic.Context.Consent.LoadAsync([chart], Token))[chart.Number].Suppressions.Any(one => one.Source == SuppressionSource.Bounce);
    }

    private static async Task<long?> DoneAsync(TestClinic clinic)
    {
        await using var connection = await clinic.Context.Database.OpenReadAsync(Token);
        await using var command = Sql.Command(connection, "SELECT done FROM returned_mail");
        return await command.ExecuteScalarAsync(Token) as long?;
    }

    private static async Task<long> ScalarAsync(TestClinic clinic, string sql)
    {
        await using var connection = await clinic.Context.Database.OpenReadAsync(Token);
        await using var command = Sql.Command(connection, sql);
        return (long)(await command.ExecuteScalarAsync(Token))!;
    }
}
