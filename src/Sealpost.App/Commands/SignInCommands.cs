using System.CommandLine;
using Sealpost.People;

namespace Sealpost.App.Commands;

/// <summary>Sign-in of the whole installation: <c>sign-in provider</c>.</summary>
internal static class SignInCommands
{
    public static Command Group(CommandContext context) => new("sign-in", "How people sign in to this server.") { Provider(context) };

    private static Command Provider(CommandContext context)
    {
        var name = new Option<string?>("--name") { Description = "Name on the button.", HelpName = "NAME" };
        var authority = new Option<string?>("--authority") { Description = "Issuer address of the OpenID Connect provider.", HelpName = "URL" };
        var client = new Option<string?>("--client-id") { Description = "Client id registered there.", HelpName = "ID" };
        var secret = new Option<string?>("--client-secret") { Description = "File with the client secret, or - for standard input.", HelpName = "FILE" };
        var off = new Option<bool>("--off") { Description = "Switch it off." };
        var command = new Command("provider", "Set the OpenID Connect provider; a running server takes it up at its next start.") { name, authority, client, secret, off };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (_, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var installation = await context.OpenInstallation(cancellationToken).ConfigureAwait(false);
            if (parsed.GetValue(off))
            {
                await installation.People.ProviderSettings.SetAsync(null, actor, cancellationToken).ConfigureAwait(false);
                await context.SayAsync("Switched off.").ConfigureAwait(false);
                return 0;
            }

            if (parsed.GetValue(secret) is not { } file)
                throw new RefusedException("Give --name, --authority, --client-id and --client-secret FILE, or --off.");
            var text = await context.ReadTextAsync(file, cancellationToken).ConfigureAwait(false);
            var provider = ProviderSettings.Check(parsed.GetValue(name) ?? "", parsed.GetValue(authority) ?? "", parsed.GetValue(client) ?? "", text);
            await installation.People.ProviderSettings.SetAsync(provider, actor, cancellationToken).ConfigureAwait(false);
            await context.SayAsync("Set.").ConfigureAwait(false);
            return 0;
        });
        return command;
    }
}
