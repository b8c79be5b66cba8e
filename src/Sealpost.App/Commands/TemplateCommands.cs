using System.CommandLine;
using System.Globalization;
using Sealpost.Library;

namespace Sealpost.App.Commands;

/// <summary>Templates of the library: <c>template list · show · history · compare · rename · restore · archive · bring-back</c>.</summary>
internal static class TemplateCommands
{
    public static IEnumerable<Command> All(CommandContext context) =>
        [new Command("template", "Saved templates and their versions.") { List(context), Show(context), History(context), Compare(context), Rename(context), Restore(context), Retire(context, retired: true), Retire(context, retired: false) }];

    private static Command List(CommandContext context)
    {
        var command = new Command("list", "Show the templates.");
        command.SetAction(async (_, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var templates = await new ContentLibrary(organisation.Context).Templates.ListAsync(false, actor, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(templates.Select(one => new { name = one.Name, version = one.Version, format = one.Draft.Format, languages = one.Draft.All.Select(variant => variant.Language), author = one.Author, savedAt = one.SavedAt })).ConfigureAwait(false);
            else if (templates.Count == 0)
                await context.Out.WriteLineAsync("No templates yet. The content pages make them; a campaign file can hold its texts itself.").ConfigureAwait(false);
            foreach (var one in context.Json ? [] : templates)
                await context.Out.WriteLineAsync(Line(one)).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Show(CommandContext context)
    {
        var (name, version) = (Name(), new Option<int?>("--version") { Description = "Version. Default: the newest.", HelpName = "N" });
        var command = new Command("show", "The texts of a template.") { name, version };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var template = await new ContentLibrary(organisation.Context).Templates.GetAsync(parsed.GetRequiredValue(name), parsed.GetValue(version), actor, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(new { name = template.Name, version = template.Version, format = template.Draft.Format, variants = template.Draft.All.Select(variant => new { language = variant.Language, subject = variant.Subject, preheader = variant.Preheader, body = variant.Body, text = variant.Text }) }).ConfigureAwait(false);
            foreach (var variant in context.Json ? [] : template.Draft.All)
                await context.Out.WriteLineAsync($"Language: {variant.Language}\nSubject: {variant.Subject}\nPreview line: {variant.Preheader}\n\n{variant.Body}\n").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command History(CommandContext context)
    {
        var name = Name();
        var command = new Command("history", "Every version, newest first.") { name };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var versions = await new ContentLibrary(organisation.Context).Templates.HistoryAsync(parsed.GetRequiredValue(name), actor, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(versions.Select(one => new { version = one.Version, author = one.Author, savedAt = one.SavedAt })).ConfigureAwait(false);
            foreach (var one in context.Json ? [] : versions)
                await context.Out.WriteLineAsync(Line(one)).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Compare(CommandContext context)
    {
        var (name, before) = (Name(), new Argument<int>("BEFORE") { Description = "Older version." });
        var after = new Argument<int?>("AFTER") { Description = "Newer version. Default: the newest.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("compare", "What differs between two versions: + is new, - is gone.") { name, before, after };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var templates = new ContentLibrary(organisation.Context).Templates;
            var newest = await templates.GetAsync(parsed.GetRequiredValue(name), null, actor, cancellationToken).ConfigureAwait(false);
            var parts = await templates.CompareAsync(newest.Id, parsed.GetRequiredValue(before), parsed.GetValue(after) ?? newest.Version, actor, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(parts).ConfigureAwait(false);
            foreach (var part in context.Json ? [] : parts)
            {
                await context.Out.WriteLineAsync(part.Part).ConfigureAwait(false);
                foreach (var line in part.Lines)
                    await context.Out.WriteLineAsync($"{(line.Change switch { "added" => '+', "removed" => '-', _ => ' ' })} {line.Text}").ConfigureAwait(false);
            }

            return 0;
        });
        return command;
    }

    private static Command Rename(CommandContext context)
    {
        var (name, newName) = (Name(), new Argument<string>("NEW-NAME") { Description = "Its name from now on." });
        var command = new Command("rename", "Give a template another name.") { name, newName };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var templates = new ContentLibrary(organisation.Context).Templates;
            var template = await templates.GetAsync(parsed.GetRequiredValue(name), null, actor, cancellationToken).ConfigureAwait(false);
            await templates.RenameAsync(template.Id, parsed.GetRequiredValue(newName), actor, cancellationToken).ConfigureAwait(false);
            await context.SayAsync("Renamed.").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Restore(CommandContext context)
    {
        var (name, version) = (Name(), new Argument<int>("VERSION") { Description = "Version to make the newest again." });
        var command = new Command("restore", "Make an earlier version the newest again; nothing is lost.") { name, version };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var templates = new ContentLibrary(organisation.Context).Templates;
            var old = await templates.GetAsync(parsed.GetRequiredValue(name), parsed.GetRequiredValue(version), actor, cancellationToken).ConfigureAwait(false);
            var restored = await templates.RestoreAsync(old.Id, old.Version, actor, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(new { name = restored.Name, version = restored.Version }).ConfigureAwait(false);
            else
                await context.Out.WriteLineAsync($"{restored.Name} is at version {restored.Version}, with the texts of version {old.Version}.").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Retire(CommandContext context, bool retired)
    {
        var name = Name();
        var command = retired
            ? new Command("archive", "Take a template out of the lists; `template bring-back` puts it back. Campaigns that took a version go on.") { name }
            : new Command("bring-back", "Put an archived template back into the lists, with all its versions.") { name };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var templates = new ContentLibrary(organisation.Context).Templates;
            var template = await templates.GetAsync(parsed.GetRequiredValue(name), null, actor, cancellationToken).ConfigureAwait(false);
            await templates.RetireAsync(template.Id, retired, actor, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(new { name = template.Name, archived = retired }).ConfigureAwait(false);
            else
                await context.Out.WriteLineAsync(retired ? $"{template.Name} is archived." : $"{template.Name} is back.").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Argument<string> Name() => new("NAME") { Description = "Name of the template." };

    private static string Line(TemplateVersion one) =>
        string.Create(CultureInfo.InvariantCulture, $"{one.Name}  version {one.Version}, {one.Draft.Format}, {string.Join(", ", one.Draft.All.Select(variant => variant.Language))}, {one.SavedAt:yyyy-MM-dd HH:mm} UTC by {one.Author}");
}
