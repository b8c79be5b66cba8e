using Sealpost.Consent;
using Sealpost.Content.Fields;
using Sealpost.Content.Html;
using Sealpost.Content.Liquid;
using Sealpost.Content.PlainText;
using Sealpost.Patients;

namespace Sealpost.Content;

/// <summary>Parts that Sealpost itself puts in and the author cannot leave out. 15 USC 7704(a)(3), (5); RFC 8058.</summary>
/// <param name="OrganisationName">Shown in the footer.</param>
/// <param name="PostalAddress">Valid physical postal address.</param>
/// <param name="UnsubscribeUrl">HTTPS URL with an opaque token, for footer and one-click header.</param>
/// <param name="PreferencesUrl">HTTPS URL of the preference page, or null.</param>
/// <param name="Phone">The organisation's telephone number, for <c>organisation.phone</c>; null where it has none to show.</param>
/// <param name="Reason">Why the reader gets the message; null for "because you are a patient of" the organisation.</param>
public sealed record SenderFooter(string OrganisationName, string PostalAddress, string UnsubscribeUrl, string? PreferencesUrl, string? Phone = null, string? Reason = null);

/// <summary>A message made for one patient. In memory only; never persisted. Prints as <c>[phi]</c>.</summary>
/// <param name="From">Header From.</param>
/// <param name="Subject">N0 subject.</param>
/// <param name="Html">HTML part, complete with preheader and footer.</param>
/// <param name="Text">Text part with footer.</param>
/// <param name="UnsubscribeUrl">For List-Unsubscribe.</param>
public sealed record RenderedMessage(string From, string Subject, string Html, string Text, string UnsubscribeUrl)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>Result of rendering.</summary>
/// <param name="Message">Null where a value is missing.</param>
/// <param name="MissingField">The field path without value and without default.</param>
public sealed record RenderResult(RenderedMessage? Message, string? MissingField);

/// <summary>Makes the message for one patient.</summary>
public static class RenderMessage
{
    /// <summary>Renders. A missing value without a default yields <see cref="RenderResult.MissingField"/>, never an empty gap.</summary>
    /// <param name="template">The pinned template.</param>
    /// <param name="permit">The legal-basis permit for this patient and campaign.</param>
    /// <param name="chart">The patient's open chart.</param>
    /// <param name="footer">Our own parts.</param>
    /// <param name="today">As-of date in the organisation's time zone.</param>
    /// <exception cref="ArgumentException">The permit is for another patient.</exception>
    /// <exception cref="RenderLimitException">The message became too large.</exception>
    public static RenderResult Render(Template template, ConsentDecision.Permit permit, Chart chart, SenderFooter footer, DateOnly today)
    {
        if (permit.Patient != chart.Number)
            throw new ArgumentException("The permit is for another patient.", nameof(permit));
        return Preview(template, chart, footer, today);
    }

    /// <summary>Renders for preview, without a permit: the result can be shown, not sent.</summary>
    /// <param name="template">The template.</param>
    /// <param name="chart">The patient's open chart.</param>
    /// <param name="footer">Our own parts.</param>
    /// <param name="today">As-of date in the organisation's time zone.</param>
    /// <exception cref="RenderLimitException">The message became too large.</exception>
    public static RenderResult Preview(Template template, Chart chart, SenderFooter footer, DateOnly today)
    {
        var context = new RenderContext(new RenderInput(chart, footer, today));
        var parts = template.Parts;
        using var writer = new LimitedWriter(LiquidOptions.MaxOutputSize);

        parts.Subject.Write(writer, context);
        var subject = writer.Take().Trim();
        writer.Write(parts.BeforeTitle);
        HtmlFrame.Encoder.Encode(writer, subject);
        writer.Write(parts.AfterTitle);
        writer.Write(HtmlFrame.Preview.Begin);
        parts.Preheader.Write(writer, context);
        writer.Write(HtmlFrame.Preview.End);
        parts.Body.Write(writer, context);
        HtmlFrame.WriteFooter(writer, parts.FooterId, footer);
        if (context.Missing is not null)
            return new RenderResult(null, context.Missing);
        var html = writer.Take();

        parts.Text.Write(writer, context);
        TextFrame.WriteFooter(writer, footer);
        var text = TextFrame.Tidy(writer.Take());
        return context.Missing is null
            ? new RenderResult(new RenderedMessage(template.From, subject, html, text, footer.UnsubscribeUrl), null)
            : new RenderResult(null, context.Missing);
    }
}
