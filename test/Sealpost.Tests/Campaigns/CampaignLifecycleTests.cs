using CsCheck;
using Sealpost.Campaigns;

namespace Sealpost.Tests.Campaigns;

public sealed class CampaignLifecycleTests
{
    private static readonly Gen<CampaignAct> Acts = Gen.Enum<CampaignAct>();

    [Fact]
    public void The_way_from_draft_to_finished()
    {
        var state = CampaignState.Draft;
        foreach (var act in new[] { CampaignAct.Submit, CampaignAct.Approve, CampaignAct.Schedule, CampaignAct.Send, CampaignAct.Pause, CampaignAct.Resume, CampaignAct.Finish })
            state = Assert.NotNull(CampaignLifecycle.After(state, act));
        Assert.Equal(CampaignState.Finished, state);
    }

    [Fact]
    public void Nothing_is_sent_that_was_not_approved_as_it_stands() => Acts.List[1, 40].Sample(acts =>
    {
        var state = CampaignState.Draft;
        var approved = false;
        foreach (var act in acts)
        {
            if (CampaignLifecycle.After(state, act) is not { } after)
                continue;
            approved = act switch { CampaignAct.Approve => true, CampaignAct.Revise => false, _ => approved };
            state = after;
            if (state is CampaignState.Scheduled or CampaignState.Sending or CampaignState.Paused or CampaignState.Finished && !approved)
                return false;
        }

        return true;
    });

    [Fact]
    public void What_is_over_stays_over() => Gen.Select(Acts.Where(act => act != CampaignAct.BringBack), Gen.Bool.Select(finished => finished ? CampaignState.Finished : CampaignState.Cancelled)).Sample((act, state) =>
        CampaignLifecycle.After(state, act) is null && CampaignLifecycle.Advice(state, act).Contains("copy", StringComparison.Ordinal));

    [Fact]
    public void A_campaign_being_sent_cannot_be_changed()
    {
        Assert.Null(CampaignLifecycle.After(CampaignState.Sending, CampaignAct.Revise));
        Assert.Null(CampaignLifecycle.After(CampaignState.Paused, CampaignAct.Revise));
    }
}
