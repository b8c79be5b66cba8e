using Sealpost.App.Demo;
using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Storage;
using Sealpost.Tests.Delivery;

namespace Sealpost.Tests.Campaigns;

/// <summary>An error that nobody foresaw concerns the domain where it was met: the others go on, and nothing is lost or sent twice.</summary>
public sealed class BrokenDomainTests : IAsyncLifetime
{
    private readonly DnsStub _dns = new();
    private readonly DemoMailbox _mailbox = DemoMailbox.Start(new MailboxOptions(), TimeProvider.System);
    private TestClinic _clinic = null!;

    private static CancellationToken Token => TestClinic.Token;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _clinic.DisposeAsync();
        await _mailbox.DisposeAsync();
        await _dns.DisposeAsync();
    }

    [Fact]
    public async Task What_one_domain_s_servers_say_stops_no_other()
    {
        foreach (var domain in new[] { "odd.example", "fine.example" })
            _dns.WithMx(domain, 10, "mx.mailbox.example");
        _dns.WithA("mx.mailbox.example", "127.0.0.1");
        await OpenAsync(options => options with { Routes = new Dictionary<string, DeliveryRoute>(), DnsServer = _dns.Server, Port = _mailbox.Routes["*"].Port, AllowsOwnNetwork = true });
        Use(options => options with
        {
            Connect = new ConnectDestination(options.Delivery, TimeProvider.System) { Attempted = attempt => _ = attempt.Domain == "odd.example" ? throw new InvalidCastException("zoe@odd.example") : 0 },
        });
        await _clinic.AddPatientsAsync(6, "odd.example", "fine.example");
        await _clinic.ApprovedAsync(TestClinic.Content("one"));
        await _clinic.Send.SendAsync("one", TestClinic.Author, Token);
        await Eventually.TrueAsync(async () => (await _clinic.ReportAsync("one")).Accepted == 3, "the other domain's messages are accepted", Token);

        // Only now is anything given up: on a slow machine the other domain's might be too.
        Use(options => options with { Delivery = options.Delivery with { GiveUpAfter = TimeSpan.FromSeconds(1) } });
        await _clinic.Send.PauseAsync("one", TestClinic.Author, Token);
        await _clinic.Send.ResumeAsync("one", null, TestClinic.Author, Token);
        await _clinic.Send.WaitAsync("one", Token);
        var report = await _clinic.ReportAsync("one");
        Assert.Equal((CampaignState.Finished, 3, 3, 0), (report.State, report.Accepted, report.Expired, report.InDoubt));
        Assert.Contains(await Receipts.OpenAsync(_clinic, report.Campaign), receipt => receipt.Reply.Contains(nameof(InvalidCastException), StringComparison.Ordinal) && !receipt.Reply.Contains("zoe", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_lane_that_breaks_waits_and_goes_on()
    {
        await OpenAsync(options => options);
        await _clinic.AddPatientsAsync(20, "a.example", "b.example");
        await _clinic.ApprovedAsync(TestClinic.Content("one"));
        var asked = 0;
        // The selection asks first, then the lanes do.
        Use(options => options with { Policy = _ => Interlocked.Increment(ref asked) is > 1 and <= 4 ? throw new InvalidCastException("zoe@a.example") : Task.FromResult(_clinic.Policy) });
        await _clinic.Send.SendAsync("one", TestClinic.Author, Token);
        await _clinic.Send.WaitAsync("one", Token);
        var report = await _clinic.ReportAsync("one");
        Assert.Equal((CampaignState.Finished, 20, 0), (report.State, report.Accepted, report.InDoubt));
        Assert.Equal(20, _mailbox.Store.Messages.Select(message => message.Recipient).Distinct().Count());
        Assert.Equal(20, _mailbox.Store.Messages.Count);
        Assert.True(asked > 4);
    }

    [Fact]
    public async Task What_was_in_flight_at_the_broken_domain_alone_is_in_doubt()
    {
        await OpenAsync(options => options);
        await _clinic.AddPatientsAsync(6, "a.example", "b.example");
        var report = await _clinic.SendAndWaitAsync(TestClinic.Content("one"));
        var doubted = await _clinic.Context.Database.WriteAsync(
            async (transaction, token) =>
            {
                await Sql.ExecuteAsync(transaction, "UPDATE delivery SET state = 9", [], token);
                var broken = await new DestinationStore(_clinic.Context).NumberAsync("a.example", transaction, token);
                return await new DeliveryStore(_clinic.Context).DoubtInFlightAsync((report.Campaign, broken), _clinic.Time.GetUtcNow(), transaction, token);
            },
            Token);
        Assert.Equal([0, 2, 4], doubted.Select(row => row.Patient.Value).Order());
        Assert.Equal(3, (await _clinic.ReportAsync("one")).InDoubt);
    }

    [Theory]
    [InlineData(DemoMailbox.WrongNameDomain)]
    [InlineData(DemoMailbox.ExpiredDomain)]
    [InlineData(DemoMailbox.SelfSignedDomain)]
    public async Task The_receipt_of_a_withheld_message_holds_what_was_seen_of_the_host(string domain)
    {
        await OpenAsync(options => options);
        await _clinic.AddPatientsAsync(1, domain);
        var report = await _clinic.SendAndWaitAsync(TestClinic.Content("one"));
        var receipt = Assert.Single(await Receipts.OpenAsync(_clinic, report.Campaign));
        Assert.Equal((nameof(Outcome.WithheldTransport), "127.0.0.1", "TLS 1.3", "pkix", ""), (receipt.Outcome, receipt.Ip, receipt.TlsVersion, receipt.Policy, receipt.Tier));
        Assert.Equal((64, true, true), (receipt.CertificateFingerprint.Length, receipt.Mx.Length > 0, receipt.Cipher.Length > 0));
        Assert.Empty(report.Tiers);
    }

    private async Task OpenAsync(Func<DeliveryOptions, DeliveryOptions> adjust) => _clinic = await TestClinic.SendingToAsync(
        _mailbox.Describe(), null, options => adjust(options with { RetrySchedule = [TimeSpan.FromMilliseconds(50)] }), database => database, Token);

    private void Use(Func<SendOptions, SendOptions> adjust)
    {
        _clinic.Adjust(adjust);
        _clinic.Send.UseOptions(_clinic.Options);
    }
}
