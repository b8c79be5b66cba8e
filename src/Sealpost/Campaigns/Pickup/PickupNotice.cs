using System.Net;
using Sealpost.Consent;
using Sealpost.Consent.Forms;
using Sealpost.Content;
using Sealpost.Organisations;
using Sealpost.Patients;

namespace Sealpost.Campaigns.Pickup;

/// <summary>The notice that goes in a message's place: it names the organisation and a link, nothing else. N0 in every part, subject and URL too.</summary>
internal static class PickupNotice
{
    /// <summary>Path of the page below the organisation's public URL.</summary>
    public const string Path = "m/";

    /// <summary>A link to a waiting message; good until its end and for one use. It carries the notice's own language, so that the page need not look the patient up to greet them.</summary>
    public static string LinkOf(OrganisationContext context, PatientLink link, bool spanish) =>
        SenderFooters.UrlOf(context.Organisation, Path + link.ToText(context.Keys)) + (spanish ? "?lang=es" : "");

    /// <summary>The notice of a delivery, with its first link.</summary>
    public static RenderedMessage Of(OrganisationContext context, PickupRules rules, long campaign, Chart chart, string mailbox)
    {
        var ends = context.Time.GetUtcNow() + rules.ValidFor;
        var link = new PatientLink(PatientLinkKind.Pickup, campaign, chart.Number, ConsentTables.BlindOf(context.Keys, "email", mailbox), 1, ends);
        var spanish = IsSpanish(chart);
        return Compose(context, rules, link, mailbox, spanish, Words(rules.PublicName ?? context.Organisation.Name, DayOf(context.Organisation, ends), spanish));
    }

    /// <summary>The one reminder of it: the same link, which ends when it would have ended.</summary>
    public static RenderedMessage ReminderOf(OrganisationContext context, PickupRules rules, DueReminder due, Chart chart, string mailbox)
    {
        var link = new PatientLink(PatientLinkKind.Pickup, due.Campaign, chart.Number, ConsentTables.BlindOf(context.Keys, "email", mailbox), due.Serial, due.EndsAt);
        var spanish = IsSpanish(chart);
        return Compose(context, rules, link, mailbox, spanish, ReminderWords(rules.PublicName ?? context.Organisation.Name, DayOf(context.Organisation, due.EndsAt), spanish));
    }

    /// <summary>Whether the patient reads Spanish.</summary>
    public static bool IsSpanish(Chart chart) => chart.Head.Language?.StartsWith("es", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>Subject and paragraphs of a notice.</summary>
    public static (string Subject, IReadOnlyList<string> Paragraphs, string LinkText) Words(string name, DateOnly ends, bool spanish) => spanish
        ? ($"Tiene un mensaje nuevo de {name}",
            [$"{name} tiene un mensaje para usted.", "No viaja por correo electrónico, para que nadie pueda leerlo en el camino. Léalo en nuestra página protegida: no necesita cuenta, solo comprobamos que es usted.", $"El enlace sirve una vez y hasta el {AuthorizationText.Day(ends, "es")}."],
            "Leer el mensaje")
        : ($"You have a new message from {name}",
            [$"{name} has a message for you.", "It does not travel by email, so that nobody on the way can read it. Read it on our protected page: you need no account, we only check that it is you.", $"The link works once, until {AuthorizationText.Day(ends, "en")}."],
            "Read the message");

    private static (string Subject, IReadOnlyList<string> Paragraphs, string LinkText) ReminderWords(string name, DateOnly ends, bool spanish) => spanish
        ? ($"Recordatorio: tiene un mensaje de {name}",
            [$"{name} tiene un mensaje para usted que aún no ha leído. Sigue en nuestra página protegida: no necesita cuenta, solo comprobamos que es usted.", $"El enlace sirve una vez y hasta el {AuthorizationText.Day(ends, "es")}. No enviaremos otro recordatorio."],
            "Leer el mensaje")
        : ($"Reminder: you have a message from {name}",
            [$"{name} has a message for you that you have not read yet. It waits on our protected page: you need no account, we only check that it is you.", $"The link works once, until {AuthorizationText.Day(ends, "en")}. We send no other reminder."],
            "Read the message");

    private static DateOnly DayOf(Organisation organisation, DateTimeOffset instant) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(instant, organisation.TimeZone).DateTime);

    private static RenderedMessage Compose(OrganisationContext context, PickupRules rules, PatientLink link, string mailbox, bool spanish, (string Subject, IReadOnlyList<string> Paragraphs, string LinkText) words)
    {
        var organisation = context.Organisation;
        var name = rules.PublicName ?? organisation.Name;
        var url = LinkOf(context, link, spanish);
        var (subject, paragraphs, linkText) = words;
        var footer = SenderFooters.For(organisation, context.Keys, link.Campaign, link.Patient, mailbox);
        var (stop, choose) = spanish ? ("Dejar de recibir", "Cambiar lo que recibe") : ("Unsubscribe", "Change what you receive");
        var text = $"{string.Join("\n\n", paragraphs)}\n\n{linkText}: {url}\n\n-- \n{name}\n{organisation.PostalAddress}\n\n{stop}: {footer.UnsubscribeUrl}\n{choose}: {footer.PreferencesUrl}\n";
        var body = string.Concat(paragraphs.Select(paragraph => $"<p style=\"margin:0 0 16px\">{Encode(paragraph)}</p>"));
        var html = $"""
            <!doctype html>
            <html lang="{(spanish ? "es" : "en")}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer"><title>{Encode(subject)}</title></head>
            <body style="margin:0;padding:24px;background:#ffffff;color:#16273a;font:17px/26px Arial,Helvetica,sans-serif"><div style="max-width:34em;margin:0 auto">
            {body}
            <p style="margin:24px 0"><a href="{Encode(url)}" style="display:inline-block;padding:14px 24px;border-radius:8px;background:#0b5d66;color:#ffffff;font-weight:bold;text-decoration:none">{Encode(linkText)}</a></p>
            <p style="margin:32px 0 0;padding:16px 0 0;border-top:1px solid #dcd7cb;font-size:13px;line-height:20px;color:#52606d">{Encode(name)}<br>{Encode(organisation.PostalAddress)}<br><a href="{Encode(footer.UnsubscribeUrl)}" style="color:#0b5d66">{stop}</a> &nbsp; <a href="{Encode(footer.PreferencesUrl ?? footer.UnsubscribeUrl)}" style="color:#0b5d66">{choose}</a></p>
            </div></body></html>
            """;
        return new RenderedMessage(SenderOf(name, organisation.Domain), subject, html, text, footer.UnsubscribeUrl);
    }

    /// <summary>The sender of messages that Sealpost itself writes.</summary>
    public static string SenderOf(string name, string domain) =>
        $"\"{name.Replace("\\", "", StringComparison.Ordinal).Replace("\"", "", StringComparison.Ordinal)}\" <messages@{domain}>";

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
