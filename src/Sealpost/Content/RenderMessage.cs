using Sealpost.Consent;
using Sealpost.Patients;

namespace Sealpost.Content;

/// <summary>Parts that Sealpost itself puts in and the author cannot leave out. 15 USC 7704(a)(3), (5); RFC 8058.</summary>
/// <param name="OrganisationName">Shown in the footer.</param>
/// <param name="PostalAddress">Valid physical postal address.</param>
/// <param name="UnsubscribeUrl">HTTPS URL with an opaque token, for footer and one-click header.</param>
/// <param name="PreferencesUrl">HTTPS URL of the preference page, or null.</param>
public sealed record SenderFooter(string OrganisationName, string PostalAddress, string UnsubscribeUrl, string? PreferencesUrl);

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
    public static RenderResult Render(Template template, ConsentDecision.Permit permit, Chart chart, SenderFooter footer, DateOnly today) =>
        throw new NotImplementedException();

    /// <summary>Renders for preview, without a permit: the result can be shown, not sent.</summary>
    public static RenderResult Preview(Template template, Chart chart, SenderFooter footer, DateOnly today) => throw new NotImplementedException();
}
