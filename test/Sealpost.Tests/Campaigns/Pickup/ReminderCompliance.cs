using Microsoft.Extensions.Time.Testing;
using MimeKit;
using Sealpost.App.Demo;
using Sealpost.Campaigns;
using Sealpost.Campaigns.Pickup;
using Sealpost.Campaigns.Returned;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Delivery.Returns;
using Sealpost.ForPatients;
using Sealpost.Reports;
using Sealpost.Storage;
using Sealpost.Tests.Storage;
using Sealpost.Trust.Agreements;
using Sealpost.Trust.Keys;

namespace Sealpost.Tests.Campaigns.Pickup;

/// <summary>One reminder before the link ends, to those alone who may still be written to; on every database.</summary>
public abstract class ReminderCompliance : IAsyncLifetime
{
    private static readonly Uri Codes = new("https://codes.example/send");
    private static readonly BusinessAssociateAgreement Agreement = new(1, "Codes Inc.", "codes.example:443", [PhiFlow.Send], new DateOnly(2025, 1, 1), new DateOnly(2028, 1, 1), "user-1", DateTimeOffset.UnixEpoch, null);

    private readonly FakeTimeProvider _clock = TestClinic.NewClock();
    private readonly TaskCompletionSource _held = new();
    private readonly TaskCompletionSource _release = new();
    private volatile string? _heldRecipient;
    private DemoMailbox _mailbox = null!;
    private TestClinic? _clinic;
    private string? _url;
    private Func<SendOptions, SendOptions> _adjust = options => options;

    private protected string Folder { get; } = Directory.CreateTempSubdirectory("sealpost-reminder-").FullName;

    private static CancellationToken Token => TestClinic.Token;

    private TestClinic Clinic => _clinic!;

    private protected abstract Task<string?> UrlAsync();

    /// <summary>A copy of the database as it is now, which is closed.</summary>
    private protected abstract Task<string> CopyAsync(string? url);

    public async ValueTask InitializeAsync()
    {
        _mailbox = DemoMailbox.Start(
            new MailboxOptions
            {
                Hold = async (stage, recipient, token) =>
                {
                    if (stage != MailboxStage.BeforeFinalReply || recipient != _heldRecipient)
                        return;
                    _held.TrySetResult();
                    await _release.Task.WaitAsync(token);
                },
            },
            _clock);
        _url = await UrlAsync();
        await OpenAsync(_url);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_clinic is not null)
            await _clinic.DisposeAsync();
        await _mailbox.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    [Fact]
    public async Task One_reminder_goes_to_who_has_not_read_and_may_still_be_written_to()
    {
        var number = await NoticesAsync(6);
        Assert.True(await new PickupRows(Clinic.Context).UseAsync(number, new PatientNumber(1), 1, "code", Token));
        await Clinic.Context.Consent.SuppressAsync("p2@a.example", new PatientNumber(2), SuppressionScope.All, SuppressionSource.Unsubscribe, "patient", Token);
        await Clinic.EraseAsync(3);
        await Clinic.Context.Consent.SuppressAsync("p4@b.example", new PatientNumber(4), SuppressionScope.All, SuppressionSource.Bounce, "system", Token);
        await LeapAsync(TimeSpan.FromDays(12) - TimeSpan.FromMinutes(30));
        Assert.Equal(0, await RemindAsync());

        await LeapAsync(TimeSpan.FromMinutes(30));
        Assert.Equal(2, await RemindAsync());
        Assert.Equal(0, await RemindAsync());
        await LeapAsync(TimeSpan.FromDays(1));
        Assert.Equal(0, await RemindAsync());
        Assert.Equal(["p0@a.example", "p5@b.example"], Reminders().Select(mail => ((MailboxAddress)mail.To[0]).Address).Order());

        var report = await Clinic.ReportAsync("eyes");
        Assert.True(report is { Selected: 6, Pickup: 6, PickedUp: 1, PickupReminded: 2, AddsUp: true, State: CampaignState.Finished });
        var receipts = await Receipts.OpenAsync(Clinic, number);
        Assert.Equal(("Reminder", "notice", "T2", 2), receipts.Where(one => one.Recipient == "p0@a.example").MaxBy(one => one.Attempt) is { } last ? (last.Outcome, last.Rule, last.Tier, last.Attempt) : default);
        var decisions = new DecisionLog(Clinic.Context.Database, Clinic.Context.Keys);
        Assert.Equal([null, null, null], (await decisions.ReadAsync(number, new PatientNumber(0), Token)).Select(one => one.Reason));
        Assert.Equal([null, null, WithholdReason.Suppressed], (await decisions.ReadAsync(number, new PatientNumber(2), Token)).Select(one => one.Reason));
        Assert.Equal(WithholdReason.Erased, (await decisions.ReadAsync(number, new PatientNumber(3), Token))[^1].Reason);
    }

