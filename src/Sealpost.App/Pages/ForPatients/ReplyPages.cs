using Sealpost.App.Hosting;

namespace Sealpost.App.Pages.ForPatients;

/// <summary>A reply to a message read here: kept sealed until it is delivered or a person has answered it.</summary>
internal static class ReplyPages
{
    public static void Map(IEndpointRouteBuilder pages, Installation installation) =>
        pages.MapPost("/m/{token}/reply", async (string token, HttpContext http, CancellationToken cancellationToken) =>
        {
            if (await PickupPages.OpenAsync(installation, http, token, cancellationToken).ConfigureAwait(false) is not var (visit, pickup))
                return PatientPages.Unknown(http.Request);
            var form = await PatientPages.FormAsync(http.Request, cancellationToken).ConfigureAwait(false);
            var (proof, text) = (form["proof"].ToString(), form["reply"].ToString());
            if (string.IsNullOrWhiteSpace(text))
                return NotSent(visit, proof, text, visit.Words.Of("Write your reply first.", "Escriba primero su respuesta.")).ToResult(StatusCodes.Status422UnprocessableEntity);
            if (await pickup.ReplyAsync(proof, text, cancellationToken).ConfigureAwait(false))
            {
                await visit.Organisation.DeliverRepliesAsync(CancellationToken.None).ConfigureAwait(false);
                return Sent(visit).ToResult();
            }

            return NotSent(visit, proof, text, visit.Words.Of("The page was open for more than an hour, or too many replies are open. Your text is below: copy it, ask for a new link, or call us.", "La página estuvo abierta más de una hora, o hay demasiadas respuestas sin contestar. Su texto está abajo: cópielo, pida un enlace nuevo o llámenos.")).ToResult(StatusCodes.Status422UnprocessableEntity);
        });

    /// <summary>The form below a message.</summary>
    /// <param name="visit">Whose message.</param>
    /// <param name="proof">Proof that it was opened a moment ago.</param>
    /// <param name="text">What was typed before.</param>
    /// <param name="error">What is wrong with it; null for nothing.</param>
    public static Html Form(PageVisit visit, string proof, string text, string? error)
    {
        var words = visit.Words;
        return Html.Of($"""
            <h2 class="no-print">{words.Of("Reply", "Responder")}</h2>
            <form method="post" action="{words.Link($"/m/{visit.Token}/reply")}" novalidate>
            <input type="hidden" name="proof" value="{proof}">
            <div class="field{(error is null ? "" : " wrong")}"><label for="reply">{words.Of("Your reply", "Su respuesta")}</label><span class="hint" id="reply-hint">{words.Of("A person reads it on a working day. In an emergency call 911. You can send it within an hour from now.", "Una persona la lee en un día hábil. En una emergencia llame al 911. Puede enviarla durante una hora.")}</span>{(error is null ? Html.Empty : Html.Of($"""<span class="error" id="reply-error">{error}</span>"""))}
            <textarea id="reply" name="reply" maxlength="4000" aria-describedby="reply-hint{(error is null ? "" : " reply-error")}"{(error is null ? Html.Empty : new Html(" aria-invalid=\"true\""))} autocomplete="off">{text}</textarea></div>
            <button class="button" type="submit">{words.Of("Send the reply", "Enviar la respuesta")}</button>
            </form>
            """);
    }

    private static PatientPage Sent(PageVisit visit)
    {
        var words = visit.Words;
        var body = Html.Of($"""
            <p class="note good" role="status">{words.Of("We have your reply. A person reads it and answers by telephone, letter or a new message.", "Tenemos su respuesta. Una persona la lee y contesta por teléfono, carta o un mensaje nuevo.")}</p>
            {PasskeyPages.Back(visit)}
            """);
        return visit.Page("", words.Of("Reply sent", "Respuesta enviada"), body) with { KeepsOpen = true };
    }

    private static PatientPage NotSent(PageVisit visit, string proof, string text, string error)
    {
        var words = visit.Words;
        var body = Html.Of($"""
            {FormParts.Summary(words, [("reply", error)])}
            {Form(visit, proof, text, error)}
            {PasskeyPages.Back(visit)}
            """);
        return visit.Page("", words.Of("Reply not sent", "Respuesta no enviada"), body) with { HasErrors = true, KeepsOpen = true };
    }
}
