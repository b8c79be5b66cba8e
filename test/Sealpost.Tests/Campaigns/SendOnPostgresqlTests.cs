using Sealpost.App.Demo;
using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.Storage;
using Sealpost.Tests.Storage;
using Sealpost.Trust.Keys;

namespace Sealpost.Tests.Campaigns;

/// <summary>What sending promises, on PostgreSQL: one outcome each, nothing twice after a crash, nothing forgotten after a restore.</summary>
public sealed class SendOnPostgresqlTests(PostgresServer server) : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sealpost-test-").FullName;
    private readonly TaskCompletionSource _held = new();
    private readonly TaskCompletionSource _release = new();
    private string _url = "";
    private string? _heldRecipient;
    private DemoMailbox _mailbox = null!;

    private static CancellationToken Token => TestClinic.Token;

    public async ValueTask InitializeAsync()
    {
        _url = await server.CreateDatabaseAsync(Token);
        _mailbox = DemoMailbox.Start(
            new MailboxOptions
            {
                Hold = async (stage, recipient, token) =>
                {
                    if (stage == MailboxStage.BeforeFinalReply && recipient == _heldRecipient)
                    {
                        _held.TrySetResult();
                        await _release.Task.WaitAsync(token);
                    }
                },
            },
            TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        if (_mailbox is not null)
            await _mailbox.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Every_selected_patient_gets_one_message_and_a_receipt()
    {
        await using var clinic = await OpenAsync(_url);
        await clinic.AddPatientsAsync(200, "a.example", "b.example");
        await clinic.Context.Consent.SuppressAsync("p3@b.example", new PatientNumber(3), SuppressionScope.All, SuppressionSource.Staff, "u1", Token);
        var report = await clinic.SendAndWaitAsync(TestClinic.Content("all"));
        Assert.True(report is { Selected: 200, Accepted: 199, Withheld.Basis: 1, Pending: 0, AddsUp: true, State: CampaignState.Finished });
        Assert.Equal(199, _mailbox.Store.Messages.Select(message => message.Recipient).Distinct().Count());
        Assert.Equal(199, (await Receipts.OpenAsync(clinic, report.Campaign)).Count);
        Assert.Equal(199, await clinic.CountAsync("campaign all received"));
    }

    [Fact]
    public async Task A_message_whose_outcome_was_lost_in_a_crash_is_in_doubt_and_not_sent_again()
    {
        var failing = default(FailingDatabase);
        var clinic = await OpenAsync(_url, database => failing = new FailingDatabase(database, afterCommit: false));
        await clinic.AddPatientsAsync(1, "a.example");
        await clinic.ApprovedAsync(TestClinic.Content("crash"));
        _heldRecipient = "p0@a.example";
        await clinic.Send.SendAsync("crash", TestClinic.Author, Token);
        await _held.Task.WaitAsync(Token);
        failing!.FailAfter(0);
        _release.SetResult();
        await Assert.ThrowsAnyAsync<Exception>(() => clinic.Send.WaitAsync("crash", Token));
        await clinic.DisposeAsync();

        await using var next = await OpenAsync(_url);
        await next.Send.ResumeAllAsync(Token);
        await next.Send.WaitAsync("crash", Token);
        Assert.True(await next.ReportAsync("crash") is { Selected: 1, InDoubt: 1, AddsUp: true, State: CampaignState.Finished });
        Assert.Single(_mailbox.Store.Messages);
    }

    [Theory]
    [InlineData(9, true)]
    [InlineData(20, false)]
    public async Task A_crash_around_a_commit_sends_nothing_twice(int writes, bool afterCommit)
    {
        var failing = default(FailingDatabase);
        var clinic = await OpenAsync(_url, database => failing = new FailingDatabase(database, afterCommit));
        await clinic.AddPatientsAsync(80, "a.example");
        await clinic.ApprovedAsync(TestClinic.Content("crash"));
        failing!.FailAfter(writes);
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await clinic.Send.SendAsync("crash", TestClinic.Author, Token);
            await clinic.Send.WaitAsync("crash", Token);
        });
        await clinic.DisposeAsync();

        await using var next = await OpenAsync(_url);
        await next.Send.ResumeAllAsync(Token);
        await next.Send.WaitAsync("crash", Token);
        var report = await next.ReportAsync("crash");
        Assert.True(report is { Selected: 80, Pending: 0, AddsUp: true, State: CampaignState.Finished } && report.Accepted + report.InDoubt == 80);
        Assert.Equal(_mailbox.Store.Messages.Count, _mailbox.Store.Messages.Select(message => message.Recipient).Distinct().Count());
    }

    [Fact]
    public async Task A_restored_database_neither_sends_again_nor_forgets_an_opt_out()
    {
        await using (var clinic = await OpenAsync(_url))
        {
            await clinic.AddPatientsAsync(30, "a.example");
            await clinic.ApprovedAsync(TestClinic.Content("replay"));
        }

        var backup = await server.CopyDatabaseAsync(_url, Token);
        await using (var clinic = await OpenAsync(_url))
        {
            await clinic.Send.SendAsync("replay", TestClinic.Author, Token);
            await clinic.Send.WaitAsync("replay", Token);
            await clinic.Context.Consent.SuppressAsync("p5@a.example", new PatientNumber(5), SuppressionScope.All, SuppressionSource.Staff, "u1", Token);
            await clinic.Send.JournalOptOutAsync("p5@a.example", new PatientNumber(5), SuppressionScope.All, SuppressionSource.Staff, Token);
        }

        await using var restored = await OpenAsync(backup);
        await restored.Send.SendAsync("replay", TestClinic.Author, Token);
        await restored.Send.WaitAsync("replay", Token);
        Assert.True(await restored.ReportAsync("replay") is { Selected: 30, Accepted: 30, AddsUp: true, State: CampaignState.Finished });
        Assert.Equal(30, _mailbox.Store.Messages.Count);
        var chart = (await restored.Context.Patients.OpenAsync(new PatientNumber(5), Token))!;
        Assert.NotEmpty((await restored.Context.Consent.LoadAsync([chart], Token))[chart.Number].Suppressions);
    }

    private Task<TestClinic> OpenAsync(string url) => OpenAsync(url, database => database);

    private Task<TestClinic> OpenAsync(string url, Func<IDatabase, IDatabase> wrap) => TestClinic.SendingOnAsync(url, _mailbox.Describe(), _folder, wrap, Token);
}
