using Sealpost.App.Hosting;
using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.Consent.Forms;
using Sealpost.ForPatients;

namespace Sealpost.App.Pages.ForPatients;

/// <summary>Revoking in writing: at once, with nothing to prove, since it takes nothing from the patient. 45 CFR 164.508(b)(5).</summary>
internal static class RevokePages
{
    public static void Map(IEndpointRouteBuilder pages, Installation installation)
    {
        pages.MapReading("/a/{token}/revoke/{number:long}", async (string token, long number, HttpRequest request, CancellationToken cancellationToken) =>
            await AuthorizationPages.OpenAsync(installation, request, token, cancellationToken).ConfigureAwait(false) is var (visit, _)
            && Authorizations.InForce(visit.Visit).FirstOrDefault(one => one.Id == number) is { } authorization
                ? Ask(visit, authorization).ToResult()
                : PatientPages.Unknown(request));
        pages.MapPost("/a/{token}/revoke/{number:long}", async (string token, long number, HttpContext http, CancellationToken cancellationToken) =>
        {
            if (await AuthorizationPages.OpenAsync(installation, http.Request, token, cancellationToken).ConfigureAwait(false) is not var (visit, authorizations))
                return PatientPages.Unknown(http.Request);
            var signedOn = Authorizations.InForce(visit.Visit).FirstOrDefault(one => one.Id == number)?.SignedOn;
            if (!await authorizations.RevokeAsync(number, cancellationToken).ConfigureAwait(false))
                return PatientPages.Unknown(http.Request);
            var mailed = await MailCopyAsync(visit, signedOn, cancellationToken).ConfigureAwait(false);
            var link = visit.Visit.Link.ToText(visit.Organisation.Context.Keys);
            return PatientPages.SeeOther(http, $"{visit.Words.Link($"/p/{link}")}&done={(mailed ? "revoked-mailed" : "revoked")}");
        });
    }

    /// <summary>A copy of the revocation, which the patient may one day have to show. It names no purpose and no category, so it may travel as other mail about the relationship.</summary>
    private static Task<bool> MailCopyAsync(PageVisit visit, DateOnly? signedOn, CancellationToken cancellationToken)
    {
        var words = visit.Words;
        var local = TimeZoneInfo.ConvertTime(visit.Organisation.Context.Time.GetUtcNow(), visit.Organisation.Context.Organisation.TimeZone);
        var when = $"{AuthorizationText.Day(DateOnly.FromDateTime(local.DateTime), words.Language)}, {local.ToString("HH:mm zzz", System.Globalization.CultureInfo.InvariantCulture)}";
        var signed = signedOn is { } day ? AuthorizationText.Day(day, words.Language) : "";
        var message = new OneMessage(
            words.Of($"Your copy from {visit.Organisation.PublicName}", $"Su copia de {visit.Organisation.PublicName}"),
            [
                words.Of($"On {when} you cancelled (revoked) in writing the authorization that you signed with us on {signed}. It ended at that moment.", $"El {when} usted canceló (revocó) por escrito la autorización que firmó con nosotros el {signed}. Terminó en ese momento."),
                words.Of("What was sent before cannot be called back. Your care does not change. Keep this copy.", "Lo enviado antes no puede recuperarse. Su atención no cambia. Guarde esta copia."),
            ],
            null,
            "",
            words.Language,
            MessageClass.N1);
        return new SendOne(visit.Visit, visit.Organisation.SendOptions()).RunAsync(message, cancellationToken);
    }

    private static PatientPage Ask(PageVisit visit, MarketingAuthorization authorization)
    {
        var words = visit.Words;
        var signed = authorization.SignedOn is { } day ? AuthorizationText.Day(day, words.Language) : "";
        var body = Html.Of($"""
            <p class="lead">{words.Of($"You cancel (revoke) in writing the authorization that you signed on {signed}.", $"Usted cancela (revoca) por escrito la autorización que firmó el {signed}.")}</p>
            <p>{words.Of("It ends the moment you press the button, also for messages on their way. What was sent before cannot be called back. Your care does not change.", "Termina en el momento en que pulse el botón, también para los mensajes en camino. Lo enviado antes no puede recuperarse. Su atención no cambia.")}</p>
            <form method="post" action="{words.Link($"/a/{visit.Token}/revoke/{authorization.Id}")}"><button class="button stop" type="submit">{words.Of("Cancel the authorization", "Cancelar la autorización")}</button></form>
            <ul class="links"><li><a href="{words.Link($"/a/{visit.Token}")}">{words.Of("Keep it", "Conservarla")}</a></li></ul>
            """);
        return visit.Page($"/a/{visit.Token}/revoke/{authorization.Id}", words.Of("Cancel an authorization", "Cancelar una autorización"), body);
    }
}
