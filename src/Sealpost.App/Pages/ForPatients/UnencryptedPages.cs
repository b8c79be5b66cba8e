using Sealpost.App.Hosting;
using Sealpost.Consent;
using Sealpost.ForPatients;

namespace Sealpost.App.Pages.ForPatients;

/// <summary>Asking for email even where it is not protected all the way, and taking that back. The patient's own request: nothing is ticked beforehand. 78 FR 5566, 5634.</summary>
internal static class UnencryptedPages
{
    /// <summary>Path below the patient's own.</summary>
    public const string Path = "unencrypted";

    public static void Map(IEndpointRouteBuilder pages, Installation installation)
    {
        pages.MapReading("/p/{token}/" + Path, async (string token, HttpRequest request, CancellationToken cancellationToken) =>
            await PageVisit.ByTokenAsync(installation, request, token, cancellationToken).ConfigureAwait(false) is { Visit: { Chart: not null, Mailbox: not null } } visit
                ? Page(visit, null).ToResult()
                : PatientPages.Unknown(request));
        pages.MapPost("/p/{token}/" + Path, async (string token, HttpContext http, CancellationToken cancellationToken) =>
        {
            if (await PageVisit.ByTokenAsync(installation, http.Request, token, cancellationToken).ConfigureAwait(false) is not { Visit: { Chart: not null, Mailbox: not null } } visit)
                return PatientPages.Unknown(http.Request);
            var form = await PatientPages.FormAsync(http.Request, cancellationToken).ConfigureAwait(false);
            var mail = new UnencryptedMail(visit.Organisation.Context);
            if (form["act"] == "withdraw")
            {
                await mail.WithdrawAsync(visit.Visit, cancellationToken).ConfigureAwait(false);
                return PatientPages.SeeOther(http, $"{visit.Words.Link($"/p/{token}")}&done=protected");
            }

            Topic[] topics = [.. form["topic"].Select(name => Enum.TryParse<Topic>(name, out var topic) && Enum.IsDefined(topic) ? topic : (Topic?)null).OfType<Topic>().Distinct()];
            var result = await mail.AskAsync(visit.Visit, topics, form["stated"] == "yes", FormParts.ReadIdentity(form), visit.Words.Spanish, cancellationToken).ConfigureAwait(false);
            return result == WishResult.Recorded
                ? PatientPages.SeeOther(http, $"{visit.Words.Link($"/p/{token}")}&done=unencrypted")
                : Page(visit, result).ToResult(result is WishResult.Incomplete ? StatusCodes.Status422UnprocessableEntity : StatusCodes.Status403Forbidden);
        });
    }

    /// <summary>Whether a wish covers the mailbox that the link was sent to.</summary>
    public static bool HasWish(PatientVisit visit) => UnencryptedWish.Of(visit.State).Any(wish => wish.Address == visit.Mailbox);

    private static PatientPage Page(PageVisit visit, WishResult? problem)
    {
        var words = visit.Words;
        var body = HasWish(visit.Visit) ? Withdraw(visit) : Ask(visit, problem);
        return visit.Page($"/p/{visit.Token}/{Path}", words.Of("Email without full protection", "Correo sin protección completa"), body) with { HasErrors = problem is not null };
    }

    private static Html Ask(PageVisit visit, WishResult? problem)
    {
        var words = visit.Words;
        return Html.Of($"""
            {FormParts.Summary(words, problem is { } found ? [Error(words, found)] : [])}
            <p class="lead">{words.Of("Where your mail provider does not protect our messages well enough on the way, they wait on our protected page. You may ask us to send them by email all the same.", "Cuando su proveedor de correo no protege lo suficiente nuestros mensajes en el camino, le esperan en nuestra página protegida. Puede pedirnos que se los enviemos por correo de todos modos.")}</p>
            <div class="note"><h2>{words.Of("What you should know first", "Lo que debe saber antes")}</h2><p>{UnencryptedWarning.Text(words.Spanish)}</p></div>
            <form method="post" action="{words.Link($"/p/{visit.Token}/{Path}")}" novalidate>
            <p>{words.Of("It holds for this address alone:", "Vale solo para esta dirección:")} <strong>{PageVisit.Mask(visit.Visit.Mailbox!)}</strong></p>
            <fieldset class="fields" id="topics"><legend>{words.Of("Which messages?", "¿Qué mensajes?")}</legend>
            {Html.Join(Topics.All.Select(topic => Html.Of($"""<div class="choice"><input type="checkbox" id="topic-{topic.ToString()}" name="topic" value="{topic.ToString()}"><label for="topic-{topic.ToString()}">{words.Name(topic)}</label></div>""")))}
            </fieldset>
            <div class="choice"><input type="checkbox" id="stated" name="stated" value="yes"><label for="stated">{UnencryptedWarning.Statement(words.Spanish)}</label></div>
            <p>{words.Of("So that nobody else can ask this for you:", "Para que nadie más pueda pedirlo por usted:")}</p>
            {FormParts.Identity(words, problem == WishResult.Wrong)}
            <button class="button" type="submit" name="act" value="ask">{words.Of("Send them by email", "Enviarlos por correo")}</button>
            </form>
            <p class="soft">{words.Of("You can take it back here at any time. It does not sign you up for anything.", "Puede retirarlo aquí en cualquier momento. No le suscribe a nada.")}</p>
            <ul class="links"><li><a href="{words.Link($"/p/{visit.Token}")}">{words.Of("Leave everything protected", "Dejar todo protegido")}</a></li></ul>
            """);
    }

    private static Html Withdraw(PageVisit visit)
    {
        var words = visit.Words;
        return Html.Of($"""
            <p class="lead">{words.Of("You asked us to send messages by email to this address even where they are not protected all the way.", "Usted nos pidió enviarle mensajes por correo a esta dirección aunque no vayan protegidos en todo el camino.")} <strong>{PageVisit.Mask(visit.Visit.Mailbox!)}</strong></p>
            <form method="post" action="{words.Link($"/p/{visit.Token}/{Path}")}"><button class="button" type="submit" name="act" value="withdraw">{words.Of("Protect my messages again", "Volver a proteger mis mensajes")}</button></form>
            <ul class="links"><li><a href="{words.Link($"/p/{visit.Token}")}">{words.Of("Leave it as it is", "Dejarlo como está")}</a></li></ul>
            """);
    }

    private static (string Field, string Text) Error(Words words, WishResult problem) => problem switch
    {
        WishResult.Incomplete => ("topics", words.Of("Choose at least one kind of message and tick that you have read what it means.", "Elija al menos una clase de mensaje y marque que ha leído lo que significa.")),
        WishResult.Locked => ("month", words.Of("There were too many wrong answers. For your protection this is locked until tomorrow. You can also call us.", "Hubo demasiadas respuestas incorrectas. Para protegerle, esto queda bloqueado hasta mañana. También puede llamarnos.")),
        WishResult.Impossible => ("month", words.Of("We cannot check here that it is you, because our records lack what we would ask. Please call us.", "No podemos comprobar aquí que es usted, porque a nuestros registros les falta lo que preguntaríamos. Por favor, llámenos.")),
        _ => ("month", words.Of("Date of birth or ZIP code is not as in our records.", "La fecha de nacimiento o el código postal no es como en nuestros registros.")),
    };
}
