using Sealpost.Consent;
using Sealpost.Organisations;
using Sealpost.Patients;
using Sealpost.Trust.Keys;

namespace Sealpost.ForPatients;

/// <summary>A patient who came by a link of ours: whose link it is, and the record behind it. The link proves no identity; it allows what costs the patient nothing, such as opting out.</summary>
/// <param name="Organisation">Whose patient.</param>
/// <param name="Link">What the link says.</param>
/// <param name="Chart">The record; null where it was erased: opting out still works.</param>
/// <param name="State">What the patient allows and forbids now.</param>
internal sealed record PatientVisit(OrganisationContext Organisation, UnsubscribeToken Link, Chart? Chart, ConsentState State)
{
    /// <summary>Who.</summary>
    public PatientNumber Patient => Link.Patient;

    /// <summary>The language on record where it is one of ours: <c>en</c> or <c>es</c>.</summary>
    public string? Language => Chart?.Head.Language?.Split('-', '_')[0].ToLowerInvariant() is ("es" or "en") and var language ? language : null;

    /// <summary>The mailbox that the link was sent to, where the record still has it.</summary>
    public string? Mailbox => Chart is null ? null : LookupKey.Of(Chart.Head)
        .Where(key => key.Kind == "email")
        .Select(key => key.Value)
        .FirstOrDefault(mailbox => ConsentTables.BlindOf(Organisation.Keys, "email", mailbox).AsSpan().SequenceEqual(Link.Mailbox.Span));

    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>Opens links of patients.</summary>
internal static class OpenVisit
{
    /// <summary>The visit of a link from an email; null where it is not this organisation's.</summary>
    public static async Task<PatientVisit?> ByTokenAsync(OrganisationContext organisation, string token, CancellationToken cancellationToken) =>
        UnsubscribeToken.Read(organisation.Keys, token) is { } link ? await OfAsync(organisation, link, cancellationToken).ConfigureAwait(false) : null;

    /// <summary>The visit of a link that ends; null where it is of another kind or organisation, or has ended.</summary>
    public static async Task<(PatientVisit Visit, PatientLink Link)?> ByLinkAsync(OrganisationContext organisation, PatientLinkKind kind, string token, CancellationToken cancellationToken)
    {
        if (PatientLink.Read(organisation.Keys, kind, token) is not { } link || link.IsExpired(organisation.Time.GetUtcNow()))
            return null;
        return (await OfAsync(organisation, new UnsubscribeToken(organisation.Organisation.Id, link.Campaign, link.Patient, link.Mailbox), cancellationToken).ConfigureAwait(false), link);
    }

    /// <summary>The visit of whoever holds this link.</summary>
    public static async Task<PatientVisit> OfAsync(OrganisationContext organisation, UnsubscribeToken link, CancellationToken cancellationToken)
    {
        var chart = await organisation.Patients.OpenAsync(link.Patient, cancellationToken).ConfigureAwait(false);
        var state = chart is null
            ? new ConsentState { Patient = link.Patient }
            : (await organisation.Consent.LoadAsync([chart], cancellationToken).ConfigureAwait(false))[link.Patient];
        return new PatientVisit(organisation, link, chart, state);
    }
}
