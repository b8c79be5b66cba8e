using System.CommandLine;
using System.Globalization;
using Sealpost.App.Hosting;
using Sealpost.Backups;
using Sealpost.People;
using Sealpost.Trust.Keys;

namespace Sealpost.App.Commands;

/// <summary>Backups: <c>backup create · list · replay</c>, <c>restore</c>. See docs/backup.md.</summary>
internal static class BackupCommands
{
    public static IEnumerable<Command> All(CommandContext context) =>
    [
        new Command("backup", "Copies of the sealed data. No backup holds the root key or the journal of opt-outs.") { Create(context), List(context), Replay(context) },
        Restore(context),
    ];

    private static Command Create(CommandContext context)
    {
        var command = new Command("create", "Make a consistent copy while everything goes on; copy it off this machine yourself.");
        command.SetAction(async (_, cancellationToken) =>
        {
            var (_, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var installation = await context.OpenInstallation(cancellationToken).ConfigureAwait(false);
            var made = await installation.Backups.RunAsync(actor, cancellationToken).ConfigureAwait(false);
            var places = installation.Folder.Places;
            if (context.Json)
                await context.WriteJsonAsync(new { backup = Path.Combine(places.Backups, made.Name), keys = places.Keys, bytes = made.Manifest.Bytes, sha256 = made.Manifest.Sha256 }).ConfigureAwait(false);
            else
                await context.Out.WriteLineAsync($"Data          {Path.Combine(places.Backups, made.Name)}\nWrapped keys  {places.Keys} (keep the newest copy only, apart from the data)").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command List(CommandContext context)
    {
        var command = new Command("list", "Show the backups in the data folder.");
        command.SetAction(async (_, cancellationToken) =>
        {
            var (_, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var installation = await context.OpenInstallation(cancellationToken).ConfigureAwait(false);
            var all = installation.Backups.List(actor);
            if (context.Json)
                await context.WriteJsonAsync(all.Select(one => new { name = one.Name, madeAt = one.Manifest.MadeAt, bytes = one.Manifest.Bytes, sha256 = one.Manifest.Sha256, ledgerSize = one.Manifest.LedgerSize })).ConfigureAwait(false);
            foreach (var one in context.Json ? [] : all)
                await context.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{one.Name}  {one.Manifest.MadeAt:u}  {one.Manifest.Bytes:N0} bytes")).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Replay(CommandContext context)
    {
        var loss = new Option<string?>("--accept-loss") { Description = "Only where a journal is lost for good: a sentence that says who accepts it, and why. A ledger event.", HelpName = "STATEMENT" };
        var command = new Command("replay", "After a restore: replay the journal of outcomes and opt-outs, and let sending go on.") { loss };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            // The journals are those of all organisations, so none is named.
            if (context.Token is not null)
                throw new RefusedException("Only the owner of the data folder ends the hold from a shell: unset SEALPOST_TOKEN.");
            var installation = await context.OpenInstallation(cancellationToken).ConfigureAwait(false);
            var frames = await installation.ReplayAsync(parsed.GetValue(loss), Actor.LocalOwner, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(new { frames }).ConfigureAwait(false);
            else
                await context.Out.WriteLineAsync($"{frames} frames replayed; sending goes on.").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Restore(CommandContext context)
    {
        var backup = new Argument<string>("BACKUP") { Description = "Folder of the backup." };
        var keys = new Option<string?>("--keys") { Description = "Newest copy of the wrapped keys, for a folder that has none. Default: the one beside the backups.", HelpName = "FILE" };
        var kit = new Option<string?>("--kit") { Description = "Recovery kit to write the root key file from; - reads it from standard input.", HelpName = "FILE" };
        var command = new Command("restore", "Put a backup into the data folder, while no server runs. Sending stays off until `backup replay`.") { backup, keys, kit };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (Environment.GetEnvironmentVariable("SEALPOST_DATABASE") is { Length: > 0 })
                throw new RefusedException("SEALPOST_DATABASE names a PostgreSQL server: restore it with its own tools. docs/backup.md says how.");
            var folder = new DataFolder(DataFolder.Default(parsed.GetValue(CommandLine.Data)));
            await using var held = folder.TryLock() ?? throw new RefusedException($"Another process holds '{folder.Root}'. Stop it first.");
            folder.Create();
            if (parsed.GetValue(kit) is { } file)
                await WriteRootKeyAsync(context, folder, file, cancellationToken).ConfigureAwait(false);
            var copy = parsed.GetValue(keys);
            var aside = await RestoreBackup.RunAsync(context.PathOf(parsed.GetRequiredValue(backup)), copy is null ? null : context.PathOf(copy), folder.Places, TimeProvider.System.GetUtcNow(), cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(new { data = folder.Root, setAside = aside }).ConfigureAwait(false);
            else
                await context.Out.WriteLineAsync($"Restored into {folder.Root}.{(aside is null ? "" : $" What was there is now {aside}.")}\nPut the folder `journal` back as it last was, start the server, and run `sealpost backup replay`. Until then nothing is sent.").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static async Task WriteRootKeyAsync(CommandContext context, DataFolder folder, string file, CancellationToken cancellationToken)
    {
        if (File.Exists(folder.RootKeyFile))
            throw new RefusedException($"There is a root key file at {folder.RootKeyFile} already; it is never overwritten. Leave out --kit, or move the file away.");
        var text = await context.ReadTextAsync(file, cancellationToken).ConfigureAwait(false);
        var passphrase = Environment.GetEnvironmentVariable("SEALPOST_PASSPHRASE") is { Length: > 0 } given ? given : null;
        (await RecoveryKit.RestoreAsync(text, folder.RootKeyFile, passphrase, cancellationToken).ConfigureAwait(false)).Dispose();
    }
}
