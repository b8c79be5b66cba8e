using System.CommandLine;
using System.Globalization;
using Sealpost.App.Hosting;
using Sealpost.People;
using Sealpost.Trust.Keys;

namespace Sealpost.App.Commands;

/// <summary>Keys: <c>keys status · rotate</c>.</summary>
internal static class KeyCommands
{
    public static IEnumerable<Command> All(CommandContext context) =>
        [new Command("keys", "Keys that seal the data.") { Status(context), Rotate(context) }];

    private static Command Status(CommandContext context)
    {
        var command = new Command("status", "Where the root key is, versions and ages, and whether a rotation is unfinished.");
        command.SetAction(async (_, cancellationToken) =>
        {
            var (organisation, _) = await OpenAsync(context, cancellationToken).ConfigureAwait(false);
            var installation = await context.OpenInstallation(cancellationToken).ConfigureAwait(false);
            await using var connection = await installation.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
            var status = await KeyStatus.ReadAsync(organisation.Context.Organisation.Id, installation.KeySource, connection, cancellationToken).ConfigureAwait(false);
            if (context.Json)
            {
                await context.WriteJsonAsync(status).ConfigureAwait(false);
                return 0;
            }

            var (version, createdAt) = status.OrganisationKeys.MaxBy(key => key.Key);
            await context.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"""
                root key           {status.SourceKind}, {installation.Folder.RootKeyFile}{(status.RootUnfinished ? "  ROTATION UNFINISHED: run `sealpost keys rotate --root` again" : "")}
                organisation key   version {version} of {createdAt:u}
                page keys          {status.PageKeys:N0}, oldest of {status.OldestPageKeyAt?.ToString("u", CultureInfo.InvariantCulture) ?? "none"}{(status.PagesBehind > 0 ? $"  {status.PagesBehind:N0} BEHIND: run `sealpost keys rotate` again" : "")}
                patient keys       {status.PatientKeys:N0}
                """)).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Rotate(CommandContext context)
    {
        var root = new Option<bool>("--root") { Description = "Also exchange the root key; prints a new recovery kit." };
        var command = new Command("rotate", "New organisation and page keys; wraps the lower keys anew and re-seals no chart.") { root };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await OpenAsync(context, cancellationToken).ConfigureAwait(false);
            var installation = await context.OpenInstallation(cancellationToken).ConfigureAwait(false);
            var rotation = new KeyRotation(installation.Ledger, installation.Time);
            Task<bool> Write(Func<System.Data.Common.DbTransaction, CancellationToken, Task<bool>> work, CancellationToken token) => installation.Database.WriteAsync(work, token);
            var kit = parsed.GetValue(root) ? (await rotation.RotateRootAsync(installation.KeySource, actor.Id, Write, cancellationToken).ConfigureAwait(false)).ToText() : null;
            var pages = await rotation.RotateOrganisationAsync(organisation.Context.Keys, installation.KeySource, actor.Id, Write, cancellationToken).ConfigureAwait(false);
            if (context.Json)
            {
                await context.WriteJsonAsync(new { pages, recoveryKit = kit }).ConfigureAwait(false);
                return 0;
            }

            if (kit is not null)
                await context.Out.WriteLineAsync($"NEW RECOVERY KIT. Print it and lock it away; the old one restores nothing any more.\n\n{kit}\n").ConfigureAwait(false);
            await context.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Rotated: {pages:N0} page keys exchanged, no chart sealed anew.")).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static async Task<(OpenOrganisation Organisation, Actor Actor)> OpenAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
        actor.Require(Roles.Administrator, "manage keys");
        return (organisation, actor);
    }
}
