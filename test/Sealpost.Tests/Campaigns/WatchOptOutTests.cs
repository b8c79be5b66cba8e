using Microsoft.Extensions.Time.Testing;
using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Organisations;
using Sealpost.Reports;

namespace Sealpost.Tests.Campaigns;

/// <summary>Mail that has to offer an opt-out goes on only while the opt-out works. 15 USC 7704(a)(3)(A).</summary>
public sealed class WatchOptOutTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = TestClinic.NewClock();
    private readonly string _folder = Directory.CreateTempSubdirectory("sealpost-optout-").FullName;
    private TestClinic _clinic = null!;

    private static CancellationToken Token => TestClinic.Token;

    public async ValueTask InitializeAsync() => _clinic = await OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await _clinic.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_campaign_of_days_pauses_by_itself_where_its_opt_out_is_gone()
    {
        await BeginAsync(Purpose.OwnProduct);
        Gone();
        var stopped = _clinic.Send.WaitAsync("one", Token);
        await Eventually.TrueAsync(() => Task.FromResult(Turned(stopped)), "the campaign pauses", Token);
        Assert.Equal(CampaignState.Paused, (await _clinic.ReportAsync("one")).State);
        using var progress = new WatchProgress(_clinic.Context);
        using var home = new ReadHome(_clinic.Context, progress);
        var need = Assert.Single((await home.RunAsync(TestClinic.Author, Token)).Needs, need => need.Kind == NeedKind.PausedItself);
        Assert.Contains("unsubscribe", need.Words, StringComparison.Ordinal);

        var refused = await Assert.ThrowsAsync<RefusedException>(() => _clinic.Send.ResumeAsync("one", null, TestClinic.Author, Token));
        Assert.Contains("nothing listens", refused.Message, StringComparison.Ordinal);
        _clinic.Reach = _clinic.Reach with { IsReachable = true };
        await _clinic.Send.ResumeAsync("one", null, TestClinic.Author, Token);
        Assert.Equal(CampaignState.Sending, (await _clinic.ReportAsync("one")).State);
    }

    [Fact]
    public async Task After_a_restart_it_is_asked_before_anything_is_sent()
    {
        await BeginAsync(Purpose.OwnProduct);
        await _clinic.DisposeAsync();
        _clinic = await OpenAsync();
        Gone();
        Assert.Equal(1, await _clinic.Send.ResumeAllAsync(Token));
        var stopped = _clinic.Send.WaitAsync("one", Token);
        await Eventually.TrueAsync(() => Task.FromResult(Turned(stopped)), "the campaign pauses", Token);
        Assert.Equal(CampaignState.Paused, (await _clinic.ReportAsync("one")).State);
    }

    [Fact]
    public async Task A_server_that_is_soon_back_pauses_nothing()
    {
        await BeginAsync(Purpose.OwnProduct);
        var asked = 0;
        _clinic.Adjust(options => options with { Reach = _ => Task.FromResult(_clinic.Reach with { IsReachable = Interlocked.Increment(ref asked) % 3 == 0 }) });
        _clinic.Send.UseOptions(_clinic.Options);
        var stopped = _clinic.Send.WaitAsync("one", Token);
        await Eventually.TrueAsync(() => Task.FromResult(Turned(stopped) || asked > 6), "it was asked a few times", Token);
        Assert.Equal(CampaignState.Sending, (await _clinic.ReportAsync("one")).State);
    }

    private bool Turned(Task stopped)
    {
        _clock.Advance(TimeSpan.FromMinutes(1));
        return stopped.IsCompleted;
    }

    private void Gone() => _clinic.Reach = new Reachability(false, "Unsubscribe links do not work: nothing listens there.", DateTimeOffset.UnixEpoch);

    private async Task BeginAsync(Purpose purpose)
    {
        await _clinic.AddPatientsAsync(2, "a.example");
        await _clinic.ApprovedAsync(TestClinic.Content("one") with { Purpose = purpose });
        await _clinic.Send.SendAsync("one", TestClinic.Author, Token);
    }

    // Nobody listens where mail would go, so that every message waits.
    private Task<TestClinic> OpenAsync() => TestClinic.SendingUnderAsync(
        _clock,
        new DeliveryOptions { HeloName = TestClinic.Organisation.Domain, GiveUpAfter = TimeSpan.FromDays(30), Routes = new Dictionary<string, DeliveryRoute> { ["*"] = new("127.0.0.1", Ports.Take(), "mx.a.example") } },
        options => options,
        _folder,
        null,
        database => database,
        Token);
}
