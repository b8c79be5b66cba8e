using System.CommandLine;
using System.Globalization;
using Sealpost.Content;
using Sealpost.Content.Drafts;
using Sealpost.Library;

namespace Sealpost.App.Commands;

/// <summary>What templates share: <c>block list · show · save · delete</c> and <c>brand show · set</c>.</summary>
internal static class LibraryCommands
{
    private static readonly Dictionary<string, BodyFormat> Formats = new(StringComparer.OrdinalIgnoreCase) { ["mjml"] = BodyFormat.Mjml, ["html"] = BodyFormat.Html, ["md"] = BodyFormat.Markdown };

    public static IEnumerable<Command> All(CommandContext context) =>
    [
        new Command("block", "Parts that many templates share, called by {% block NAME %}.") { List(context), Show(context), Save(context), Delete(context) },
        new Command("brand", "Colours, fonts and logo that templates name by {% brand NAME %}.") { ShowBrand(context), SetBrand(context) },
    ];

    private static Command List(CommandContext context)
    {
        var command = new Command("list", "Show the blocks.");
        command.SetAction(async (_, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var blocks = await new ContentLibrary(organisation.Context).Blocks.ListAsync(actor, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(blocks.Select(one => new { name = one.Name, version = one.Version, format = one.Draft.Format, languages = one.Draft.Texts.Select(text => text.Language), author = one.Author, savedAt = one.SavedAt })).ConfigureAwait(false);
            else if (blocks.Count == 0)
                await context.Out.WriteLineAsync("No blocks yet. `sealpost block save NAME FILE` makes one.").ConfigureAwait(false);
            foreach (var one in context.Json ? [] : blocks)
                await context.Out.WriteLineAsync(Line(one)).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Show(CommandContext context)
    {
        var (name, version) = (Name(), new Option<int?>("--version") { Description = "Version. Default: the newest.", HelpName = "N" });
        var history = new Option<bool>("--history") { Description = "Every version, newest first, instead of the texts of one." };
        var command = new Command("show", "The texts of a block.") { name, version, history };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var versions = await new ContentLibrary(organisation.Context).Blocks.HistoryAsync(parsed.GetRequiredValue(name), actor, cancellationToken).ConfigureAwait(false);
            if (versions.Count == 0)
                throw None(parsed.GetRequiredValue(name));
            var block = parsed.GetValue(version) is not { } wanted ? versions[0]
                : versions.FirstOrDefault(one => one.Version == wanted) ?? throw new RefusedException($"The block has no version {wanted}. Its versions are 1 to {versions[0].Version}.") { Kind = RefusalKind.NotFound };
            if (parsed.GetValue(history))
                return await WriteHistoryAsync(context, versions).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(new { name = block.Name, version = block.Version, format = block.Draft.Format, texts = block.Draft.Texts.Select(text => new { language = text.Language, body = text.Body }) }).ConfigureAwait(false);
            foreach (var text in context.Json ? [] : block.Draft.Texts)
                await context.Out.WriteLineAsync($"Language: {text.Language}\n\n{text.Body}\n").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static async Task<int> WriteHistoryAsync(CommandContext context, IReadOnlyList<BlockVersion> versions)
    {
        if (context.Json)
            await context.WriteJsonAsync(versions.Select(one => new { version = one.Version, author = one.Author, savedAt = one.SavedAt })).ConfigureAwait(false);
        foreach (var one in context.Json ? [] : versions)
            await context.Out.WriteLineAsync(Line(one)).ConfigureAwait(false);
        return 0;
    }

    private static Command Save(CommandContext context)
    {
        var name = Name();
        var file = new Argument<string>("FILE") { Description = "Text in the fallback language, or - for standard input." };
        var format = new Option<string?>("--format") { Description = "mjml, html or md. Default: the file's ending, else what the block is written in.", HelpName = "FORMAT" };
        format.AcceptOnlyFromAmong([.. Formats.Keys]);
        var fallback = new Option<string?>("--fallback") { Description = "Language of FILE. Default: the block's fallback, en for a new one.", HelpName = "TAG" };
        var languages = new Option<string[]>("--language") { Description = "A further language and the file of its text, such as es=hours.es.mjml; may be repeated. Languages left out keep their text.", HelpName = "TAG=FILE" };
        var without = new Option<string[]>("--without") { Description = "A language to take out; may be repeated.", HelpName = "TAG" };
        var command = new Command("save", "Save a block, new or as a further version; earlier ones are kept.") { name, file, format, fallback, languages, without };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var blocks = new ContentLibrary(organisation.Context).Blocks;
            var wanted = parsed.GetRequiredValue(name);
            var now = (await blocks.ListAsync(actor, cancellationToken).ConfigureAwait(false)).FirstOrDefault(one => one.Name == wanted);
            var source = parsed.GetRequiredValue(file);
            var written = parsed.GetValue(format) ?? Path.GetExtension(source).TrimStart('.');
            if (!Formats.TryGetValue(written, out var kind))
                kind = now?.Draft.Format ?? throw new RefusedException("Say how the block is written: --format mjml, html or md.");
            var first = Tag(parsed.GetValue(fallback) ?? now?.Draft.Texts[0].Language ?? Languages.Default);
            var texts = new List<MessageVariant> { new() { Language = first, Body = await context.ReadTextAsync(source, cancellationToken).ConfigureAwait(false) } };
            foreach (var one in parsed.GetValue(languages) ?? [])
                texts.Add(await FurtherAsync(context, one, cancellationToken).ConfigureAwait(false));
            var gone = (parsed.GetValue(without) ?? []).Select(Tag).ToHashSet(StringComparer.OrdinalIgnoreCase);
            texts.AddRange((now?.Draft.Texts ?? []).Where(kept => !gone.Contains(kept.Language) && !texts.Exists(text => string.Equals(text.Language, kept.Language, StringComparison.OrdinalIgnoreCase))));
            var version = await blocks.SaveAsync(wanted, now?.Version ?? 0, new BlockDraft { Format = kind, Texts = texts }, actor, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(new { name = wanted, version, format = kind, languages = texts.Select(text => text.Language) }).ConfigureAwait(false);
            else
                await context.Out.WriteLineAsync($"Version {version} saved ({string.Join(", ", texts.Select(text => text.Language))}). Templates call it by {BlockNames.TagOf(wanted)}; campaigns keep what they took.").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static async Task<MessageVariant> FurtherAsync(CommandContext context, string given, CancellationToken cancellationToken)
    {
        var at = given.IndexOf('=', StringComparison.Ordinal);
        return at < 1 || at == given.Length - 1
            ? throw new RefusedException($"'{given}' names no language and file. Write --language es=FILE.")
            : new MessageVariant { Language = Tag(given[..at]), Body = await context.ReadTextAsync(given[(at + 1)..], cancellationToken).ConfigureAwait(false) };
    }

    private static Command Delete(CommandContext context)
    {
        var name = Name();
        var command = new Command("delete", "Take a block away. Templates that still call it say so as a problem; campaigns are not touched. `block save` under the name brings it back with its versions.") { name };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            await new ContentLibrary(organisation.Context).Blocks.RetireAsync(parsed.GetRequiredValue(name), actor, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(new { name = parsed.GetRequiredValue(name), deleted = true }).ConfigureAwait(false);
            await context.SayAsync("Deleted.").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command ShowBrand(CommandContext context)
    {
        var command = new Command("show", "The brand kit in use; version 0 is the one that Sealpost brings.");
        command.SetAction(async (_, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var brand = await new ContentLibrary(organisation.Context).Brand.GetAsync(actor, cancellationToken).ConfigureAwait(false);
            await WriteBrandAsync(context, brand.Version, brand.Kit).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command SetBrand(CommandContext context)
    {
        var values = new Argument<string[]>("NAME=VALUE") { Description = $"Values to change, such as primary=#1f5f5b font=Georgia logo=none. Names: {string.Join(", ", BrandFields.Of(new BrandKit()).Select(one => one.Name))}. Fonts: {string.Join(", ", BrandKit.Fonts.Keys)}.", Arity = ArgumentArity.OneOrMore };
        var command = new Command("set", "Change values of the brand kit, all at once; the others stay. Colours that readers cannot tell apart are refused.") { values };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var library = new ContentLibrary(organisation.Context);
            var brand = await library.Brand.GetAsync(actor, cancellationToken).ConfigureAwait(false);
            var images = await library.Images.ListAsync(actor, cancellationToken).ConfigureAwait(false);
            var kit = brand.Kit;
            foreach (var given in parsed.GetRequiredValue(values))
            {
                var at = given.IndexOf('=', StringComparison.Ordinal);
                if (at < 1)
                    throw new RefusedException($"'{given}' is no NAME=VALUE, such as primary=#1f5f5b.");
                kit = BrandFields.With(kit, given[..at], given[(at + 1)..], images);
            }

            var version = await library.Brand.SaveAsync(brand.Version, kit, actor, cancellationToken).ConfigureAwait(false);
            await WriteBrandAsync(context, version, kit).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static async Task WriteBrandAsync(CommandContext context, int version, BrandKit kit)
    {
        var fields = BrandFields.Of(kit);
        if (context.Json)
        {
            await context.WriteJsonAsync(new { version, values = fields.ToDictionary(field => field.Name, field => field.Value, StringComparer.Ordinal) }).ConfigureAwait(false);
            return;
        }

        await context.Out.WriteLineAsync(version == 0 ? "As Sealpost brings it." : $"Version {version}.").ConfigureAwait(false);
        foreach (var (name, value) in fields)
            await context.Out.WriteLineAsync($"  {name,-16} {value}").ConfigureAwait(false);
    }

    private static Argument<string> Name() => new("NAME") { Description = "Name of the block, such as opening-hours." };

    private static string Tag(string language) => Languages.Normalise(language) ?? throw new RefusedException($"'{language}' is no language tag. Write one such as en, es or zh-Hant.");

    private static RefusedException None(string name) => new($"There is no block '{name}'. `sealpost block list` shows them.") { Kind = RefusalKind.NotFound };

    private static string Line(BlockVersion one) =>
        string.Create(CultureInfo.InvariantCulture, $"{one.Name}  version {one.Version}, {one.Draft.Format}, {string.Join(", ", one.Draft.Texts.Select(text => text.Language))}, {one.SavedAt:yyyy-MM-dd HH:mm} UTC by {one.Author}");
}
