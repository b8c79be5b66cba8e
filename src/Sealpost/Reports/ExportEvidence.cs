using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Sealpost.Campaigns;
using Sealpost.Campaigns.Attachments;
using Sealpost.Organisations;
using Sealpost.People;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Reports;

/// <summary>A campaign's evidence as one signed JSON file: its counts, every receipt in words and bytes, and the proof that the ledger holds each. 45 CFR 164.316(b)(1).</summary>
/// <remarks>
/// Written as it is read: a million receipts take no more memory than a thousand. One element a line; the last line is the signature of the ledger's key over
/// every byte before it, so <c>head -n -1 FILE | openssl dgst -sha256 -verify KEY -signature SIG</c> checks it as well as <c>sealpost receipt verify</c>.
/// </remarks>
internal sealed class ExportEvidence
{
    /// <summary>First words of a file.</summary>
    public const string Format = "sealpost-evidence 1";

    private readonly OrganisationContext _context;
    private readonly LedgerKey _key;

    /// <summary>Creates it for an organisation.</summary>
    /// <param name="context">The organisation.</param>
    /// <param name="key">The ledger's key, to sign with.</param>
    public ExportEvidence(OrganisationContext context, LedgerKey key) => (_context, _key) = (context, key);

    /// <summary>Checks rights, signs the ledger's present state and records who exports. What it returns writes the file, once.</summary>
    /// <exception cref="RefusedException">No right, or no such campaign.</exception>
    public async Task<Func<Stream, CancellationToken, Task<long>>> PrepareAsync(long campaign, Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(Roles.Compliance | Roles.Auditor, "export evidence");
        var found = await new CampaignStore(_context).FindAsync(campaign, cancellationToken).ConfigureAwait(false)
            ?? throw new RefusedException("There is no such campaign.") { Kind = RefusalKind.NotFound };
        var report = await new ReadCampaignReport(_context).RunAsync(found.Name, cancellationToken).ConfigureAwait(false);
        var checkpoint = await _context.Database.WriteAsync(
            async (transaction, token) =>
            {
                await _context.Ledger.AppendAsync(new AuditEvent(_context.Organisation.Id, "evidence.exported", actor.Id, null, campaign.ToString(CultureInfo.InvariantCulture), "done"), transaction, token).ConfigureAwait(false);
                return await _context.Ledger.CheckpointAsync(transaction, token).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
        return (stream, token) => WriteAsync(found, report, checkpoint, stream, token);
    }

    private async Task<long> WriteAsync(Campaign campaign, CampaignReport report, Checkpoint checkpoint, Stream to, CancellationToken cancellationToken)
    {
        using var lines = new SignedLines(to);
        await lines.WriteAsync(Head(campaign, report, checkpoint)[..^1] + ",\"proven\":[", cancellationToken).ConfigureAwait(false);
        var (receipts, opened, comma) = (0L, 0L, "");
        await using var connection = await _context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await foreach (var batch in ReceiptBatch.ReadAsync(_context.Organisation.Id, campaign.Id, checkpoint, connection, cancellationToken).ConfigureAwait(false))
        {
            await lines.WriteAsync($$"""{{comma}}{"batch":{{batch.ToJson()}}}""", cancellationToken).ConfigureAwait(false);
            comma = ",";
            var keys = await PatientKeys.LoadAsync(_context, batch.Receipts.Select(receipt => receipt.Patient).Distinct(), cancellationToken).ConfigureAwait(false);
            try
            {
                foreach (var receipt in batch.Receipts)
                {
                    var line = Line(receipt, keys.GetValueOrDefault(receipt.Patient));
                    (receipts, opened) = (receipts + 1, opened + (line.Opened ? 1 : 0));
                    await lines.WriteAsync(line.Text, cancellationToken).ConfigureAwait(false);
                }
            }
            finally
            {
                foreach (var key in keys.Values)
                    key.Dispose();
            }
        }

        await lines.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"],\"receipts\":{receipts},\"opened\":{opened},"), cancellationToken).ConfigureAwait(false);
        await to.WriteAsync(Encoding.UTF8.GetBytes($"\"signature\":\"{Convert.ToBase64String(_key.SignDocument(lines.Hash()))}\"}}\n"), cancellationToken).ConfigureAwait(false);
        return receipts;
    }

    // An erased patient's receipt stands in the ledger, but nobody can open it: the row alone proves that there was one.
    private static (string Text, bool Opened) Line(ReceiptBatch.StoredReceipt receipt, PatientKey? key)
    {
        if (key is null)
            return ($$""",{"row":{{receipt.ToJson()}}}""", false);
        var clear = key.Open($"receipt:{receipt.Id}", 1, receipt.Body.Span);
        var fields = ReceiptDocument.Fields(ReadReceipts.Read(clear)).ToJsonString(ReceiptDocument.Line);
        return ($$""",{"receipt":{{fields}},"clear":"{{Convert.ToBase64String(clear)}}","row":{{receipt.ToJson()}}}""", true);
    }

    private string Head(Campaign campaign, CampaignReport report, Checkpoint checkpoint) => new JsonObject
    {
        ["format"] = Format,
        ["organisation"] = new JsonObject { ["number"] = _context.Organisation.Id.Value, ["name"] = _context.Organisation.Name, ["domain"] = _context.Organisation.Domain },
        ["campaign"] = new JsonObject
        {
            ["number"] = campaign.Id,
            ["name"] = campaign.Name,
            ["purpose"] = report.Purpose,
            ["version"] = campaign.Version,
            ["approvedHash"] = campaign.ApprovedHash,

            // What patients could fetch: whoever has a file can tell years later that it is the one.
            ["files"] = new JsonArray([.. campaign.Content.Files.Select(file => new JsonObject
            {
                ["number"] = file.Id,
                ["name"] = file.Name,
                ["type"] = AttachmentTypes.MediaType(file.Type),
                ["bytes"] = file.Bytes,
                ["sha256"] = file.Sha256,
            })]),
        },
        ["counts"] = new JsonObject
        {
            ["selected"] = report.Selected,
            ["withheldBasis"] = report.Withheld.Basis,
            ["withheldTransport"] = report.Withheld.Transport,
            ["accepted"] = report.Accepted,
            ["rejected"] = report.Rejected,
            ["expired"] = report.Expired,
            ["pickup"] = report.Pickup,
            ["cancelled"] = report.Cancelled,
            ["inDoubt"] = report.InDoubt,
            ["pending"] = report.Pending,
        },
        ["madeAt"] = report.At,
        ["checkpoint"] = checkpoint.ToText(),
    }.ToJsonString(ReceiptDocument.Line);
}