    [Fact]
    public async Task It_says_nothing_about_health_speaks_the_patients_language_and_its_link_opens_the_same_message()
    {
        Clinic.Language = "es";
        var number = await NoticesAsync(1);
        await LeapAsync(TimeSpan.FromDays(12));
        Assert.Equal(1, await RemindAsync());
        var mail = Assert.Single(Reminders());
        Assert.Equal("Recordatorio: tiene un mensaje de Green Valley Clinic", mail.Subject);
        Assert.Contains("8 de diciembre de 2026", mail.TextBody, StringComparison.Ordinal);
        foreach (var part in new[] { mail.Subject, mail.TextBody, mail.HtmlBody, string.Join("\n", mail.Headers) })
            Assert.DoesNotMatch("(?i)diabetes|eye exam|eyes|Given0|Sample0", RandomText.LeftOut(part));
        Assert.True(mail.Headers.Contains("List-Unsubscribe-Post"));

        var (visit, link) = (await OpenVisit.ByLinkAsync(Clinic.Context, PatientLinkKind.Pickup, TokenOf(mail), Token))!.Value;
        Assert.Equal((number, 1L, new DateTimeOffset(2026, 12, 8, 12, 0, 0, TimeSpan.Zero)), (link.Campaign, link.Subject, link.ExpiresAt.AddSeconds(-link.ExpiresAt.Second).AddMinutes(-link.ExpiresAt.Minute)));
        Assert.Equal(PickupState.Waiting, (await new PickupMessage(visit, link, Clinic.Options).LookAsync(Token)).State);

        // Reading by either link uses both up.
        Assert.True(await new PickupRows(Clinic.Context).UseAsync(number, new PatientNumber(0), 1, "code", Token));
        Assert.Equal(PickupState.Used, (await new PickupMessage(visit, link, Clinic.Options).LookAsync(Token)).State);
    }

    [Fact]
    public async Task A_notice_in_flight_at_a_crash_stays_a_notice_and_its_link_opens()
    {
        _heldRecipient = "p0@a.example";
        await Clinic.AddPatientsAsync(1, "a.example");
        await Clinic.ApprovedAsync(TestClinic.Content("eyes") with { Purpose = Purpose.Treatment, Audience = "age >= 18 and not ever condition in (snomed:44054006)" });
        await Clinic.Send.SendAsync("eyes", TestClinic.Author, Token);
        await TurnUntilAsync(_held.Task);

        // What the next start does with what a crash left in flight.
        var doubted = await Clinic.Context.Database.WriteAsync((transaction, token) => new DeliveryStore(Clinic.Context).DoubtInFlightAsync(null, _clock.GetUtcNow(), transaction, token), Token);
        var (campaign, patient, reason) = Assert.Single(doubted);
        Assert.Equal((new PatientNumber(0), WithholdReason.TierTooLow), (patient, reason));
        Assert.Contains(Journal(), line => line is { State: (int)Outcome.InFlight, Reason: (int)WithholdReason.TierTooLow });
        Assert.NotNull(await new PickupRows(Clinic.Context).FindAsync(campaign, patient, Token));

        // A vacation notice says that the notice was taken, and no more.
        await using var connection = await Clinic.Context.Database.OpenReadAsync(Token);
        await using var command = Sql.Command(connection, "SELECT token FROM delivery");
        var to = ReturnPaths.Of(Clinic.Context).Of(Assert.IsType<byte[]>(await command.ExecuteScalarAsync(Token)));
        var away = new IncomingMail(System.Text.Encoding.ASCII.GetBytes($"From: p0@a.example\r\nTo: {to}\r\nReturn-Path: <>\r\nAuto-Submitted: auto-replied\r\nSubject: Away\r\n\r\nBack on Monday.\r\n"), [], ReturnWay.Pipe);
        Assert.Equal(ReturnDone.AutoReply, await new TakeReturn(Clinic.Context, Clinic.Send).RunAsync(away, await ReadReturn.ReadAsync(away.Bytes, Token), Token));
        Assert.NotNull(await new PickupRows(Clinic.Context).FindAsync(campaign, patient, Token));
        Assert.Contains(Journal(), line => line is { State: (int)Outcome.Pickup, Patient: 0 });

        _release.SetResult();
        await TurnUntilAsync(Clinic.Send.WaitAsync("eyes", Token));
        Assert.True(await Clinic.ReportAsync("eyes") is { Selected: 1, Pickup: 1, Accepted: 0, InDoubt: 0, AddsUp: true });
    }

