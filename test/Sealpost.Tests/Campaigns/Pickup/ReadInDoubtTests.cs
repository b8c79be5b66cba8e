using Microsoft.Extensions.Time.Testing;
using Sealpost.Benchmarks.Lab;
using Sealpost.Campaigns;
using Sealpost.Campaigns.Pickup;
using Sealpost.Consent;
using Sealpost.Reports;
using Sealpost.Trust.Agreements;
using Sealpost.Trust.Keys;

namespace Sealpost.Tests.Campaigns.Pickup;

/// <summary>A host that takes a notice and closes without a word leaves it in doubt; the patient who opens its link ends the doubt.</summary>
public sealed class ReadInDoubtTests : IAsyncLifetime
{
    private static readonly Uri Codes = new("https://codes.example/send");
    private static readonly BusinessAssociateAgreement Agreement = new(1, "Codes Inc.", "codes.example:443", [PhiFlow.Send], new DateOnly(2025, 1, 1), new DateOnly(2028, 1, 1), "user-1", DateTimeOffset.UnixEpoch, null);

    private readonly FakeTimeProvider _clock = TestClinic.NewClock();
    private readonly string _folder = Directory.CreateTempSubdirectory("sealpost-doubt-").FullName;
    private LabDomains _lab = null!;
    private TestClinic? _clinic;

    private static CancellationToken Token => TestClinic.Token;

    private TestClinic Clinic => _clinic!;

    public async ValueTask InitializeAsync()
    {
        _lab = new LabDomains(1, burst: 10, _clock);
        _lab.Add("quiet.example", LabManner.SilentAfterDot, _clock);
        await OpenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_clinic is not null)
            await _clinic.DisposeAsync();
        await _lab.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Reading_the_message_ends_the_doubt_about_its_notice_and_says_why()
    {
        var campaign = await DoubtAsync();
        Assert.False(await Clinic.Send.ResolveInDoubtByReadingAsync(campaign, new PatientNumber(0), Token)); // Nobody has read it.
        Assert.True(await new PickupRows(Clinic.Context).UseAsync(campaign, new PatientNumber(0), 1, "code", Token));
        Assert.True(await Clinic.Send.ResolveInDoubtByReadingAsync(campaign, new PatientNumber(0), Token));
        Assert.False(await Clinic.Send.ResolveInDoubtByReadingAsync(campaign, new PatientNumber(0), Token));
        Assert.True(await Clinic.ReportAsync("doubt") is { Selected: 1, InDoubt: 0, Pickup: 1, PickedUp: 1, AddsUp: true });
        Assert.Equal(["delivery.resolved patient"], await Clinic.LedgerAsync("delivery.resolved"));
    }

    [Fact]
    public async Task A_person_who_says_that_it_was_accepted_makes_it_a_notice_in_the_journal_too()
    {
        var campaign = await DoubtAsync();
        await Clinic.Send.ResolveInDoubtAsync("doubt", new PatientNumber(0), accepted: true, TestClinic.Officer, Token);
        Assert.True(await Clinic.ReportAsync("doubt") is { Selected: 1, InDoubt: 0, Pickup: 1, Accepted: 0, AddsUp: true });
        var line = JournalReader.Read(Clinic.Context.Keys, Clinic.Options.JournalFolder, 0).SelectMany(frame => frame.Lines).Last(one => one.Patient == 0);
        Assert.Equal((int)Sealpost.Delivery.Outcome.Pickup, line.State);
        Assert.NotNull(await new PickupRows(Clinic.Context).FindAsync(campaign, new PatientNumber(0), Token));
    }

    [Fact]
    public async Task What_a_crash_cut_short_between_reading_and_resolving_is_made_up_for_at_the_next_start()
    {
        var campaign = await DoubtAsync();
        Assert.True(await new PickupRows(Clinic.Context).UseAsync(campaign, new PatientNumber(0), 1, "code", Token));
        await Clinic.DisposeAsync();
        await OpenAsync();
        Assert.True(await Clinic.ReportAsync("doubt") is { Selected: 1, InDoubt: 0, Pickup: 1, PickedUp: 1, AddsUp: true });
    }

    private async Task<long> DoubtAsync()
    {
        await Clinic.AddPatientsAsync(1, "quiet.example");
        await Clinic.ApprovedAsync(TestClinic.Content("doubt") with { Purpose = Purpose.Treatment, Audience = "age >= 18 and not ever condition in (snomed:44054006)" });
        await Clinic.Send.SendAsync("doubt", TestClinic.Author, Token);
        var ended = Clinic.Send.WaitAsync("doubt", Token);
        while (await Task.WhenAny(ended, Task.Delay(TimeSpan.FromMilliseconds(50), Token)) != ended)
            _clock.Advance(TimeSpan.FromMilliseconds(50));
        await ended;
        var report = await Clinic.ReportAsync("doubt");
        Assert.True(report is { Selected: 1, InDoubt: 1, Pickup: 0, AddsUp: true, State: CampaignState.Finished });
        return report.Campaign;
    }

    private async Task OpenAsync()
    {
        _clinic = await TestClinic.SendingUnderAsync(
            _clock,
            _lab.Options(TestClinic.Organisation.Domain),
            options => options with { Pickup = new PickupRules { CodeWebhook = Codes }, Transport = _ => Task.FromResult(new Sealpost.Delivery.TransportGate([Agreement], [])) },
            _folder,
            null,
            database => database,
            Token);
        _clinic.HavePhones = true;
    }
}
