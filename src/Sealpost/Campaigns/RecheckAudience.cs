using Sealpost.Audience;
using Sealpost.Organisations;
using Sealpost.Trust.Keys;

namespace Sealpost.Campaigns;

/// <summary>What a re-check at send time needs besides the chart: whether a selected patient still belongs to the audience on the as-of date fixed at approval. It may only withhold.</summary>
internal static class RecheckAudience
{
    /// <summary>Earlier campaigns' outcomes of some patients; empty where the query does not ask for them.</summary>
    public static async Task<ILookup<PatientNumber, Engagement>> EngagementsAsync(
        OrganisationContext context, PreparedCampaign campaign, IReadOnlyCollection<PatientNumber> patients, CancellationToken cancellationToken) =>
        campaign.Query.Campaigns().Count == 0
            ? Enumerable.Empty<Engagement>().ToLookup(_ => default(PatientNumber))
            : await new CampaignHistory(context.Database, context.Keys, context.Organisation.TimeZone).LoadAsync(patients, cancellationToken).ConfigureAwait(false);
}
