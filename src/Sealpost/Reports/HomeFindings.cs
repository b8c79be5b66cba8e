using Sealpost.Campaigns;

namespace Sealpost.Reports;

/// <summary>What asks for somebody.</summary>
public enum NeedKind
{
    /// <summary>A campaign waits for this person's approval.</summary>
    Approval,

    /// <summary>A campaign of this person's was sent back.</summary>
    SentBack,

    /// <summary>An approved campaign waits to be started.</summary>
    ReadyToSend,

    /// <summary>A scheduled campaign's time has come, and it does not start.</summary>
    MissedStart,

    /// <summary>A paused campaign waits to be resumed or cancelled.</summary>
    Paused,

    /// <summary>A campaign paused by itself because too many patients complained.</summary>
    PausedItself,

    /// <summary>Messages are in doubt.</summary>
    InDoubt,

    /// <summary>A receiving domain takes nothing, or is not protected well enough.</summary>
    FailingDomain,

    /// <summary>A receiving domain is less well protected than it was.</summary>
    LoweredDomain,

    /// <summary>DNS answers are not validated here, so that DANE is off.</summary>
    Dnssec,

    /// <summary>A certificate ends soon, or has ended.</summary>
    CertificateEnding,

    /// <summary>The policy that protects a receiving domain cannot be refreshed and ends.</summary>
    PolicyEnding,

    /// <summary>Too many patients report messages as unwanted.</summary>
    Complaints,

    /// <summary>Messages came back for what we are or send.</summary>
    Refused,

    /// <summary>Patients wait for an answer.</summary>
    Replies,

    /// <summary>Messages on our page were not read and their links end soon.</summary>
    PickupEnding,

    /// <summary>Patients whom a message about their care did not reach by email, and whom nobody has told otherwise.</summary>
    NotReached,

    /// <summary>Patients whose address works no more, or who complained about care.</summary>
    AddressFailed,
}

/// <summary>Something that asks for this person.</summary>
/// <param name="Kind">What.</param>
/// <param name="Campaign">Which campaign; null where it is about none.</param>
/// <param name="Name">Its name, or the domain's.</param>
/// <param name="Words">What is the matter and what to do, in a sentence.</param>
/// <param name="Since">UTC.</param>
public sealed record Need(NeedKind Kind, long? Campaign, string Name, string Words, DateTimeOffset Since)
{
    /// <summary>Its kind; never its name.</summary>
    public override string ToString() => Kind.ToString();
}

/// <summary>A campaign that runs, with how far it is.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Name">Its name.</param>
/// <param name="Progress">How far it is.</param>
/// <param name="StartsAt">UTC instant at which the clock starts it; null where it has begun.</param>
public sealed record RunningCampaign(long Id, string Name, CampaignProgress Progress, DateTimeOffset? StartsAt)
{
    /// <summary>Its number; never its name.</summary>
    public override string ToString() => $"campaign {Id}";
}

/// <summary>What a person's first page shows.</summary>
/// <param name="Needs">What asks for this person, most urgent first.</param>
/// <param name="Running">Campaigns being sent, paused or about to start by the clock.</param>
/// <param name="Results">The last campaigns that ended, newest first.</param>
/// <param name="ComplaintRate">Complaints per accepted message over the last 30 days; null where nothing was accepted.</param>
/// <param name="ComplaintRateBefore">The same over the 30 days before.</param>
public sealed record HomeFindings(
    IReadOnlyList<Need> Needs, IReadOnlyList<RunningCampaign> Running, IReadOnlyList<ComparedCampaign> Results, double? ComplaintRate, double? ComplaintRateBefore);
