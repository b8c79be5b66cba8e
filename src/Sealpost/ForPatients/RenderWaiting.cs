using Sealpost.Campaigns;
using Sealpost.Campaigns.Attachments;
using Sealpost.Consent;
using Sealpost.Content;

namespace Sealpost.ForPatients;

/// <summary>What is shown of a campaign to a patient.</summary>
internal sealed record WaitingMessage(RenderedMessage Message, IReadOnlyList<Attachment> Files)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>Renders a waiting message anew, from the approved version and the present chart, with new permits. Nothing rendered is ever kept.</summary>
/// <param name="visit">Whose message.</param>
/// <param name="link">Which.</param>
/// <param name="options">The organisation's policy.</param>
internal sealed class RenderWaiting(PatientVisit visit, PatientLink link, SendOptions options)
{
    /// <summary>The campaign as approved; null where it no longer is what was approved, or was cancelled.</summary>
    public async Task<PreparedCampaign?> PrepareAsync(CancellationToken cancellationToken)
    {
        var store = new CampaignStore(visit.Organisation);
        if (await store.FindAsync(link.Campaign, cancellationToken).ConfigureAwait(false) is not { } campaign || campaign.State == CampaignState.Cancelled)
            return null;
        var prepared = await PreparedCampaign.FromAsync(campaign, visit.Organisation, store, cancellationToken).ConfigureAwait(false);
        return prepared.IsAsApproved ? prepared : null;
    }

    /// <summary>Whether the message may be shown to whoever has the mailbox of the link; null where not.</summary>
    public async Task<ConsentDecision.Permit?> PermitAsync(PreparedCampaign prepared, CancellationToken cancellationToken)
    {
        if (visit.Chart is null)
            return null;

        // The notice was counted; reading what it announced is no further message.
        var policy = await options.Policy(cancellationToken).ConfigureAwait(false);
        var gate = new ConsentGate(policy with { FrequencyCap = 100 });
        return gate.Decide(prepared.Basis, visit.Chart.Head, visit.State, GateMoment.Render, visit.Organisation.Time.GetUtcNow()) is ConsentDecision.Permit permit
            && ConsentTables.BlindOf(visit.Organisation.Keys, "email", permit.Address.Open()).AsSpan().SequenceEqual(link.Mailbox.Span)
                ? permit
                : null;
    }

    /// <summary>The message with the files that come with it; null where it may not be shown, or a value is missing.</summary>
    public async Task<WaitingMessage?> RunAsync(CancellationToken cancellationToken)
    {
        if (await PrepareAsync(cancellationToken).ConfigureAwait(false) is not { } prepared || await PermitAsync(prepared, cancellationToken).ConfigureAwait(false) is not { } permit)
            return null;
        var footer = SenderFooters.For(visit.Organisation.Organisation, visit.Organisation.Keys, link.Campaign, visit.Patient, permit.Address.Open());
        return RenderMessage.Render(prepared.Template, permit, visit.Chart!, footer, prepared.Campaign.AsOf ?? visit.Organisation.Today).Message is { } message
            ? new WaitingMessage(message, prepared.Campaign.Content.Files)
            : null;
    }

    /// <summary>A file of the message; null where the message may not be shown any more, or has no such file.</summary>
    public async Task<OpenedAttachment?> FileAsync(long id, CancellationToken cancellationToken) =>
        await PrepareAsync(cancellationToken).ConfigureAwait(false) is { } prepared && await PermitAsync(prepared, cancellationToken).ConfigureAwait(false) is not null
        && prepared.Campaign.Content.Files.FirstOrDefault(file => file.Id == id) is { } file
        && await new AttachmentRows(visit.Organisation).OpenAsync(id, cancellationToken).ConfigureAwait(false) is { } content
            ? new OpenedAttachment(file, content)
            : null;
}
