using System.CommandLine;
using System.Globalization;
using Sealpost.App.Hosting;
using Sealpost.Delivery;
using Sealpost.Reports;
using Sealpost.Trust.Ledger;

namespace Sealpost.App.Commands;

/// <summary>Proof of a delivery: <c>receipt show · export · verify · check</c>.</summary>
internal static class ReceiptCommands
{
    public static IEnumerable<Command> All(CommandContext context) =>
        [new Command("receipt", "What was proven about each attempt to deliver.") { Show(context), Export(context), Verify(context), Check(context) }];

    private static Command Show(CommandContext context)
    {
        var (name, patient) = (CampaignCommands.Name(), ConsentCommands.Patient());
        var file = new Option<string?>("--proof") { Description = "Also write a file that anybody can verify with the ledger's public key alone. It names the recipient.", HelpName = "FILE" };
        var command = new Command("show", "The receipts of one patient's delivery. An audited read.") { name, patient, file };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var number = await NumberAsync(organisation, parsed.GetRequiredValue(name), cancellationToken).ConfigureAwait(false);
            var who = await context.PatientAsync(organisation, parsed.GetRequiredValue(patient), cancellationToken).ConfigureAwait(false);
            var desk = organisation.Compliance.Receipts;
            var receipts = await desk.ShowAsync(number, who, actor, cancellationToken).ConfigureAwait(false);
            if (parsed.GetValue(file) is { } path)
            {
                await context.WriteFileAsync(path, await desk.ProofAsync(receipts, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
                await context.Error.WriteLineAsync("The proof file names the recipient: keep and send it as you would the chart.").ConfigureAwait(false);
            }

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
        var file = new Argument<string>("FILE") { Description = "A file that `receipt show --proof` or `receipt export` wrote; - for standard input." };
        var key = new Option<string?>("--key") { Description = "The ledger's public key (`sealpost ledger key`): then no data folder is needed. Default: the data folder's.", HelpName = "PEM" };
        var command = new Command("verify", "Check that a receipt stands in the ledger as shown. Offline.") { file, key };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var given = parsed.GetValue(key) is { } pem ? PublicKey(await context.ReadTextAsync(pem, cancellationToken).ConfigureAwait(false)) : null;
            var publicKey = given ?? (await context.OpenInstallation(cancellationToken).ConfigureAwait(false)).LedgerKey;
            using var reader = context.OpenText(parsed.GetRequiredValue(file));
            var first = await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) ?? "";
            if (VerifyEvidence.IsEvidence(first))
                return await SayEvidenceAsync(context, await VerifyEvidence.RunAsync(first, reader, publicKey, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
            var results = ReceiptFile.Verify(first + "\n" + await reader.ReadToEndAsync(cancellationToken).ConfigureAwait(false), publicKey);
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

    private static Command Export(CommandContext context)
    {
        var name = CampaignCommands.Name();
        var file = new Argument<string>("FILE") { Description = "Where to write it. It names every recipient." };
        var command = new Command("export", "A campaign's evidence as one signed JSON file: counts, every receipt, and the proof of each. `receipt verify` checks it with the ledger's public key alone.") { name, file };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var number = await NumberAsync(organisation, parsed.GetRequiredValue(name), cancellationToken).ConfigureAwait(false);
            var write = await organisation.Evidence().PrepareAsync(number, actor, cancellationToken).ConfigureAwait(false);
            var receipts = 0L;
            await context.WriteFileAsync(parsed.GetRequiredValue(file), async (stream, token) => receipts = await write(stream, token).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(new { receipts }).ConfigureAwait(false);
            await context.SayAsync(string.Create(CultureInfo.InvariantCulture, $"{receipts:N0} receipts, signed. The file names recipients: keep and send it as you would charts. Whoever checks it needs the ledger's public key from you, not from the file: `sealpost ledger key`.")).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static async Task<int> SayEvidenceAsync(CommandContext context, EvidenceResult result)
    {
        var holds = result.Findings.Count == 0;
        if (context.Json)
            await context.WriteJsonAsync(new { holds, organisation = result.Organisation, campaign = result.Campaign, receipts = result.Receipts, opened = result.Opened, outcomes = result.Outcomes, findings = result.Findings }).ConfigureAwait(false);
        foreach (var finding in result.Findings)
            await context.Error.WriteLineAsync(finding).ConfigureAwait(false);
        foreach (var (outcome, count) in context.Json ? new Dictionary<string, long>() : result.Outcomes)
            await context.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"  {outcome,-18} {count,12:N0}")).ConfigureAwait(false);
        await context.SayAsync(holds
            ? string.Create(CultureInfo.InvariantCulture, $"All {result.Receipts:N0} receipts stand in the ledger as shown, and the file is as it was signed.{(result.Receipts > result.Opened ? $" {result.Receipts - result.Opened:N0} are of erased patients: proven to be there, and closed for good." : "")}")
            : "NOT PROVEN. Ask whoever gave you the file for another, and compare the key with the one published.").ConfigureAwait(false);
        return holds ? 0 : 1;
    }

    private static Command Check(CommandContext context)
    {
        var name = CampaignCommands.Name();
        var command = new Command("check", "Whether every accepted delivery of a campaign has a receipt.") { name };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var number = await NumberAsync(organisation, parsed.GetRequiredValue(name), cancellationToken).ConfigureAwait(false);
            var without = await organisation.Compliance.Receipts.AcceptedWithoutAsync(number, actor, cancellationToken).ConfigureAwait(false);
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
            ("protection", receipt.TlsVersion.Length == 0 ? "none; no message data was sent" : receipt.Tier.Length == 0 ? $"refused; no message data was sent ({receipt.TlsVersion}, {receipt.Cipher})" : $"{receipt.Tier}, {receipt.TlsVersion}, {receipt.Cipher}"),
            ("certificate", receipt.CertificateFingerprint.Length == 0 ? "" : $"SHA-256 {receipt.CertificateFingerprint}"),
            ("sealed to", receipt.SealedTo.Length == 0 ? "" : $"S/MIME certificate SHA-256 {receipt.SealedTo}"),
            ("policy", receipt.Policy),
            ("rule", receipt.Rule),
            // Kept since before replies were freed of what a terminal obeys.
            ("reply", string.Join("\n" + new string(' ', 17), receipt.Reply.Split('\n').Select(PlainText.Of))),
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
