using Sealpost.App.Hosting;
using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.Consent.Forms;
using Sealpost.ForPatients;

namespace Sealpost.App.Pages.ForPatients;

/// <summary>Reading and signing one form. 45 CFR 164.508(c); 15 USC 7001.</summary>
internal static class SignPages
{
    public static void Map(IEndpointRouteBuilder pages, Installation installation)
    {
        pages.MapReading("/a/{token}/form/{number:long}", async (string token, long number, HttpRequest request, CancellationToken cancellationToken) =>
            await FindAsync(installation, request, token, number, cancellationToken).ConfigureAwait(false) is var (visit, authorizations, form)
                ? Page(visit, form, authorizations.TextOf(form, visit.Words.Language), SignatureProblems.None, "").ToResult()
                : PatientPages.Unknown(request));
        pages.MapPost("/a/{token}/form/{number:long}", async (string token, long number, HttpRequest request, CancellationToken cancellationToken) =>
        {
            if (await FindAsync(installation, request, token, number, cancellationToken).ConfigureAwait(false) is not var (visit, authorizations, form))
                return PatientPages.Unknown(request);
            var fields = await PatientPages.FormAsync(request, cancellationToken).ConfigureAwait(false);
            var (birthDate, zip) = FormParts.ReadIdentity(fields);
            var answer = new SignatureAnswer(fields["name"].ToString(), fields["electronic"] == "yes", fields["read"] == "yes", birthDate, zip);
            var result = await authorizations.SignAsync(form, visit.Words.Language, answer, cancellationToken).ConfigureAwait(false);
            if (result.Problems != SignatureProblems.None)
                return Page(visit, form, authorizations.TextOf(form, visit.Words.Language), result.Problems, answer.Name).ToResult(StatusCodes.Status422UnprocessableEntity);
            var mailed = await MailCopyAsync(visit, form, result, cancellationToken).ConfigureAwait(false);
            return Signed(visit, authorizations, result.Authorization, result.Document, mailed ? visit.Visit.Mailbox : null).ToResult();
        });
        CopyPages.Map(pages, installation);
    }

    /// <summary>The page that shows a signed document. 164.508(c)(4): this is the copy.</summary>
    public static PatientPage Signed(PageVisit visit, Authorizations authorizations, long authorization, string document, string? mailedTo)
    {
        var words = visit.Words;
        var body = Html.Of($"""
            {(mailedTo is null ? Html.Empty : Html.Of($"""<p class="note good" role="status">{words.Of("A copy is on its way to", "Una copia va en camino a")} {PageVisit.Mask(mailedTo)}.</p>"""))}
            <p class="lead no-print">{words.Of("This is your copy. Print this page or save it.", "Esta es su copia. Imprima esta página o guárdela.")}</p>
            <form method="post" action="{words.Link($"/a/{visit.Token}/copy")}"><input type="hidden" name="proof" value="{authorizations.ProofFrom(authorization)}"><button class="button" type="submit">{words.Of("Save a copy", "Guardar una copia")}</button></form>
            <div class="paperwork">{Html.Paragraphs(document)}</div>
            <p class="no-print">{words.Of("You can cancel it at any time, here or through any of our emails.", "Puede cancelarla en cualquier momento, aquí o desde cualquiera de nuestros correos.")} <a href="{words.Link($"/a/{visit.Token}/revoke/{authorization}")}">{words.Of("Cancel it", "Cancelarla")}</a></p>
            """);
        return visit.Page("", words.Of("Signed", "Firmado"), body);
    }

    private static async Task<(PageVisit Visit, Authorizations Authorizations, AuthorizationForm Form)?> FindAsync(Installation installation, HttpRequest request, string token, long number, CancellationToken cancellationToken)
    {
        if (await AuthorizationPages.OpenAsync(installation, request, token, cancellationToken).ConfigureAwait(false) is not var (visit, authorizations))
            return null;
        var form = (await authorizations.FormsAsync(cancellationToken).ConfigureAwait(false)).FirstOrDefault(one => one.Id == number);
        return form is null ? null : (visit, authorizations, form);
    }

