using System.CommandLine;
using System.Globalization;
using Sealpost.App.Hosting;
using Sealpost.Audience;
using Sealpost.People;

namespace Sealpost.App.Commands;

/// <summary>Saved audiences and the codes they are made of: <c>audience save · saved · history · compare · restore · rename · copy · delete · undelete · codes</c>.</summary>
internal static class SavedAudienceCommands
{
    private const int CodesShown = 50;

    public static IEnumerable<Command> All(CommandContext context) =>
        [Save(context), Saved(context), History(context), Compare(context), Restore(context), Rename(context), Copy(context), Delete(context), Undelete(context), Codes(context)];

    private static Command Save(CommandContext context)
    {
        var name = Name();
        var query = AudienceCommands.Query();
        var command = new Command("save", "Save a query under a name; earlier versions are kept.") { name, query };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor, parsedQuery, _) = await AudienceCommands.OpenAsync(context, parsed, query, null, Roles.Marketer, cancellationToken).ConfigureAwait(false);
            var version = await organisation.SavedAudiences.SaveAsync(parsed.GetRequiredValue(name), parsedQuery, actor, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(new { name = parsed.GetRequiredValue(name), version }).ConfigureAwait(false);
            else
                await context.Out.WriteLineAsync($"Saved, version {version}.").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Saved(CommandContext context)
    {
        var deleted = new Option<bool>("--deleted") { Description = "Show the deleted ones instead." };
        var command = new Command("saved", "Show the saved audiences.") { deleted };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var saved = await organisation.SavedAudiences.ListAsync(parsed.GetValue(deleted), actor, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(saved.Select(one => new { id = one.Id, name = one.Name, version = one.Version, query = one.Query })).ConfigureAwait(false);
            foreach (var one in context.Json ? [] : saved)
                await context.Out.WriteLineAsync($"{one.Name}  (version {one.Version})\n  {one.Query}").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command History(CommandContext context)
    {
        var name = Name();
        var command = new Command("history", "Every version of a saved audience: when, by whom, and the rule.") { name };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor, audience) = await FindAsync(context, parsed, name, cancellationToken).ConfigureAwait(false);
            var versions = await organisation.SavedAudiences.HistoryAsync(audience.Id, actor, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(versions.Select(one => new { version = one.Version, name = one.Name, query = one.Query, actor = one.Actor, savedAt = one.SavedAt })).ConfigureAwait(false);
            foreach (var one in context.Json ? [] : versions)
                await context.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"version {one.Version}  {one.SavedAt:yyyy-MM-dd HH:mm}Z  {one.Actor}  {one.Name}\n  {one.Query}")).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Compare(CommandContext context)
    {
        var (name, before) = (Name(), new Argument<int>("BEFORE") { Description = "Older version." });
        var after = new Argument<int?>("AFTER") { Description = "Newer version. Default: the newest.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("compare", "What changed between two versions of a rule, in words and part by part: + is new, - is gone.") { name, before, after };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor, audience) = await FindAsync(context, parsed, name, cancellationToken).ConfigureAwait(false);
            var words = await organisation.Audiences.SpeechAsync(cancellationToken).ConfigureAwait(false);
            var changes = await organisation.SavedAudiences.CompareAsync(audience.Id, parsed.GetRequiredValue(before), parsed.GetValue(after) ?? audience.Version, words, actor, cancellationToken).ConfigureAwait(false);
            if (context.Json)
            {
                await context.WriteJsonAsync(new { before = changes.Before.Version, after = changes.After.Version, words = changes.Words, lines = changes.Lines }).ConfigureAwait(false);
                return 0;
            }

            foreach (var sentence in changes.Words)
                await context.Out.WriteLineAsync(sentence).ConfigureAwait(false);
            foreach (var line in changes.Lines)
                await context.Out.WriteLineAsync($"{(line.Change switch { RuleChange.Added => "+", RuleChange.Removed => "-", _ => " " })} {new string(' ', 2 * line.Depth)}{line.Text}").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Restore(CommandContext context)
    {
        var name = Name();
        var version = new Argument<int>("VERSION") { Description = "Version whose rule becomes the newest." };
        var command = new Command("restore", "Make an earlier version's rule the newest one; the history stays whole.") { name, version };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor, audience) = await FindAsync(context, parsed, name, cancellationToken).ConfigureAwait(false);
            var restored = await organisation.SavedAudiences.RestoreAsync(audience.Id, parsed.GetRequiredValue(version), actor, cancellationToken).ConfigureAwait(false);
            return await SayAsync(context, restored, $"Restored as version {restored.Version}.").ConfigureAwait(false);
        });
        return command;
    }

    private static Command Rename(CommandContext context)
    {
        var (name, newName) = (Name(), new Argument<string>("NEW-NAME") { Description = "Its new name." });
        var command = new Command("rename", "Give a saved audience another name; its history stays.") { name, newName };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor, audience) = await FindAsync(context, parsed, name, cancellationToken).ConfigureAwait(false);
            var renamed = await organisation.SavedAudiences.ReviseAsync(audience.Id, audience.Version, parsed.GetRequiredValue(newName), null, actor, cancellationToken).ConfigureAwait(false);
            return await SayAsync(context, renamed, $"Renamed, version {renamed.Version}.").ConfigureAwait(false);
        });
        return command;
    }

    private static Command Copy(CommandContext context)
    {
        var name = Name();
        var command = new Command("copy", "Save a copy of an audience under the next free name.") { name };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor, audience) = await FindAsync(context, parsed, name, cancellationToken).ConfigureAwait(false);
            var copied = await organisation.SavedAudiences.CopyAsync(audience.Id, actor, cancellationToken).ConfigureAwait(false);
            return await SayAsync(context, copied, $"Copied: {copied.Name}.").ConfigureAwait(false);
        });
        return command;
    }

    private static Command Delete(CommandContext context)
    {
        var name = Name();
        var command = new Command("delete", "Delete a saved audience. `audience undelete` brings it back; campaigns keep their own rule.") { name };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor, audience) = await FindAsync(context, parsed, name, cancellationToken).ConfigureAwait(false);
            await organisation.SavedAudiences.DeleteAsync(audience.Id, actor, cancellationToken).ConfigureAwait(false);
            return await SayAsync(context, audience, "Deleted. `sealpost audience undelete` brings it back.").ConfigureAwait(false);
        });
        return command;
    }

    private static Command Undelete(CommandContext context)
    {
        var name = Name();
        var command = new Command("undelete", "Bring a deleted audience back; of several of the name the one deleted last.") { name };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var wanted = parsed.GetRequiredValue(name).Trim();
            var audience = (await organisation.SavedAudiences.ListAsync(deleted: true, actor, cancellationToken).ConfigureAwait(false))
                .Where(one => string.Equals(one.Name, wanted, StringComparison.OrdinalIgnoreCase)).MaxBy(one => one.DeletedAt)
                ?? throw new RefusedException("There is no deleted audience of this name. `sealpost audience saved --deleted` shows them.");
            return await SayAsync(context, await organisation.SavedAudiences.UndeleteAsync(audience.Id, actor, cancellationToken).ConfigureAwait(false), "Back again.").ConfigureAwait(false);
        });
        return command;
    }

    private static Command Codes(CommandContext context)
    {
        var words = new Argument<string[]>("WORDS") { Description = "Words or the beginning of a code; none for the most frequent.", Arity = ArgumentArity.ZeroOrMore };
        var kind = new Option<RuleKind?>("--kind") { Description = "condition, medication, lab, procedure or immunization." };
        var system = new Option<string?>("--system") { Description = "Code system, such as icd10." };
        var command = new Command("codes", "The codes that the patients really have, most frequent first; 1 to 10 patients are shown as <11.") { words, kind, system };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var catalogue = await organisation.Audiences.CodesAsync(actor, cancellationToken).ConfigureAwait(false);
            var show = organisation.Audiences.Counts(actor);
            var found = catalogue.Search(parsed.GetValue(kind), parsed.GetValue(system), string.Join(' ', parsed.GetValue(words) ?? [])).Take(CodesShown).ToList();
            if (context.Json)
                await context.WriteJsonAsync(found.Select(code => new { code = code.Code, kind = code.Kind, title = code.Title, patients = show.ShowFixed(code.Ever).ToString() })).ConfigureAwait(false);
            foreach (var code in context.Json ? [] : found)
                await context.Out.WriteLineAsync($"{code.Code,-24} {show.ShowFixed(code.Ever),12}  {code.Title}").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Argument<string> Name() => new("NAME") { Description = "Name of the audience." };

    private static async Task<(OpenOrganisation Organisation, Actor Actor, SavedAudience Audience)> FindAsync(
        CommandContext context, ParseResult parsed, Argument<string> name, CancellationToken cancellationToken)
    {
        var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
        return (organisation, actor, await organisation.SavedAudiences.GetAsync(parsed.GetRequiredValue(name), actor, cancellationToken).ConfigureAwait(false));
    }

    private static async Task<int> SayAsync(CommandContext context, SavedAudience audience, string sentence)
    {
        if (context.Json)
            await context.WriteJsonAsync(new { id = audience.Id, name = audience.Name, version = audience.Version, query = audience.Query }).ConfigureAwait(false);
        else
            await context.SayAsync(sentence).ConfigureAwait(false);
        return 0;
    }
}
