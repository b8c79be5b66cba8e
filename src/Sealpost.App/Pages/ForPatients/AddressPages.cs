using Sealpost.App.Hosting;
using Sealpost.ForPatients;
using Sealpost.Patients;

namespace Sealpost.App.Pages.ForPatients;

/// <summary>Asking for another address or channel. 45 CFR 164.522(b): nobody asks why. A request for staff, never a change on its own.</summary>
internal static class AddressPages
{
    private const int LongestWish = 500;

    public static void Map(IEndpointRouteBuilder pages, Installation installation)
    {
        pages.MapReading("/p/{token}/address", async (string token, HttpRequest request, CancellationToken cancellationToken) =>
            await PageVisit.ByTokenAsync(installation, request, token, cancellationToken).ConfigureAwait(false) is { Visit.Chart: not null } visit
                ? Page(visit, "email", "", hasError: false).ToResult()
                : PatientPages.Unknown(request));
        pages.MapPost("/p/{token}/address", async (string token, HttpContext http, CancellationToken cancellationToken) =>
        {
            if (await PageVisit.ByTokenAsync(installation, http.Request, token, cancellationToken).ConfigureAwait(false) is not { Visit.Chart: not null } visit)
                return PatientPages.Unknown(http.Request);
            var form = await PatientPages.FormAsync(http.Request, cancellationToken).ConfigureAwait(false);
            var (channel, where) = (form["channel"].ToString() is ("phone" or "letter") and var other ? other : "email", form["where"].ToString().Trim());
            if (where.Length is 0 or > LongestWish || (channel == "email" && EmailAddress.Normalise(where) is null))
                return Page(visit, channel, where, hasError: true).ToResult(StatusCodes.Status422UnprocessableEntity);
            var sending = await visit.Organisation.SendingAsync(cancellationToken).ConfigureAwait(false);
            var id = await new Preferences(visit.Visit, sending).AskForAddressAsync($"{channel}: {where}", cancellationToken).ConfigureAwait(false);
            return PatientPages.SeeOther(http, $"{visit.Words.Link($"/p/{token}")}&done={(id is null ? "full" : "asked")}");
        });
    }

    private static PatientPage Page(PageVisit visit, string channel, string where, bool hasError)
    {
        var words = visit.Words;
        var error = words.Of("Write where to reach you: a whole email address, a telephone number, or a postal address.", "Escriba cómo contactarle: una dirección de correo completa, un teléfono o una dirección postal.");
        var body = Html.Of($"""
            {FormParts.Summary(words, hasError ? [("where", error)] : [])}
            <p class="lead">{words.Of("You may ask us to use another address, or to call or write instead. You need not say why.", "Puede pedirnos usar otra dirección, o llamarle o escribirle por carta. No tiene que decir por qué.")}</p>
            <form method="post" action="{words.Link($"/p/{visit.Token}/address")}" novalidate>
            <fieldset class="fields"><legend>{words.Of("How shall we reach you?", "¿Cómo le contactamos?")}</legend>
            {Choice("email", words.Of("By email, to another address", "Por correo electrónico, a otra dirección"), channel)}
            {Choice("phone", words.Of("By telephone", "Por teléfono"), channel)}
            {Choice("letter", words.Of("By letter", "Por carta"), channel)}
            </fieldset>
            {FormParts.Field(words, new FieldOf("where", words.Of("Address or number", "Dirección o número"), where) { Error = hasError ? error : null })}
            <button class="button" type="submit">{words.Of("Send the request", "Enviar la petición")}</button>
            </form>
            <p class="soft">{words.Of("A person checks it with you before anything changes, so that nobody else can redirect your mail.", "Una persona lo confirma con usted antes de cambiar nada, para que nadie más pueda desviar su correo.")}</p>
            <ul class="links"><li><a href="{words.Link($"/p/{visit.Token}")}">{words.Of("Back", "Volver")}</a></li></ul>
            """);
        return visit.Page($"/p/{visit.Token}/address", words.Of("Use another address", "Usar otra dirección"), body) with { HasErrors = hasError };
    }

    private static Html Choice(string value, string text, string chosen) => Html.Of($"""
        <div class="choice"><input type="radio" id="channel-{value}" name="channel" value="{value}"{(value == chosen ? new Html(" checked") : Html.Empty)}><label for="channel-{value}">{text}</label></div>
        """);
}
