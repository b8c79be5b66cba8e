using System.CommandLine;
using System.Globalization;
using Sealpost.Campaigns.Destinations;
using Sealpost.Campaigns.TlsReports;

namespace Sealpost.App.Commands;

/// <summary>Receiving domains: how fast each is sent to, and what stands against it.</summary>
internal static class DestinationCommands
{
    public static IEnumerable<Command> All(CommandContext context) =>
        [new Command("destination", "Domains that mail goes to.") { List(context), Reports(context) }];

    private static Command List(CommandContext context)
    {
        var troubled = new Option<bool>("--troubled") { Description = "Only domains that cannot be reached or are held." };
        var command = new Command("list", "Show receiving domains with their pace, last problem and next try; those in trouble first.") { troubled };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var all = await organisation.Campaigns.Destinations.RunAsync(actor, cancellationToken).ConfigureAwait(false);
            var list = parsed.GetValue(troubled) ? [.. all.Where(one => one.IsTroubled)] : all;
            if (context.Json)
                await context.WriteJsonAsync(new { destinations = list }).ConfigureAwait(false);
            else if (list.Count == 0)
                await context.Out.WriteLineAsync(all.Count == 0 ? "Nothing was sent or forecast yet." : "No domain is in trouble.").ConfigureAwait(false);
            foreach (var one in context.Json ? [] : list)
                await context.Out.WriteLineAsync(Line(one)).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Reports(CommandContext context)
    {
        var command = new Command("tls-reports", "Show how TLS to receiving domains went in the last 30 days, and whether they were told (RFC 8460).");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var lines = await organisation.Campaigns.TlsReports.RunAsync(actor, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(new { reports = lines }).ConfigureAwait(false);
            else if (lines.Count == 0)
                await context.Out.WriteLineAsync("No mail host was connected to in the last 30 days.").ConfigureAwait(false);
            foreach (var line in context.Json ? [] : lines)
                await context.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{line.Day:yyyy-MM-dd} {line.Domain,-32} {line.Good,8:N0} good {line.Failed,8:N0} failed  {TlsReportWords.Of(line.State)}")).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static string Line(DestinationStatus one) => string.Create(
        CultureInfo.InvariantCulture,
        $"{one.Domain,-32} {one.Tier?.ToString() ?? "-",-3} {one.Waiting,8:N0} waiting  {(one.Host.Length == 0 ? "no host reached" : one.Host)}: {one.SentToday:N0} today, {one.Connections} connections{(one.PerMinute is { } rate ? $", {rate:N0} a minute" : "")}{Trouble(one)}");

    private static string Trouble(DestinationStatus one) =>
        (one.HeldUntil is { } held ? string.Create(CultureInfo.InvariantCulture, $"; held until {held:u}") : "")
        + (one.LastProblemAt is { } at ? string.Create(CultureInfo.InvariantCulture, $"; {one.LastProblem} at {at:u}") : "")
        + (one.PolicyProblem.Length > 0 ? $"; {one.PolicyProblem}" : "");
}
