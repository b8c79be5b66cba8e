using System.CommandLine;
using System.Globalization;
using System.Text;
using Sealpost.Compliance;
using Sealpost.Consent;

namespace Sealpost.App.Commands;

/// <summary>What patients ask on their pages: <c>request</c>.</summary>
internal static class RequestCommands
{
    public static IEnumerable<Command> All(CommandContext context) =>
        [new Command("request", "What patients asked on their own pages: another address or channel (45 CFR 164.522(b)), replies.") { List(context), Settle(context) }];

    private static Command List(CommandContext context)
    {
        var all = new Option<bool>("--all") { Description = "Settled ones too." };
        var after = new Option<long>("--after") { Description = "Begin after this number.", HelpName = "NUMBER" };
        var kind = new Option<string?>("--kind") { Description = "Only these: patients (replies, wishes about the address), addresses (that failed), or complaints.", HelpName = "KIND" };
        kind.AcceptOnlyFromAmong([.. Enum.GetNames<RequestGroup>().Select(name => name.ToLowerInvariant())]);
        var command = new Command("list", "Show requests, the oldest first, 200 at most. An audited read.") { all, kind, after };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var requests = await organisation.Compliance.Requests.ListAsync(
                !parsed.GetValue(all), RequestDesk.GroupOf(parsed.GetValue(kind)), parsed.GetValue(after), RequestDesk.PageSize, actor, cancellationToken).ConfigureAwait(false);
            if (context.Json)
            {
                await context.WriteJsonAsync(new { requests = requests.Select(line => new { line.Request.Id, patient = line.Patient, line.Request.Kind, campaign = line.Request.Campaign, line.Request.Text, line.Request.At, line.Request.SettledAt, line.Request.SettledBy }) }).ConfigureAwait(false);
                return 0;
            }

            var text = new StringBuilder();
            foreach (var (patient, request) in requests)
                text.AppendLine(CultureInfo.InvariantCulture, $"request {request.Id}: {request.Kind} of patient {patient}, {request.At:u}{(request.SettledAt is { } settled ? $", settled {settled:u}" : "")}").AppendLine(CultureInfo.InvariantCulture, $"  {request.Text.ReplaceLineEndings("\n  ")}");
            if (requests.Count == RequestDesk.PageSize)
                text.AppendLine(CultureInfo.InvariantCulture, $"More: --after {requests[^1].Request.Id}");
            await context.Out.WriteAsync(text.Length == 0 ? "Nothing is asked.\n" : text.ToString()).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Settle(CommandContext context)
    {
        var number = new Argument<long>("NUMBER") { Description = "Number of the request." };
        var note = new Option<string>("--note") { Description = "What was done. Read from standard input with -, so that it may name the patient.", HelpName = "TEXT", Required = true };
        var command = new Command("settle", "Mark a request settled, with what was done.") { number, note };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var text = parsed.GetRequiredValue(note);
            if (text == "-")
                text = await context.ReadTextAsync("-", cancellationToken).ConfigureAwait(false);
            await organisation.Compliance.Patients.SettleAsync(parsed.GetRequiredValue(number), text, actor, cancellationToken).ConfigureAwait(false);
            await context.SayAsync("Settled.").ConfigureAwait(false);
            return 0;
        });
        return command;
    }
}