    [Fact]
    public async Task It_waits_for_the_patients_morning()
    {
        await NoticesAsync(1);

        // Noon UTC is seven in the morning in Massachusetts.
        Use(options => options with { Pacing = new() { Quiet = new(new(6, 0), new(9, 0)) } });
        await LeapAsync(TimeSpan.FromDays(12));
        Assert.Equal(0, await RemindAsync());
        await LeapAsync(TimeSpan.FromMinutes(90));
        Assert.Equal(0, await RemindAsync());
        await LeapAsync(TimeSpan.FromMinutes(30));
        Assert.Equal(1, await RemindAsync());
    }

    [Fact]
    public async Task Off_is_off_a_short_link_is_reminded_of_in_its_middle_and_a_new_link_counts_from_its_own_begin()
    {
        var number = await NoticesAsync(2);
        Use(options => options with { Pickup = options.Pickup with { RemindBefore = null } });
        await LeapAsync(TimeSpan.FromDays(13));
        Assert.Equal(0, await RemindAsync());

        await new PickupRows(Clinic.Context).RenewAsync(number, new PatientNumber(1), Token);
        Use(options => options with { Pickup = options.Pickup with { RemindBefore = TimeSpan.FromHours(48), ValidFor = TimeSpan.FromDays(2) } });
        Assert.Equal(0, await RemindAsync()); // The first patient's link has ended by now, the other's has just begun.
        await LeapAsync(TimeSpan.FromHours(24));
        Assert.Equal(1, await RemindAsync());
        var (_, link) = (await OpenVisit.ByLinkAsync(Clinic.Context, PatientLinkKind.Pickup, TokenOf(Assert.Single(Reminders())), Token))!.Value;
        Assert.Equal((1, 2L), (link.Patient.Value, link.Subject));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task After_its_last_day_and_while_it_is_paused_a_campaign_reminds_nobody(bool hasLastDay)
    {
        var number = await NoticesAsync(1, content => content with { NotAfter = hasLastDay ? new DateOnly(2026, 12, 1) : null });
        if (!hasLastDay)
            await StateAsync(number, CampaignState.Paused);
        await LeapAsync(TimeSpan.FromDays(12));
        Assert.Equal(0, await RemindAsync());
        await StateAsync(number, CampaignState.Finished);
        Assert.Equal(hasLastDay ? 0 : 1, await RemindAsync());
    }

    [Fact]
    public async Task A_host_that_is_away_is_tried_again_and_what_comes_back_finds_its_delivery()
    {
        var number = await NoticesAsync(1);
        Use(options => options with { Connect = new ConnectDestination(options.Delivery with { Routes = new Dictionary<string, DeliveryRoute> { ["*"] = new("127.0.0.1", 1, "mx.a.example") } }, _clock) });
        await LeapAsync(TimeSpan.FromDays(12));
        Assert.Equal(0, await RemindAsync());
        Use(options => options with { Connect = new ConnectDestination(options.Delivery, _clock) });
        Assert.Equal(0, await RemindAsync()); // It is not due again yet.
        await LeapAsync(TimeSpan.FromMinutes(40));
        Assert.Equal(1, await RemindAsync());

        var taken = _mailbox.Store.Messages[^1];
        var token = ReturnPaths.Of(Clinic.Context).Read(taken.MailFrom);
        Assert.Equal((number, 0), (await new ReturnRows(Clinic.Context).FindAsync(token!, Token)) is { } found ? (found.Campaign, found.Patient.Value) : default);
    }

    [Fact]
    public async Task A_reminder_that_a_crash_left_in_flight_is_in_doubt_and_never_sent_again()
    {
        await NoticesAsync(1);
        await LeapAsync(TimeSpan.FromDays(12));
        await Clinic.DisposeAsync();
        var failing = default(FailingDatabase);
        await OpenAsync(_url, database => failing = new FailingDatabase(database, afterCommit: false));
        _heldRecipient = "p0@a.example";
        var reminding = Clinic.Send.RemindAsync(Token);
        await TurnUntilAsync(_held.Task);
        failing!.FailAfter(0);
        _release.SetResult();
        await Assert.ThrowsAnyAsync<InvalidOperationException>(() => TurnUntilAsync(reminding));
        await Clinic.DisposeAsync();

        await OpenAsync(_url);
        Assert.Equal(0, await RemindAsync());
        Assert.Single(Reminders());
        Assert.Equal((long)Outcome.InDoubt, await ScalarAsync("SELECT state FROM pickup_reminder"));
    }

    [Fact]
    public async Task A_restored_database_does_not_remind_again()
    {
        await NoticesAsync(2);
        await Clinic.DisposeAsync();
        var copy = await CopyAsync(_url);
        await OpenAsync(_url);
        await LeapAsync(TimeSpan.FromDays(12));
        Assert.Equal(2, await RemindAsync());
        await Clinic.DisposeAsync();

        await OpenAsync(copy);
        Assert.Equal(0, await RemindAsync());
        Assert.Equal(2, Reminders().Count);
        Assert.Equal(2, (await Clinic.ReportAsync("eyes")).PickupReminded);
    }

    private async Task<long> NoticesAsync(int patients, Func<CampaignContent, CampaignContent>? adjust = null)
    {
        await Clinic.AddPatientsAsync(patients, "a.example", "a.example", "a.example", "b.example", "b.example", "b.example");
        var content = TestClinic.Content("eyes") with { Purpose = Purpose.Treatment, Audience = "age >= 18 and not ever condition in (snomed:44054006)", Body = "Dear {{ patient.given_name }}, it is time for your yearly diabetes eye exam." };
        await Clinic.ApprovedAsync(adjust is null ? content : adjust(content));
        await Clinic.Send.SendAsync("eyes", TestClinic.Author, Token);
        await TurnUntilAsync(Clinic.Send.WaitAsync("eyes", Token));
        var report = await Clinic.ReportAsync("eyes");
        Assert.Equal((patients, (long)patients), ((int)report.Pickup, report.Selected));
        return report.Campaign;
    }

    private async Task<int> RemindAsync()
    {
        var reminding = Clinic.Send.RemindAsync(Token);
        await TurnUntilAsync(reminding);
        return await reminding;
    }

    /// <summary>Turns the clock as fast as the world's while something waits for a pace: faster, and a busy machine would run into the limits of SMTP.</summary>
    private async Task TurnUntilAsync(Task task)
    {
        while (await Task.WhenAny(task, Task.Delay(TimeSpan.FromMilliseconds(50), Token)) != task)
            _clock.Advance(TimeSpan.FromMilliseconds(50));
        await task;
    }

    private async Task OpenAsync(string? url, Func<IDatabase, IDatabase>? wrap = null)
    {
        _clinic = await TestClinic.SendingUnderAsync(_clock, _mailbox.OptionsFor(TestClinic.Organisation.Domain), Adjust, Folder, url, wrap ?? (database => database), Token);
        _clinic.HavePhones = true;
    }

    /// <summary>Time passes while the program is down: a leap under a running one would fire its timers many thousand times.</summary>
    private async Task LeapAsync(TimeSpan time)
    {
        await Clinic.DisposeAsync();
        _clock.Advance(time);
        await OpenAsync(_url);
    }

    private void Use(Func<SendOptions, SendOptions> adjust)
    {
        _adjust = adjust;
        Clinic.Adjust(adjust);
        Clinic.Send.UseOptions(Clinic.Options);
    }

    private SendOptions Adjust(SendOptions options) => _adjust(options with
    {
        Pickup = new PickupRules { CodeWebhook = Codes },
        Transport = _ => Task.FromResult(new TransportGate([Agreement], [])),
    });

    private List<MimeMessage> Reminders() =>
        [.. _mailbox.Store.Messages.Select(message => MimeMessage.Load(new MemoryStream(message.Bytes.ToArray()))).Where(mail => mail.Subject!.StartsWith("Re", StringComparison.Ordinal))];

    private static string TokenOf(MimeMessage mail) =>
        System.Text.RegularExpressions.Regex.Match(mail.TextBody!, "(?<=/m/)[A-Za-z0-9_-]+", System.Text.RegularExpressions.RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Value;

    private Task StateAsync(long number, CampaignState state) => Clinic.Context.Database.WriteAsync(
        (transaction, token) => Sql.ExecuteAsync(transaction, "UPDATE campaign SET state = @state WHERE id = @id", [("@state", (int)state), ("@id", number)], token), Token);

    private IEnumerable<JournalLine> Journal() => JournalReader.Read(Clinic.Context.Keys, Clinic.Options.JournalFolder, 0).SelectMany(frame => frame.Lines);

    private async Task<long> ScalarAsync(string sql)
    {
        await using var connection = await Clinic.Context.Database.OpenReadAsync(Token);
        await using var command = Sql.Command(connection, sql);
        return (long)(await command.ExecuteScalarAsync(Token))!;
    }
}

public sealed class RemindersOnSqliteTests : ReminderCompliance
{
    private protected override Task<string?> UrlAsync() => Task.FromResult<string?>(null);

    private protected override Task<string> CopyAsync(string? url)
    {
        var copy = Path.Combine(Folder, "copy");
        Directory.CreateDirectory(copy);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Folder, "data")))
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        return Task.FromResult(copy);
    }
}

public sealed class RemindersOnPostgresqlTests(PostgresServer server) : ReminderCompliance
{
    private protected override async Task<string?> UrlAsync() => await server.CreateDatabaseAsync(TestClinic.Token);

    private protected override Task<string> CopyAsync(string? url) => server.CopyDatabaseAsync(url!, TestClinic.Token);
}
