using Sealpost.Consent;
using Sealpost.Delivery;

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

    /// <summary>Destinations sent to at the same time, each over up to <see cref="DeliveryOptions.MaxConnections"/> connections.</summary>
    /// <value>Default 64.</value>
    public int MaxDestinations { get; init; } = 64;
}
