using System.Text;
using Sealpost.App.Hosting;
using Sealpost.ForPatients;

namespace Sealpost.App.Pages.ForPatients;

/// <summary>Copies of what was signed: shown and saved only after the extra question. 45 CFR 164.508(c)(4).</summary>
internal static class CopyPages
{
    public static void Map(IEndpointRouteBuilder pages, Installation installation)
    {
        pages.MapReading("/a/{token}/copy/{number:long}", async (string token, long number, HttpRequest request, CancellationToken cancellationToken) =>
            await AuthorizationPages.OpenAsync(installation, request, token, cancellationToken).ConfigureAwait(false) is var (visit, _) && Has(visit, number)
                ? Question(visit, number, null).ToResult()
                : PatientPages.Unknown(request));
        pages.MapPost("/a/{token}/copy/{number:long}", async (string token, long number, HttpRequest request, CancellationToken cancellationToken) =>
        {
            if (await AuthorizationPages.OpenAsync(installation, request, token, cancellationToken).ConfigureAwait(false) is not var (visit, authorizations) || !Has(visit, number))
                return PatientPages.Unknown(request);
            var (birthDate, zip) = FormParts.ReadIdentity(await PatientPages.FormAsync(request, cancellationToken).ConfigureAwait(false));
            if (FormParts.Refusal(visit.Words, await authorizations.VerifyAsync(birthDate, zip, cancellationToken).ConfigureAwait(false)) is { } refusal)
                return Question(visit, number, refusal).ToResult(StatusCodes.Status403Forbidden);
            return await visit.Organisation.Context.Consent.Documents.ReadAsync(number, cancellationToken).ConfigureAwait(false) is { } document
                ? SignPages.Signed(visit, authorizations, number, document, null).ToResult()
                : PatientPages.Unknown(request);
        });
        pages.MapPost("/a/{token}/copy", async (string token, HttpContext http, CancellationToken cancellationToken) =>
        {
            if (await AuthorizationPages.OpenAsync(installation, http.Request, token, cancellationToken).ConfigureAwait(false) is not var (visit, authorizations))
                return PatientPages.Unknown(http.Request);
            var form = await PatientPages.FormAsync(http.Request, cancellationToken).ConfigureAwait(false);
            if (await authorizations.CopyAsync(form["proof"].ToString(), cancellationToken).ConfigureAwait(false) is not var (number, document))
                return PatientPages.Unknown(http.Request);
            return Results.File(Encoding.UTF8.GetBytes(ToFile(visit.Words, document).Markup), "text/html; charset=utf-8", visit.Words.Of($"signed-form-{number}.html", $"formulario-firmado-{number}.html"));
        });
    }

    private static bool Has(PageVisit visit, long number) => visit.Visit.State.Authorizations.Any(authorization => authorization.Id == number && authorization.Form is not null);

    private static PatientPage Question(PageVisit visit, long number, string? refusal)
    {
        var words = visit.Words;
        var body = Html.Of($"""
            {FormParts.Summary(words, refusal is null ? [] : [("month", refusal)])}
            <p class="lead">{words.Of("To show it to you alone, we ask two things.", "Para mostrársela solo a usted, le preguntamos dos cosas.")}</p>
            <form method="post" action="{words.Link($"/a/{visit.Token}/copy/{number}")}" novalidate>
            {FormParts.Identity(words, refusal is not null)}
            <button class="button" type="submit">{words.Of("Show my copy", "Mostrar mi copia")}</button>
            </form>
            """);
        return visit.Page($"/a/{visit.Token}/copy/{number}", words.Of("Your copy", "Su copia"), body) with { HasErrors = refusal is not null };
    }

    /// <summary>A document that stands alone, for the patient's own files.</summary>
    private static Html ToFile(Words words, string document) => Html.Of($$"""
        <!doctype html><html lang="{{words.Language}}"><head><meta charset="utf-8"><title>{{words.Of("Signed form", "Formulario firmado")}}</title><style>body { max-width: 40em; margin: 2em auto; padding: 0 1em; font: 14pt/1.55 Georgia, serif; } p { white-space: pre-line; }</style></head><body>{{Html.Paragraphs(document)}}</body></html>
        """);
}
