using Sealpost.App.Hosting;
using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.Consent.Forms;
using Sealpost.ForPatients;

namespace Sealpost.App.Pages.ForPatients;

/// <summary>Forms to read, sign and revoke. 45 CFR 164.508.</summary>
internal static class AuthorizationPages
{
    public static void Map(IEndpointRouteBuilder pages, Installation installation)
    {
        pages.MapReading("/a/{token}", async (string token, HttpRequest request, CancellationToken cancellationToken) =>
        {
            if (await OpenAsync(installation, request, token, cancellationToken).ConfigureAwait(false) is not var (visit, authorizations))
                return PatientPages.Unknown(request);
            var forms = await authorizations.FormsAsync(cancellationToken).ConfigureAwait(false);
            return visit.Page($"/a/{token}", visit.Words.Of("Forms", "Formularios"), Overview(visit, forms)).ToResult();
        });
        SignPages.Map(pages, installation);
        RevokePages.Map(pages, installation);
    }

    /// <summary>A visit by a link that has not ended, of a patient on record.</summary>
    public static async Task<(PageVisit Visit, Authorizations Authorizations)?> OpenAsync(Installation installation, HttpRequest request, string token, CancellationToken cancellationToken)
    {
        if (await PageVisit.ByLinkAsync(installation, request, PatientLinkKind.Forms, token, cancellationToken).ConfigureAwait(false) is not { Visit.Chart: not null } visit)
            return null;
        return (visit, new Authorizations(visit.Visit, await visit.Organisation.SendingAsync(cancellationToken).ConfigureAwait(false)));
    }

    private static Html Overview(PageVisit visit, IReadOnlyList<AuthorizationForm> forms)
    {
        var words = visit.Words;
        var inForce = Authorizations.InForce(visit.Visit).ToList();
        return Html.Of($"""
            <p class="lead">{words.Of("Nothing here has to be signed. Your care never depends on it.", "Nada de esto tiene que firmarse. Su atención nunca depende de ello.")}</p>
            {(forms.Count == 0 ? Html.Of($"<p>{words.Of("There is no form to sign now.", "Ahora no hay ningún formulario para firmar.")}</p>") : Html.Of($"""
            <h2>{words.Of("To read and sign", "Para leer y firmar")}</h2>
            <ul class="links">{Html.Join(forms.Select(form => Html.Of($"""<li><a href="{words.Link($"/a/{visit.Token}/form/{form.Id}")}">{form.In(words.Language).Title}</a></li>""")))}</ul>
            """))}
            {(inForce.Count == 0 ? Html.Empty : Html.Of($"""
            <h2>{words.Of("Signed and in force", "Firmado y vigente")}</h2>
            {Html.Join(inForce.Select(authorization => Signed(visit, authorization)))}
            """))}
            """);
    }

    private static Html Signed(PageVisit visit, MarketingAuthorization authorization)
    {
        var words = visit.Words;
        var topics = string.Join(", ", authorization.Purposes.Select(Topics.Of).Distinct().Select(topic => words.Name(topic)));
        return Html.Of($"""
            <div class="note"><p><strong>{topics}</strong></p>
            <p>{(authorization.SignedOn is { } signed ? words.Of($"Signed on {AuthorizationText.Day(signed, "en")}.", $"Firmado el {AuthorizationText.Day(signed, "es")}.") : "")} {(authorization.ExpiresOn is { } ends ? words.Of($"Ends on {AuthorizationText.Day(ends, "en")}.", $"Termina el {AuthorizationText.Day(ends, "es")}.") : "")}</p>
            <p class="row"><a class="button quiet" href="{words.Link($"/a/{visit.Token}/revoke/{authorization.Id}")}">{words.Of("Cancel it", "Cancelarla")}</a>
            {Html.Of($"""<a class="button quiet" href="{words.Link($"/a/{visit.Token}/copy/{authorization.Id}")}">{words.Of("Get a copy", "Obtener una copia")}</a>""").If(authorization.Form is not null)}</p></div>
            """);
    }
}
