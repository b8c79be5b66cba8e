using System.CommandLine;
using System.Globalization;
using Sealpost.App.Hosting;
using Sealpost.Organisations;
using Sealpost.People;

namespace Sealpost.App.Commands;

/// <summary>Commands that make or run a data folder: <c>init</c>, <c>serve</c>.</summary>
internal static class StartCommands
{
    public static IEnumerable<Command> All(CommandContext context) => [Init(context), Serve(context)];

    private static Command Init(CommandContext context)
    {
        var domain = new Option<string>("--domain") { Description = "Sender domain; mail comes from addresses in it.", HelpName = "DOMAIN", Required = true };
        var address = new Option<string>("--address") { Description = "Physical postal address of the organisation, for the footer (15 USC 7704(a)(5)).", HelpName = "POSTAL-ADDRESS", Required = true };
        var publicUrl = new Option<string?>("--public-url") { Description = "HTTPS address under which patients reach this server. Default: https://DOMAIN.", HelpName = "URL" };
        var zone = new Option<string?>("--time-zone") { Description = "IANA time zone of the organisation. Default: the machine's.", HelpName = "ZONE" };
        var command = new Command("init", "Make a data folder: keys, recovery kit, the first organisation and its sender domain.") { domain, address, publicUrl, zone };
        command.SetAction((parsed, cancellationToken) =>
        {
            var draft = Draft(
                parsed.GetValue(CommandLine.Organisation) ?? throw new RefusedException("Name the organisation: --org NAME."),
                parsed.GetRequiredValue(domain), parsed.GetRequiredValue(address), parsed.GetValue(publicUrl), parsed.GetValue(zone));
            return InitAsync(context, new DataFolder(DataFolder.Default(parsed.GetValue(CommandLine.Data))), draft, cancellationToken);
        });
        return command;
    }

    private static Command Serve(CommandContext context)
    {
        var urls = new Option<string?>("--urls") { Description = "Where to listen. Default: http://localhost:8080.", HelpName = "URLS" };
        var command = new Command("serve", "Run the server: pages, API, patient pages, sending, and commands from other shells. In an empty folder it makes what it needs and prints a link that leads through setting up.") { urls };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var folder = new DataFolder(DataFolder.Default(parsed.GetValue(CommandLine.Data)));
            await Server.RunAsync(folder, parsed.GetValue(urls) ?? "http://localhost:8080", context, cancellationToken).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    /// <summary>As <see cref="OrganisationDraft.Check"/>.</summary>
    public static Organisation Draft(string name, string domain, string postalAddress, string? publicUrl, string? timeZone) =>
        OrganisationDraft.Check(name, domain, postalAddress, publicUrl, timeZone);

    private static async Task<int> InitAsync(CommandContext context, DataFolder folder, Organisation draft, CancellationToken cancellationToken)
    {
        if (folder.IsInitialised)
            throw new RefusedException($"'{folder.Root}' already holds Sealpost data. `sealpost org add` adds an organisation to it; another folder is named with --data.");
        await using var held = folder.TryLock()
            ?? throw new RefusedException($"Another process holds '{folder.Root}'.");
        folder.Create();
        using var log = Logging.Create();
        var (installation, kit) = await Installation.CreateAsync(folder, log, cancellationToken).ConfigureAwait(false);
        await using var _ = installation.ConfigureAwait(false);
        var (organisation, dkim) = await installation.Organisations.AddAsync(draft, installation.KeySource, "local-owner", cancellationToken).ConfigureAwait(false);
        await installation.Kit.NotePrintedAsync(Actor.LocalOwner, cancellationToken).ConfigureAwait(false);
        var records = DnsRecords.For(organisation, dkim, new Dictionary<string, string>(StringComparer.Ordinal));
        var welcome = PeopleCommands.DefaultBase + PeopleSetup.WelcomePath(await installation.People.Invitations.FirstAsync(organisation.Id, Actor.LocalOwner, cancellationToken).ConfigureAwait(false) ?? "");
        if (context.Json)
        {
            await context.WriteJsonAsync(new
            {
                organisation = organisation.Name,
                data = folder.Root,
                recoveryKit = kit,
                welcome,
                dns = records.Select(record => new { name = record.Name, type = record.Type, value = record.Value }),
            }).ConfigureAwait(false);
            return 0;
        }

        await context.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"""
            {organisation.Name} is ready in {folder.Root}.

            RECOVERY KIT. Print it and lock it away, apart from this machine and its backups.
            Without keys/root.key and without this kit, nothing in this folder can ever be read again, by anybody.

            {kit}

            Publish these DNS records for {organisation.Domain}:

            {string.Join('\n', records.Select(record => $"  {record.Name}  {record.Type}  {record.Value}"))}

            First administrator: run `sealpost serve`, then open this link within three days, once, on this machine
            (passkeys need the name localhost or https; `serve` prints another link while nobody has signed in):

              {welcome}

            Next: `sealpost import fhir PATH`, then `sealpost address attest SOURCE`, then `sealpost campaign create FILE`.
            A campaign needs a second person to approve it: invite one in the pages or with `sealpost user invite`, or, for the shell alone, `sealpost user add NAME --roles approver` and `sealpost token create NAME`.
            """)).ConfigureAwait(false);
        return 0;
    }
}
