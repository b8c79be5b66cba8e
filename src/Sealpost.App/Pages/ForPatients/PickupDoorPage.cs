using Sealpost.Campaigns.Pickup;
using Sealpost.ForPatients;

namespace Sealpost.App.Pages.ForPatients;

/// <summary>What a page shows besides the door itself.</summary>
internal sealed record Shown
{
    public SignatureProblems Problem { get; init; }

    /// <summary>The proof that was tried; null for none.</summary>
    public PickupFactor? Tried { get; init; }

    public bool CodeFailed { get; init; }
}

/// <summary>The page before a waiting message: the proofs that can be given, or why none can.</summary>
internal static class PickupDoorPage
{
    public static PatientPage Of(PageVisit visit, PickupDoor door, Shown shown, AskedPasskey? ask)
    {
        var words = visit.Words;
        var refusal = Refusal(words, shown);
        var body = door.State switch
        {
            PickupState.Waiting => Waiting(visit, door, shown, refusal, ask),
            PickupState.Locked => Html.Of($"""
                <p class="note" role="status">{FormParts.Refusal(words, SignatureProblems.Locked)}</p>
                {(ask is null ? Html.Empty : PasskeyPages.Ask(words, words.Link($"/m/{visit.Token}"), ask))}
                """),
            PickupState.Used or PickupState.Ended => Over(visit, door),
            _ => Html.Of($"""<p>{words.Of("This message is not here any more. If you have questions, please call us.", "Este mensaje ya no está aquí. Si tiene preguntas, por favor llámenos.")}</p>"""),
        };
        var title = door switch
        {
            { State: PickupState.Locked } => words.Of("Locked until tomorrow", "Bloqueado hasta mañana"),
            { State: PickupState.Used or PickupState.Ended } => words.Of("This link is over", "Este enlace ya no sirve"),
            { State: PickupState.Waiting, CodeSent: true } when refusal is null && shown.Tried is null => words.Of("Enter the code", "Escriba el código"),
            { State: PickupState.Waiting } => words.Of("Show that it is you", "Demuestre que es usted"),
            _ => words.Of("A message for you", "Un mensaje para usted"),
        };
        return visit.Page($"/m/{visit.Token}", title, body) with { HasErrors = refusal is not null && door.State == PickupState.Waiting, Script = ask is null ? null : PasskeyPages.Script };
    }

    private static string? Refusal(Words words, Shown shown) => (shown.Tried, shown.Problem) switch
    {
        (PickupFactor.Code, SignatureProblems.Identity) => words.Of("That is not the newest code, or it is too old.", "Ese no es el código más reciente, o ya venció."),
        (PickupFactor.Passkey, SignatureProblems.Identity) => words.Of("That passkey is not one of this message's reader. Use another way below.", "Esa llave de acceso no es de quien debe leer este mensaje. Use otra forma de las de abajo."),
        (_, SignatureProblems.CannotAsk) when shown.Tried is not null => words.Of("That did not work. Try again, or call us.", "No funcionó. Inténtelo otra vez, o llámenos."),
        _ => FormParts.Refusal(words, shown.Problem),
    };

    private static Html Waiting(PageVisit visit, PickupDoor door, Shown shown, string? refusal, AskedPasskey? ask)
    {
        var words = visit.Words;
        var action = words.Link($"/m/{visit.Token}");
        var wrongCode = shown.Tried == PickupFactor.Code && refusal is not null;
        var wrongBirth = shown.Tried == PickupFactor.BirthDateAndZip && shown.Problem == SignatureProblems.Identity;
        return Html.Of($"""
            {FormParts.Summary(words, refusal is null ? [] : [(wrongCode && door.CodeSent ? "code" : wrongBirth ? "month" : "main", refusal)])}
            <p class="lead">{words.Of("To show the message to you alone, we check that it is you.", "Para mostrarle el mensaje solo a usted, comprobamos que es usted.")}</p>
            {(ask is null ? Html.Empty : PasskeyPages.Ask(words, action, ask))}
            {(door.Factors.Contains(PickupFactor.Code) ? Code(words, action, door, shown, wrongCode ? refusal : null) : Html.Empty)}
            {(door.Factors.Contains(PickupFactor.BirthDateAndZip) ? Html.Of($"""
            <form class="way" method="post" action="{action}" novalidate><h2>{words.Of("By date of birth and ZIP code", "Con fecha de nacimiento y código postal")}</h2>
            {FormParts.Identity(words, wrongBirth)}
            <button class="button" type="submit" name="act" value="birth">{words.Of("Show the message", "Mostrar el mensaje")}</button></form>
            """) : Html.Empty)}
            {(door.Factors.Count == 0 ? Html.Of($"<p>{words.Of("We cannot check here that it is you. Please call us.", "Aquí no podemos comprobar que es usted. Por favor, llámenos.")}</p>") : Html.Empty)}
            <p class="soft">{words.Of("The link works once. You can reply from the page that shows the message.", "El enlace sirve una vez. Puede responder desde la página que muestra el mensaje.")}</p>
            """);
    }

    private static Html Code(Words words, string action, PickupDoor door, Shown shown, string? wrong) => Html.Of($"""
        <h2>{words.Of("By a code to your telephone", "Con un código a su teléfono")}</h2>
        {(door.CodeSent ? Html.Of($"""
        <p class="note good" role="status" id="code-sent">{words.Of($"We sent a code to the number that ends in {door.PhoneEnd}. It works for 10 minutes; you can ask for another.", $"Enviamos un código al número que termina en {door.PhoneEnd}. Sirve 10 minutos; puede pedir otro.")}</p>
        <form method="post" action="{action}" novalidate>
        {FormParts.Field(words, new FieldOf("code", words.Of("Code", "Código"), "") { IsNumber = true, Autocomplete = "one-time-code", Hint = words.Of("Six digits", "Seis dígitos"), Error = wrong, HasFocus = shown.Tried is null && !shown.CodeFailed })}
        <button class="button" type="submit" name="act" value="code">{words.Of("Show the message", "Mostrar el mensaje")}</button></form>
        """) : Html.Empty)}
        {(shown.CodeFailed ? Html.Of($"""<p class="note" role="status">{words.Of("The code could not be sent now. Wait a little and try again, or call us.", "Ahora no se pudo enviar el código. Espere un poco e inténtelo otra vez, o llámenos.")}</p>""") : Html.Empty)}
        <form method="post" action="{action}"><button class="button{(door.CodeSent ? " quiet" : "")}" type="submit" name="act" value="send-code">{(door.CodeSent ? words.Of("Send another code", "Enviar otro código") : words.Of($"Send a code to the number ending in {door.PhoneEnd}", $"Enviar un código al número que termina en {door.PhoneEnd}"))}</button></form>
        """);

    private static Html Over(PageVisit visit, PickupDoor door)
    {
        var words = visit.Words;
        return Html.Of($"""
            <p class="lead">{(door.State == PickupState.Used
                ? words.Of("This link was used, or a newer one was sent. Each link works once.", "Este enlace ya se usó, o se envió uno más nuevo. Cada enlace sirve una vez.")
                : words.Of("This link has ended.", "Este enlace ha vencido."))}</p>
            <form method="post" action="{words.Link($"/m/{visit.Token}")}"><button class="button" type="submit" name="act" value="again">{words.Of("Send me a new link", "Enviarme un enlace nuevo")}</button></form>
            <p class="soft">{words.Of("It goes to the address this one was sent to. You can also call us.", "Va a la misma dirección a la que se envió este. También puede llamarnos.")}</p>
            """);
    }
}
