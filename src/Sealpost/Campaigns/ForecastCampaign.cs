using Sealpost.Consent;
using Sealpost.Content;
using Sealpost.Delivery;
using Sealpost.Organisations;
using Sealpost.Patients;

namespace Sealpost.Campaigns;

/// <summary>Decides and renders the whole audience as if the campaign were sent now, without sending or keeping anything.</summary>
internal sealed class ForecastCampaign(OrganisationContext context, SendOptions options, DestinationStore destinations)
{
    private readonly Dictionary<WithholdReason, (string Citation, long Count)> _withheld = [];
    private readonly SortedDictionary<string, long> _missing = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> _tiers = new(StringComparer.Ordinal);
    private long _lawful;

    public async Task<CampaignForecast> RunAsync(PreparedCampaign prepared, DateOnly asOf, CancellationToken cancellationToken)
    {
        var gate = new ConsentGate(await options.Policy(cancellationToken).ConfigureAwait(false));
        var audience = await context.Audience.ListAsync(prepared.Query, asOf, cancellationToken).ConfigureAwait(false);
        await foreach (var page in OpenPatients.PagesAsync(context, audience, 0, cancellationToken).ConfigureAwait(false))
        {
            var mailboxes = page.Select(patient => Look(prepared, gate, patient, asOf)).OfType<string>().ToList();
            var tiers = await destinations.TiersAsync([.. mailboxes.Select(EmailAddress.DomainOf).Distinct()], cancellationToken).ConfigureAwait(false);
            foreach (var mailbox in mailboxes)
                Count(_tiers, tiers.TryGetValue(EmailAddress.DomainOf(mailbox), out var tier) ? tier.ToString() : "unknown");
        }

        return new CampaignForecast
        {
            Selected = audience.Count,
            Lawful = _lawful,
            Withheld = [.. _withheld.OrderByDescending(pair => pair.Value.Count).Select(pair => new ReasonCount(pair.Key, pair.Value.Citation, pair.Value.Count))],
            MissingValues = [.. _missing.Select(pair => new FieldCount(pair.Key, pair.Value))],
            Class = prepared.Basis.Class,
            MinimumTier = MinimumTier(prepared.Basis.Class),
            Tiers = [.. _tiers.Select(pair => new TierCount(pair.Key, pair.Value))],
            NotEvaluated = [.. ConsentGate.NotEvaluated.Select(gate => new GateNote(gate.Gate, gate.Meaning))],
        };
    }

    /// <summary>Decides one patient; the mailbox of a lawful one.</summary>
    private string? Look(PreparedCampaign prepared, ConsentGate gate, OpenPatient patient, DateOnly asOf)
    {
        switch (OpenPatients.Decide(gate, prepared.Basis, patient, GateMoment.Selection, context.Time.GetUtcNow()))
        {
            case ConsentDecision.Permit permit:
                _lawful++;
                var footer = SenderFooters.ForPreview(context.Organisation);
                if (RenderMessage.Preview(prepared.Template, patient.Chart!, footer, asOf).MissingField is { } field)
                    Count(_missing, field);
                return permit.Address.Open();
            case ConsentDecision.Withhold withhold:
                var (_, count) = _withheld.GetValueOrDefault(withhold.Reason);
                _withheld[withhold.Reason] = (withhold.Citation, count + 1);
                return null;
            default:
                return null;
        }
    }

    private static void Count(SortedDictionary<string, long> counts, string key) => counts[key] = counts.GetValueOrDefault(key) + 1;

    private static Tier? MinimumTier(MessageClass messageClass) => messageClass switch
    {
        MessageClass.N0 or MessageClass.N1 => Tier.T2,
        MessageClass.N2 => Tier.T3,
        _ => null,
    };
}
