using System.CommandLine;
using System.Globalization;
using Sealpost.Certificates;
using Sealpost.Delivery.Smime;

namespace Sealpost.App.Commands;

/// <summary>The organisation's S/MIME signing certificate: <c>smime import · show · remove</c>.</summary>
internal static class SmimeCommands
{
    public static IEnumerable<Command> All(CommandContext context) =>
        [new Command("smime", "The organisation's own S/MIME certificate: signs messages before they are sealed to a patient. Optional.") { Import(context), Show(context), Remove(context) }];

    private static Command Import(CommandContext context)
    {
        var file = new Argument<string>("FILE") { Description = "PKCS#12, or PEM with certificate and private key." };
        var command = new Command("import", "Sign with this certificate from now on. The file's password is the first line of standard input; it is not kept.") { file };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var bytes = await context.ReadBytesAsync(parsed.GetRequiredValue(file), OfferedCertificate.LargestBytes + 1, cancellationToken).ConfigureAwait(false);
            var password = await context.ReadLineAsync(cancellationToken).ConfigureAwait(false);
            await WriteAsync(context, await organisation.SigningKeys.ImportAsync(bytes, password, actor, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Show(CommandContext context)
    {
        var command = new Command("show", "Show the certificate in use.");
        command.SetAction(async (_, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            await WriteAsync(context, organisation.SigningKeys.Read(actor)).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Remove(CommandContext context)
    {
        var command = new Command("remove", "Sign no more; the private key is destroyed here.");
        command.SetAction(async (_, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            await organisation.SigningKeys.RemoveAsync(actor, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(new { removed = true }).ConfigureAwait(false);
            await context.SayAsync("Removed. Messages are sealed without a signature from now on.").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static async Task WriteAsync(CommandContext context, SigningCertificate? certificate)
    {
        if (context.Json)
            await context.WriteJsonAsync(new { certificate }).ConfigureAwait(false);
        else if (certificate is null)
            await context.Out.WriteLineAsync("There is none: messages are sealed and not signed.").ConfigureAwait(false);
        else
            await context.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Signs for {string.Join(", ", certificate.Mailboxes)} until {certificate.ValidUntil:yyyy-MM-dd}. SHA-256 {certificate.Fingerprint}")).ConfigureAwait(false);
    }
}
