using Sealpost.App.Hosting;
using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.Consent.Forms;
using Sealpost.ForPatients;

namespace Sealpost.App.Pages.ForPatients;

/// <summary>"Why did I get this?": who sent it, on which basis, how the reader was chosen, how to stop. What the record says about health only after the extra question.</summary>
internal static class WhyPages
{
    public static void Map(IEndpointRouteBuilder pages, Installation installation)
    {
        pages.MapReading("/p/{token}/why", async (string token, HttpRequest request, CancellationToken cancellationToken) =>
            await PageVisit.ByTokenAsync(installation, request, token, cancellationToken).ConfigureAwait(false) is { } visit
            && await new ExplainMessage(visit.Visit).RunAsync(cancellationToken).ConfigureAwait(false) is { } reason
                ? Page(visit, reason, Question(visit, null), hasError: false).ToResult()
                : PatientPages.Unknown(request));
        pages.MapPost("/p/{token}/why", async (string token, HttpRequest request, CancellationToken cancellationToken) =>
        {
            if (await PageVisit.ByTokenAsync(installation, request, token, cancellationToken).ConfigureAwait(false) is not { Visit.Chart: not null } visit
                || await new ExplainMessage(visit.Visit).RunAsync(cancellationToken).ConfigureAwait(false) is not { } reason)
                return PatientPages.Unknown(request);
            var sending = await visit.Organisation.SendingAsync(cancellationToken).ConfigureAwait(false);
            var (birthDate, zip) = FormParts.ReadIdentity(await PatientPages.FormAsync(request, cancellationToken).ConfigureAwait(false));
            var problems = await new Authorizations(visit.Visit, sending).VerifyAsync(birthDate, zip, cancellationToken).ConfigureAwait(false);
            if (FormParts.Refusal(visit.Words, problems) is { } refusal)
                return Page(visit, reason, Question(visit, refusal), hasError: true).ToResult(StatusCodes.Status403Forbidden);
            var rule = await new ExplainMessage(visit.Visit).RuleAsync(visit.Words.Spanish, cancellationToken).ConfigureAwait(false);
            return (Page(visit, reason, Found(visit.Words, rule), hasError: false) with { Path = "" }).ToResult();
        });
    }

    private static PatientPage Page(PageVisit visit, MessageReason reason, Html more, bool hasError)
    {
        var words = visit.Words;
        var organisation = visit.Organisation.Context.Organisation;
        var body = Html.Of($"""
            <dl class="facts">
            <div><dt>{words.Of("Who sent it", "Quién lo envió")}</dt><dd>{visit.Organisation.PublicName}<br>{organisation.PostalAddress}</dd></div>
            {(reason.SentOn is { } day ? Html.Of($"<div><dt>{words.Of("When", "Cuándo")}</dt><dd>{AuthorizationText.Day(day, words.Language)}</dd></div>") : Html.Empty)}
            <div><dt>{words.Of("What kind of message", "Qué clase de mensaje")}</dt><dd>{words.Name(reason.Topic)}</dd></div>
            <div><dt>{words.Of("What allows us to send it", "Qué nos permite enviarlo")}</dt><dd>{Basis(words, reason)}</dd></div>
            <div><dt>{words.Of("Did anybody pay for it", "Si alguien pagó por él")}</dt><dd>{(reason.Paid ? words.Of("Yes. The form you signed names who.", "Sí. El formulario que usted firmó dice quién.") : words.Of("No.", "No."))}</dd></div>
            </dl>
            <h2>{words.Of("How you were chosen", "Cómo se le eligió")}</h2>
            <p>{words.Of("By our own records, on our own computers. No other company chose you, and nobody bought or sold your information.", "Según nuestros propios registros, en nuestros propios equipos. Ninguna otra empresa le eligió, y nadie compró ni vendió su información.")}</p>
            {more}
            <h2>{words.Of("How to stop", "Cómo dejar de recibirlos")}</h2>
            <ul class="links"><li><a href="{words.Link($"/p/{visit.Token}")}">{words.Of("Choose what you receive, or stop everything", "Elegir lo que recibe, o dejar de recibir todo")}</a></li></ul>
            """);
        return visit.Page($"/p/{visit.Token}/why", words.Of("Why did I get this?", "¿Por qué recibí esto?"), body) with { HasErrors = hasError };
    }

    private static string Basis(Words words, MessageReason reason)
    {
        if (reason.Authorization is { SignedOn: { } signed })
            return words.Of($"The authorization that you signed on {AuthorizationText.Day(signed, "en")}.", $"La autorización que usted firmó el {AuthorizationText.Day(signed, "es")}.");
        return reason.Topic switch
        {
            Topic.Care => words.Of("It is about your own treatment or care; federal privacy law lets your providers write to you about that.", "Trata de su propio tratamiento o atención; la ley federal de privacidad permite a sus proveedores escribirle sobre eso."),
            Topic.Reminders => words.Of("It is about appointments, refills or payment for your care; federal privacy law allows that.", "Trata de citas, recetas o el pago de su atención; la ley federal de privacidad lo permite."),
            Topic.Fundraising => words.Of("Federal privacy law lets us ask our patients for donations, until you say no.", "La ley federal de privacidad nos permite pedir donativos a nuestros pacientes, hasta que usted diga que no."),
            _ => words.Of("Federal privacy law lets us tell our patients about health and about our own services, unless somebody pays for it.", "La ley federal de privacidad nos permite informar a nuestros pacientes sobre la salud y sobre nuestros propios servicios, salvo que alguien pague por ello."),
        };
    }

    private static Html Question(PageVisit visit, string? refusal)
    {
        var words = visit.Words;
        if (visit.Visit.Chart is null)
            return Html.Empty;
        return Html.Of($"""
            {FormParts.Summary(words, refusal is null ? [] : [("month", refusal)])}
            <p>{words.Of("What in your record decided is shown to you alone. Tell us first:", "Lo que decidió de su expediente se le muestra solo a usted. Díganos primero:")}</p>
            <form method="post" action="{words.Link($"/p/{visit.Token}/why")}" novalidate>
            {FormParts.Identity(words, refusal is not null)}
            <button class="button quiet" type="submit">{words.Of("Show me", "Mostrármelo")}</button>
            </form>
            """);
    }

    private static Html Found(Words words, IReadOnlyList<(string Kind, string Found)> rule) => Html.Of($"""
        <h3>{words.Of("What the choice looked at", "Qué miró la elección")}</h3>
        <ul class="plain">{Html.Join(rule.Select(line => Html.Of($"<li>{line.Kind}{(line.Found.Length == 0 ? Html.Empty : Html.Of($": <strong>{line.Found}</strong>"))}</li>")))}</ul>
        """);
}
