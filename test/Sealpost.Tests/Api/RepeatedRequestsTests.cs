using System.Text;
using Sealpost.Organisations;
using Sealpost.Tests.Campaigns;

namespace Sealpost.Tests.Api;

public sealed class RepeatedRequestsTests
{
    private static readonly KeptReply Created = new(201, "application/json", Encoding.UTF8.GetBytes("{\"id\":7}"));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_second_request_gets_the_first_ones_answer()
    {
        await using var clinic = await TestClinic.CreateAsync();
        var requests = new RepeatedRequests(clinic.Context);
        Assert.Null(await requests.ClaimAsync("u-1", "k", "POST /x", Token));
        await requests.KeepAsync("u-1", "k", Created, Token);
        var kept = await requests.ClaimAsync("u-1", "k", "POST /x", Token);
        Assert.Equal((201, "application/json", "{\"id\":7}"), (kept!.Status, kept.ContentType, Encoding.UTF8.GetString(kept.Body)));
    }

    [Fact]
    public async Task A_key_of_another_request_is_refused()
    {
        await using var clinic = await TestClinic.CreateAsync();
        var requests = new RepeatedRequests(clinic.Context);
        await requests.ClaimAsync("u-1", "k", "POST /x", Token);
        await requests.KeepAsync("u-1", "k", Created, Token);
        await Assert.ThrowsAsync<RefusedException>(() => requests.ClaimAsync("u-1", "k", "POST /y", Token));
    }

    [Fact]
    public async Task A_request_that_has_not_ended_is_not_run_again()
    {
        await using var clinic = await TestClinic.CreateAsync();
        var requests = new RepeatedRequests(clinic.Context);
        await requests.ClaimAsync("u-1", "k", "POST /x", Token);
        var refused = await Assert.ThrowsAsync<RefusedException>(() => requests.ClaimAsync("u-1", "k", "POST /x", Token));
        Assert.Equal(RefusalKind.Changed, refused.Kind);
    }

    [Fact]
    public async Task Two_callers_keys_never_meet()
    {
        await using var clinic = await TestClinic.CreateAsync();
        var requests = new RepeatedRequests(clinic.Context);
        await requests.ClaimAsync("u-1", "k", "POST /x", Token);
        Assert.Null(await requests.ClaimAsync("u-2", "k", "POST /x", Token));
    }

    [Fact]
    public async Task A_request_that_failed_by_our_fault_may_be_tried_again()
    {
        await using var clinic = await TestClinic.CreateAsync();
        var requests = new RepeatedRequests(clinic.Context);
        await requests.ClaimAsync("u-1", "k", "POST /x", Token);
        await requests.ReleaseAsync("u-1", "k", Token);
        Assert.Null(await requests.ClaimAsync("u-1", "k", "POST /x", Token));
    }

    [Fact]
    public async Task A_key_is_free_again_after_a_day()
    {
        await using var clinic = await TestClinic.CreateAsync();
        var requests = new RepeatedRequests(clinic.Context);
        await requests.ClaimAsync("u-1", "k", "POST /x", Token);
        clinic.Clock.Advance(RepeatedRequests.Kept + TimeSpan.FromMinutes(1));
        Assert.Null(await requests.ClaimAsync("u-1", "k", "POST /y", Token));
    }
}
