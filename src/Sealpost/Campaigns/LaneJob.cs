using Sealpost.Audience;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Organisations;
using Sealpost.Trust.Keys;

namespace Sealpost.Campaigns;

/// <summary>A due delivery with its patient opened, ready for its path.</summary>
internal sealed record LaneJob(DueDelivery Due, OpenPatient Patient, PatientKey? Key, long Stamp, IReadOnlyList<Engagement> Engagements) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Key?.Dispose();

    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>The two gates with the organisation's present rules, fetched anew for each page of patients.</summary>
internal sealed record Gates(ConsentGate Consent, TransportGate Transport);

/// <summary>Opens pages of due deliveries.</summary>
internal sealed class OpenJobs(OrganisationContext context, SendOptions options, ChangeWatch watch)
{
    /// <summary>The gates over the rules of this moment.</summary>
    public async Task<Gates> GatesAsync(CancellationToken cancellationToken) => new(
        new ConsentGate(await options.Policy(cancellationToken).ConfigureAwait(false)),
        await options.Transport(cancellationToken).ConfigureAwait(false));

    /// <summary>Opens the patients of some due deliveries.</summary>
    public async Task<IReadOnlyList<LaneJob>> OpenAsync(PreparedCampaign campaign, IReadOnlyList<DueDelivery> due, CancellationToken cancellationToken)
    {
        // Stamps first: a change between stamp and read makes the patient read again, never the other way round.
        var stamps = due.Select(row => watch.Stamp(row.Patient)).ToArray();
        var numbers = due.Select(row => row.Patient).ToArray();
        var opened = await context.Patients.OpenWithKeysAsync(numbers, cancellationToken).ConfigureAwait(false);
        // An erased patient has no key: there is nobody to seal a receipt for.
        var keys = opened.ToDictionary(one => one.Chart.Number, one => one.Key);
        var patients = await OpenPatients.WithConsentAsync(context, numbers, [.. opened.Select(one => one.Chart)], cancellationToken).ConfigureAwait(false);
        var engagements = await RecheckAudience.EngagementsAsync(context, campaign, numbers, cancellationToken).ConfigureAwait(false);
        return
        [
            .. due.Select((row, i) => new LaneJob(
                row, patients[i], keys.GetValueOrDefault(row.Patient), stamps[i], [.. engagements[row.Patient]])),
        ];
    }
}
