using Microsoft.Extensions.Time.Testing;
using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Organisations;
using Sealpost.Reports;
using Sealpost.Storage;

namespace Sealpost.Tests.Campaigns;

/// <summary>A campaign that asks for a time starts at it, once approved, whatever comes between. Its audience is empty, so that it finishes as soon as it starts.</summary>
public sealed class ScheduledStartTests : IAsyncDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(10);

    private readonly FakeTimeProvider _clock = TestClinic.NewClock();
    private TestClinic _clinic = null!;
    private string? _barred;

    private static CancellationToken Token => TestClinic.Token;

    public async ValueTask DisposeAsync()
    {
        if (_clinic is not null)
            await _clinic.DisposeAsync();
    }

    [Fact]
    public async Task Approved_in_time_it_starts_by_itself_as_its_author_asked()
    {
        await OpenAsync();
        var at = _clock.GetUtcNow() + Soon;
        await _clinic.ApprovedAsync(TestClinic.Content("flu") with { Schedule = at });
        var approved = await _clinic.Desk.GetAsync("flu", Token);
        Assert.Equal((CampaignState.Scheduled, at), (approved.State, approved.ScheduledAt));
        Assert.Equal(at, Assert.Single((await HomeAsync()).Running).StartsAt);
        await ComesAsync(CampaignState.Finished);
        Assert.True((await _clinic.Desk.GetAsync("flu", Token)).StartedAt >= at);
        Assert.Equal(["campaign.scheduled u-author"], await _clinic.LedgerAsync("campaign.scheduled"));
        Assert.Equal(["campaign.started system"], await _clinic.LedgerAsync("campaign.started"));
    }

    [Fact]
    public async Task Approved_too_late_it_starts_nothing_and_says_so_at_home()
    {
        await OpenAsync();
        await _clinic.Desk.CreateAsync(TestClinic.Content("flu") with { Schedule = _clock.GetUtcNow() + Soon }, TestClinic.Author, Token);
        await _clinic.Desk.SubmitAsync("flu", TestClinic.Author, Token);
        _clock.Advance(Soon);
        Assert.Equal(CampaignState.Approved, (await _clinic.Desk.ApproveAsync("flu", TestClinic.Approver, Token)).State);
        var need = Assert.Single((await HomeAsync()).Needs);
        Assert.Equal(NeedKind.ReadyToSend, need.Kind);
        Assert.Contains("is past", need.Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_moved_and_taken_off_again_and_what_a_person_did_goes_before_the_clock()
    {
        await OpenAsync();
        var at = _clock.GetUtcNow() + Soon;
        await _clinic.ApprovedAsync(TestClinic.Content("flu") with { Schedule = at });
        await _clinic.Send.ScheduleAsync("flu", at + Soon, TestClinic.Author, Token);
        await Assert.ThrowsAsync<RefusedException>(() => DueAsync(at));
        await _clinic.Send.UnscheduleAsync("flu", TestClinic.Approver, Token);
        var off = await _clinic.Desk.GetAsync("flu", Token);
        Assert.Equal((CampaignState.Approved, null), (off.State, off.ScheduledAt));
        Assert.NotNull(off.ApprovedHash);
        await Assert.ThrowsAsync<RefusedException>(() => DueAsync(at + Soon));
        Assert.Contains("not scheduled", (await Assert.ThrowsAsync<RefusedException>(() => _clinic.Send.UnscheduleAsync("flu", TestClinic.Author, Token))).Message, StringComparison.Ordinal);
        await _clinic.Send.ScheduleAsync("flu", _clock.GetUtcNow() + Soon, TestClinic.Author, Token);
        await ComesAsync(CampaignState.Finished);
    }

    [Fact]
    public async Task A_start_after_the_last_day_is_refused()
    {
        await OpenAsync();
        await _clinic.ApprovedAsync(TestClinic.Content("flu") with { NotAfter = _clinic.Context.Today });
        await Assert.ThrowsAsync<RefusedException>(() => _clinic.Send.ScheduleAsync("flu", _clock.GetUtcNow().AddDays(1), TestClinic.Author, Token));
    }

    [Fact]
    public async Task A_refused_start_is_said_at_home_and_made_up_for()
    {
        await OpenAsync();
        _clinic.Reach = new Reachability(false, "Nothing listens there.", DateTimeOffset.UnixEpoch);
        await _clinic.ApprovedAsync(TestClinic.Content("flu") with { Purpose = Purpose.OwnProduct, Schedule = _clock.GetUtcNow() + Soon });
        Assert.Empty((await HomeAsync()).Needs);
        await MissedAsync("Nothing listens there.");
        var need = Assert.Single((await HomeAsync()).Needs);
        Assert.Equal((NeedKind.MissedStart, "flu"), (need.Kind, need.Name));
        Assert.StartsWith("Scheduled, but cannot start: ", need.Words, StringComparison.Ordinal);
        _clinic.Reach = _clinic.Reach with { IsReachable = true };
        await ComesAsync(CampaignState.Finished);
        Assert.Empty((await HomeAsync()).Needs);
    }

    [Fact]
    public async Task A_store_that_fails_does_not_end_the_waiting()
    {
        FailingDatabase failing = null!;
        await OpenAsync(database => failing = new FailingDatabase(database, afterCommit: false));
        await _clinic.ApprovedAsync(TestClinic.Content("flu") with { Schedule = _clock.GetUtcNow().AddSeconds(20) });
        failing.FailAfter(0);
        await MissedAsync("An error came between");
        failing.FailAfter(int.MaxValue);
        await ComesAsync(CampaignState.Finished);
    }

    [Fact]
    public async Task Nothing_starts_where_patients_are_made_up_by_hand_or_by_the_clock()
    {
        await OpenAsync();
        await _clinic.ApprovedAsync(TestClinic.Content("flu") with { Schedule = _clock.GetUtcNow() + Soon });
        await _clinic.ApprovedAsync(TestClinic.Content("other"));
        _barred = "The patients here are made up.";
        foreach (var attempt in new Func<Task>[] { () => _clinic.Send.SendAsync("other", TestClinic.Author, Token), () => _clinic.Send.ScheduleAsync("other", _clock.GetUtcNow() + Soon, TestClinic.Author, Token), () => _clinic.Send.ResumeAsync("other", null, TestClinic.Author, Token) })
            Assert.Equal(_barred, (await Assert.ThrowsAsync<RefusedException>(attempt)).Message);
        await MissedAsync(_barred);
        await _clinic.ApprovedAsync(TestClinic.Content("third") with { Schedule = _clock.GetUtcNow() + Soon });
        Assert.Equal(CampaignState.Approved, (await _clinic.Desk.GetAsync("third", Token)).State);
        _barred = null;
        await ComesAsync(CampaignState.Finished);
    }

    [Fact]
    public void Start_and_rate_are_signed_and_approvals_of_before_hold()
    {
        // Over "sealpost-approval-1", which named neither: what such an approval signed never changes.
        const string before = "bd4304d9da43f47dca65863d3f2eae3886b4204eaa99f4f922a016f400714a79";
        var content = TestClinic.Content("a") with { Rate = 5, Schedule = DateTimeOffset.UnixEpoch };
        Assert.True(content.IsSignedBy(before, "h"));
        Assert.False((content with { Subject = "Other" }).IsSignedBy(before, "h"));
        Assert.False(content.IsSignedBy(null, "h"));
        var now = content.ApprovalHash("h");
        Assert.True(content.IsSignedBy(now, "h"));
        CampaignContent[] others = [content with { Rate = 6 }, content with { Schedule = null }, content with { PatientTime = DateTime.UnixEpoch }];
        Assert.All(others, other => Assert.False(other.IsSignedBy(now, "h")));
    }

    /// <summary>What the clock does at an instant.</summary>
    private async Task DueAsync(DateTimeOffset at) =>
        await _clinic.Desk.Store.TransitAsync(new CampaignTransition((await _clinic.Desk.GetAsync("flu", Token)).Id, CampaignAct.Send, "system") { DueAt = at }, Token);

    private Task ComesAsync(CampaignState state) => TurnedAsync(async () => (await _clinic.Desk.GetAsync("flu", Token)).State == state, $"the campaign is {state}");

    private Task MissedAsync(string why) => TurnedAsync(() => Task.FromResult(_clinic.Send.Missed(1)?.Why.Contains(why, StringComparison.Ordinal) == true), "the start is missed");

    /// <summary>Turns the clock by half a minute at each look.</summary>
    private Task TurnedAsync(Func<Task<bool>> condition, string what) => Eventually.TrueAsync(
        () =>
        {
            _clock.Advance(TimeSpan.FromSeconds(30));
            return condition();
        },
        what,
        Token);

    private async Task<HomeFindings> HomeAsync()
    {
        using var progress = new WatchProgress(_clinic.Context);
        using var home = new ReadHome(_clinic.Context, progress) { Missed = _clinic.Send.Missed };
        return await home.RunAsync(TestClinic.Author, Token);
    }

    private async Task OpenAsync(Func<IDatabase, IDatabase>? wrap = null) => _clinic = await TestClinic.SendingUnderAsync(
        _clock, new DeliveryOptions { HeloName = TestClinic.Organisation.Domain }, options => options with { Barred = () => _barred }, null, null, wrap ?? (database => database), Token);
}
