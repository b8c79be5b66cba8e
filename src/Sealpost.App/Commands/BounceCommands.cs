using System.CommandLine;
using Sealpost.App.Hosting;
using Sealpost.Campaigns.Returned;
using Sealpost.Delivery.Returns;
using Sealpost.People;

namespace Sealpost.App.Commands;

/// <summary>The pipe for a mail server: <c>bounce</c>.</summary>
internal static class BounceCommands
{
    private const string Name = "bounce";

    // sysexits.h, which mail servers know: the first two give the sender an error, the third keeps the mail and tries again.
    private const int Usage = 64;
    private const int NoUser = 67;
    private const int TryAgain = 75;

    public static IEnumerable<Command> All(CommandContext context)
    {
        var recipients = new Option<string[]>("--recipient") { Description = "Envelope recipient, where the mail server tells it (Postfix: ${recipient}). An opaque return path of ours, no patient's address.", HelpName = "ADDRESS" };
        var command = new Command(Name, "Take one returned mail from standard input: a bounce, complaint, report or a patient's answer. For a mail server's pipe; exit code 75 asks it to try again, 67 to refuse the mail.") { recipients };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var bytes = await ReadAsync(context.In, cancellationToken).ConfigureAwait(false);
            if (bytes.Length == 0)
                throw new RefusedException("No mail came on standard input. Give one message, header first: `sealpost bounce < message.eml`.");
            var mail = new IncomingMail(bytes, parsed.GetValue(recipients) ?? [], ReturnWay.Pipe);
            var done = await TakeAsync(context, mail, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(new { done }).ConfigureAwait(false);
            else if (done == ReturnDone.Refused)
                await context.Error.WriteLineAsync("Nobody reads such mail here; please telephone.").ConfigureAwait(false); // Mail servers tell it to the sender.
            else
                await context.Error.WriteLineAsync($"Taken: {ReturnWords.Of(done)}.").ConfigureAwait(false);
            return done == ReturnDone.Refused ? NoUser : 0;
        });
        yield return command;
    }

    /// <summary>The exit code of this process for a command's: a mail server must keep what was not taken.</summary>
    public static int ExitOf(ParseResult parsed, int code) =>
        parsed.CommandResult.Command.Name != Name || parsed.CommandResult.Command.Parents.FirstOrDefault() is not RootCommand ? code
        : code switch { 0 or NoUser => code, 2 => Usage, _ => TryAgain };

    private static async Task<ReturnDone> TakeAsync(CommandContext context, IncomingMail mail, CancellationToken cancellationToken)
    {
        if (context.Token is not null)
            (await context.OpenAsync(cancellationToken).ConfigureAwait(false)).Actor.Require(Roles.Administrator, "hand in returned mail");
        return await new ReturnIntake(await context.OpenInstallation(cancellationToken).ConfigureAwait(false)).TakeAsync(mail, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The beginning of a mail, where reports stand; the rest is read and dropped, so that the pipe does not break.</summary>
    private static async Task<byte[]> ReadAsync(Stream input, CancellationToken cancellationToken)
    {
        using var mail = new MemoryStream();
        var piece = new byte[64 * 1024];
        int count;
        while ((count = await input.ReadAsync(piece, cancellationToken).ConfigureAwait(false)) > 0)
        {
            if (mail.Length < IncomingMail.LargestBytes)
                mail.Write(piece, 0, count);
        }

        return mail.ToArray();
    }
}
