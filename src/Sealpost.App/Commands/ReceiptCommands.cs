using System.CommandLine;
using System.Globalization;
using Sealpost.App.Hosting;
using Sealpost.Delivery;
using Sealpost.People;
using Sealpost.Reports;
using Sealpost.Trust.Ledger;

namespace Sealpost.App.Commands;

/// <summary>Proof of a delivery: <c>receipt show · verify · check</c>.</summary>
internal static class ReceiptCommands
{
    public static IEnumerable<Command> All(CommandContext context) =>
        [new Command("receipt", "What was proven about each attempt to deliver.") { Show(context), Verify(context), Check(context) }];

    private static Command Show(CommandContext context)
    {
        var (name, patient) = (CampaignCommands.Name(), ConsentCommands.Patient());
        var file = new Option<string?>("--proof") { Description = "Also write a file that anybody can verify with the ledger's public key alone. It names the recipient.", HelpName = "FILE" };
        var command = new Command("show", "The receipts of one patient's delivery. An audited read.") { name, patient, file };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            actor.Require(Roles.Compliance | Roles.Auditor, "read receipts");
            var number = await NumberAsync(organisation, parsed.GetRequiredValue(name), cancellationToken).ConfigureAwait(false);
            var who = await context.PatientAsync(organisation, parsed.GetRequiredValue(patient), cancellationToken).ConfigureAwait(false);
            await organisation.NoteReadAsync(actor, who, "receipt.show", cancellationToken).ConfigureAwait(false);
            var receipts = await new ReadReceipts(organisation.Context).OfDeliveryAsync(number, who, cancellationToken).ConfigureAwait(false);
            if (receipts.Count == 0)
                throw new RefusedException("There is no receipt: no attempt was made to deliver this campaign to this patient. `sealpost campaign report` says how many were withheld and why.");
            if (parsed.GetValue(file) is { } path)
                await WriteProofAsync(context, receipts, path, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(new { receipts = receipts.Select(receipt => new { id = receipt.Id, receipt = ReceiptFile.Fields(receipt.Receipt) }) }).ConfigureAwait(false);
            foreach (var receipt in context.Json ? [] : receipts)
                await context.Out.WriteLineAsync($"Receipt {receipt.Id}\n{Text(receipt.Receipt)}").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Verify(CommandContext context)
    {
        var file = new Argument<string>("FILE") { Description = "A file that `receipt show --proof` wrote; - for standard input." };
        var key = new Option<string?>("--key") { Description = "The ledger's public key (`sealpost ledger key`): then no data folder is needed. Default: the data folder's.", HelpName = "PEM" };
        var command = new Command("verify", "Check that a receipt stands in the ledger as shown. Offline.") { file, key };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var text = await context.ReadTextAsync(parsed.GetRequiredValue(file), cancellationToken).ConfigureAwait(false);
            using var given = parsed.GetValue(key) is { } pem ? PublicKey(await context.ReadTextAsync(pem, cancellationToken).ConfigureAwait(false)) : null;
            var results = ReceiptFile.Verify(text, given ?? (await context.OpenInstallation(cancellationToken).ConfigureAwait(false)).LedgerKey);
            var holds = results.All(result => result.Findings.Count == 0);
            if (context.Json)
                await context.WriteJsonAsync(new { holds, receipts = results.Select(result => new { receipt = ReceiptFile.Fields(result.Receipt), findings = result.Findings }) }).ConfigureAwait(false);
            foreach (var (receipt, findings) in results)
            {
                foreach (var finding in findings)
                    await context.Error.WriteLineAsync(finding).ConfigureAwait(false);
                if (!context.Json && findings.Count == 0)
                    await context.Out.WriteLineAsync(Text(receipt)).ConfigureAwait(false);
            }

            await context.SayAsync(holds
                ? $"{results.Count} receipt{(results.Count == 1 ? " stands" : "s stand")} in the ledger as shown."
                : "NOT PROVEN. Ask whoever gave you the file for another, and compare the key with the one published.").ConfigureAwait(false);
            return holds ? 0 : 1;
        });
        return command;
    }

