namespace Sealpost.Campaigns;

/// <summary>Where a campaign stands. Numbers are stored; names are shown.</summary>
public enum CampaignState
{
    /// <summary>Being written.</summary>
    Draft = 0,

    /// <summary>Waits for a second person.</summary>
    Submitted = 1,

    /// <summary>Approved as it stands; any change makes it a draft again.</summary>
    Approved = 2,

    /// <summary>Starts by itself at its time.</summary>
    Scheduled = 3,

    /// <summary>Messages leave.</summary>
    Sending = 4,

    /// <summary>Stopped for now; messages already in a connection's DATA end first.</summary>
    Paused = 5,

    /// <summary>Every selected patient has an outcome.</summary>
    Finished = 6,

    /// <summary>Stopped for good; patients not yet mailed are <see cref="Delivery.Outcome.Cancelled"/>.</summary>
    Cancelled = 7,
}

/// <summary>What a person or the clock does to a campaign.</summary>
internal enum CampaignAct
{
    Revise,
    Submit,
    SendBack,
    Approve,
    Schedule,
    Unschedule,
    Send,
    Pause,
    Resume,
    Cancel,
    BringBack,
    Finish,
}

/// <summary>Which act is lawful in which state, and what it leads to.</summary>
internal static class CampaignLifecycle
{
    /// <summary>The state after the act; null where the act is refused.</summary>
    public static CampaignState? After(CampaignState state, CampaignAct act) => (act, state) switch
    {
        (CampaignAct.Revise, <= CampaignState.Scheduled) => CampaignState.Draft,
        (CampaignAct.Submit, CampaignState.Draft) => CampaignState.Submitted,
        (CampaignAct.SendBack, CampaignState.Submitted) => CampaignState.Draft,
        (CampaignAct.Approve, CampaignState.Submitted) => CampaignState.Approved,
        (CampaignAct.Schedule, CampaignState.Approved or CampaignState.Scheduled) => CampaignState.Scheduled,
        (CampaignAct.Unschedule, CampaignState.Scheduled) => CampaignState.Approved,
        (CampaignAct.Send, CampaignState.Approved or CampaignState.Scheduled) => CampaignState.Sending,
        (CampaignAct.Pause, CampaignState.Sending) => CampaignState.Paused,
        (CampaignAct.Resume, CampaignState.Paused) => CampaignState.Sending,
        (CampaignAct.Cancel, < CampaignState.Finished) => CampaignState.Cancelled,
        (CampaignAct.BringBack, CampaignState.Cancelled) => CampaignState.Draft, // Only where nothing was started: CampaignStore.BringBackAsync.
        (CampaignAct.Finish, CampaignState.Sending) => CampaignState.Finished,
        _ => null,
    };

    /// <summary>What to do instead of a refused act, in words.</summary>
    public static string Advice(CampaignState state, CampaignAct act) => (act, state) switch
    {
        (CampaignAct.Approve or CampaignAct.Send or CampaignAct.Schedule, CampaignState.Draft) => "submit it, then have a second person approve it",
        (CampaignAct.Send or CampaignAct.Schedule, CampaignState.Submitted) => "a second person must approve it first",
        (CampaignAct.Revise, _) => "copy it and change the copy",
        (_, CampaignState.Finished or CampaignState.Cancelled) => "it is over; copy it to send again",
        (CampaignAct.SendBack, _) => "it is not waiting for approval",
        (CampaignAct.Unschedule, _) => "it is not scheduled",
        (CampaignAct.Send, CampaignState.Paused) => "resume it",
        _ => "look at its state first",
    };
}
