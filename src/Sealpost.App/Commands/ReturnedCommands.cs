using System.CommandLine;
using System.Globalization;
using System.Text;
using Sealpost.Reports;

namespace Sealpost.App.Commands;

/// <summary>What came back: <c>returned</c>.</summary>
internal static class ReturnedCommands
{
    public static IEnumerable<Command> All(CommandContext context) =>
        [new Command("returned", "Mail that came back, and reports of others about our domains. Numbers only.") { Mail(context), Domains(context) }];

    private static Option<int> Days() => new("--days") { Description = "Days to look back (30).", HelpName = "N", DefaultValueFactory = _ => 30 };

    private static Command Mail(CommandContext context)
    {
        var days = Days();
        var command = new Command("mail", "Bounces, complaints and the rest: how many, why, what was done.") { days };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var found = await new ReadReturned(organisation.Context).RunAsync(parsed.GetValue(days), actor, cancellationToken).ConfigureAwait(false);
            if (context.Json)
            {
                await context.WriteJsonAsync(found).ConfigureAwait(false);
                return 0;
            }

            var text = new StringBuilder();
            Lines(text, "Done", found.Kinds);
            Lines(text, "Why messages failed", found.Reasons);
            foreach (var refusal in found.Refusals)
                text.AppendLine(CultureInfo.InvariantCulture, $"refused by {refusal.Domain}: {refusal.Words} {refusal.Status} ({refusal.Count})");
            if (found.OpenTasks > 0)
                text.AppendLine(CultureInfo.InvariantCulture, $"{found.OpenTasks} wait for staff: `sealpost request list`.");
            await context.Out.WriteAsync(found.IsEmpty ? "Nothing came back.\n" : text.ToString()).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Domains(CommandContext context)
    {
        var days = Days();
        var command = new Command("domains", "DMARC and TLS reports of others about our domains.") { days };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var found = await new ReadReturned(organisation.Context).DomainsAsync(parsed.GetValue(days), actor, cancellationToken).ConfigureAwait(false);
            if (context.Json)
            {
                await context.WriteJsonAsync(found).ConfigureAwait(false);
                return 0;
            }

            var text = new StringBuilder();
            foreach (var source in found.Sources)
                text.AppendLine(CultureInfo.InvariantCulture, $"{source.Ip}: {source.Count} messages, DKIM {source.Dkim}, SPF {source.Spf}, failed {source.Failed}");
            Lines(text, "Why connections to us failed", found.TlsFailures);
            Lines(text, "Reporters", found.Reporters);
            await context.Out.WriteAsync(found.IsEmpty ? "Nobody reported.\n" : text.ToString()).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static void Lines(StringBuilder text, string title, IReadOnlyList<CountedWords> lines)
    {
        if (lines.Count > 0)
            text.AppendLine(title);
        foreach (var line in lines)
            text.AppendLine(CultureInfo.InvariantCulture, $"  {line.Count,8:N0}  {line.Words}");
    }
}
