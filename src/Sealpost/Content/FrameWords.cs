using System.Globalization;

namespace Sealpost.Content;

/// <summary>Sealpost's own words around a message, in the message's language.</summary>
/// <param name="Reason">Why the reader gets it; {0} is the organisation.</param>
/// <param name="Unsubscribe">Words of the unsubscribe link.</param>
/// <param name="Change">Words of the preference link.</param>
internal sealed record FrameWords(string Reason, string Unsubscribe, string Change)
{
    private static readonly FrameWords English = new("You receive this message because you are a patient of {0}.", "Unsubscribe", "Change what you receive");
    private static readonly FrameWords Spanish = new("Recibe este mensaje porque es paciente de {0}.", "Cancelar la suscripción", "Cambiar lo que recibe");

    /// <summary>Words for a language; English where Sealpost has none in it.</summary>
    public static FrameWords Of(string? language) => language is not null && Languages.Primary(language) == "es" ? Spanish : English;

    // The last one made: all messages of a campaign have the same.
    private volatile Made? _made;

    /// <summary>The line that says why.</summary>
    public string ReasonOf(SenderFooter footer)
    {
        if (footer.Reason is { } own)
            return own;
        var made = _made;
        if (made is null || made.Organisation != footer.OrganisationName)
            _made = made = new Made(footer.OrganisationName, string.Format(CultureInfo.InvariantCulture, Reason, footer.OrganisationName));
        return made.Line;
    }

    private sealed record Made(string Organisation, string Line);
}
