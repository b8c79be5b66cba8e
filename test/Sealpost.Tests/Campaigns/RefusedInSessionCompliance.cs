using Sealpost.App.Demo;
using Sealpost.Campaigns;
using Sealpost.Campaigns.Returned;
using Sealpost.Consent;
using Sealpost.Delivery.Returns;
using Sealpost.Reports;
using Sealpost.Storage;
using Sealpost.Tests.Storage;
using Sealpost.Trust.Keys;

namespace Sealpost.Tests.Campaigns;

/// <summary>What follows where a host refuses a message while it is handed over, on every database: the same as from a report that comes later.</summary>
public abstract class RefusedInSessionCompliance : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sealpost-test-").FullName;
    private DemoMailbox _mailbox = null!;
    private TestClinic _clinic = null!;
    private MailboxStage _stage = MailboxStage.BeforeRecipientReply;
    private string _says = "";

    private protected abstract Task<string?> UrlAsync();

    private static CancellationToken Token => TestClinic.Token;

    public async ValueTask InitializeAsync()
    {
        _mailbox = DemoMailbox.Start(new MailboxOptions { Refuse = (stage, recipient) => stage == _stage && recipient.StartsWith("p0@", StringComparison.Ordinal) ? _says : null }, TimeProvider.System);
        _clinic = await UrlAsync() is { } url
            ? await TestClinic.SendingOnAsync(url, _mailbox.Describe(), _folder, database => database, Token)
            : await TestClinic.SendingToAsync(_mailbox.Describe(), _folder, Hasty, database => database, Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _clinic.DisposeAsync();
        await _mailbox.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData("550 5.1.1 no such user", ReturnReason.BadMailbox, ReturnDone.AddressStopped)]
    [InlineData("550 User unknown", ReturnReason.BadMailbox, ReturnDone.AddressStopped)]
    [InlineData("550 5.2.1 The account is disabled", ReturnReason.Disabled, ReturnDone.AddressStopped)]
    [InlineData("552 5.2.2 Mailbox full", ReturnReason.Full, ReturnDone.Counted)]
    [InlineData("550 5.1.2 Bad destination system", ReturnReason.BadDomain, ReturnDone.Counted)]
    [InlineData("550 5.7.1 Refused by our policy", ReturnReason.Policy, ReturnDone.ForOperator)]
    [InlineData("550 5.7.26 This mail is unauthenticated", ReturnReason.Authentication, ReturnDone.ForOperator)]
    [InlineData("550 5.7.515 Access denied, sending domain does not meet the required authentication level", ReturnReason.Authentication, ReturnDone.ForOperator)]
    [InlineData("550 5.4.4 Routing loop", ReturnReason.Routing, ReturnDone.Recorded)]
    public Task A_refusal_of_the_recipient_has_its_consequence(string says, ReturnReason reason, ReturnDone done) => HasAsync(MailboxStage.BeforeRecipientReply, says, reason, done);

    [Theory]
    [InlineData("550 User unknown", ReturnReason.BadMailbox, ReturnDone.Counted)]
    [InlineData("550 5.1.1 no such user", ReturnReason.BadMailbox, ReturnDone.AddressStopped)]
    [InlineData("554 5.7.1 Looks like spam", ReturnReason.Policy, ReturnDone.ForOperator)]
    public Task After_DATA_words_that_filters_use_too_prove_less(string says, ReturnReason reason, ReturnDone done) => HasAsync(MailboxStage.BeforeFinalReply, says, reason, done);

    [Fact]
    public async Task A_full_mailbox_is_given_up_only_after_several_campaigns_over_days()
    {
        foreach (var (campaign, ago) in new[] { (101L, 9), (102L, 3) })
        {
            await _clinic.Context.Database.WriteAsync(
                (transaction, token) => Sql.ExecuteAsync(
                    transaction,
                    "INSERT INTO address_failure (org, mailbox, campaign, reason, at) VALUES (1, @mailbox, @campaign, @reason, @at)",
                    [("@mailbox", ConsentTables.BlindOf(_clinic.Context.Keys, "email", "p0@a.example")), ("@campaign", campaign), ("@reason", (int)ReturnReason.Full), ("@at", Sql.Stored(_clinic.Time.GetUtcNow() - TimeSpan.FromDays(ago)))],
                    token),
                Token);
        }

        await HasAsync(MailboxStage.BeforeRecipientReply, "552 5.2.2 Mailbox full", ReturnReason.Full, ReturnDone.AddressStopped);
    }

    private protected TestClinic Clinic => _clinic;

    private protected static Sealpost.Delivery.DeliveryOptions Hasty(Sealpost.Delivery.DeliveryOptions options) => options with { RetrySchedule = [TimeSpan.FromMilliseconds(50)] };

    private protected async Task HasAsync(MailboxStage stage, string says, ReturnReason reason, ReturnDone done)
    {
        (_stage, _says) = (stage, says);
        await _clinic.AddPatientsAsync(2, "a.example");
        var report = await _clinic.SendAndWaitAsync(TestClinic.Content("refused"));
        Assert.Equal((2, 1, 1, 0), (report.Selected, report.Accepted, report.Rejected, report.Bounced));
        Assert.True(report.AddsUp);

        await using var connection = await _clinic.Context.Database.OpenReadAsync(Token);
        await using var command = Sql.Command(connection, "SELECT reason, done, way, reply, campaign, patient FROM returned_mail");
        await using var reader = await command.ExecuteReaderAsync(Token);
        Assert.True(await reader.ReadAsync(Token));
        Assert.Equal(
            (reason, done, ReturnWay.Session, says[..3], report.Campaign, 0L),
            ((ReturnReason)reader.GetInt64(0), (ReturnDone)reader.GetInt64(1), (ReturnWay)reader.GetInt64(2), reader.GetInt64(3).ToString(System.Globalization.CultureInfo.InvariantCulture), reader.GetInt64(4), reader.GetInt64(5)));
        Assert.False(await reader.ReadAsync(Token));

        var stopped = done == ReturnDone.AddressStopped;
        Assert.Equal(stopped, await IsStoppedAsync());
        var asked = await StopAddress.RequestsOf(_clinic.Context).ListAsync(openOnly: true, 0, 10, Token);
        Assert.Equal(stopped ? [PatientRequestKinds.AddressFailed] : [], asked.Select(request => request.Kind));
        Assert.Equal(stopped, JournalReader.Read(_clinic.Context.Keys, _clinic.Options.JournalFolder, 0).SelectMany(frame => frame.Lines).Any(line => line is { State: JournalLine.OptOut, Mailbox: "p0@a.example" }));
        var failures = await new ReturnRows(_clinic.Context).FailuresAsync("p0@a.example", 0, Token);
        Assert.Equal(done is ReturnDone.Counted or ReturnDone.AddressStopped, failures.Any(one => one.Reason == reason));
        Assert.Equal(done == ReturnDone.ForOperator ? 1 : 0, await new ReadReturned(_clinic.Context).RecentRefusalsAsync(Token));
    }

    private protected async Task<bool> IsStoppedAsync()
    {
        var chart = (await _clinic.Context.Patients.OpenAsync(new PatientNumber(0), Token))!;
        return (await _clinic.Context.Consent.LoadAsync([chart], Token))[chart.Number].Suppressions.Any(one => one.Source == SuppressionSource.Bounce);
    }
}

public sealed class RefusedInSessionOnSqliteTests : RefusedInSessionCompliance
{
    private protected override Task<string?> UrlAsync() => Task.FromResult<string?>(null);
}

public sealed class RefusedInSessionOnPostgresqlTests(PostgresServer server) : RefusedInSessionCompliance
{
    private protected override async Task<string?> UrlAsync() => await server.CreateDatabaseAsync(TestClinic.Token);
}
