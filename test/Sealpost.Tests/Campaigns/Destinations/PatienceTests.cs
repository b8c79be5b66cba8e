using Microsoft.Extensions.Time.Testing;
using Sealpost.App.Demo;
using Sealpost.Campaigns;
using Sealpost.Campaigns.Pickup;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Storage;
using Sealpost.Tests.Delivery;
using Sealpost.Trust.Agreements;

namespace Sealpost.Tests.Campaigns.Destinations;

/// <summary>A domain whose preferred host is away, and whose other one is not good enough: clinical mail waits four hours for the better one, then takes another way.</summary>
public sealed class PatienceTests : IAsyncLifetime
{
    private const string Domain = "half.example";
    private static readonly BusinessAssociateAgreement Agreement = new(1, "Codes Inc.", "codes.example:443", [PhiFlow.Send], new DateOnly(2025, 1, 1), new DateOnly(2028, 1, 1), "user-1", DateTimeOffset.UnixEpoch, null);

    private readonly string _folder = Directory.CreateTempSubdirectory("sealpost-patience-").FullName;
    private readonly FakeTimeProvider _clock = TestClinic.NewClock();
    private readonly DnsStub _dns = new();
    private DemoMailbox _mailbox = null!;
    private TestClinic? _clinic;
    private int _port;

    private static CancellationToken Token => TestClinic.Token;

    private TestClinic Clinic => _clinic!;

    public ValueTask InitializeAsync()
    {
        _mailbox = DemoMailbox.Start(new MailboxOptions(), _clock);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        if (_clinic is not null)
            await _clinic.DisposeAsync();
        await _mailbox.DisposeAsync();
        await _dns.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(DemoMailbox.SelfSignedDomain, true, Outcome.Pickup, null)]
    [InlineData(DemoMailbox.SelfSignedDomain, false, Outcome.WithheldTransport, WithholdReason.CertificateUntrusted)]
    [InlineData(DemoMailbox.NoTlsDomain, true, Outcome.WithheldTransport, WithholdReason.TlsUnavailable)]
    [InlineData("*", true, Outcome.Pickup, null)]
    [InlineData("*", false, Outcome.WithheldTransport, WithholdReason.TierTooLow)]
    public async Task Clinical_mail_waits_for_the_better_host_and_not_for_ever(string other, bool havePhones, Outcome outcome, WithholdReason? reason)
    {
        _port = _mailbox.Routes[other].Port;
        _dns.WithMx(Domain, 10, "mx.away.example").WithA("mx.away.example", "127.0.0.9").WithMx(Domain, 20, other == "*" ? "mx.mailbox.example" : "mx." + other).WithA("mx.mailbox.example", "127.0.0.1").WithA("mx." + other, "127.0.0.1");
        await OpenAsync(havePhones);
        await Clinic.AddPatientsAsync(3, Domain);
        await Clinic.ApprovedAsync(TestClinic.Content("eyes") with { Purpose = Purpose.Treatment, Audience = "age >= 18 and not ever condition in (snomed:44054006)", Body = "Dear {{ patient.given_name }}, it is time for your yearly diabetes eye exam." });
        await Clinic.Send.SendAsync("eyes", TestClinic.Author, Token);
        await Eventually.TurnedAsync(_clock, async () => await WaitingAsync() == 3, "all were tried and wait", Token);
        await LeapAsync(TimeSpan.FromHours(3.9), havePhones);
        await Eventually.TurnedAsync(_clock, async () => await WaitingAsync() == 3, "all were tried and wait", Token);
        Assert.True(await Clinic.ReportAsync("eyes") is { Pending: 3, AddsUp: true });

        await LeapAsync(TimeSpan.FromHours(1), havePhones);
        var ended = Clinic.Send.WaitAsync("eyes", Token);
        await Eventually.TurnedAsync(_clock, () => Task.FromResult(ended.IsCompleted), "the campaign ends", Token);
        await ended;
        var report = await Clinic.ReportAsync("eyes");
        Assert.Equal((3, 3), (outcome == Outcome.Pickup ? (int)report.Pickup : (int)report.Withheld.Total, (int)report.Selected));
        Assert.Equal(outcome == Outcome.Pickup ? 3 : 0, _mailbox.Store.Messages.Count);
        Assert.All(_mailbox.Store.Messages, message => Assert.DoesNotContain("diabetes", System.Text.Encoding.ASCII.GetString(message.Bytes.Span), StringComparison.OrdinalIgnoreCase));
        Assert.Equal([outcome.ToString()], (await Receipts.OpenAsync(Clinic, report.Campaign)).GroupBy(receipt => receipt.Recipient).Select(of => of.MaxBy(receipt => receipt.Attempt)!.Outcome).Distinct());
        Assert.Equal((int?)reason ?? 0, await CountAsync($"SELECT MIN(reason) FROM delivery WHERE state = {(int)outcome}"));
    }

    private async Task OpenAsync(bool havePhones)
    {
        _clinic = await TestClinic.SendingUnderAsync(
            _clock,
            _mailbox.OptionsFor(TestClinic.Organisation.Domain) with { Routes = new Dictionary<string, DeliveryRoute>(), GiveUpAfter = TimeSpan.FromDays(5), RetrySchedule = RetrySchedules.Default, DnsServer = _dns.Server, Port = _port, AllowsOwnNetwork = true },
            options => options with { Pickup = new PickupRules { CodeWebhook = new Uri("https://codes.example/send") }, Transport = _ => Task.FromResult(new TransportGate([Agreement], [])) },
            _folder, null, database => database, Token);
        _clinic.HavePhones = havePhones;
    }

    /// <summary>Time passes while the program is down: a leap under a running one would fire its timers many thousand times.</summary>
    private async Task LeapAsync(TimeSpan time, bool havePhones)
    {
        await Clinic.DisposeAsync();
        _clock.Advance(time);
        await OpenAsync(havePhones);
        await Clinic.Send.ResumeAllAsync(Token);
    }

    /// <summary>Deliveries that were tried and wait for the next time.</summary>
    private Task<long> WaitingAsync() => CountAsync($"SELECT COUNT(*) FROM delivery WHERE state = 0 AND next_at > {Sql.Stored(_clock.GetUtcNow())}");

    private async Task<long> CountAsync(FormattableString sql)
    {
        await using var connection = await Clinic.Context.Database.OpenReadAsync(Token);
        await using var command = Sql.Command(connection, FormattableString.Invariant(sql));
        return (long)(await command.ExecuteScalarAsync(Token))!;
    }
}
