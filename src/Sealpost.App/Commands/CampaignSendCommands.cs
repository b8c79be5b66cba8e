using System.CommandLine;
using System.Globalization;
using Sealpost.App.Hosting;
using Sealpost.Campaigns;
using Sealpost.Delivery;
using Sealpost.People;
using Sealpost.Reports;

namespace Sealpost.App.Commands;

/// <summary>Campaigns under way: schedule, unschedule, send, pause, resume, cancel, report, in doubt.</summary>
internal static class CampaignSendCommands
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(250);

    public static IEnumerable<Command> All(CommandContext context) =>
    [
        Test(context),
        Schedule(context),
        Stop(context, "unschedule", "Take a scheduled campaign off its schedule; it stays approved.", (sending, name, actor, token) => sending.UnscheduleAsync(name, actor, token)),
        Begin(context, "send", "Send now. Waits for the end, unless --detach; hanging up does not stop it where a server runs.", null, (sending, name, _, actor, token) => sending.SendAsync(name, actor, token)),
        Begin(context, "resume", "Go on with a paused campaign.", new Option<string?>("--reason") { Description = "Why it may go on; needed where it paused by itself for complaints.", HelpName = "TEXT" }, (sending, name, reason, actor, token) => sending.ResumeAsync(name, reason, actor, token)),
        Stop(context, "pause", "Pause; a message already under way ends first.", (sending, name, actor, token) => sending.PauseAsync(name, actor, token)),
        Stop(context, "cancel", "Stop for good; patients not yet mailed are cancelled.", (sending, name, actor, token) => sending.CancelAsync(name, actor, token)),
        Report(context),
        InDoubt(context),
    ];

    private static Command Test(CommandContext context)
    {
        var name = CampaignCommands.Name();
        var to = new Option<string?>("--to") { Description = "Name of a colleague who signs in. Default: yourself.", HelpName = "NAME" };
        var all = new Option<bool>("--every-branch") { Description = $"One message for each branch of the template, {SendTest.Most} at most." };
        var command = new Command("test", "Send the message to a colleague, as a made-up patient would get it. Never to anybody else.") { name, to, all };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var id = (await organisation.Desk().GetAsync(parsed.GetRequiredValue(name), cancellationToken).ConfigureAwait(false)).Id;
            var sent = await organisation.Campaigns.Test.RunAsync(id, parsed.GetValue(to), parsed.GetValue(all), actor, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(new { sent.Accepted, sent.Problems }).ConfigureAwait(false);
            foreach (var problem in sent.Problems)
                await context.Error.WriteLineAsync(problem).ConfigureAwait(false);
            await context.SayAsync(string.Create(CultureInfo.InvariantCulture, $"{sent.Accepted} sent to {sent.To}.")).ConfigureAwait(false);
            return sent.Problems.Count == 0 ? 0 : 1;
        });
        return command;
    }

    private static Command Schedule(CommandContext context)
    {
        var name = CampaignCommands.Name();
        var at = new Option<DateTimeOffset?>("--at") { Description = "When, with offset, such as 2026-12-01T09:00-05:00. Default: the time in the campaign file.", HelpName = "TIME" };
        var command = new Command("schedule", "Send an approved campaign at a time, or move a scheduled one. Needs a running server then.") { name, at };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var sending = await organisation.SendingAsync(cancellationToken).ConfigureAwait(false);
            await sending.ScheduleAsync(parsed.GetRequiredValue(name), parsed.GetValue(at), actor, cancellationToken).ConfigureAwait(false);
            await context.SayAsync("Scheduled. Keep `sealpost serve` running.").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Begin(CommandContext context, string verb, string description, Option<string?>? reason, Func<SendCampaign, string, string?, Actor, CancellationToken, Task> begin)
    {
        var name = CampaignCommands.Name();
        var detach = new Option<bool>("--detach") { Description = "Return at once; needs a running server." };
        var command = new Command(verb, description) { name, detach };
        if (reason is not null)
            command.Add(reason);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var sending = await organisation.SendingAsync(cancellationToken).ConfigureAwait(false);
            var campaign = parsed.GetRequiredValue(name);
            await begin(sending, campaign, reason is null ? null : parsed.GetValue(reason), actor, cancellationToken).ConfigureAwait(false);
            if (parsed.GetValue(detach))
            {
                await context.SayAsync($"Sending. `sealpost campaign report {campaign}` says how far it is.").ConfigureAwait(false);
                return 0;
            }

            await WaitAsync(context, organisation, sending, campaign, cancellationToken).ConfigureAwait(false);
            await WriteReportAsync(context, organisation, campaign, html: false, actor, cancellationToken).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    /// <summary>Waits until a campaign is no longer under way, drawing its counts on a terminal.</summary>
    public static async Task<CampaignState> WaitAsync(CommandContext context, OpenOrganisation organisation, SendCampaign sending, string campaign, CancellationToken cancellationToken)
    {
        var reports = new ReadCampaignReport(organisation.Context);
        var waiting = sending.WaitAsync(campaign, cancellationToken);
        await using var progress = new ProgressLine(context);
        while (context.Interactive && await Task.WhenAny(waiting, Task.Delay(LookAgain, TimeProvider.System, cancellationToken)).ConfigureAwait(false) != waiting)
        {
            var now = await reports.RunAsync(campaign, cancellationToken).ConfigureAwait(false);
            progress.Show(() => string.Create(CultureInfo.InvariantCulture, $"{now.Selected - now.Pending:N0} of {now.Selected:N0}: {now.Accepted:N0} accepted, {now.Withheld.Total:N0} withheld, {now.Rejected:N0} rejected, {now.Pending:N0} pending"));
        }

        return await waiting.ConfigureAwait(false);
    }

    private static Command Stop(CommandContext context, string verb, string description, Func<SendCampaign, string, Actor, CancellationToken, Task> stop)
    {
        var name = CampaignCommands.Name();
        var command = new Command(verb, description) { name };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var sending = await organisation.SendingAsync(cancellationToken).ConfigureAwait(false);
            await stop(sending, parsed.GetRequiredValue(name), actor, cancellationToken).ConfigureAwait(false);
            await context.SayAsync("Done.").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Report(CommandContext context)
    {
        var name = CampaignCommands.Name();
        var html = new Option<bool>("--html") { Description = "A page to print, self-contained." };
        var command = new Command("report", "What became of every patient of the audience. Roles that may not see patients get no number of 1 to 10.") { name, html };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            actor.RequireToRead(Roles.Marketer | Roles.Approver | Roles.Compliance | Roles.Auditor, "read reports");

            // Whoever owns the folder alone settles what a crash left in flight before counting.
            _ = await organisation.SendingAsync(cancellationToken).ConfigureAwait(false);
            await WriteReportAsync(context, organisation, parsed.GetRequiredValue(name), parsed.GetValue(html), actor, cancellationToken).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    /// <summary>Writes a campaign's report as JSON, HTML or text; whoever may not see who the patients are gets no small number.</summary>
    public static async Task WriteReportAsync(CommandContext context, OpenOrganisation organisation, string campaign, bool html, Actor actor, CancellationToken cancellationToken)
    {
        var report = await new ReadCampaignReport(organisation.Context).RunAsync(campaign, cancellationToken).ConfigureAwait(false);
        var exact = ListDeliveries.SeesPatients(actor);
        if (context.Json)
            await context.WriteJsonAsync(ReportDocument.Of(report, exact)).ConfigureAwait(false);
        else
            await context.Out.WriteLineAsync(html ? ReportHtml.Of(report) : ReportText.Of(report, exact)).ConfigureAwait(false);
    }

    private static Command InDoubt(CommandContext context)
    {
        var name = CampaignCommands.Name();
        var patient = new Option<string?>("--patient") { Description = "Resolve this patient's delivery.", HelpName = "ID" };
        var outcome = new Option<string?>("--outcome") { Description = "accepted, or not-accepted (then it is sent again).", HelpName = "OUTCOME" };
        outcome.AcceptOnlyFromAmong("accepted", "not-accepted");
        var command = new Command("in-doubt", "List deliveries whose fate a crash hid, or say what became of one. An audited read.") { name, patient, outcome };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            actor.Require(Roles.Marketer | Roles.Compliance, "resolve deliveries in doubt");
            var sending = await organisation.SendingAsync(cancellationToken).ConfigureAwait(false);
            if (parsed.GetValue(patient) is not { } id)
                return await ListInDoubtAsync(context, organisation, actor, parsed.GetRequiredValue(name), cancellationToken).ConfigureAwait(false);
            var accepted = (parsed.GetValue(outcome) ?? throw new RefusedException("Say what became of it: --outcome accepted or --outcome not-accepted.")) == "accepted";
            var who = await context.PatientAsync(organisation, id, cancellationToken).ConfigureAwait(false);
            await sending.ResolveInDoubtAsync(parsed.GetRequiredValue(name), who, accepted, actor, cancellationToken).ConfigureAwait(false);
            await context.SayAsync("Resolved.").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static async Task<int> ListInDoubtAsync(CommandContext context, OpenOrganisation organisation, Actor actor, string name, CancellationToken cancellationToken)
    {
        var number = await organisation.Desk().Store.NumberOfAsync(name, cancellationToken).ConfigureAwait(false)
            ?? throw new RefusedException($"There is no campaign '{name}'. `sealpost campaign list` shows them.");
        var page = await new ReadQueue(organisation.Context).DoubtfulAsync(number, actor, cancellationToken).ConfigureAwait(false);
        if (context.Json)
            await context.WriteJsonAsync(new { inDoubt = page.Select(row => new { patient = row.Patient, since = row.Since }) }).ConfigureAwait(false);
        else if (page.Count == 0)
            await context.Out.WriteLineAsync("Nothing is in doubt.").ConfigureAwait(false);
        foreach (var row in context.Json ? [] : page)
            await context.Out.WriteLineAsync($"{row.Patient ?? "(erased)"}  since {row.Since:u}").ConfigureAwait(false);
        return 0;
    }
}
