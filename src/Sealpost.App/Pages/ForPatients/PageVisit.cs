using Sealpost.App.Hosting;
using Sealpost.Consent;
using Sealpost.ForPatients;

namespace Sealpost.App.Pages.ForPatients;

/// <summary>A request for a patient page whose link is good: the organisation, the patient behind the link, the language.</summary>
/// <param name="Organisation">Whose page.</param>
/// <param name="Visit">Who came.</param>
/// <param name="Words">Language.</param>
/// <param name="Token">The link's token, for links on the page.</param>
internal sealed record PageVisit(OpenOrganisation Organisation, PatientVisit Visit, Words Words, string Token)
{
    /// <summary>What the link itself says, where it is one that ends.</summary>
    public PatientLink? Link { get; init; }

    /// <summary>A page of this visit.</summary>
    public PatientPage Page(string path, string title, Html body) => new(Words, Organisation.PublicName, path, title, body);

    /// <summary>The visit of an unsubscribe or preference link; null where it is not ours.</summary>
    public static async Task<PageVisit?> ByTokenAsync(Installation installation, HttpRequest request, string token, CancellationToken cancellationToken)
    {
        if (await OrganisationOfAsync(installation, token, cancellationToken).ConfigureAwait(false) is not { } organisation
            || await OpenVisit.ByTokenAsync(organisation.Context, token, cancellationToken).ConfigureAwait(false) is not { } visit)
            return null;
        return new PageVisit(organisation, visit, Words.For(request, visit.Language), token);
    }

    /// <summary>The visit of a link that ends; null where it is not ours, of another kind, or has ended.</summary>
    public static async Task<PageVisit?> ByLinkAsync(Installation installation, HttpRequest request, PatientLinkKind kind, string token, CancellationToken cancellationToken)
    {
        if (await OrganisationOfAsync(installation, token, cancellationToken).ConfigureAwait(false) is not { } organisation
            || await OpenVisit.ByLinkAsync(organisation.Context, kind, token, cancellationToken).ConfigureAwait(false) is not var (visit, link))
            return null;
        return new PageVisit(organisation, visit, Words.For(request, visit.Language), token) { Link = link };
    }

    /// <summary>The visit of a link to a waiting message, ended or not; null where it is not ours.</summary>
    public static async Task<PageVisit?> ByPickupAsync(Installation installation, HttpRequest request, string token, CancellationToken cancellationToken)
    {
        if (await OrganisationOfAsync(installation, token, cancellationToken).ConfigureAwait(false) is not { } organisation
            || PatientLink.Read(organisation.Context.Keys, PatientLinkKind.Pickup, token) is not { } link)
            return null;
        var visit = await OpenVisit.OfAsync(organisation.Context, new UnsubscribeToken(organisation.Context.Organisation.Id, link.Campaign, link.Patient, link.Mailbox), cancellationToken).ConfigureAwait(false);
        return new PageVisit(organisation, visit, Words.For(request, visit.Language), token) { Link = link };
    }

    /// <summary>A mailbox as it may be shown to whoever holds the link.</summary>
    public static string Mask(string mailbox) => $"{mailbox[0]}•••@{mailbox[(mailbox.LastIndexOf('@') + 1)..]}";

    /// <summary>The organisation that a link names, genuine or not; null where there is none here.</summary>
    public static async Task<OpenOrganisation?> OrganisationOfAsync(Installation installation, string token, CancellationToken cancellationToken) =>
        UnsubscribeToken.OrganisationOf(token) is not { } id
            ? null
            : (await installation.OpenAllAsync(cancellationToken).ConfigureAwait(false)).FirstOrDefault(one => one.Context.Organisation.Id == id);
}
