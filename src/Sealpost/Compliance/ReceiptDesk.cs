using System.Text.Json.Nodes;
using Sealpost.Campaigns;
using Sealpost.Organisations;
using Sealpost.People;
using Sealpost.Reports;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Compliance;

/// <summary>Receipts, as people ask for them: those of one patient's delivery with a proof to hand over, and whether any is missing. 45 CFR 164.312(b).</summary>
/// <param name="context">The organisation.</param>
/// <param name="key">The ledger's key.</param>
internal sealed class ReceiptDesk(OrganisationContext context, LedgerKey key)
{
    private ReadReceipts Receipts => new(context);

    /// <summary>The receipts of one patient's delivery. An audited read.</summary>
    /// <exception cref="RefusedException">The actor may not, there is no such campaign, or no attempt was made.</exception>
    public async Task<IReadOnlyList<OpenReceipt>> ShowAsync(long campaign, PatientNumber patient, Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(RoleSets.SeePatients, "read receipts");
        _ = await new CampaignStore(context).FindAsync(campaign, cancellationToken).ConfigureAwait(false) ?? throw new RefusedException("There is no such campaign.") { Kind = RefusalKind.NotFound };
        await context.Database.WriteAsync(
            (transaction, token) => context.Ledger.AppendAsync(new AuditEvent(context.Organisation.Id, "patient.read", actor.Id, patient, "receipt.show", "done"), transaction, token),
            cancellationToken).ConfigureAwait(false);
        var receipts = await Receipts.OfDeliveryAsync(campaign, patient, cancellationToken).ConfigureAwait(false);
        return receipts.Count > 0 ? receipts
            : throw new RefusedException("There is no receipt: no attempt was made to deliver this campaign to this patient. `sealpost campaign report` says how many were withheld and why.") { Kind = RefusalKind.NotFound };
    }

    /// <summary>A file by which anybody can verify the receipts with the ledger's public key alone. It names the recipient.</summary>
    /// <param name="receipts">From <see cref="ShowAsync"/>.</param>
    /// <param name="cancellationToken">Stops the operation.</param>
    public async Task<string> ProofAsync(IReadOnlyList<OpenReceipt> receipts, CancellationToken cancellationToken)
    {
        // A proof leads to a signed checkpoint; this one covers the newest receipt too.
        await context.Database.WriteAsync(context.Ledger.CheckpointAsync, cancellationToken).ConfigureAwait(false);
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        var documents = new List<JsonObject>();
        foreach (var receipt in receipts)
        {
            var proof = await ReceiptProof.CreateAsync(receipt.Id, key, connection, cancellationToken).ConfigureAwait(false)
                ?? throw new RefusedException("A receipt vanished while it was read. Run `sealpost ledger verify`.");
            documents.Add(ReceiptFile.Of(receipt, proof));
        }

        return ReceiptFile.ToText(documents);
    }

    /// <summary>How many accepted deliveries of a campaign have no receipt; anything but 0 is a fault or tampering.</summary>
    public Task<long> AcceptedWithoutAsync(long campaign, Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(Roles.Marketer | Roles.Approver | Roles.Compliance | Roles.Auditor, "check receipts");
        return Receipts.AcceptedWithoutAsync(campaign, cancellationToken);
    }
}
