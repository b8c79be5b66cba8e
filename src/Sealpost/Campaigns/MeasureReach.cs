using Sealpost.Audience;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Organisations;
using Sealpost.Shards;

namespace Sealpost.Campaigns;

/// <summary>Joins what the shards say of an audience's legal basis with the tiers last seen at the mail hosts.</summary>
internal sealed class MeasureReach(OrganisationContext context, MeasureAudience measure, Func<CancellationToken, Task<ConsentPolicy>> policy)
{
    public async Task<AudienceFunnel> RunAsync(AudienceQuery query, Purpose purpose, DateOnly asOf, ShowCounts show, CancellationToken cancellationToken)
    {
        var (messageClass, categories) = await ClassifyAudience.OfAsync(query, context.Organisation, new CampaignStore(context), cancellationToken).ConfigureAwait(false);
        if (categories.Count > 0)
            messageClass = MessageClass.N3;
        var gate = await GateAsync(purpose, messageClass, categories, cancellationToken).ConfigureAwait(false);
        var (verdicts, domains) = await measure.ReachAsync(query, gate, asOf, cancellationToken).ConfigureAwait(false);
        var minimum = ForecastCampaign.MinimumTier(messageClass);
        var tiers = await new DestinationStore(context).TiersAsync([.. domains.Keys], cancellationToken).ConfigureAwait(false);
        var hosts = domains.ToLookup(
            domain => !tiers.TryGetValue(domain.Key, out var tier) ? HostSeen.Never : minimum is { } least && tier >= least ? HostSeen.GoodEnough : HostSeen.TooWeak,
            domain => domain.Value);
        return new AudienceFunnel
        {
            Matched = show.Show(Sum(verdicts.Select(cell => cell.Patients))),
            Lawful = show.Show(Sum(verdicts.Where(cell => cell.Reason is null).Select(cell => cell.Patients))),
            Reachable = show.Show(Sum(hosts[HostSeen.GoodEnough])),
            NotSeenYet = show.Show(Sum(hosts[HostSeen.Never])),
            TooWeak = show.Show(Sum(hosts[HostSeen.TooWeak])),
            Withheld = [.. verdicts.Where(cell => cell.Reason is not null).OrderByDescending(cell => cell.Patients.Count).ThenBy(cell => cell.Reason)
                .Select(cell => new FunnelReason(cell.Reason!.Value, cell.Citation, show.Show(cell.Patients)))],
            Class = messageClass,
            Categories = [.. categories.Order(StringComparer.Ordinal)],
            MinimumTier = minimum,
        };
    }

    private async Task<GateQuestion> GateAsync(Purpose purpose, MessageClass messageClass, HashSet<string> categories, CancellationToken cancellationToken)
    {
        var now = await policy(cancellationToken).ConfigureAwait(false);
        return new GateQuestion
        {
            Purpose = purpose,
            IsPaid = purpose == Purpose.MarketingPaid,
            Class = messageClass,
            Categories = [.. categories],
            FrequencyCap = now.FrequencyCap,
            CapPeriod = now.CapPeriod,
            AttestedSources = [.. now.AttestedSources],
            TimeZone = now.TimeZone.Id,
            AdultAge = now.AdultAge,
            Now = context.Time.GetUtcNow(),
        };
    }

    private static PatientSet Sum(IEnumerable<PatientSet> sets) => sets.Aggregate(default(PatientSet), static (sum, set) => sum + set);

    private enum HostSeen
    {
        Never,
        GoodEnough,
        TooWeak,
    }
}
