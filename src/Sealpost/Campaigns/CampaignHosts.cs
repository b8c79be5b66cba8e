using Sealpost.Organisations;

namespace Sealpost.Campaigns;

/// <summary>Hosts that a message may load images from or point at as the organisation's own.</summary>
internal static class CampaignHosts
{
    public static IReadOnlySet<string> Of(Organisation organisation) => OwnHosts.Of(organisation);
}
