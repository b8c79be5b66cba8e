using System.CommandLine;
using Sealpost.Organisations;
using Sealpost.People;

namespace Sealpost.App.Commands;

/// <summary>Organisations and their settings: <c>org</c>.</summary>
internal static class OrganisationCommands
{
    public static IEnumerable<Command> All(CommandContext context) =>
        [new Command("org", "Organisations and their settings.") { Add(context), List(context), Set(context), Show(context), Change(context), Dns(context), SetUp(context) }];

    private static Command Add(CommandContext context)
    {
        var name = new Argument<string>("NAME") { Description = "Name as patients know it." };
        var domain = new Option<string>("--domain") { Description = "Sender domain.", HelpName = "DOMAIN", Required = true };
        var address = new Option<string>("--address") { Description = "Physical postal address.", HelpName = "POSTAL-ADDRESS", Required = true };
        var publicUrl = new Option<string?>("--public-url") { Description = "HTTPS address of patient pages. Default: https://DOMAIN.", HelpName = "URL" };
        var zone = new Option<string?>("--time-zone") { Description = "IANA time zone.", HelpName = "ZONE" };
        var command = new Command("add", "Add an organisation with keys of its own.") { name, domain, address, publicUrl, zone };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (context.Token is not null)
                throw new RefusedException("Only the owner of the data folder adds organisations: unset SEALPOST_TOKEN.");
            var installation = await context.OpenInstallation(cancellationToken).ConfigureAwait(false);
            var draft = StartCommands.Draft(parsed.GetRequiredValue(name), parsed.GetRequiredValue(domain), parsed.GetRequiredValue(address), parsed.GetValue(publicUrl), parsed.GetValue(zone));
            var (organisation, dkim) = await installation.Organisations.AddAsync(draft, installation.KeySource, Actor.LocalOwner.Id, cancellationToken).ConfigureAwait(false);
            var records = DnsRecords.For(organisation, dkim, new Dictionary<string, string>(StringComparer.Ordinal));
            if (context.Json)
                await context.WriteJsonAsync(new { organisation = organisation.Name, dns = records.Select(record => new { name = record.Name, type = record.Type, value = record.Value }) }).ConfigureAwait(false);
            else
                await context.Out.WriteLineAsync($"{organisation.Name} added. Publish:\n{string.Join('\n', records.Select(record => $"  {record.Name}  {record.Type}  {record.Value}"))}").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command List(CommandContext context)
    {
        var command = new Command("list", "Show the organisations of this data folder.");
        command.SetAction(async (_, cancellationToken) =>
        {
            var installation = await context.OpenInstallation(cancellationToken).ConfigureAwait(false);
            var organisations = await installation.Organisations.ListAsync(cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(organisations.Select(one => new { name = one.Name, domain = one.Domain, publicUrl = one.PublicUrl, timeZone = one.TimeZone.Id })).ConfigureAwait(false);
            foreach (var one in context.Json ? [] : organisations)
                await context.Out.WriteLineAsync($"{one.Name}  {one.Domain}  {one.TimeZone.Id}").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Set(CommandContext context)
    {
        var name = new Argument<string>("NAME") { Description = string.Join("; ", OrganisationSettings.Known.Select(setting => $"{setting.Key}: {setting.Value}")) + "." };
        var value = new Argument<string?>("VALUE") { Description = "The value; @FILE reads it from a file; left out, the setting goes back to its default.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("set", "Change a setting. A ledger event.") { name, value };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var text = parsed.GetValue(value);
            if (text?.StartsWith('@') == true)
                text = await context.ReadTextAsync(text[1..], cancellationToken).ConfigureAwait(false);
            if (text is not null)
                OrganisationSettings.Check(parsed.GetRequiredValue(name), text);
            await organisation.SetAsync(parsed.GetRequiredValue(name), text, actor, cancellationToken).ConfigureAwait(false);
            await context.SayAsync("Set; the next campaign that starts or resumes sends by it.").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Change(CommandContext context)
    {
        var name = new Option<string?>("--name") { Description = "Name as patients know it.", HelpName = "NAME" };
        var address = new Option<string?>("--address") { Description = "Physical postal address.", HelpName = "POSTAL-ADDRESS" };
        var publicUrl = new Option<string?>("--public-url") { Description = "HTTPS address of patient pages.", HelpName = "URL" };
        var zone = new Option<string?>("--time-zone") { Description = "IANA time zone; holds from the next start.", HelpName = "ZONE" };
        var command = new Command("change", "Change name, postal address, public URL or time zone. A ledger event.") { name, address, publicUrl, zone };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var before = organisation.Context.Organisation;
            var changed = OrganisationDraft.Change(
                before, parsed.GetValue(name) ?? before.Name, parsed.GetValue(address) ?? before.PostalAddress, parsed.GetValue(publicUrl) ?? before.PublicUrl.AbsoluteUri, parsed.GetValue(zone) ?? before.TimeZone.Id);
            await organisation.ChangeAsync(changed, actor, cancellationToken).ConfigureAwait(false);
            await context.SayAsync(changed.TimeZone.Id == before.TimeZone.Id ? "Changed." : "Changed; the time zone holds from the next start of the server.").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Dns(CommandContext context)
    {
        var command = new Command("dns", "Show the DNS records to publish for the sender domain.");
        command.SetAction(async (_, cancellationToken) =>
        {
            var (organisation, _) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var records = organisation.DnsRecords;
            if (context.Json)
                await context.WriteJsonAsync(records.Select(record => new { name = record.Name, type = record.Type, value = record.Value, purpose = record.Purpose })).ConfigureAwait(false);
            foreach (var record in context.Json ? [] : records)
                await context.Out.WriteLineAsync($"{record.Name}  {record.Type}  {record.Value}").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command SetUp(CommandContext context)
    {
        var command = new Command("setup", "Show what is still to be set up before mail can leave.");
        command.SetAction(async (_, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var progress = await organisation.SetUp.RunAsync(actor, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(progress).ConfigureAwait(false);
            foreach (var step in context.Json ? [] : progress.Steps)
                await context.Out.WriteLineAsync($"{(step.Done ? "done" : "open")}  {SetUpWords.Title(step.Step),-18} {step.Words}").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Show(CommandContext context)
    {
        var command = new Command("show", "Show the organisation and its settings.");
        command.SetAction(async (_, cancellationToken) =>
        {
            var (organisation, _) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var who = organisation.Context.Organisation;
            var dnssec = await organisation.DnssecAsync(cancellationToken).ConfigureAwait(false);
            if (context.Json)
            {
                await context.WriteJsonAsync(new { name = who.Name, domain = who.Domain, postalAddress = who.PostalAddress, publicUrl = who.PublicUrl, timeZone = who.TimeZone.Id, settings = organisation.Settings, dnssec }).ConfigureAwait(false);
                return 0;
            }

            await context.Out.WriteLineAsync($"{who.Name}\n  domain       {who.Domain}\n  address      {who.PostalAddress}\n  public URL   {who.PublicUrl}\n  time zone    {who.TimeZone.Id}").ConfigureAwait(false);
            if (dnssec is not null)
                await context.Out.WriteLineAsync($"  DNSSEC       {dnssec.Words}").ConfigureAwait(false);
            foreach (var (name, text) in organisation.Settings)
                await context.Out.WriteLineAsync($"  {name,-12} {(text.Contains('\n', StringComparison.Ordinal) ? "(set)" : text)}").ConfigureAwait(false);
            return 0;
        });
        return command;
    }
}
