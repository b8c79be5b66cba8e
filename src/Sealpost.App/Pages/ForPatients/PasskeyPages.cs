using Sealpost.App.Hosting;

namespace Sealpost.App.Pages.ForPatients;

/// <summary>Making a passkey after a message was opened by another proof. A page of its own: where the script runs, nothing of a patient is shown.</summary>
internal static class PasskeyPages
{
    public static string Script => WebAssets.Url("pickup.js");

    public static void Map(IEndpointRouteBuilder pages, Installation installation) =>
        pages.MapPost("/m/{token}/passkey", async (string token, HttpContext http, CancellationToken cancellationToken) =>
        {
            if (await PickupPages.OpenAsync(installation, http, token, cancellationToken).ConfigureAwait(false) is not var (visit, pickup))
                return PatientPages.Unknown(http.Request);
            var form = await PatientPages.FormAsync(http.Request, cancellationToken).ConfigureAwait(false);
            var proof = form["proof"].ToString();
            if (pickup.OpenedBy(proof) is null)
                return Done(visit, isMade: false).ToResult(StatusCodes.Status403Forbidden);
            var ceremony = new PickupCeremony(http, visit, pickup);
            if (form["act"].ToString() != "made")
            {
                PickupPages.AllowPasskeys(http);
                return Offer(visit, proof, await ceremony.CreateAsync(visit.Organisation.PublicName, cancellationToken).ConfigureAwait(false)).ToResult();
            }

            var made = await ceremony.CreatedAsync(form["credential"].ToString(), form["state"].ToString(), cancellationToken).ConfigureAwait(false);
            var isMade = made is not null && await pickup.KeepAsync(proof, made, cancellationToken).ConfigureAwait(false);
            return Done(visit, isMade).ToResult(isMade ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity);
        });

    /// <summary>The part of a door that asks for a passkey; hidden until the script finds that the browser has some.</summary>
    public static Html Ask(Words words, string action, AskedPasskey ask) => Html.Of($"""
        <form method="post" action="{action}" data-passkey="get" data-options="{ask.Options}" hidden><h2>{words.Of("By passkey", "Con llave de acceso")}</h2>
        <input type="hidden" name="act" value="passkey"><input type="hidden" name="state" value="{ask.State}"><input type="hidden" name="credential">
        {Problem(words)}
        <button class="button" type="submit">{words.Of("Use your passkey", "Usar su llave de acceso")}</button></form>
        """);

    private static PatientPage Offer(PageVisit visit, string proof, AskedPasskey ask)
    {
        var words = visit.Words;
        var body = Html.Of($"""
            <p class="lead">{words.Of("A passkey is kept on your telephone or computer and opened by your fingerprint, face or PIN. With it you open our next messages without a code.", "Una llave de acceso se guarda en su teléfono o computadora y se abre con su huella, su cara o su PIN. Con ella abre nuestros próximos mensajes sin código.")}</p>
            <p>{words.Of("Make one only on a device that nobody else can unlock.", "Créela solo en un dispositivo que nadie más pueda desbloquear.")}</p>
            <form method="post" action="{words.Link($"/m/{visit.Token}/passkey")}" data-passkey="create" data-options="{ask.Options}" hidden>
            <input type="hidden" name="act" value="made"><input type="hidden" name="proof" value="{proof}"><input type="hidden" name="state" value="{ask.State}"><input type="hidden" name="credential">
            {Problem(words)}
            <button class="button" type="submit">{words.Of("Make a passkey", "Crear una llave de acceso")}</button></form>
            <p class="note" data-without>{words.Of("This browser makes no passkeys here. Nothing changes for you: the other ways stay.", "Este navegador no crea llaves de acceso aquí. Para usted nada cambia: las otras formas siguen.")}</p>
            {Back(visit)}
            """);
        return visit.Page("", words.Of("Make a passkey", "Crear una llave de acceso"), body) with { Script = Script, KeepsOpen = true };
    }

    private static PatientPage Done(PageVisit visit, bool isMade)
    {
        var words = visit.Words;
        var body = Html.Of($"""
            <p class="note{(isMade ? " good" : "")}" role="status">{(isMade
                ? words.Of("Your passkey is kept. It is offered with our next message. If you lose the device, call us.", "Su llave de acceso está guardada. Se le ofrecerá con nuestro próximo mensaje. Si pierde el dispositivo, llámenos.")
                : words.Of("The passkey was not made, or it took too long. Nothing changes for you: the other ways stay.", "La llave de acceso no se creó, o tardó demasiado. Para usted nada cambia: las otras formas siguen."))}</p>
            {Back(visit)}
            """);
        return visit.Page("", isMade ? words.Of("Passkey made", "Llave de acceso creada") : words.Of("No passkey made", "No se creó la llave"), body) with { KeepsOpen = true };
    }

    public static Html Back(PageVisit visit) => Html.Of($"""
        <ul class="links"><li><a href="{visit.Words.Link($"/m/{visit.Token}")}">{visit.Words.Of("Back to the message", "Volver al mensaje")}</a></li></ul>
        """);

    private static Html Problem(Words words) => Html.Of($"""
        <p class="error" role="alert" data-problem data-cancelled="{words.Of("It was cancelled, or it took too long. Try again, or use another way.", "Se canceló o tardó demasiado. Inténtelo otra vez, o use otra forma.")}" data-known="{words.Of("This device has a passkey for us already.", "Este dispositivo ya tiene una llave de acceso para nosotros.")}" data-failed="{words.Of("That did not work. Use another way.", "No funcionó. Use otra forma.")}" hidden></p>
        """);
}
