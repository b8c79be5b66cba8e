using Microsoft.Extensions.Time.Testing;
using Sealpost.Benchmarks.Lab;
using Sealpost.Campaigns;
using Sealpost.Campaigns.Destinations;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Reports;
using Sealpost.Storage;
using Sealpost.Trust.Keys;

namespace Sealpost.Tests.Campaigns.Destinations;

/// <summary>A campaign to many domains of every manner, real sockets, time that the test turns. Its big sister is in bench/.</summary>
public sealed class LabTests : IAsyncLifetime
{
    private const int Patients = 1_000;

    /// <summary>Looks of ten milliseconds without anything new before the clock is turned.</summary>
    private const int QuietLooks = 3;

    /// <summary>A look that takes longer than this was held up, and so may be everything else: a slow machine is not taken for one that waits.</summary>
    private static readonly TimeSpan Prompt = TimeSpan.FromMilliseconds(20);

    /// <summary>As long as this nothing is held up.</summary>
    private static readonly TimeSpan LongQuiet = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _clock = TestClinic.NewClock();
    private LabDomains _lab = null!;
    private TestClinic? _clinic;

    private static CancellationToken Token => TestClinic.Token;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_clinic is not null)
            await _clinic.DisposeAsync();
        await _lab.DisposeAsync();
    }

    [Fact]
    public async Task Every_message_ends_as_it_was_forecast_and_none_travels_in_clear()
    {
        await OpenAsync(40);
        await _clinic!.AddPatientsAsync(Patients, [.. _lab.Names]);
        await _clinic.ApprovedAsync(TestClinic.Content("lab"));
        var forecast = await _clinic.Desk.LookAndForecastAsync("lab", TestClinic.Officer, null, Token);
        Assert.Equal((40, 0, 0), (forecast.Domains, forecast.NotLookedAt, _lab.Hosts.Sum(host => host.Taken.Count)));

        await _clinic.Send.SendAsync("lab", TestClinic.Author, Token);
        var report = await FinishAsync("lab");

        Assert.Equal((CampaignState.Finished, 0, Patients), (report.State, report.Pending, report.Selected));
        Assert.Equal((forecast.Leaving.Sum(tier => tier.Patients), forecast.NoWay.Sum(reason => reason.Patients), forecast.Unreachable), (report.Accepted, report.Withheld.Transport, report.Expired));
        Assert.Equal(forecast.NoWay.ToDictionary(one => one.Reason.ToString(), one => one.Patients).OrderBy(one => one.Key), report.Withheld.ByReason.Select(pair => KeyValuePair.Create(pair.Key, pair.Value)).OrderBy(pair => pair.Key));
        Assert.All(_lab.Hosts.Where(host => host.Manner is LabManner.Throttles or LabManner.ThrottlesRecipients), host => Assert.True(host.AskedForLess > 0));
        Assert.All(_lab.Hosts, host => Assert.Equal(0, host.ClearBytes));
        Assert.Equal(report.Accepted, _lab.Hosts.Sum(host => host.Taken.Count));
        Assert.All(_lab.Hosts.SelectMany(host => host.Taken), taken => Assert.Equal(1, taken.Value));
    }

    [Theory]
    [InlineData(LabManner.ResetsAfterDot)]
    [InlineData(LabManner.SilentAfterDot)]
    internal async Task Without_a_final_reply_a_message_is_in_doubt_until_a_report_resolves_it(LabManner manner)
    {
        await OpenAsync(1, lab => lab.Add("quiet.example", manner, _clock));
        await _clinic!.AddPatientsAsync(1, "quiet.example");
        await _clinic.ApprovedAsync(TestClinic.Content("doubt"));
        await _clinic.Send.SendAsync("doubt", TestClinic.Author, Token);
        var report = await FinishAsync("doubt");
        Assert.Equal((1, 0, CampaignState.Finished), (report.InDoubt, report.Accepted, report.State));
        Assert.Equal(1, Assert.Single(_lab.Hosts.SelectMany(host => host.Taken)).Value);

        Assert.True(await _clinic.Send.ResolveInDoubtByReportAsync(report.Campaign, new PatientNumber(0), Token));
        Assert.False(await _clinic.Send.ResolveInDoubtByReportAsync(report.Campaign, new PatientNumber(0), Token));
        Assert.Equal((0, 1), ((await _clinic.ReportAsync("doubt")).InDoubt, (await _clinic.ReportAsync("doubt")).Accepted));
    }

    [Fact]
    public async Task Messages_wait_for_the_patients_morning()
    {
        await OpenAsync(1, lab => lab.Add("a.example", LabManner.Kind, _clock), options => options with { Pacing = new() { Quiet = new(new(6, 0), new(8, 0)) } });
        // Noon UTC is seven in the morning in Massachusetts.
        await _clinic!.AddPatientsAsync(1, "a.example");
        await _clinic.ApprovedAsync(TestClinic.Content("night") with { Purpose = Purpose.GeneralHealth });
        await _clinic.Send.SendAsync("night", TestClinic.Author, Token);
        var report = await FinishAsync("night");
        Assert.Equal(1, report.Accepted);
        Assert.InRange(report.FirstAt!.Value, new DateTimeOffset(2026, 11, 24, 13, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 11, 24, 23, 0, 0, TimeSpan.Zero));
    }

    /// <summary>Turns the clock while nobody talks and nothing is written, until the campaign has ended; the sum holds on the way.</summary>
    private async Task<CampaignReport> FinishAsync(string name)
    {
        var ended = _clinic!.Send.WaitAsync(name, Token);
        var (quiet, since) = (0, TimeProvider.System.GetTimestamp());
        for (var look = 0; !ended.IsCompleted; look++)
        {
            var (before, began) = (Activity, TimeProvider.System.GetTimestamp());
            await Task.WhenAny(ended, Task.Delay(TimeSpan.FromMilliseconds(10), Token));
            await Task.Run(static () => { }, Token); // Behind whatever waits for a thread.
            if (before != Activity)
                since = TimeProvider.System.GetTimestamp();
            quiet = before == Activity && TimeProvider.System.GetElapsedTime(began) < Prompt ? quiet + 1 : 0;
            if (quiet < QuietLooks && TimeProvider.System.GetElapsedTime(since) < LongQuiet)
                continue;
            (quiet, since) = (0, TimeProvider.System.GetTimestamp());
            // Whoever is connected may wait for the rate; the others for their next try.
            _clock.Advance(_lab.Hosts.Any(host => host.Open > 0) ? TimeSpan.FromSeconds(1) : TimeSpan.FromSeconds(30));
            if (look % 20 == 0)
                Assert.True((await _clinic.ReportAsync(name)).AddsUp);
        }

        await ended;
        return await _clinic.ReportAsync(name);
    }

    private (long Touched, long Open, long Commits) Activity => (_lab.Hosts.Sum(host => host.Touched), _lab.Hosts.Sum(host => host.Open), ((SqliteDatabase)_clinic!.Context.Database).Commits);

    private async Task OpenAsync(int domains, Action<LabDomains>? add = null, Func<SendOptions, SendOptions>? adjust = null)
    {
        _lab = new LabDomains(domains, burst: 10, _clock);
        add?.Invoke(_lab);
        _clinic = await TestClinic.SendingUnderAsync(_clock, _lab.Options(TestClinic.Organisation.Domain) with { GiveUpAfter = TimeSpan.FromHours(2) }, adjust ?? (options => options), Token);
    }
}
