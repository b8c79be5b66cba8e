using Sealpost.Content;
using Sealpost.Content.Drafts;

namespace Sealpost.App.Pages.Content;

/// <summary>A template to begin with.</summary>
internal sealed record Starter(string Name, string Says, MessageDraft Draft);

/// <summary>Templates that Sealpost brings, written for it.</summary>
internal static class StarterTemplates
{
    public static IReadOnlyList<Starter> All { get; } =
    [
        new("Visit reminder", "A short reminder with a button, in English and Spanish.", new MessageDraft
        {
            Format = BodyFormat.Mjml,
            Fallback = new MessageVariant { Language = "en", Subject = "A reminder from your care team, {{ patient.given_name | default: \"hello\" }}", Preheader = "It takes two minutes to book", Body = Card("Hello {{ patient.given_name | default: \"there\" }},", "It is time for your yearly visit. We check what matters, answer your questions, and you leave with a plan.", "{% if last_visit.date %}Your last visit was on {{ last_visit.date }}.{% else %}We look forward to meeting you.{% endif %}", "Book your visit") },
            Variants = [new MessageVariant { Language = "es", Subject = "Un recordatorio de su equipo de salud, {{ patient.given_name | default: \"hola\" }}", Preheader = "Hacer la cita toma dos minutos", Body = Card("Hola, {{ patient.given_name | default: \"le saludamos\" }}:", "Ya es hora de su visita anual. Revisamos lo importante, respondemos sus preguntas y usted sale con un plan.", "{% if last_visit.date %}Su última visita fue el {{ last_visit.date }}.{% else %}Será un gusto conocerle.{% endif %}", "Haga su cita") }],
        }),
        new("Seasonal notice", "One notice with two short facts side by side.", new MessageDraft { Format = BodyFormat.Mjml, Fallback = new MessageVariant { Subject = "Flu shots are here", Preheader = "No appointment needed", Body = Notice } }),
        new("Plain letter", "A letter in Markdown, for messages that need no layout.", new MessageDraft { Format = BodyFormat.Markdown, Fallback = new MessageVariant { Subject = "A letter from {{ organisation.name }}", Preheader = "From your care team", Body = Letter } }),
        new("Empty template", "Nothing but the frame.", new MessageDraft { Format = BodyFormat.Mjml, Fallback = new MessageVariant { Subject = "News from your clinic", Body = Empty } }),
    ];

    private const string Empty = """
        <mjml>
          <mj-head>{% brand head %}</mj-head>
          <mj-body background-color="{% brand background %}" css-class="brand-background">
            {% brand header %}
            <mj-section background-color="{% brand surface %}" css-class="brand-surface">
              <mj-column>
                <mj-text css-class="brand-text">Hello {{ patient.given_name | default: "there" }},</mj-text>
              </mj-column>
            </mj-section>
          </mj-body>
        </mjml>

        """;

    private const string Notice = """
        <mjml>
          <mj-head>{% brand head %}</mj-head>
          <mj-body background-color="{% brand background %}" css-class="brand-background">
            {% brand header %}
            <mj-section background-color="{% brand surface %}" css-class="brand-surface">
              <mj-column>
                <mj-text css-class="brand-text" font-family="{% brand heading-font %}" font-size="26px" line-height="34px">Flu shots are here</mj-text>
                <mj-text css-class="brand-text">Hello {{ patient.given_name | default: "there" }}, you can get your flu shot at any of our clinics. You need no appointment.</mj-text>
              </mj-column>
            </mj-section>
            <mj-section background-color="{% brand surface %}" css-class="brand-surface">
              <mj-column>
                <mj-text css-class="brand-text"><strong>When</strong><br>Weekdays, 8 to 6</mj-text>
              </mj-column>
              <mj-column>
                <mj-text css-class="brand-text"><strong>Bring</strong><br>Your insurance card</mj-text>
              </mj-column>
            </mj-section>
          </mj-body>
        </mjml>

        """;

    private const string Letter = """
        {% brand header %}

        Dear {{ patient.given_name | default: "patient" }},

        Write your message here. Keep sentences short and say one thing at a time.

        {% if next_appointment.date %}We will see you on {{ next_appointment.date }}.{% else %}You have no visit planned. Call us to make one.{% endif %}

        Your care team at {{ organisation.name }}

        """;

    private static string Card(string hello, string text, string second, string button) =>
        $$$"""
        <mjml>
          <mj-head>{% brand head %}</mj-head>
          <mj-body background-color="{% brand background %}" css-class="brand-background">
            {% brand header %}
            <mj-section background-color="{% brand surface %}" css-class="brand-surface">
              <mj-column>
                <mj-text css-class="brand-text">{{{hello}}}</mj-text>
                <mj-text css-class="brand-text">{{{text}}}</mj-text>
                <mj-text css-class="brand-text">{{{second}}}</mj-text>
                <mj-button href="{{{Link}}}" align="left">{{{button}}}</mj-button>
              </mj-column>
            </mj-section>
          </mj-body>
        </mjml>

        """;

    private const string Link = "https://www.example.com/book";
}
