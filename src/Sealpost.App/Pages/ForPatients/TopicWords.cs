using Sealpost.Consent;

namespace Sealpost.App.Pages.ForPatients;

/// <summary>Topics in plain words. None tells what a clinic treats.</summary>
internal static class TopicWords
{
    public static string Name(this Words words, Topic topic) => topic switch
    {
        Topic.Care => words.Of("Your care", "Su atención"),
        Topic.Reminders => words.Of("Appointments, refills and bills", "Citas, recetas y facturas"),
        Topic.HealthNews => words.Of("Health news", "Noticias de salud"),
        Topic.OwnServices => words.Of("Our services", "Nuestros servicios"),
        Topic.Fundraising => words.Of("Donations", "Donativos"),
        _ => words.Of("Offers from others", "Ofertas de otros"),
    };

    public static string Meaning(this Words words, Topic topic) => topic switch
    {
        Topic.Care => words.Of("Messages from your care team: check-ups, follow-up, advice meant for you.", "Mensajes de su equipo médico: controles, seguimiento, consejos para usted."),
        Topic.Reminders => words.Of("When to come, when to refill, what to pay.", "Cuándo venir, cuándo surtir la receta, qué pagar."),
        Topic.HealthNews => words.Of("General health tips, public programs, surveys.", "Consejos de salud, programas públicos, encuestas."),
        Topic.OwnServices => words.Of("New services, classes and places of ours.", "Servicios, clases y sedes nuevas nuestras."),
        Topic.Fundraising => words.Of("Requests to support our work. Your choice never affects your care.", "Peticiones de apoyo a nuestra labor. Su decisión nunca afecta su atención."),
        _ => words.Of("Products of other companies, or messages that somebody pays us to send.", "Productos de otras empresas, o mensajes que alguien nos paga por enviar."),
    };

    /// <summary>The topic of a form field; null where it is none.</summary>
    public static Topic? Parse(string? value) => Enum.TryParse<Topic>(value, ignoreCase: false, out var topic) && Enum.IsDefined(topic) ? topic : null;
}
