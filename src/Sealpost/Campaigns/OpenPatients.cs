using System.Runtime.CompilerServices;
using Sealpost.Consent;
using Sealpost.Organisations;
using Sealpost.Patients;
using Sealpost.Trust.Keys;

namespace Sealpost.Campaigns;

/// <summary>A patient opened for a decision: chart and consent state of one moment. A null chart is an erased patient.</summary>
internal sealed record OpenPatient(PatientNumber Number, Chart? Chart, ConsentState State)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>Opens patients page by page, so that memory stays flat whatever the audience's size.</summary>
internal static class OpenPatients
{
    /// <summary>Patients opened at once.</summary>
    public const int PageSize = 1_024;

    /// <summary>Opens some patients with their consent states, in the order given.</summary>
    public static async Task<IReadOnlyList<OpenPatient>> LoadAsync(OrganisationContext context, IReadOnlyCollection<PatientNumber> patients, CancellationToken cancellationToken) =>
        await WithConsentAsync(context, patients, await context.Patients.OpenManyAsync(patients, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    /// <summary>Adds consent states to charts that are open, in the order given.</summary>
    public static async Task<IReadOnlyList<OpenPatient>> WithConsentAsync(
        OrganisationContext context, IReadOnlyCollection<PatientNumber> patients, IReadOnlyList<Chart> charts, CancellationToken cancellationToken)
    {
        var states = await context.Consent.LoadAsync(charts, cancellationToken).ConfigureAwait(false);
        var byNumber = charts.ToDictionary(chart => chart.Number);
        return
        [
            .. patients.Select(number => byNumber.TryGetValue(number, out var chart)
                ? new OpenPatient(number, chart, states[number])
                : new OpenPatient(number, null, new ConsentState { Patient = number })),
        ];
    }

    /// <summary>Opens an audience in pages; the first is small, so that sending begins at once.</summary>
    public static async IAsyncEnumerable<IReadOnlyList<OpenPatient>> PagesAsync(
        OrganisationContext context, IReadOnlyList<PatientNumber> audience, int start, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var size = 128;
        for (var at = start; at < audience.Count;)
        {
            var page = new PatientNumber[Math.Min(size, audience.Count - at)];
            for (var i = 0; i < page.Length; i++)
                page[i] = audience[at + i];
            at += page.Length;
            size = PageSize;
            yield return await LoadAsync(context, page, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The legal-basis decision for an opened patient; an erased one is withheld.</summary>
    public static ConsentDecision Decide(ConsentGate gate, CampaignBasis basis, OpenPatient patient, GateMoment moment, DateTimeOffset now) =>
        patient.Chart is null
            ? new ConsentDecision.Withhold(WithholdReason.Erased, "45 CFR 164.502(a)")
            : gate.Decide(basis, patient.Chart.Head, patient.State, moment, now);
}
