using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Organisations;

namespace Sealpost.Campaigns;

/// <summary>What campaigns need besides the open organisation. Delegates are asked anew while sending, so a changed setting or an expired agreement counts at once.</summary>
public sealed record SendOptions
{
    /// <summary>How mail leaves.</summary>
    public required DeliveryOptions Delivery { get; init; }

    /// <summary>Opens verified connections with the same options.</summary>
    public required ConnectDestination Connect { get; init; }

    /// <summary>The organisation's present policy, attested sources included.</summary>
    public required Func<CancellationToken, Task<ConsentPolicy>> Policy { get; init; }

    /// <summary>The transport gate over the register's present content.</summary>
    public required Func<CancellationToken, Task<TransportGate>> Transport { get; init; }

    /// <summary>Feeds accepted messages to the audience index: <c>OrganisationShards.NoteAcceptedAsync</c>.</summary>
    public required MessagesAccepted Accepted { get; init; }

    /// <summary>Folder of the sealed journal; outside every backup, on a disk that flushes.</summary>
    public required string JournalFolder { get; init; }

    /// <summary>Why nothing may be sent for now, in a sentence; null where sending goes on.</summary>
    /// <value>Default: null.</value>
    public string? Hold { get; init; }

    /// <summary>Why the patients here are sent nothing (they are made up), in sentences; null where they are. Asked anew before anything starts, whoever or whatever starts it.</summary>
    /// <value>Default: they are sent to.</value>
    public Func<string?> Barred { get; init; } = static () => null;

    /// <summary>The organisation lets campaigns count who follows links to its own pages.</summary>
    /// <value>Default: false.</value>
    public bool CountClicks { get; init; }

    /// <summary>Complaints per accepted message beyond which a campaign pauses by itself.</summary>
    /// <value>Default: 0.003.</value>
    public double ComplaintLimit { get; init; } = Returned.ComplaintCount.DefaultLimit;

    /// <summary>Whether unsubscribe links work, asked anew before a campaign that needs them starts.</summary>
    public required Func<CancellationToken, Task<Reachability>> Reach { get; init; }

    /// <summary>How messages wait on our page where the way to the mailbox is not protected well enough.</summary>
    public Pickup.PickupRules Pickup { get; init; } = new();

    /// <summary>Seals messages to patients' own certificates where the way is not protected well enough; null: none is sealed.</summary>
    public Sealpost.Delivery.Smime.SmimeMail? Smime { get; init; }

    /// <summary>How much leaves in a day and when.</summary>
    public Delivery.Pacing.PacingOptions Pacing { get; init; } = new();

    /// <summary>The way to the node that keeps a receiving host's pace; null: this process keeps all.</summary>
    internal Shards.AskPace? PaceRoute { get; init; }

    /// <summary>Told who answers for the paces kept on this node, once sending is open.</summary>
    internal Action<Shards.AskPace>? PaceOpened { get; init; }

    /// <summary>Destinations sent to at the same time, each over up to <see cref="DeliveryOptions.MaxConnections"/> connections.</summary>
    /// <value>Default 64.</value>
    public int MaxDestinations { get; init; } = 64;

    /// <summary>Why nothing may start now; null where it may.</summary>
    internal string? Stands => Hold ?? Barred();

    /// <summary>Refuses to start anything on hold, or to made-up patients.</summary>
    internal void RequireFree()
    {
        if (Stands is { } why)
            throw new RefusedException(why);
    }
}
