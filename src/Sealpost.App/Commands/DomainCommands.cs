using System.CommandLine;
using System.Globalization;
using Sealpost.Delivery.Domains;

namespace Sealpost.App.Commands;

/// <summary>The sender domain: <c>domain check · rotate</c>.</summary>
internal static class DomainCommands
{
    public static IEnumerable<Command> All(CommandContext context) =>
        [new Command("domain", "The sender domain as others see it, and its signing keys.") { Check(context), Rotate(context) }];

    private static Command Check(CommandContext context)
    {
        var command = new Command("check", "Look at SPF, DKIM, DMARC, HELO, PTR, MX, MTA-STS, TLS-RPT and the public URL from outside; say what is wrong, what to publish and how to mend it. Sends no mail. Exit code 1 where something is wrong.");
        command.SetAction(async (_, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var report = await organisation.Domain.CheckAsync(actor, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(new { report.Domain, report.CheckedAt, ready = report.IsReady, report.Findings }).ConfigureAwait(false);
            foreach (var finding in context.Json ? [] : report.Findings)
                await context.Out.WriteLineAsync(Text(finding)).ConfigureAwait(false);
            var wrong = report.Findings.Count(finding => finding.Standing == DomainStanding.Wrong);
            await context.SayAsync(report.IsReady ? $"{report.Domain} is ready to send." : string.Create(CultureInfo.InvariantCulture, $"{report.Domain} is not ready: {wrong} wrong, {report.Findings.Count(finding => finding.Standing == DomainStanding.Unknown)} without an answer.")).ConfigureAwait(false);
            return report.IsReady ? 0 : 1;
        });
        return command;
    }

    private static Command Rotate(CommandContext context)
    {
        var command = new Command("rotate", "Change the signing keys: the first time it makes new ones and prints what to publish; once DNS shows them, run it again and mail is signed with them.");
        command.SetAction(async (_, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            if ((await organisation.Domain.KeysAsync(actor, cancellationToken).ConfigureAwait(false)).Next.Count == 0)
            {
                var publish = await organisation.Domain.PrepareKeysAsync(actor, cancellationToken).ConfigureAwait(false);
                if (context.Json)
                    await context.WriteJsonAsync(new { signs = false, publish }).ConfigureAwait(false);
                await context.SayAsync("New keys are made. Publish these, leave the old ones in place, then run `sealpost domain rotate` again:").ConfigureAwait(false);
                if (!context.Json)
                    await context.Out.WriteAsync(Lines(publish)).ConfigureAwait(false);
                return 0;
            }

            await organisation.UseNextDkimAsync(actor, cancellationToken).ConfigureAwait(false);
            var past = (await organisation.Domain.KeysAsync(actor, cancellationToken).ConfigureAwait(false)).Past;
            if (context.Json)
                await context.WriteJsonAsync(new { signs = true, past }).ConfigureAwait(false);
            await context.SayAsync("Mail is signed with the new keys from now on. Keep the old ones published until mail under way has arrived:").ConfigureAwait(false);
            foreach (var one in context.Json ? [] : past)
                await context.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"    {one.Name}  until {one.KeepUntil:yyyy-MM-dd}")).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static string Text(DomainFinding finding)
    {
        var mark = finding.Standing switch { DomainStanding.Good => "good", DomainStanding.Advice => "could be better", DomainStanding.Unknown => "no answer", _ => "WRONG" };
        var mend = finding.Mend is null ? "" : "\n    " + finding.Mend.Replace("\n", "\n      ", StringComparison.Ordinal);
        var publish = finding.Publish.Count == 0 ? "" : "\n" + Lines(finding.Publish).TrimEnd('\n');
        return $"{finding.Area,-10} {mark}: {finding.Says}{mend}{publish}";
    }

    private static string Lines(IEnumerable<ZoneRecord> records) =>
        string.Concat(records.Select(record => string.Create(CultureInfo.InvariantCulture, $"    {record.Name}  {record.Type}  {record.Value}\n")));
}
