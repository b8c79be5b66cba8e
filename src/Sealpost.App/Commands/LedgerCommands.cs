using System.CommandLine;
using System.Globalization;
using Sealpost.Compliance;

namespace Sealpost.App.Commands;

/// <summary>Proof of history: <c>ledger list · verify · checkpoint · key</c>.</summary>
internal static class LedgerCommands
{
    public static IEnumerable<Command> All(CommandContext context) =>
        [new Command("ledger", "The append-only history of this installation.") { List(context), Verify(context), Checkpoint(context), Key(context) }];

    private static Command List(CommandContext context)
    {
        var kind = new Option<string?>("--kind") { Description = $"One kind, such as consent.revoked, or an area: {string.Join(", ", EventWords.Areas.Select(area => area.Key))}.", HelpName = "KIND" };
        var actor = new Option<string?>("--by") { Description = "Only what this person did (id, as `user list` shows it).", HelpName = "ID" };
        var from = new Option<DateOnly?>("--from") { Description = "First day.", HelpName = "DATE" };
        var until = new Option<DateOnly?>("--until") { Description = "Last day.", HelpName = "DATE" };
        var before = new Option<long?>("--before") { Description = "Only entries before this number, for the next page.", HelpName = "NUMBER" };
        var limit = new Option<int>("--limit") { Description = "How many, 1 to 200.", HelpName = "N", DefaultValueFactory = _ => 50 };
        var command = new Command("list", "Show what happened, newest first. Names no patient.") { kind, actor, from, until, before, limit };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, who) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var question = new LedgerQuestion
            {
                Kind = parsed.GetValue(kind), Actor = parsed.GetValue(actor), From = parsed.GetValue(from), Until = parsed.GetValue(until), Before = parsed.GetValue(before), Limit = parsed.GetValue(limit),
            };
            var page = await organisation.Compliance.Ledger.PageAsync(question, who, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(new { entries = page.Events, next = page.Next }).ConfigureAwait(false);
            foreach (var one in context.Json ? [] : page.Events)
                await context.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{one.Sequence}  {one.At:u}  {one.Actor}  {one.Words}")).ConfigureAwait(false);
            if (!context.Json && page.Next is { } next)
                await context.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"There are older ones: --before {next}.")).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Verify(CommandContext context)
    {
        var against = new Option<string?>("--against") { Description = "An exported checkpoint: also finds a cut tail.", HelpName = "CHECKPOINT" };
        var command = new Command("verify", "Recompute the whole ledger; name every changed, removed, swapped or cut entry.") { against };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await RequireAsync(context, cancellationToken).ConfigureAwait(false);
            var installation = await context.OpenInstallation(cancellationToken).ConfigureAwait(false);
            var checkpoint = parsed.GetValue(against) is { } path ? await context.ReadTextAsync(path, cancellationToken).ConfigureAwait(false) : null;
            if (checkpoint?.Length == 0)
                throw new RefusedException("The checkpoint file is empty. Give a file that `sealpost ledger checkpoint` wrote.");
            var verification = await installation.Verify.VerifyAsync(checkpoint, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(new { intact = verification.IsIntact, entries = verification.Entries, receipts = verification.Receipts, findings = verification.Findings }).ConfigureAwait(false);
            foreach (var finding in verification.Findings)
                await context.Error.WriteLineAsync(finding).ConfigureAwait(false);
            await context.SayAsync(verification.IsIntact
                ? string.Create(CultureInfo.InvariantCulture, $"Intact: {verification.Entries:N0} entries, {verification.Receipts:N0} receipts.{(checkpoint is null ? " A cut tail shows only against a checkpoint kept elsewhere: `sealpost ledger checkpoint FILE`." : "")}")
                : string.Create(CultureInfo.InvariantCulture, $"NOT INTACT: {verification.Findings.Count} finding{(verification.Findings.Count == 1 ? "" : "s")}. Keep this machine as it is and restore the last state that verifies.")).ConfigureAwait(false);
            return verification.IsIntact ? 0 : 1;
        });
        return command;
    }

    private static Command Checkpoint(CommandContext context)
    {
        var file = new Argument<string?>("FILE") { Description = "Where to write it; standard output by default. Keep it on another machine.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("checkpoint", "Sign the present state and export it.") { file };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await RequireAsync(context, cancellationToken).ConfigureAwait(false);
            var installation = await context.OpenInstallation(cancellationToken).ConfigureAwait(false);
            var checkpoint = await installation.CheckpointAsync(cancellationToken).ConfigureAwait(false);
            if (parsed.GetValue(file) is { } path)
                await context.WriteFileAsync(path, checkpoint.ToText(), cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(new { size = checkpoint.Size, root = Convert.ToHexStringLower(checkpoint.Root.Span), signedAt = checkpoint.SignedAt, text = checkpoint.ToText() }).ConfigureAwait(false);
            else if (parsed.GetValue(file) is null)
                await context.Out.WriteAsync(checkpoint.ToText()).ConfigureAwait(false);
            else
                await context.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Checkpoint over {checkpoint.Size:N0} entries written.")).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Key(CommandContext context)
    {
        var command = new Command("key", "The public key with which checkpoints and receipts are verified, for auditors.");
        command.SetAction(async (_, cancellationToken) =>
        {
            var installation = await context.OpenInstallation(cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(new { origin = installation.LedgerKey.Origin, publicKey = installation.LedgerKey.ExportPublicPem() }).ConfigureAwait(false);
            else
                await context.Out.WriteLineAsync(installation.LedgerKey.ExportPublicPem()).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static async Task RequireAsync(CommandContext context, CancellationToken cancellationToken)
    {
        // The ledger is the installation's: any organisation's compliance officer or auditor may verify it.
        if (context.Token is null)
            return;
        var (_, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
        VerifyLedger.Require(actor);
    }
}
