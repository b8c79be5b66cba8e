using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.Content;

namespace Sealpost.ForPatients;

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
        return campaign.ApprovedHash == prepared.ApprovalHash ? prepared : null;
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

    /// <summary>The message; null where it may not be shown, or a value is missing.</summary>
    public async Task<RenderedMessage?> RunAsync(CancellationToken cancellationToken) =>
        await PrepareAsync(cancellationToken).ConfigureAwait(false) is { } prepared && await PermitAsync(prepared, cancellationToken).ConfigureAwait(false) is { } permit
            ? RenderMessage.Render(
                prepared.Template,
                permit,
                visit.Chart!,
                SenderFooters.For(visit.Organisation.Organisation, visit.Organisation.Keys, link.Campaign, visit.Patient, permit.Address.Open()),
                prepared.Campaign.AsOf ?? visit.Organisation.Today).Message
            : null;
}
