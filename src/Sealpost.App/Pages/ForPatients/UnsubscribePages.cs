using Sealpost.App.Hosting;
using Sealpost.Consent;
using Sealpost.Organisations;

namespace Sealpost.App.Pages.ForPatients;

/// <summary>One-click unsubscribe (RFC 8058) and the page around it.</summary>
internal static class UnsubscribePages
{
    public static void Map(IEndpointRouteBuilder pages, Installation installation)
    {
        // A scanner that follows the link lands here and changes nothing.
        pages.MapReading("/u/{token}", async (string token, HttpRequest request, CancellationToken cancellationToken) =>
            await PageVisit.ByTokenAsync(installation, request, token, cancellationToken).ConfigureAwait(false) is { } visit
                ? visit.Page($"/u/{token}", visit.Words.Of("Stop these emails?", "¿Dejar de recibir estos correos?"), Ask(visit)).ToResult()
                : await ProbeAsync(installation, token, cancellationToken).ConfigureAwait(false) ?? PatientPages.Unknown(request));

        // RFC 8058 §3.2: POST without cookies or credentials, no redirect. The body may be form data of either kind; the token alone decides.
        pages.MapPost("/u/{token}", async (string token, HttpRequest request, CancellationToken cancellationToken) =>
        {
            if (await PageVisit.ByTokenAsync(installation, request, token, cancellationToken).ConfigureAwait(false) is not { } visit)
                return await ProbeAsync(installation, token, cancellationToken).ConfigureAwait(false) ?? PatientPages.Unknown(request);
            var sending = await visit.Organisation.SendingAsync(cancellationToken).ConfigureAwait(false);
            await sending.UnsubscribeAsync(token, SuppressionScope.Marketing, cancellationToken).ConfigureAwait(false);
            return visit.Page("", visit.Words.Of("Done", "Listo"), Done(visit)).ToResult();
        });
    }

    /// <summary>Our own question whether these links work from outside; it is nobody's link and changes nothing.</summary>
    private static async Task<IResult?> ProbeAsync(Installation installation, string token, CancellationToken cancellationToken)
    {
        if (UnsubscribeToken.OrganisationOf(token) is not { } id
            || (await installation.OpenAllAsync(cancellationToken).ConfigureAwait(false)).FirstOrDefault(one => one.Context.Organisation.Id == id) is not { } organisation)
            return null;
        return PublicUrlProbe.AnswerTo(organisation.Context.Keys, token, installation.Time.GetUtcNow()) is { } answer ? Results.Text(answer, "text/plain") : null;
    }

    private static Html Ask(PageVisit visit)
    {
        var words = visit.Words;
        return Html.Of($"""
            <p class="lead">{words.Of("Press the button and we stop sending you news, offers and requests for donations by email.", "Pulse el botón y dejaremos de enviarle novedades, ofertas y peticiones de donativos por correo.")}</p>
            <form method="post" action="{words.Link($"/u/{visit.Token}")}"><button class="button" type="submit" name="List-Unsubscribe" value="One-Click">{words.Of("Stop these emails", "Dejar de recibirlos")}</button></form>
            <p class="soft">{Care(words)}</p>
            {More(visit)}
            """);
    }

    private static Html Done(PageVisit visit)
    {
        var words = visit.Words;
        return Html.Of($"""
            <p class="note good" role="status">{words.Of("We will not send you news, offers or requests for donations by email any more.", "Ya no le enviaremos novedades, ofertas ni peticiones de donativos por correo.")}</p>
            <p>{Care(words)}</p>
            {More(visit)}
            """);
    }

    private static string Care(Words words) => words.Of(
        "Messages about your own care, such as check-ups and appointments, may still come.",
        "Los mensajes sobre su propia atención, como los controles y las citas, pueden seguir llegando.");

    private static Html More(PageVisit visit) => Html.Of($"""
        <ul class="links"><li><a href="{visit.Words.Link($"/p/{visit.Token}")}">{visit.Words.Of("Choose what you receive, or stop everything", "Elegir lo que recibe, o dejar de recibir todo")}</a></li></ul>
        """);
}
