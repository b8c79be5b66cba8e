using Sealpost.Consent;
using Sealpost.Content;
using Sealpost.Content.Advice;
using Sealpost.Content.Drafts;
using Sealpost.Content.Fields;
using Sealpost.Content.Previews;
using Sealpost.Organisations;
using Sealpost.Patients;
using Sealpost.People;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Library;

/// <summary>Everything that can be said of a draft without a patient: problems, uses of fields, class, who to preview it as, branches that nobody reaches, advice.</summary>
internal sealed record StudioReport
{
    /// <summary>Problems, uses and the compiled set.</summary>
    public required DraftCheck Check { get; init; }

    /// <summary>Synthetic patients to preview as; empty while there are problems.</summary>
    public IReadOnlyList<PreviewPerson> People { get; init; } = [];

    /// <summary>Branches in all.</summary>
    public int Branches { get; init; }

    /// <summary>Branches that no synthetic patient reaches.</summary>
    public IReadOnlyList<MissedBranch> Missed { get; init; } = [];

    /// <summary>Advice, what matters most first.</summary>
    public IReadOnlyList<MailAdvice> Advice { get; init; } = [];

    /// <summary>Class by content alone; null while there are problems.</summary>
    public MessageClass? Class => Check.Set?.Class;
}

/// <summary>A synthetic patient to preview as.</summary>
/// <param name="Who">What to call them.</param>
/// <param name="Chart">The chart.</param>
/// <param name="MissingField">Field without value and default, which withholds the message for such a patient; null where it can be made.</param>
/// <param name="Reaches">Branches that nobody before them reaches, in words.</param>
internal sealed record PreviewPerson(string Who, Chart Chart, string? MissingField, IReadOnlyList<string> Reaches);

/// <summary>Checks, previews and advice for people who write messages. Nothing here can be sent.</summary>
internal sealed class MessageStudio(OrganisationContext context, ContentLibrary library)
{
    private SenderFooter Footer
    {
        get
        {
            var root = context.Organisation.PublicUrl.AbsoluteUri;
            return new SenderFooter(context.Organisation.Name, context.Organisation.PostalAddress, (root.EndsWith('/') ? root : root + "/") + "u/preview", null);
        }
    }

    /// <summary>The fields for a picker.</summary>
    public IReadOnlyList<FieldEntry> Fields() => FieldGuide.All(context.Today, Footer);

    /// <summary>Everything that can be said of a draft.</summary>
    public async Task<StudioReport> ReportAsync(MessageDraft draft, Actor actor, CancellationToken cancellationToken) =>
        await LookAsync(await library.CheckAsync(draft, actor, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    /// <summary>The same of a campaign's message, into which blocks and brand values went when it was taken from its template.</summary>
    public async Task<StudioReport> ReportWrittenOutAsync(MessageDraft message, Actor actor, CancellationToken cancellationToken) =>
        await LookAsync(await library.CheckWrittenOutAsync(message, actor, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    /// <summary>A message as a synthetic patient would get it.</summary>
    public RenderResult Render(TemplateSet set, Chart synthetic) => RenderMessage.Preview(set, synthetic, Footer, context.Today);

    /// <summary>A message as a real patient would get it. A read of health information by a person, so a ledger event. 45 CFR 164.312(b).</summary>
    /// <exception cref="RefusedException">There is no such patient, or the actor may not preview.</exception>
    public async Task<RenderResult> RenderForAsync(TemplateSet set, PatientNumber patient, Actor actor, CancellationToken cancellationToken)
    {
        NamedPreview.Require(actor);
        var chart = await context.Patients.OpenAsync(patient, cancellationToken).ConfigureAwait(false)
            ?? throw new RefusedException("There is no such patient, or the patient was erased.") { Kind = RefusalKind.NotFound };
        await context.Database.WriteAsync(
            (transaction, token) => context.Ledger.AppendAsync(new AuditEvent(context.Organisation.Id, "patient.read", actor.Id, patient, "template", "done", "template preview"), transaction, token),
            cancellationToken).ConfigureAwait(false);
        return RenderMessage.Preview(set, chart, Footer, context.Today);
    }

    private async Task<StudioReport> LookAsync(DraftCheck check, CancellationToken cancellationToken) =>
        check.Set is null ? new StudioReport { Check = check } : await Task.Run(() => Look(check, check.Set), cancellationToken).ConfigureAwait(false);

    private StudioReport Look(DraftCheck check, TemplateSet set)
    {
        var today = context.Today;
        var branches = ReachBranches.Run(set, Footer, today);
        var people = branches.Charts
            .Concat([new ReachingChart("other scripts", SyntheticCharts.OtherScript(today, set.Fields), []), new ReachingChart("an empty chart", SyntheticCharts.Empty(), [])])
            .Select(found => new PreviewPerson(found.Who, found.Chart, Missing(set, found.Chart), [.. found.Reaches.Select(point => $"line {point.Line}: {point.Source} — {point.When}").Distinct()]))
            .ToList();
        var advice = new List<MailAdvice>();
        foreach (var language in set.Languages)
        {
            var speaking = SyntheticCharts.Speaking(language, today, set.Fields);
            var longest = SyntheticCharts.Longest(today, set.Fields);
            longest = longest with { Head = longest.Head with { Language = language } };
            try
            {
                if (Try(set, speaking) is { } typical)
                    advice.AddRange(AdviseMessage.Run(check, language, typical, Try(set, longest) ?? typical));
            }
            catch (System.Text.RegularExpressions.RegexMatchTimeoutException)
            {
                advice.Add(new MailAdvice("size", AdviceWeight.Warning, "The message takes too long to look through, so there is no advice on it.", "Simplify its markup and style sheets.") { Language = language });
            }
        }

        return new StudioReport
        {
            Check = check,
            People = people,
            Branches = branches.Branches,
            Missed = branches.Missed,
            Advice = [.. advice.OrderByDescending(piece => piece.Weight)],
        };
    }

    private string? Missing(TemplateSet set, Chart chart)
    {
        try
        {
            return Render(set, chart).MissingField;
        }
        catch (RenderLimitException exception)
        {
            return exception.Message;
        }
    }

    private RenderedMessage? Try(TemplateSet set, Chart chart)
    {
        try
        {
            return Render(set, chart).Message;
        }
        catch (RenderLimitException)
        {
            return null;
        }
    }
}
