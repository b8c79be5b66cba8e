using System.Globalization;
using System.Text;
using Sealpost.Patients;

namespace Sealpost.Consent.Forms;

/// <summary>A heading and its paragraphs.</summary>
/// <param name="Heading">Plain text.</param>
/// <param name="Paragraphs">Plain text.</param>
internal sealed record FormSection(string Heading, IReadOnlyList<string> Paragraphs);

/// <summary>Who offers a form: what its text says about the organisation.</summary>
/// <param name="Name">Name.</param>
/// <param name="PostalAddress">Where letters go.</param>
/// <param name="Domain">Host of the page it is signed on.</param>
internal sealed record FormOfferer(string Name, string PostalAddress, string Domain);

/// <summary>The whole text of a form: the organisation's parts and every statement that 45 CFR 164.508(c) asks for, in plain words.</summary>
/// <param name="Title">What the reader is asked to allow.</param>
/// <param name="Language"><c>en</c> or <c>es</c>.</param>
/// <param name="Sections">In reading order.</param>
/// <param name="ExpiresOn">Last day in force if signed today.</param>
internal sealed record AuthorizationText(string Title, string Language, IReadOnlyList<FormSection> Sections, DateOnly ExpiresOn)
{
    /// <summary>States where an authorization ends after a year at the latest: Cal. Civ. Code 56.11(h); Minn. Stat. 144.293 subd. 4.</summary>
    private static readonly string[] OneYearStates = ["CA", "MN"];

    /// <summary>Composes the text that a patient reads and signs.</summary>
    public static AuthorizationText Of(AuthorizationForm form, FormOfferer offerer, ChartHead head, DateOnly today, string language)
    {
        var words = form.In(language);
        var spanish = words.Language == "es";
        var expires = ExpiryOf(form, head, today);
        List<FormSection> sections =
        [
            new(spanish ? "Qué información" : "What information", [words.Information]),
            new(spanish ? "Quién puede usarla o compartirla" : "Who may use or share it", form.Disclosers),
            new(spanish ? "Quién puede recibirla" : "Who may receive it", form.Recipients),
            new(spanish ? "Para qué" : "What for", [words.Purpose]),
        ];
        if (form.Payer is { } payer)
        {
            // 45 CFR 164.508(a)(3)(ii): the authorization must state that such remuneration is involved.
            sections.Add(new(
                spanish ? "Hay un pago de por medio" : "Money is involved",
                [spanish ? $"{payer} paga a {offerer.Name} por enviar estos mensajes." : $"{payer} pays {offerer.Name} for sending these messages."]));
        }

        sections.AddRange(spanish ? Spanish(offerer, Day(expires, "es")) : English(offerer, Day(expires, "en")));
        return new AuthorizationText(words.Title, words.Language, sections, expires);
    }

    /// <summary>The text as signed: what is kept, hashed and given as a copy.</summary>
    public string Signed(FormOfferer offerer, string signer, DateTimeOffset signedAt, TimeZoneInfo zone)
    {
        var spanish = Language == "es";
        var text = new StringBuilder();
        text.Append(Title).Append("\n\n").Append(offerer.Name).Append('\n').Append(offerer.PostalAddress).Append("\n\n");
        foreach (var section in Sections)
        {
            text.Append(section.Heading).Append('\n');
            foreach (var paragraph in section.Paragraphs)
                text.Append(paragraph).Append('\n');
            text.Append('\n');
        }

        var local = TimeZoneInfo.ConvertTime(signedAt, zone);
        text.Append(spanish ? "Firma" : "Signature").Append('\n')
            .Append(spanish ? "Firmado electrónicamente por: " : "Signed electronically by: ").Append(signer).Append('\n')
            .Append(spanish ? "Fecha: " : "Date: ").Append(Day(DateOnly.FromDateTime(local.DateTime), Language)).Append(local.ToString(", HH:mm", CultureInfo.InvariantCulture)).Append(" (").Append(zone.Id).Append(")\n")
            .Append(spanish ? "Identidad comprobada por fecha de nacimiento y código postal. La persona aceptó firmar electrónicamente.\n" : "Identity checked by date of birth and ZIP code. The signer agreed to sign electronically.\n");
        return text.ToString();
    }

