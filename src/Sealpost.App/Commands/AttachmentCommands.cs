using System.CommandLine;
using Sealpost.App.Hosting;
using Sealpost.Campaigns;
using Sealpost.Campaigns.Attachments;

namespace Sealpost.App.Commands;

/// <summary>Files that a campaign carries: <c>campaign file list · add · remove · save</c>.</summary>
internal static class AttachmentCommands
{
    public static Command All(CommandContext context) =>
        new("file", "Files that a campaign carries. They are never mailed: patients fetch them from the opened message on our page.") { List(context), Add(context), Remove(context), Save(context) };

    private static Argument<string> FileName() => new("FILE-NAME") { Description = "Name of the file, as `campaign file list` shows it." };

    private static Command List(CommandContext context)
    {
        var name = CampaignCommands.Name();
        var command = new Command("list", "Show the files with kind, size and SHA-256.") { name };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var campaign = await organisation.Desk().GetAsync(parsed.GetRequiredValue(name), cancellationToken).ConfigureAwait(false);
            var files = await organisation.Campaigns.Files.ListAsync(campaign.Id, actor, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(new { files = files.Select(Line) }).ConfigureAwait(false);
            else if (files.Count == 0)
                await context.Out.WriteLineAsync($"{campaign.Name} carries no files. `sealpost campaign file add` adds one.").ConfigureAwait(false);
            foreach (var file in context.Json ? [] : files)
                await context.Out.WriteLineAsync($"{file.Name}  {AttachmentTypes.Word(file.Type, spanish: false)}, {AttachmentTypes.Size(file.Bytes)}  {file.Sha256}").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Add(CommandContext context)
    {
        var name = CampaignCommands.Name();
        var path = new Argument<string>("FILE") { Description = $"{AttachmentTypes.All}; at most {CheckAttachment.MostFiles} files, {CheckAttachment.MostBytes / 1_000_000} MB together." };
        var command = new Command("add", "Add a file to a draft, in place of one of the same name. The same file again changes nothing.") { name, path };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var campaign = await organisation.Desk().GetAsync(parsed.GetRequiredValue(name), cancellationToken).ConfigureAwait(false);
            var from = parsed.GetRequiredValue(path);
            var content = await context.ReadBytesAsync(from, CampaignFile.MostBytesRead, cancellationToken).ConfigureAwait(false);
            var file = await organisation.Campaigns.Files.AddAsync(campaign.Id, Path.GetFileName(from), content, actor, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(Line(file)).ConfigureAwait(false);
            else
                await context.Out.WriteLineAsync($"{campaign.Name} carries {file.Name} ({AttachmentTypes.Word(file.Type, spanish: false)}, {AttachmentTypes.Size(file.Bytes)}). Every patient reads the message on our page now, whatever the tier.").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Remove(CommandContext context)
    {
        var (name, fileName) = (CampaignCommands.Name(), FileName());
        var command = new Command("remove", "Take a file out of a draft. One that is not in it changes nothing.") { name, fileName };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var campaign = await organisation.Desk().GetAsync(parsed.GetRequiredValue(name), cancellationToken).ConfigureAwait(false);
            var files = await organisation.Campaigns.Files.ListAsync(campaign.Id, actor, cancellationToken).ConfigureAwait(false);
            if (Named(files, parsed.GetRequiredValue(fileName)) is { } file)
                await organisation.Campaigns.Files.RemoveAsync(campaign.Id, file.Id, actor, cancellationToken).ConfigureAwait(false);
            await context.SayAsync($"{campaign.Name} carries no such file now.").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Save(CommandContext context)
    {
        var (name, fileName) = (CampaignCommands.Name(), FileName());
        var to = new Argument<string>("TO") { Description = "Where to write it." };
        var command = new Command("save", "Write a file that the campaign carries, to look at it. The ledger records who did.") { name, fileName, to };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var campaign = await organisation.Desk().GetAsync(parsed.GetRequiredValue(name), cancellationToken).ConfigureAwait(false);
            var file = Named(await organisation.Campaigns.Files.ListAsync(campaign.Id, actor, cancellationToken).ConfigureAwait(false), parsed.GetRequiredValue(fileName))
                ?? throw new RefusedException("The campaign carries no such file. `sealpost campaign file list` shows them.") { Kind = RefusalKind.NotFound };
            var opened = await organisation.Campaigns.Files.OpenAsync(campaign.Id, file.Id, actor, cancellationToken).ConfigureAwait(false);
            await context.WriteFileAsync(parsed.GetRequiredValue(to), (stream, token) => stream.WriteAsync(opened.Content, token).AsTask(), cancellationToken).ConfigureAwait(false);
            await context.SayAsync("Written.").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static object Line(Attachment file) => new { id = file.Id, name = file.Name, type = file.Type.ToString(), bytes = file.Bytes, sha256 = file.Sha256 };

    private static Attachment? Named(IReadOnlyList<Attachment> files, string name) => files.FirstOrDefault(file => string.Equals(file.Name, name.Trim(), StringComparison.OrdinalIgnoreCase));
}