    /// <summary>Sends the copy where the way is protected well enough; what names a sensitive category never goes by mail.</summary>
    private static async Task<bool> MailCopyAsync(PageVisit visit, AuthorizationForm form, SignatureResult result, CancellationToken cancellationToken)
    {
        var words = visit.Words;
        var message = new OneMessage(
            words.Of($"Your copy from {visit.Organisation.PublicName}", $"Su copia de {visit.Organisation.PublicName}"),
            [words.Of("You signed the following form with us. Keep this copy.", "Usted firmó con nosotros el siguiente formulario. Guarde esta copia."), .. result.Document.Split("\n\n", StringSplitOptions.RemoveEmptyEntries)],
            null,
            "",
            words.Language,
            form.Categories.Count > 0 ? MessageClass.N3 : MessageClass.N1);
        if (!await new SendOne(visit.Visit, visit.Organisation.SendOptions()).RunAsync(message, cancellationToken).ConfigureAwait(false))
            return false;
        await visit.Organisation.Context.Consent.Documents.GiveCopyAsync(visit.Visit.Patient, result.Authorization, SignedDocuments.ByEmail, "system", cancellationToken).ConfigureAwait(false);
        return true;
    }

    private static PatientPage Page(PageVisit visit, AuthorizationForm form, AuthorizationText text, SignatureProblems problems, string name)
    {
        var words = visit.Words;
        var refusal = FormParts.Refusal(words, problems);
        var body = Html.Of($"""
            {FormParts.Summary(words, Errors(words, problems))}
            <p class="lead">{words.Of("Please read it all. You decide freely; your care never depends on it.", "Léalo todo, por favor. Usted decide libremente; su atención nunca depende de ello.")}</p>
            <article class="paperwork" lang="{text.Language}">
            <h2>{text.Title}</h2><p>{visit.Organisation.Context.Organisation.Name}<br>{visit.Organisation.Context.Organisation.PostalAddress}</p>
            {Html.Join(text.Sections.Select(section => Html.Of($"<section><h3>{section.Heading}</h3>{Html.Join(section.Paragraphs.Select(paragraph => Html.Of($"<p>{paragraph}</p>")))}</section>")))}
            </article>
            <h2>{words.Of("Sign", "Firmar")}</h2>
            <form method="post" action="{words.Link($"/a/{visit.Token}/form/{form.Id}")}" novalidate>
            {FormParts.Identity(words, problems.HasFlag(SignatureProblems.Identity))}
            {FormParts.Field(words, new FieldOf("name", words.Of("Your full name", "Su nombre completo"), name) { Autocomplete = "name", Hint = words.Of("Typing it here is your signature.", "Escribirlo aquí es su firma."), Error = problems.HasFlag(SignatureProblems.Name) ? words.Of("Type your full name.", "Escriba su nombre completo.") : null })}
            <div class="fields">
            {Tick("electronic", words.Of("I agree to sign this form electronically. I can read it, and print or save it.", "Acepto firmar este formulario electrónicamente. Puedo leerlo, e imprimirlo o guardarlo."))}
            {Tick("read", words.Of("I have read this form and I sign it.", "He leído este formulario y lo firmo."))}
            </div>
            <button class="button" type="submit">{words.Of("Sign", "Firmar")}</button>
            </form>
            <p class="soft">{words.Of("You sign for yourself only. If you act for somebody else, please call us.", "Usted firma solo por sí mismo. Si actúa por otra persona, por favor llámenos.")}</p>
            """);
        return visit.Page($"/a/{visit.Token}/form/{form.Id}", words.Of("Read and sign", "Leer y firmar"), body) with { HasErrors = problems != SignatureProblems.None || refusal is not null };
    }

    private static List<(string Field, string Text)> Errors(Words words, SignatureProblems problems)
    {
        List<(string, string)> errors = [];
        if (problems.HasFlag(SignatureProblems.Name))
            errors.Add(("name", words.Of("Type your full name.", "Escriba su nombre completo.")));
        if (problems.HasFlag(SignatureProblems.Electronic))
            errors.Add(("electronic", words.Of("Say that you agree to sign electronically, or ask us for the form on paper.", "Diga que acepta firmar electrónicamente, o pídanos el formulario en papel.")));
        if (problems.HasFlag(SignatureProblems.Read))
            errors.Add(("read", words.Of("Say that you have read the form and sign it.", "Diga que ha leído el formulario y que lo firma.")));
        if (FormParts.Refusal(words, problems) is { } refusal)
            errors.Add(("month", refusal));
        return errors;
    }

    private static Html Tick(string id, string text) => Html.Of($"""
        <div class="choice"><input type="checkbox" id="{id}" name="{id}" value="yes"><label for="{id}">{text}</label></div>
        """);
}
