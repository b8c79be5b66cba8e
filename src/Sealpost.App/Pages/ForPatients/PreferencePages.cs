using Sealpost.App.Hosting;
using Sealpost.Consent;
using Sealpost.ForPatients;

namespace Sealpost.App.Pages.ForPatients;

/// <summary>What a patient receives, topic by topic.</summary>
internal static class PreferencePages
{
    private static readonly TimeSpan FormsFor = TimeSpan.FromHours(24);

    public static void Map(IEndpointRouteBuilder pages, Installation installation)
    {
        pages.MapReading("/p/{token}", async (string token, HttpRequest request, CancellationToken cancellationToken) =>
        {
            if (await PageVisit.ByTokenAsync(installation, request, token, cancellationToken).ConfigureAwait(false) is not { } visit)
                return PatientPages.Unknown(request);
            var sending = await visit.Organisation.SendingAsync(cancellationToken).ConfigureAwait(false);
            var forms = await new Authorizations(visit.Visit, sending).FormsAsync(cancellationToken).ConfigureAwait(false);
            var body = Body(visit, new Preferences(visit.Visit, sending), forms.Count > 0, request.Query["done"]);
            return visit.Page($"/p/{token}", visit.Words.Of("What you receive by email", "Lo que recibe por correo"), body).ToResult();
        });
        pages.MapPost("/p/{token}", async (string token, HttpContext http, CancellationToken cancellationToken) =>
        {
            if (await PageVisit.ByTokenAsync(installation, http.Request, token, cancellationToken).ConfigureAwait(false) is not { } visit)
                return PatientPages.Unknown(http.Request);
            var form = await PatientPages.FormAsync(http.Request, cancellationToken).ConfigureAwait(false);
            var sending = await visit.Organisation.SendingAsync(cancellationToken).ConfigureAwait(false);
            var done = await ChangeAsync(new Preferences(visit.Visit, sending), form, cancellationToken).ConfigureAwait(false);
            return PatientPages.SeeOther(http, $"{visit.Words.Link($"/p/{token}")}&done={done}");
        });
    }

    /// <summary>Only what differs from what the page had shown is an act of the patient: an old page saved again opens nothing.</summary>
    private static async Task<string> ChangeAsync(Preferences preferences, IFormCollection form, CancellationToken cancellationToken)
    {
        if (form["act"] == "stop")
        {
            await preferences.StopAllAsync(cancellationToken).ConfigureAwait(false);
            return "stopped";
        }

        if (form["act"] != "save")
            return "nothing";
        var shownOn = form["was"].Select(TopicWords.Parse).OfType<Topic>().ToHashSet();
        var wanted = form["topic"].Select(TopicWords.Parse).OfType<Topic>().ToHashSet();
        var stop = shownOn.Except(wanted).ToList();
        var open = wanted.Except(shownOn).ToList();
        await preferences.StopAsync(stop, cancellationToken).ConfigureAwait(false);
        if (open.Count > 0)
            await preferences.ReopenAsync(open, cancellationToken).ConfigureAwait(false);
        return stop.Count + open.Count > 0 ? "saved" : "nothing";
    }

    private static Html Body(PageVisit visit, Preferences preferences, bool hasForms, string? done)
    {
        var words = visit.Words;
        var standing = preferences.Topics;
        var erased = visit.Visit.Chart is null;
        return Html.Of($"""
            {Done(words, done)}
            {(visit.Visit.Mailbox is { } mailbox ? Html.Of($"""<p class="soft">{words.Of("For the address", "Para la dirección")} <strong>{PageVisit.Mask(mailbox)}</strong></p>""") : Html.Empty)}
            {(preferences.NoEmail ? Html.Of($"""<p class="note">{words.Of("You asked us not to write to you by email, or to use another address or channel. That stays as it is, whatever is chosen below, until you tell us otherwise by telephone or letter.", "Usted nos pidió no escribirle por correo electrónico, o usar otra dirección u otro medio. Eso sigue así, elija lo que elija abajo, hasta que nos diga otra cosa por teléfono o por carta.")}</p>""") : Html.Empty)}
            {(erased ? Html.Empty : TopicForm(visit, standing, hasForms))}
            <h2>{words.Of("Stop all email", "Dejar de recibir todo")}</h2>
            <p>{(standing.Values.Any(value => value == TopicStanding.On) || erased
                ? words.Of("No email at all, not even about your own care. Telephone and letters go on as before.", "Ningún correo, ni siquiera sobre su propia atención. El teléfono y las cartas siguen como antes.")
                : words.Of("No email comes from us now.", "Ahora no le llega ningún correo nuestro."))}</p>
            <form method="post" action="{words.Link($"/p/{visit.Token}")}"><button class="button stop" type="submit" name="act" value="stop">{words.Of("Stop all email", "Dejar de recibir todo")}</button></form>
            <h2>{words.Of("More", "Más")}</h2>
            <ul class="links">
            {Link(words, $"/p/{visit.Token}/address", words.Of("Use another address, or telephone or letters", "Usar otra dirección, o teléfono o cartas")).If(!erased)}
            {Link(words, $"/p/{visit.Token}/{UnencryptedPages.Path}", UnencryptedPages.HasWish(visit.Visit) ? words.Of("Protect my messages on the way again", "Volver a proteger mis mensajes en el camino") : words.Of("Get messages by email although they are not fully protected", "Recibir mensajes por correo aunque no vayan del todo protegidos")).If(!erased && visit.Visit.Mailbox is not null)}
            {Link(words, $"/p/{visit.Token}/why", words.Of("Why did I get this?", "¿Por qué recibí esto?"))}
            {Link(words, FormsPath(visit), words.Of("What you have signed", "Lo que usted ha firmado")).If(!erased && visit.Visit.State.Authorizations.Count > 0)}
            </ul>
            """);
    }

