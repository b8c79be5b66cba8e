using System.CommandLine;
using System.Globalization;
using Sealpost.App.Hosting;
using Sealpost.Organisations;
using Sealpost.Patients;

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
        var command = new Command("serve", "Run the server: patient pages, sending, and commands from other shells.") { urls };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var folder = new DataFolder(DataFolder.Default(parsed.GetValue(CommandLine.Data)));
            if (!folder.IsInitialised)
                throw new RefusedException($"There is no Sealpost data in '{folder.Root}'. `sealpost init` makes it.");
            await Server.RunAsync(folder, parsed.GetValue(urls) ?? "http://localhost:8080", context, cancellationToken).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    /// <summary>Checks what a person typed about a new organisation.</summary>
    /// <exception cref="RefusedException">Says which part cannot be used.</exception>
    public static Organisation Draft(string name, string domain, string postalAddress, string? publicUrl, string? timeZone)
    {
        if (EmailAddress.Normalise("care@" + domain) is not { } normalised)
            throw new RefusedException($"'{domain}' is no domain that can send mail. Give one such as mail.greenvalley.test.");
        if (postalAddress.Trim().Length < 10 || !postalAddress.Any(char.IsAsciiDigit))
            throw new RefusedException("The postal address must be a physical one: street or registered box, place, and postal code (15 USC 7704(a)(5)).");
        var ascii = EmailAddress.DomainOf(normalised);
        if (!Uri.TryCreate(publicUrl ?? $"https://{ascii}", UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttps || url.Query.Length > 0)
            throw new RefusedException($"'{publicUrl}' cannot be the public URL: one-click unsubscribe needs an https address without a query (RFC 8058 §3.1).");
        return new Organisation(default, name.Trim(), ascii, postalAddress.Trim(), url, Zone(timeZone));
    }

    private static TimeZoneInfo Zone(string? name)
    {
        try
        {
            return name is null ? TimeZoneInfo.Local : TimeZoneInfo.FindSystemTimeZoneById(name);
        }
        catch (TimeZoneNotFoundException exception)
        {
            throw new RefusedException($"'{name}' is no time zone this system knows. Use a name such as America/New_York.", exception);
        }
    }

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
        var records = DnsRecords.For(organisation, dkim);
        if (context.Json)
        {
            await context.WriteJsonAsync(new
            {
                organisation = organisation.Name,
                data = folder.Root,
                recoveryKit = kit,
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

            Next: `sealpost import fhir PATH`, then `sealpost address attest SOURCE`, then `sealpost campaign create FILE`.
            A campaign needs a second person to approve it: `sealpost user add NAME --roles approver` and `sealpost token create NAME`.
            """)).ConfigureAwait(false);
        return 0;
    }
}