    private static Command Check(CommandContext context)
    {
        var name = CampaignCommands.Name();
        var command = new Command("check", "Whether every accepted delivery of a campaign has a receipt.") { name };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            actor.Require(Roles.Marketer | Roles.Approver | Roles.Compliance | Roles.Auditor, "check receipts");
            var number = await NumberAsync(organisation, parsed.GetRequiredValue(name), cancellationToken).ConfigureAwait(false);
            var without = await new ReadReceipts(organisation.Context).AcceptedWithoutAsync(number, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(new { acceptedWithoutReceipt = without }).ConfigureAwait(false);
            await context.SayAsync(without == 0
                ? "Every accepted delivery has its receipt."
                : string.Create(CultureInfo.InvariantCulture, $"{without:N0} accepted deliveries have NO receipt. Run `sealpost ledger verify --against CHECKPOINT`; it names what was removed.")).ConfigureAwait(false);
            return without == 0 ? 0 : 1;
        });
        return command;
    }

    private static async Task<long> NumberAsync(OpenOrganisation organisation, string name, CancellationToken cancellationToken) =>
        await organisation.Desk().Store.NumberOfAsync(name, cancellationToken).ConfigureAwait(false)
            ?? throw new RefusedException($"There is no campaign '{name}'. `sealpost campaign list` shows them.");

    private static async Task WriteProofAsync(CommandContext context, IReadOnlyList<OpenReceipt> receipts, string path, CancellationToken cancellationToken)
    {
        var installation = await context.OpenInstallation(cancellationToken).ConfigureAwait(false);
        await installation.CheckpointAsync(cancellationToken).ConfigureAwait(false);
        await using var connection = await installation.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        var documents = new List<System.Text.Json.Nodes.JsonObject>();
        foreach (var receipt in receipts)
        {
            var proof = await ReceiptProof.CreateAsync(receipt.Id, installation.LedgerKey, connection, cancellationToken).ConfigureAwait(false)
                ?? throw new RefusedException("A receipt vanished while it was read. Run `sealpost ledger verify`.");
            documents.Add(ReceiptFile.Of(receipt, proof));
        }

        await context.WriteFileAsync(path, ReceiptFile.ToText(documents), cancellationToken).ConfigureAwait(false);
        await context.Error.WriteLineAsync("The proof file names the recipient: keep and send it as you would the chart.").ConfigureAwait(false);
    }

    private static LedgerKey PublicKey(string pem)
    {
        try
        {
            return LedgerKey.FromPublicPem(pem);
        }
        catch (ArgumentException exception)
        {
            throw new RefusedException("--key takes a PEM public key, as `sealpost ledger key` prints it.", exception);
        }
    }

    private static string Text(Receipt receipt)
    {
        (string Label, string Value)[] lines =
        [
            ("outcome", $"{receipt.Outcome}, attempt {receipt.Attempt.ToString(CultureInfo.InvariantCulture)}"),
            ("recipient", receipt.Recipient),
            ("host", receipt.Ip.Length == 0 ? receipt.Mx : $"{receipt.Mx} [{receipt.Ip}]"),
            ("protection", receipt.TlsVersion.Length == 0 ? "none; no message data was sent" : $"{receipt.Tier}, {receipt.TlsVersion}, {receipt.Cipher}"),
            ("certificate", receipt.CertificateFingerprint.Length == 0 ? "" : $"SHA-256 {receipt.CertificateFingerprint}"),
            ("policy", receipt.Policy),
            ("rule", receipt.Rule),
            ("reply", receipt.Reply),
            ("last hop", receipt.LastHopNotSeen ? "not seen: a relay took it" : ""),
            ("message", receipt.MessageId),
            ("content", receipt.ContentHash.Length == 0 ? "" : $"SHA-256 {receipt.ContentHash}"),
            ("template", receipt.Template),
            ("authorization", receipt.Authorization?.ToString(CultureInfo.InvariantCulture) ?? ""),
            ("time", string.Create(CultureInfo.InvariantCulture, $"{receipt.StartedAt:yyyy-MM-dd HH:mm:ss.fff} to {receipt.EndedAt:yyyy-MM-dd HH:mm:ss.fff} UTC")),
        ];
        return string.Concat(lines.Where(line => line.Value.Length > 0).Select(line => $"  {line.Label,-14} {line.Value}\n"));
    }
}
