namespace Sealpost.App.Pages;

/// <summary>What patient pages say, in one language.</summary>
/// <param name="Language">BCP 47 tag.</param>
/// <param name="AskTitle">Title of the confirmation page.</param>
/// <param name="AskText">What the button will do.</param>
/// <param name="AskButton">The button.</param>
/// <param name="DoneTitle">Title once it is done.</param>
/// <param name="DoneText">What follows.</param>
/// <param name="UnknownTitle">Title where the link is not ours.</param>
/// <param name="UnknownText">What to do then.</param>
/// <param name="CareText">That messages about care may go on.</param>
internal sealed record PatientTexts(
    string Language, string AskTitle, string AskText, string AskButton, string DoneTitle, string DoneText, string UnknownTitle, string UnknownText, string CareText)
{
    private static readonly PatientTexts English = new(
        "en",
        "Stop these emails?",
        "Press the button and we will stop sending you emails like this one. You do not need to sign in.",
        "Stop these emails",
        "Done",
        "We will not send you emails like this one any more. You can close this page.",
        "This link does not work",
        "It may have been cut off. Copy the whole link from the email, or call the number at the end of the email and ask us to stop.",
        "Messages about your own care, such as appointments, may still come. Call us if you do not want those by email either.");

    private static readonly PatientTexts Spanish = new(
        "es",
        "¿Dejar de recibir estos correos?",
        "Pulse el botón y dejaremos de enviarle correos como este. No necesita iniciar sesión.",
        "Dejar de recibirlos",
        "Listo",
        "Ya no le enviaremos correos como este. Puede cerrar esta página.",
        "Este enlace no funciona",
        "Puede que esté incompleto. Copie el enlace entero del correo, o llame al número que aparece al final del correo y pídanos que dejemos de escribirle.",
        "Los mensajes sobre su propia atención, como las citas, pueden seguir llegando. Llámenos si tampoco los quiere por correo.");

    /// <summary>The first language of an Accept-Language header that we have; English otherwise.</summary>
    public static PatientTexts For(string? acceptLanguage)
    {
        foreach (var part in (acceptLanguage ?? "").Split(',', StringSplitOptions.TrimEntries))
        {
            if (part.StartsWith("es", StringComparison.OrdinalIgnoreCase))
                return Spanish;
            if (part.StartsWith("en", StringComparison.OrdinalIgnoreCase))
                return English;
        }

        return English;
    }
}