    /// <summary>Where forms are read, signed and revoked: a link that ends.</summary>
    private static string FormsPath(PageVisit visit) => "/a/" + new PatientLink(
        PatientLinkKind.Forms, visit.Visit.Link.Campaign, visit.Visit.Patient, visit.Visit.Link.Mailbox, 0, visit.Visit.Organisation.Time.GetUtcNow() + FormsFor).ToText(visit.Visit.Organisation.Keys);

    private static Html TopicForm(PageVisit visit, IReadOnlyDictionary<Topic, TopicStanding> standing, bool hasForms)
    {
        var words = visit.Words;
        return Html.Of($"""
            <form method="post" action="{words.Link($"/p/{visit.Token}")}">
            <fieldset><legend>{words.Of("Topics", "Temas")}</legend>
            <ul class="topics">
            {Html.Join(standing.OrderBy(pair => pair.Key).Select(pair => Html.Of($"<li>{(pair.Key == Topic.Offers && pair.Value != TopicStanding.On ? Offers(visit, hasForms) : Switch(words, pair.Key, pair.Value))}</li>")))}
            </ul></fieldset>
            <button class="button" type="submit" name="act" value="save">{words.Of("Save", "Guardar")}</button>
            </form>
            """);
    }

    private static Html Switch(Words words, Topic topic, TopicStanding standing)
    {
        var isOn = standing == TopicStanding.On;
        var name = topic.ToString();
        return Html.Of($"""
            <label class="topic" for="topic-{name}"><strong>{words.Name(topic)}</strong><span class="soft" id="about-{name}">{words.Meaning(topic)}{(topic == Topic.Offers ? " " + words.Of("Switching it off cancels your authorization.", "Al desactivarlo se cancela su autorización.") : "")}</span>
            <input class="switch" type="checkbox" id="topic-{name}" name="topic" value="{name}" aria-describedby="about-{name}"{(isOn ? new Html(" checked") : Html.Empty)}></label>
            {Html.Of($"""<input type="hidden" name="was" value="{name}">""").If(isOn)}
            """);
    }

    private static Html Offers(PageVisit visit, bool hasForms)
    {
        var words = visit.Words;
        return Html.Of($"""
            <div class="topic"><strong>{words.Name(Topic.Offers)}</strong><span class="standing">{words.Of("Off", "No")}</span><span class="soft">{words.Meaning(Topic.Offers)} {words.Of("They come only if you sign a form first.", "Solo llegan si usted firma antes un formulario.")}</span>
            {Html.Of($"""<a class="more" href="{words.Link(FormsPath(visit))}">{words.Of("Read the form", "Leer el formulario")}</a>""").If(hasForms)}</div>
            """);
    }

    private static Html Link(Words words, string path, string text) => Html.Of($"""<li><a href="{words.Link(path)}">{text}</a></li>""");

    private static Html Done(Words words, string? done)
    {
        var text = done switch
        {
            "saved" => words.Of("Saved. It holds from now on, also for messages on their way.", "Guardado. Vale desde ahora, también para los mensajes en camino."),
            "stopped" => words.Of("We will not write to you by email any more. You can switch topics on again here, if you wish.", "Ya no le escribiremos por correo electrónico. Si lo desea, puede volver a activar temas aquí."),
            "nothing" => words.Of("Nothing was changed.", "No se cambió nada."),
            "asked" => words.Of("We have your request. A person looks at it and will contact you.", "Tenemos su petición. Una persona la revisará y se pondrá en contacto con usted."),
            "full" => words.Of("We still have several requests of yours to work on. Please call us.", "Todavía tenemos varias peticiones suyas pendientes. Por favor, llámenos."),
            "unencrypted" => words.Of("Recorded. From now on these messages come by email, as well protected as your mail provider allows.", "Anotado. Desde ahora estos mensajes llegan por correo, tan protegidos como su proveedor permita."),
            "protected" => words.Of("Your messages are protected again, from now on.", "Sus mensajes vuelven a ir protegidos desde ahora."),
            "revoked-mailed" => words.Of("Your authorization is cancelled, from now on. A copy is on its way to you by email.", "Su autorización queda cancelada desde ahora. Una copia va en camino a su correo."),
            "revoked" => words.Of("Your authorization is cancelled, from now on.", "Su autorización queda cancelada desde ahora."),
            _ => null,
        };
        return text is null ? Html.Empty : Html.Of($"""<p class="note{(done is "nothing" or "full" ? "" : " good")}" role="status">{text}</p>""");
    }
}
