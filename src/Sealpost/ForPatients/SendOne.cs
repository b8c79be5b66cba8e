using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.Content;
using Sealpost.Trust.Ledger;

namespace Sealpost.ForPatients;

/// <summary>A short message of ours to one patient.</summary>
/// <param name="Subject">Says nothing about health: N0.</param>
/// <param name="Paragraphs">Plain text.</param>
/// <param name="Link">Where it leads, or null.</param>
/// <param name="LinkText">Words of the link.</param>
/// <param name="Language">BCP 47.</param>
/// <param name="Class">What it reveals.</param>
internal sealed record OneMessage(string Subject, IReadOnlyList<string> Paragraphs, string? Link, string LinkText, string Language, MessageClass Class)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>Sends one message that belongs to no campaign: the copy of a form, a new link. The same gates, signatures and verified TLS as every other; one try, no retry.</summary>
/// <param name="visit">To whom.</param>
/// <param name="options">How mail leaves.</param>
internal sealed class SendOne(PatientVisit visit, SendOptions options)
{
    /// <summary>Sends to the mailbox that the visit's link was sent to. True where the mail host took it; false where a gate or the way there said no, and then it must be given otherwise.</summary>
    public async Task<bool> RunAsync(OneMessage message, CancellationToken cancellationToken)
    {
        var detail = await TryAsync(message, cancellationToken).ConfigureAwait(false);
        await visit.Organisation.Database.WriteAsync(
            (transaction, token) => visit.Organisation.Ledger.AppendAsync(
                new AuditEvent(visit.Organisation.Organisation.Id, "patient.written-to", "system", visit.Patient, null, detail.Accepted ? "done" : "refused", detail.Words), transaction, token),
            CancellationToken.None).ConfigureAwait(false);
        return detail.Accepted;
    }

    private async Task<(bool Accepted, string Words)> TryAsync(OneMessage message, CancellationToken cancellationToken)
    {
        if (visit.Mailbox is not { } mailbox || visit.Chart is not { } chart)
            return (false, "mailbox not on record");
        var policy = await options.Policy(cancellationToken).ConfigureAwait(false);

        // What the patient asks for is no message that a cap would count. 45 CFR 164.508(c)(4).
        var gate = new ConsentGate(policy with { FrequencyCap = 100 });
        var basis = new CampaignBasis(0, Purpose.AdminPayment, null, message.Class, new HashSet<string>(), [], new HashSet<string>()) { AudienceCodes = [] };
        if (gate.Decide(basis, chart.Head, visit.State, GateMoment.BeforeData, visit.Organisation.Time.GetUtcNow()) is not ConsentDecision.Permit permit)
            return (false, "withheld");
        if (permit.Address.Open() != mailbox)
            return (false, "another address is to be used");
        return await new HandOver(visit.Organisation, options).RunAsync(message, mailbox, cancellationToken).ConfigureAwait(false);
    }
}
