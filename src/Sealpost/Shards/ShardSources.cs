using Sealpost.Audience;
using Sealpost.Consent;
using Sealpost.Patients;
using Sealpost.Trust.Keys;

namespace Sealpost.Shards;

/// <summary>Reads what became of earlier campaigns, for some patients. Absent patients have no history.</summary>
public delegate Task<ILookup<PatientNumber, Engagement>> LoadEngagements(IReadOnlyCollection<PatientNumber> patients, CancellationToken cancellationToken);

/// <summary>Reads the numbers of all campaigns of the organisation by name.</summary>
public delegate Task<IReadOnlyDictionary<string, long>> LoadCampaignNumbers(CancellationToken cancellationToken);

/// <summary>Reads the consent states of patients, given their open charts: <see cref="ConsentStore.LoadAsync"/>.</summary>
public delegate Task<IReadOnlyDictionary<PatientNumber, ConsentState>> LoadConsent(IReadOnlyCollection<Chart> charts, CancellationToken cancellationToken);

/// <summary>Where the shards of one organisation read from.</summary>
/// <param name="Patients">Sealed charts.</param>
/// <param name="Consent">Consent states.</param>
/// <param name="Engagements">Histories.</param>
/// <param name="Campaigns">Campaign numbers by name.</param>
/// <param name="TimeZone">The organisation's time zone, in which a revocation ends a day.</param>
public sealed record ShardSources(PatientStore Patients, LoadConsent Consent, LoadEngagements Engagements, LoadCampaignNumbers Campaigns, TimeZoneInfo TimeZone)
{
    /// <summary>No campaign was ever sent.</summary>
    public static LoadEngagements NoEngagements { get; } = static (_, _) => Task.FromResult(Enumerable.Empty<Engagement>().ToLookup(static _ => default(PatientNumber)));

    /// <summary>There are no campaigns.</summary>
    public static LoadCampaignNumbers NoCampaigns { get; } = static _ => Task.FromResult<IReadOnlyDictionary<string, long>>(new Dictionary<string, long>());

    /// <summary>The views of some open charts, with the consent states they rest on.</summary>
    internal async Task<IReadOnlyList<(PatientView View, ConsentState State)>> ViewsAsync(IReadOnlyCollection<Chart> charts, CancellationToken cancellationToken)
    {
        if (charts.Count == 0)
            return [];
        var states = await Consent(charts, cancellationToken);
        var engagements = await Engagements([.. charts.Select(chart => chart.Number)], cancellationToken);
        return [.. charts.Select(chart =>
        {
            var state = states.TryGetValue(chart.Number, out var found) ? found : new ConsentState { Patient = chart.Number };
            return (new PatientView(chart, [.. AuthorizedPurposes.Of(state, TimeZone)], [.. engagements[chart.Number]]), state);
        })];
    }
}
