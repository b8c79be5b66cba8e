using Sealpost.App.Demo;
using Sealpost.Campaigns;
using Sealpost.Delivery;
using Sealpost.Delivery.MtaSts;
using Sealpost.People;
using Sealpost.Reports;
using Sealpost.Storage;
using Sealpost.Tests.Campaigns;

namespace Sealpost.Tests.Reports;

public sealed class HomeTests : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _open = [];
    private TestClinic _clinic = null!;

    private static CancellationToken Token => TestClinic.Token;

    public async ValueTask DisposeAsync()
    {
        foreach (var open in Enumerable.Reverse(_open))
            await open.DisposeAsync();
    }

    [Fact]
    public async Task An_approval_waits_for_the_approver_and_not_for_whoever_wrote_it()
    {
        await OpenAsync();
        var both = new Actor("u-both", "Both", Roles.Marketer | Roles.Approver);
        await _clinic.Desk.CreateAsync(TestClinic.Content("one"), both, Token);
        await _clinic.Desk.SubmitAsync("one", both, Token);
        Assert.Equal([NeedKind.Approval], await NeedsAsync(TestClinic.Approver));
        Assert.Empty(await NeedsAsync(both));
    }

    [Fact]
    public async Task What_was_sent_back_comes_to_its_author_alone()
    {
        await OpenAsync();
        await _clinic.Desk.CreateAsync(TestClinic.Content("one"), TestClinic.Author, Token);
        await _clinic.Desk.SubmitAsync("one", TestClinic.Author, Token);
        await _clinic.Desk.SendBackAsync("one", "Shorter.", TestClinic.Approver, Token);
        Assert.Equal([NeedKind.SentBack], await NeedsAsync(TestClinic.Author));
        Assert.Empty(await NeedsAsync(new Actor("u-other", "Other", Roles.Marketer)));
    }

    [Fact]
    public async Task A_finished_campaign_is_a_result_and_its_complaints_are_an_alarm()
    {
        await OpenAsync();
        await _clinic.AddPatientsAsync(20, "a.example");
        await _clinic.SendAndWaitAsync(TestClinic.Content("one"));
        await _clinic.Context.Database.WriteAsync((transaction, token) => Sql.ExecuteAsync(transaction, "UPDATE delivery SET complained_at = 1 WHERE patient = 3", [], token), Token);
        var home = await ReadAsync(TestClinic.Author);
        Assert.Equal((20L, 20L, 1L), (home.Results[0].Selected, home.Results[0].Accepted, home.Results[0].Complained));
        Assert.Equal([NeedKind.Complaints], home.Needs.Select(need => need.Kind));
        Assert.Equal(0.05, home.ComplaintRate);
    }

    [Fact]
    public async Task A_domain_that_takes_nothing_is_named()
    {
        await OpenAsync(options => options with { RetrySchedule = [TimeSpan.FromHours(1)] });
        for (var i = 0; i < 6; i++)
            await _clinic.AddPatientAsync(i, $"temperror+{i}@slow.example");
        await _clinic.ApprovedAsync(TestClinic.Content("one"));
        await _clinic.Send.SendAsync("one", TestClinic.Author, Token);
        await Eventually.TrueAsync(async () => (await new DeliveryRecords(_clinic.Context).PageAsync(1, Outcome.Pending, null, 10, Token)).Count(record => record.Attempts > 0) == 6, "six messages are deferred", Token);
        var home = await ReadAsync(TestClinic.Author);
        Assert.Equal("slow.example", Assert.Single(home.Needs, need => need.Kind == NeedKind.FailingDomain).Name);
        var running = Assert.Single(home.Running);
        Assert.Equal((6L, 6L), (running.Progress.Of(Outcome.Pending), running.Progress.Deferred));
    }

    [Fact]
    public async Task A_domain_that_takes_notices_in_the_messages_place_takes_mail()
    {
        await OpenAsync();
        await _clinic.AddPatientsAsync(6, "slow.example");
        await _clinic.SendAndWaitAsync(TestClinic.Content("one"));
        await _clinic.Context.Database.WriteAsync((transaction, token) => Sql.ExecuteAsync(transaction, "UPDATE delivery SET state = 6", [], token), Token);
        Assert.DoesNotContain(NeedKind.FailingDomain, await NeedsAsync(TestClinic.Author));
        await _clinic.Context.Database.WriteAsync((transaction, token) => Sql.ExecuteAsync(transaction, "UPDATE delivery SET state = 2", [], token), Token);
        Assert.Contains(NeedKind.FailingDomain, await NeedsAsync(TestClinic.Author));
    }

    [Fact]
    public async Task A_domain_that_took_mail_and_stopped_to_is_named_with_the_hour()
    {
        await OpenAsync();
        await _clinic.AddPatientsAsync(25, "large.example");
        await _clinic.SendAndWaitAsync(TestClinic.Content("one"));
        var now = _clinic.Context.Time.GetUtcNow();
        Task<int> SetAsync(string sql, DateTimeOffset at) => _clinic.Context.Database.WriteAsync((transaction, token) => Sql.ExecuteAsync(transaction, sql, [("@at", Sql.Stored(at))], token), Token);
        await SetAsync("UPDATE delivery SET state = 2, changed_at = @at WHERE patient >= 5", now);
        await SetAsync("UPDATE delivery SET changed_at = @at WHERE patient < 5", now.AddMinutes(-10));
        Assert.DoesNotContain(NeedKind.FailingDomain, await NeedsAsync(TestClinic.Author));
        await SetAsync("UPDATE delivery SET changed_at = @at WHERE patient < 5", now.AddHours(-1));
        var need = Assert.Single((await ReadAsync(TestClinic.Author)).Needs, need => need.Kind == NeedKind.FailingDomain);
        Assert.Contains("large.example took none of the 20 messages tried there since ", need.Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Complaints_that_double_are_told_of_below_the_limit()
    {
        await OpenAsync();
        await _clinic.AddPatientsAsync(1, "a.example");
        await _clinic.SendAndWaitAsync(TestClinic.Content("before"));
        await _clinic.SendAndWaitAsync(TestClinic.Content("now"));
        Task<int> SetAsync(string sql) => _clinic.Context.Database.WriteAsync((transaction, token) => Sql.ExecuteAsync(transaction, sql, [("@at", Sql.Stored(_clinic.Context.Time.GetUtcNow().AddDays(-40)))], token), Token);
        await SetAsync("UPDATE campaign SET started_at = @at WHERE id = 1");

        // Six of 10,000 now; two of 10,000 before.
        const string Many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9999) INSERT INTO delivery (org, campaign, patient, destination, state, attempts, changed_at, complained_at) SELECT 1, {0}, 1000 + i, 1, 3, 1, @at, CASE WHEN i <= {1} THEN @at ELSE 0 END FROM n";
        await SetAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, Many, 1, 2));
        Assert.DoesNotContain(NeedKind.Complaints, await NeedsAsync(TestClinic.Author));
        await SetAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, Many, 2, 6));
        Assert.Contains("0.06 %", Assert.Single((await ReadAsync(TestClinic.Author)).Needs, need => need.Kind == NeedKind.Complaints).Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_that_cannot_be_kept_is_named_with_its_end()
    {
        await OpenAsync();
        using var progress = new WatchProgress(_clinic.Context);
        using var home = new ReadHome(_clinic.Context, progress)
        {
            Policies = _ => Task.FromResult<IReadOnlyList<EndingPolicy>>([new EndingPolicy("hospital.example", new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero), 4, DateTimeOffset.UnixEpoch)]),
        };
        var need = Assert.Single((await home.RunAsync(TestClinic.Author, Token)).Needs, need => need.Kind == NeedKind.PolicyEnding);
        Assert.Equal("hospital.example", need.Name);
        Assert.Contains("ends on 2026-12-01", need.Words, StringComparison.Ordinal);
    }

    private async Task<IEnumerable<NeedKind>> NeedsAsync(Actor actor) => (await ReadAsync(actor)).Needs.Select(need => need.Kind);

    private async Task<HomeFindings> ReadAsync(Actor actor)
    {
        using var progress = new WatchProgress(_clinic.Context);
        using var home = new ReadHome(_clinic.Context, progress);
        return await home.RunAsync(actor, Token);
    }

    private async Task OpenAsync(Func<DeliveryOptions, DeliveryOptions>? adjust = null)
    {
        var mailbox = DemoMailbox.Start(new MailboxOptions(), TimeProvider.System);
        _open.Add(mailbox);
        _clinic = await TestClinic.SendingToAsync(mailbox.Describe(), null, adjust ?? (options => options), database => database, Token);
        _open.Add(_clinic);
    }
}
