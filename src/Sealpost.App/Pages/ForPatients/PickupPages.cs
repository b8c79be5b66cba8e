using Sealpost.App.Hosting;
using Sealpost.Campaigns.Pickup;
using Sealpost.ForPatients;

namespace Sealpost.App.Pages.ForPatients;

/// <summary>A message that waits here. A GET looks nothing up and shows the same to everybody, whatever became of the link; a POST asks for a proof; a proof shows the message and uses the link up.</summary>
internal static class PickupPages
{
    // The message's own styles are inline, as mail needs them; nothing can run, and nothing is loaded from elsewhere.
    private const string MessagePolicy = "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; report-uri " + Headers.ReportPath;

    // Passkeys need a script: one of ours, on pages that show nothing of a patient.
    private const string PasskeyPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; report-uri " + Headers.ReportPath;

    /// <summary>Holds the session of the browser that opened a message; sent below that one link alone.</summary>
    public const string Cookie = "__Secure-sealpost-message";

    public static void Map(IEndpointRouteBuilder pages, Installation installation)
    {
        pages.MapReading("/m/{token}", async (string token, HttpContext http, CancellationToken cancellationToken) =>
        {
            if (await PageVisit.OrganisationOfAsync(installation, token, cancellationToken).ConfigureAwait(false) is not { } organisation)
                return PatientPages.Unknown(http.Request);
            var again = HttpMethods.IsGet(http.Request.Method) ? await AgainAsync(installation, http, token, cancellationToken).ConfigureAwait(false) : null;
            return again ?? Doorstep(organisation, http.Request, token).ToResult();
        });
        pages.MapPost("/m/{token}", async (string token, HttpContext http, CancellationToken cancellationToken) =>
        {
            if (await OpenAsync(installation, http, token, cancellationToken).ConfigureAwait(false) is not var (visit, pickup))
                return PatientPages.Unknown(http.Request);
            var form = await PatientPages.FormAsync(http.Request, cancellationToken).ConfigureAwait(false);
            return form["act"].ToString() switch
            {
                "send-code" => await SendCodeAsync(http, visit, pickup, cancellationToken).ConfigureAwait(false),
                "code" => await AnswerAsync(http, visit, pickup, PickupFactor.Code, await pickup.ReadAsync(form["code"].ToString(), cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false),
                "birth" => await ReadByBirthAsync(http, visit, pickup, form, cancellationToken).ConfigureAwait(false),
                "passkey" => await ReadByPasskeyAsync(http, visit, pickup, form, cancellationToken).ConfigureAwait(false),
                "again" => await RenewAsync(visit, pickup, cancellationToken).ConfigureAwait(false),
                _ => await AgainAsync(installation, http, token, cancellationToken).ConfigureAwait(false) ?? await DoorAsync(http, visit, pickup, new Shown(), StatusCodes.Status200OK, cancellationToken).ConfigureAwait(false),
            };
        });
        PickupFilePages.Map(pages, installation);
        ReplyPages.Map(pages, installation);
        PasskeyPages.Map(pages, installation);
    }

    /// <summary>A visit by a pickup link; ended ones too, since they lead to a new one.</summary>
    public static async Task<(PageVisit Visit, PickupMessage Pickup)?> OpenAsync(Installation installation, HttpContext http, string token, CancellationToken cancellationToken) =>
        await PageVisit.ByPickupAsync(installation, http.Request, token, cancellationToken).ConfigureAwait(false) is { Link: { } link } visit
            ? (visit, new PickupMessage(visit.Visit, link, visit.Organisation.SendOptions()) { From = http.Connection.RemoteIpAddress })
            : null;

    /// <summary>Lets the page's answer run the script that speaks to passkeys, and nothing else.</summary>
    public static void AllowPasskeys(HttpContext http) => http.Response.Headers.ContentSecurityPolicy = PasskeyPolicy;

    // Nothing is looked up here, so that neither text nor time tells a scanner whether there is such a message, whose it is, or what became of it.
    private static PatientPage Doorstep(OpenOrganisation organisation, HttpRequest request, string token)
    {
        var words = Words.For(request, null);
        var body = Html.Of($"""
            <p class="lead">{words.Of("A message waits here for the person whom our email went to. We first check that it is you.", "Aquí hay un mensaje para la persona a quien le escribimos. Primero comprobamos que es usted.")}</p>
            <form method="post" action="{words.Link($"/m/{token}")}"><button class="button" type="submit" name="act" value="begin">{words.Of("Go on", "Continuar")}</button></form>
            <p class="soft">{words.Of("You need no account.", "No necesita una cuenta.")}</p>
            """);
        return new PatientPage(words, organisation.PublicName, $"/m/{token}", words.Of("A message for you", "Un mensaje para usted"), body);
    }

    /// <summary>The message once more, to the browser that opened it a moment ago.</summary>
    private static async Task<IResult?> AgainAsync(Installation installation, HttpContext http, string token, CancellationToken cancellationToken)
    {
        if (http.Request.Cookies[Cookie] is not { Length: > 0 } session
            || await OpenAsync(installation, http, token, cancellationToken).ConfigureAwait(false) is not var (visit, pickup)
            || await pickup.AgainAsync(session, cancellationToken).ConfigureAwait(false) is not { } opened)
            return null;
        return Show(http, visit, opened);
    }

    private static async Task<IResult> ReadByBirthAsync(HttpContext http, PageVisit visit, PickupMessage pickup, IFormCollection form, CancellationToken cancellationToken)
    {
        var (birthDate, zip) = FormParts.ReadIdentity(form);
        return await AnswerAsync(http, visit, pickup, PickupFactor.BirthDateAndZip, await pickup.ReadAsync(birthDate, zip, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
    }

    private static async Task<IResult> ReadByPasskeyAsync(HttpContext http, PageVisit visit, PickupMessage pickup, IFormCollection form, CancellationToken cancellationToken)
    {
        var shown = await new PickupCeremony(http, visit, pickup).ShownAsync(form["credential"].ToString(), form["state"].ToString(), cancellationToken).ConfigureAwait(false);
        return await AnswerAsync(http, visit, pickup, PickupFactor.Passkey, await pickup.ReadAsync(shown, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
    }

    private static async Task<IResult> SendCodeAsync(HttpContext http, PageVisit visit, PickupMessage pickup, CancellationToken cancellationToken)
    {
        var sent = await pickup.SendCodeAsync(visit.Words.Spanish, cancellationToken).ConfigureAwait(false) == CodeResult.Sent;
        return await DoorAsync(http, visit, pickup, new Shown { CodeFailed = !sent }, sent ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<IResult> RenewAsync(PageVisit visit, PickupMessage pickup, CancellationToken cancellationToken)
    {
        var words = visit.Words;
        var renewed = await pickup.RenewAsync(words.Spanish, cancellationToken).ConfigureAwait(false);
        var body = Html.Of($"""
            <p class="note{(renewed == RenewedLink.Sent ? " good" : "")}" role="status">{renewed switch
        {
            RenewedLink.Sent => words.Of("A new link is on its way to the same address. Older ones lead nowhere now.", "Un enlace nuevo va en camino a la misma dirección. Los anteriores ya no sirven."),
            RenewedLink.TooSoon => words.Of("A new link was sent a few minutes ago. Look for it, also among unwanted mail, or try again in five minutes.", "Hace unos minutos se envió un enlace nuevo. Búsquelo, también en el correo no deseado, o inténtelo otra vez en cinco minutos."),
            RenewedLink.NotSent => words.Of("We could not send a new link now. Wait a few minutes and try again, or call us.", "Ahora no pudimos enviar un enlace nuevo. Espere unos minutos e inténtelo otra vez, o llámenos."),
            _ => words.Of("This message can no longer be asked for here. Please call us.", "Este mensaje ya no se puede pedir aquí. Por favor, llámenos."),
        }}</p>
            """);
        return visit.Page("", words.Of("A new link", "Un enlace nuevo"), body).ToResult(renewed == RenewedLink.Sent ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<IResult> AnswerAsync(HttpContext http, PageVisit visit, PickupMessage pickup, PickupFactor factor, PickupAnswer answer, CancellationToken cancellationToken)
    {
        if (answer.Opened is not { } opened)
            return await DoorAsync(http, visit, pickup, new Shown { Problem = answer.Problem, Tried = factor }, StatusCodes.Status403Forbidden, cancellationToken).ConfigureAwait(false);

        var sending = await visit.Organisation.SendingAsync(CancellationToken.None).ConfigureAwait(false);
        await sending.ResolveInDoubtByReadingAsync(visit.Link!.Campaign, visit.Visit.Patient, CancellationToken.None).ConfigureAwait(false);

        // The audience index learns who picked up; nothing else leaves this answer.
        await visit.Organisation.Shards.RefreshAsync([visit.Visit.Patient], CancellationToken.None).ConfigureAwait(false);
        http.Response.Cookies.Append(Cookie, opened.Session!, new CookieOptions { HttpOnly = true, Secure = true, SameSite = SameSiteMode.Strict, Path = $"/m/{visit.Token}", MaxAge = PickupMessage.OpenFor, IsEssential = true });
        return Show(http, visit, opened);
    }

    private static IResult Show(HttpContext http, PageVisit visit, OpenedMessage opened)
    {
        http.Response.Headers.ContentSecurityPolicy = MessagePolicy;
        return (visit.Page($"/m/{visit.Token}", visit.Words.Of("Your message", "Su mensaje"), MessageView.Of(visit, opened)) with { KeepsOpen = true }).ToResult();
    }

    private static async Task<IResult> DoorAsync(HttpContext http, PageVisit visit, PickupMessage pickup, Shown shown, int status, CancellationToken cancellationToken)
    {
        var door = await pickup.LookAsync(cancellationToken).ConfigureAwait(false);
        var ask = door.State is PickupState.Waiting or PickupState.Locked && door.Factors.Contains(PickupFactor.Passkey) ? await new PickupCeremony(http, visit, pickup).AskAsync().ConfigureAwait(false) : null;
        if (ask is not null)
            AllowPasskeys(http);
        return PickupDoorPage.Of(visit, door, shown, ask).ToResult(status);
    }
}
