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
        using var writers = Writers.Rent();
        var context = ContextOf(template, chart, footer, today);
        return Write(template, footer, context, writers) is { } subject
            ? new RenderResult(new RenderedMessage(template.From, subject, writers.Html.Detach(), writers.Text.Detach(), footer.UnsubscribeUrl), null)
            : new RenderResult(null, context.Missing);
    }

    /// <summary>Renders for preview, without a permit: the result can be shown, not sent.</summary>
    /// <param name="template">The template.</param>
    /// <param name="chart">The patient's open chart.</param>
    /// <param name="footer">Our own parts.</param>
    /// <param name="today">As-of date in the organisation's time zone.</param>
    /// <exception cref="RenderLimitException">The message became too large.</exception>
    public static RenderResult Preview(Template template, Chart chart, SenderFooter footer, DateOnly today)
    {
        return Preview(template, chart, footer, today, null);
    }

    /// <summary>The same for the variant of a patient's language.</summary>
    /// <inheritdoc cref="Render(Template, ConsentDecision.Permit, Chart, SenderFooter, DateOnly)"/>
    public static RenderResult Render(TemplateSet templates, ConsentDecision.Permit permit, Chart chart, SenderFooter footer, DateOnly today) =>
        Render(templates.For(chart.Head.Language), permit, chart, footer, today);

    /// <summary>The same for the variant of a patient's language.</summary>
    /// <inheritdoc cref="Preview(Template, Chart, SenderFooter, DateOnly)"/>
    public static RenderResult Preview(TemplateSet templates, Chart chart, SenderFooter footer, DateOnly today) =>
        Preview(templates.For(chart.Head.Language), chart, footer, today);

    /// <summary>Renders for preview and notes the branches reached.</summary>
    internal static RenderResult Preview(Template template, Chart chart, SenderFooter footer, DateOnly today, ISet<BranchPoint>? reached, ISet<(Fluid.Ast.Expression Comparison, bool Holds)>? compared = null)
    {
        using var writers = Writers.Rent();
        var context = ContextOf(template, chart, footer, today, reached, compared);
        return Write(template, footer, context, writers) is { } subject
            ? new RenderResult(new RenderedMessage(template.From, subject, writers.Html.Take(), writers.Text.Take(), footer.UnsubscribeUrl), null)
            : new RenderResult(null, context.Missing);
    }

    private static RenderContext ContextOf(
        Template template, Chart chart, SenderFooter footer, DateOnly today, ISet<BranchPoint>? reached = null, ISet<(Fluid.Ast.Expression Comparison, bool Holds)>? compared = null) =>
        new(new RenderInput(chart, footer, today), Languages.CultureOf(template.Language)) { Reached = reached, Compared = compared };

    /// <summary>Writes both parts; the subject, or null where a value is missing.</summary>
    private static string? Write(Template template, SenderFooter footer, RenderContext context, Writers writers)
    {
        var words = FrameWords.Of(template.Language);
        var parts = template.Parts;
        var writer = writers.Html;

        parts.Subject.Write(writer, context);
        var subject = writer.Take().Trim();
        writer.Write(parts.BeforeTitle);
        HtmlFrame.Encoder.Encode(writer, subject);
        writer.Write(parts.AfterTitle);
        writer.Write(HtmlFrame.Preview.Begin);
        parts.Preheader.Write(writer, context);
        writer.Write(HtmlFrame.Preview.End);
        parts.Body.Write(writer, context);
        HtmlFrame.WriteFooter(writer, parts.FooterId, footer, words);
        if (context.Missing is not null)
            return null;

        parts.Text.Write(writers.Untidy, context);
        TextFrame.WriteFooter(writers.Untidy, footer, words);
        TextFrame.Tidy(writers.Untidy.Written, writers.Text);
        return context.Missing is null ? subject : null;
    }

    /// <summary>Where the parts of one message are written. What is not detached goes back to the pool.</summary>
    private sealed class Writers : IDisposable
    {
        [ThreadStatic]
        private static Writers? t_idle;

        private Writers()
        {
        }

        public LimitedWriter Html { get; } = new(LiquidOptions.MaxOutputSize);

        public LimitedWriter Untidy { get; } = new(LiquidOptions.MaxOutputSize);

        public LimitedWriter Text { get; } = new(LiquidOptions.MaxOutputSize);

        /// <summary>The thread's own; rendering waits for nothing.</summary>
        public static Writers Rent()
        {
            if (t_idle is not { } writers)
                return new Writers();
            t_idle = null;
            writers.Html.Reopen();
            writers.Untidy.Reopen();
            writers.Text.Reopen();
            return writers;
        }

        public void Dispose()
        {
            Html.Dispose();
            Untidy.Dispose();
            Text.Dispose();
            t_idle = this;
        }
    }
}
