using System.CommandLine;
using System.Globalization;
using Sealpost.App.Hosting;
using Sealpost.Campaigns;
using Sealpost.Library;
using Sealpost.People;
using Sealpost.Trust.Keys;

namespace Sealpost.App.Commands;

/// <summary>Campaigns: written, checked, approved by a second person.</summary>
internal static class CampaignCommands
{
    public static IEnumerable<Command> All(CommandContext context)
    {
        var campaign = new Command("campaign", "One message to an audience, for a purpose.")
        {
            Create(context), List(context), Preview(context), Forecast(context),
            Act(context, "submit", "Hand a draft to a second person for approval.", (desk, name, actor, token) => desk.SubmitAsync(name, actor, token)),
            Act(context, "approve", "Approve what another person wrote; fixes content, audience, purpose and as-of date. Where it asks for a time to come, it starts by itself then.", (desk, name, actor, token) => desk.ApproveAsync(name, actor, token)),
            Copy(context), Comment(context), AttachmentCommands.All(context),
        };
        foreach (var command in CampaignSendCommands.All(context).Concat(NotReachedCommands.All(context)))
            campaign.Add(command);
        return [campaign];
    }

    public static Argument<string> Name() => new("NAME") { Description = "Name of the campaign." };

    private static Command Create(CommandContext context)
    {
        var file = new Argument<string>("FILE") { Description = "Campaign file (YAML); html, text and other files are read beside it." };
        var revise = new Option<bool>("--revise") { Description = "Replace the content of a campaign of this name; voids its approval." };
        var command = new Command("create", "Make a campaign from a file. Every problem is shown, with file and line.") { file, revise };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            actor.Require(Roles.Marketer, "write campaigns");
            var desk = organisation.Desk();
            var path = parsed.GetRequiredValue(file);
            var yaml = await context.ReadTextAsync(path, cancellationToken).ConfigureAwait(false);
            var folder = path == "-" ? context.WorkingFolder : Path.GetDirectoryName(context.PathOf(path)) ?? context.WorkingFolder;
            var read = CampaignFile.Read(path == "-" ? "stdin" : Path.GetFileName(path), yaml, name => ReadBeside(folder, name), await desk.RulesAsync(yaml, actor, cancellationToken).ConfigureAwait(false));
            if (read.Content is null)
                return await ShowAsync(context, read.Problems).ConfigureAwait(false);
            var content = read.Content with { Files = await organisation.Campaigns.Files.StoreAsync(read.Files, actor, cancellationToken).ConfigureAwait(false) };
            var campaign = parsed.GetValue(revise)
                ? await desk.ReviseAsync(content, actor, cancellationToken).ConfigureAwait(false)
                : await desk.CreateAsync(content, actor, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(new { campaign = campaign.Name, id = campaign.Id, version = campaign.Version, state = campaign.State }).ConfigureAwait(false);
            else
                await context.Out.WriteLineAsync($"{campaign.Name} is a draft, version {campaign.Version}. `sealpost campaign forecast {campaign.Name}` says how many it would reach; `submit` hands it to an approver.").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static async Task<int> ShowAsync(CommandContext context, IReadOnlyList<CampaignProblem> problems)
    {
        if (context.Json)
            await context.WriteJsonAsync(new { problems = problems.Select(problem => new { file = problem.File, line = problem.Line, column = problem.Column, message = problem.Message }) }).ConfigureAwait(false);
        foreach (var problem in problems)
            await context.Error.WriteLineAsync(problem.ToString()).ConfigureAwait(false);
        await context.Error.WriteLineAsync($"{problems.Count} problem{(problems.Count == 1 ? "" : "s")}; nothing was created.").ConfigureAwait(false);
        return 1;
    }

    private static byte[]? ReadBeside(string folder, string name)
    {
        try
        {
            using var file = File.OpenRead(Path.Combine(folder, name));
            var bytes = new byte[Math.Min(file.Length, CampaignFile.MostBytesRead)];
            return bytes[..file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    private static Command List(CommandContext context)
    {
        var command = new Command("list", "Show the campaigns and their states.");
        command.SetAction(async (_, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            actor.RequireToRead(Roles.Marketer | Roles.Approver | Roles.Compliance | Roles.Auditor, "see campaigns");
            var campaigns = await organisation.Desk().Store.ListAsync(cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(campaigns.Select(one => new { name = one.Name, state = one.State, version = one.Version, selected = one.Selected, createdAt = one.CreatedAt })).ConfigureAwait(false);
            else if (campaigns.Count == 0)
                await context.Out.WriteLineAsync("No campaigns yet. `sealpost campaign create FILE` makes one; docs/campaign-file.md describes the file.").ConfigureAwait(false);
            foreach (var one in context.Json ? [] : campaigns)
                await context.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{one.State,-10} {one.Name}  version {one.Version}{(one.Selected > 0 ? $", {one.Selected:N0} selected" : "")}")).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Preview(CommandContext context)
    {
        var name = Name();
        var patient = new Option<string?>("--patient") { Description = "For this patient: id or MRN, - reads it from standard input; needs the role compliance. Default: the first of the audience, or a made-up patient for other roles.", HelpName = "ID" };
        var html = new Option<bool>("--html") { Description = "The HTML part instead of the text part." };
        var command = new Command("preview", "The message as one patient would get it. For a real patient an audited read.") { name, patient, html };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            if (parsed.GetValue(patient) is not null)
                NamedPreview.Require(actor);
            PatientNumber? who = parsed.GetValue(patient) is { } id ? await context.PatientAsync(organisation, id, cancellationToken).ConfigureAwait(false) : null;
            var preview = await organisation.Desk().PreviewAsync(parsed.GetRequiredValue(name), who, actor, cancellationToken).ConfigureAwait(false);
            if (preview.Message is not { } message)
                throw new RefusedException($"The template needs {preview.MissingField}, and this patient has none. Give it a default, such as {{{{ {preview.MissingField} | default: \"…\" }}}}.");
            if (context.Json)
                await context.WriteJsonAsync(new { from = message.From, subject = message.Subject, html = message.Html, text = message.Text, messageClass = preview.Class, madeUp = preview.Patient is null }).ConfigureAwait(false);
            else
                await context.Out.WriteLineAsync(parsed.GetValue(html) ? message.Html : $"{(preview.Patient is null ? "For a made-up patient.\n" : "")}From: {message.From}\nSubject: {message.Subject}\nClass: {preview.Class}\n\n{message.Text}").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Forecast(CommandContext context)
    {
        var name = Name();
        var known = new Option<bool>("--known") { Description = "Look at no mail host; count by what was seen within the last day." };
        var command = new Command("forecast", "How many would get it, over which tier, how many wait on our page, and who would be withheld and why. Looks at each mail host once: connects, verifies, leaves; no patient is named.") { name, known };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            actor.RequireToRead(Roles.Marketer | Roles.Approver | Roles.Compliance, "forecast campaigns");
            await using var progress = new ProgressLine(context);
            var forecast = parsed.GetValue(known)
                ? await organisation.Desk().ForecastAsync(parsed.GetRequiredValue(name), cancellationToken).ConfigureAwait(false)
                : await organisation.Desk().LookAndForecastAsync(
                    parsed.GetRequiredValue(name), actor, progress.Of<Sealpost.Campaigns.Destinations.ProbeProgress>(at => $"Looking at mail hosts: {at.Done} of {at.Total} domains."), cancellationToken).ConfigureAwait(false);
            await progress.DisposeAsync().ConfigureAwait(false);
            await ForecastText.WriteAsync(context, AudienceDesk.MaySeePatients(actor) ? forecast : forecast.Rounded()).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Act(CommandContext context, string verb, string description, Func<CampaignDesk, string, Actor, CancellationToken, Task<Campaign>> act)
    {
        var name = Name();
        var command = new Command(verb, description) { name };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var campaign = await act(organisation.Desk(), parsed.GetRequiredValue(name), actor, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(new { campaign = campaign.Name, state = campaign.State, asOf = campaign.AsOf, scheduledAt = campaign.ScheduledAt }).ConfigureAwait(false);
            else
                await context.Out.WriteLineAsync($"{campaign.Name} is {campaign.State.ToString().ToLowerInvariant()}{(campaign.AsOf is { } day ? $", as of {day:yyyy-MM-dd}" : "")}{(campaign.ScheduledAt is { } at ? $", and starts at {at:u} where `sealpost serve` runs then" : "")}.").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Comment(CommandContext context)
    {
        var name = Name();
        var words = new Argument<string>("WORDS") { Description = "What to say to author and approvers; - reads it from standard input." };
        var command = new Command("comment", "Add words to a campaign that author and approvers see.") { name, words };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var said = parsed.GetRequiredValue(words);
            var campaign = await organisation.Desk().GetAsync(parsed.GetRequiredValue(name), cancellationToken).ConfigureAwait(false);
            await organisation.Desk().CommentAsync(campaign.Id, said == "-" ? await context.ReadTextAsync("-", cancellationToken).ConfigureAwait(false) : said, actor, cancellationToken).ConfigureAwait(false);
            await context.SayAsync("Said.").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Copy(CommandContext context)
    {
        var name = Name();
        var newName = new Argument<string?>("NEW-NAME") { Description = "Name of the copy. Default: the name with a number.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("copy", "A new draft with the same content.") { name, newName };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            actor.Require(Roles.Marketer, "write campaigns");
            var copy = await organisation.Desk().CopyAsync(parsed.GetRequiredValue(name), parsed.GetValue(newName), actor, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(new { campaign = copy.Name, state = copy.State }).ConfigureAwait(false);
            else
                await context.Out.WriteLineAsync($"{copy.Name} is a draft.").ConfigureAwait(false);
            return 0;
        });
        return command;
    }
}