    /// <summary>A day in words, so that 4/5 is never read as 5/4.</summary>
    public static string Day(DateOnly day, string language) =>
        language == "es"
            ? day.ToString("d 'de' MMMM 'de' yyyy", SpanishMonths)
            : day.ToString("MMMM d, yyyy", CultureInfo.InvariantCulture);

    private static DateTimeFormatInfo SpanishMonths { get; } = new()
    {
        MonthNames = ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre", ""],
        MonthGenitiveNames = ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre", ""],
    };

    private static DateOnly ExpiryOf(AuthorizationForm form, ChartHead head, DateOnly today)
    {
        var wanted = today.AddMonths(form.ValidForMonths);
        var capped = head.Addresses.Any(address => OneYearStates.Contains(address.State, StringComparer.OrdinalIgnoreCase)) && wanted > today.AddYears(1);
        return capped ? today.AddYears(1) : wanted;
    }

    private static FormSection[] English(FormOfferer offerer, string expires) =>
    [
        // 45 CFR 164.508(c)(1)(v).
        new("When it ends", [$"This authorization ends on {expires}."]),

        // (c)(2)(i), (b)(5).
        new("You can cancel it at any time",
        [
            $"You may cancel (revoke) this authorization at any time, in writing. The quickest way is the page where you signed it: follow “Change what you receive” in any of our emails. You may also write to {offerer.Name}, {offerer.PostalAddress}.",
            "It ends at once. It cannot undo what was done in reliance on it before, such as messages already sent.",
        ]),

        // (c)(2)(ii)(A), (b)(4).
        new("You do not have to sign", [$"{offerer.Name} will not make your treatment, payment, enrollment or eligibility for benefits depend on whether you sign."]),

        // (c)(2)(iii).
        new("What could happen to the information", ["Information shared under this authorization could be shared again by those who receive it, and may then no longer be protected by federal privacy law."]),

        // (c)(4); Cal. Civ. Code 56.11(i).
        new("Your copy", ["You get a copy of the signed form at once, to print or save. You can get another copy later, on the same page or by asking us in writing, at no cost."]),

        // 15 USC 7001(c)(1)(A) to (C).
        new("Signing electronically",
        [
            $"You may sign on paper instead: ask us, at no cost. If you agree to sign here, that is for this form only. You may take this agreement back at any time before you sign, by closing the page; once you have signed, cancelling the authorization has the same effect. Paper copies are free: write to {offerer.Name}, {offerer.PostalAddress}; tell us there too if your email address changes.",
            "To read and keep the form you need a web browser and a way to print or save a page. That you can read this page shows that yours will do.",
        ]),
    ];

    private static FormSection[] Spanish(FormOfferer offerer, string expires) =>
    [
        new("Cuándo termina", [$"Esta autorización termina el {expires}."]),
        new("Puede cancelarla en cualquier momento",
        [
            $"Puede cancelar (revocar) esta autorización en cualquier momento, por escrito. Lo más rápido es la página donde la firmó: siga “Cambiar lo que recibe” en cualquiera de nuestros correos. También puede escribir a {offerer.Name}, {offerer.PostalAddress}.",
            "Termina de inmediato. No puede deshacer lo que ya se hizo confiando en ella, como los mensajes ya enviados.",
        ]),
        new("No está obligado a firmar", [$"{offerer.Name} no hará depender su tratamiento, el pago, su inscripción ni su derecho a beneficios de que usted firme."]),
        new("Qué podría pasar con la información", ["Quienes reciban la información bajo esta autorización podrían volver a compartirla, y entonces quizá ya no esté protegida por las leyes federales de privacidad."]),
        new("Su copia", ["Recibe una copia del formulario firmado de inmediato, para imprimir o guardar. Puede obtener otra más tarde, en la misma página o pidiéndola por escrito, sin costo."]),
        new("Firmar electrónicamente",
        [
            $"Puede firmar en papel: pídalo, sin costo. Si acepta firmar aquí, es solo para este formulario. Puede retirar este acuerdo en cualquier momento antes de firmar, cerrando la página; después de firmar, cancelar la autorización tiene el mismo efecto. Las copias en papel son gratis: escriba a {offerer.Name}, {offerer.PostalAddress}; avísenos allí también si cambia su dirección de correo.",
            "Para leer y guardar el formulario necesita un navegador y una manera de imprimir o guardar una página. Si puede leer esta página, el suyo sirve.",
        ]),
    ];
}
