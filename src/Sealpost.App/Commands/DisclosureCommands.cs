using System.CommandLine;
using System.Globalization;
using System.Text;
using Sealpost.App.Hosting;
using Sealpost.Compliance;
using Sealpost.People;

namespace Sealpost.App.Commands;

/// <summary>Answers to a patient and after an incident: <c>disclosures PATIENT</c>, <c>disclosure record</c>, <c>breach scope</c>.</summary>
internal static class DisclosureCommands
{
    public static IEnumerable<Command> All(CommandContext context) =>
    [
        Account(context),
        new Command("disclosure", "Disclosures that a patient may ask an account of (45 CFR 164.528).") { Record(context) },
        new Command("breach", "After an incident (45 CFR 164.400 to 164.414).") { Scope(context) },
    ];

    private static Command Account(CommandContext context)
    {
        var patient = ConsentCommands.Patient();
        var html = new Option<string?>("--html") { Description = "Also write a page to print and hand over, and record that it was given.", HelpName = "FILE" };
        var command = new Command("disclosures", "A patient's accounting of disclosures, six years back, and the messages sent. An audited read.") { patient, html };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var who = await context.PatientAsync(organisation, parsed.GetRequiredValue(patient), cancellationToken).ConfigureAwait(false);
            var accounting = await organisation.Compliance.Disclosures.AccountAsync(who, actor, cancellationToken).ConfigureAwait(false);
            if (parsed.GetValue(html) is { } path)
                await context.WriteFileAsync(path, await organisation.Compliance.Disclosures.GiveAsync(who, accounting, actor, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(new { accounting.From, accounting.Until, accounting.GivenBefore, accounting.Disclosures, messages = accounting.Messages.Select(message => new { message.Campaign, message.Outcome, message.At, message.Tier }) }).ConfigureAwait(false);
            else
                await context.Out.WriteAsync(Text(accounting)).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Record(CommandContext context)
    {
        var patient = ConsentCommands.Patient();
        var file = new Argument<string>("FILE") { Description = "YAML: on, recipient, address, description, purpose; for a series until and frequency. - for standard input. See docs/compliance.md." };
        var command = new Command("record", "Record a disclosure of one patient's information.") { patient, file };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var who = await context.PatientAsync(organisation, parsed.GetRequiredValue(patient), cancellationToken).ConfigureAwait(false);
            var draft = AuthorizationFile.ReadDisclosure(await context.ReadTextAsync(parsed.GetRequiredValue(file), cancellationToken).ConfigureAwait(false));
            var id = await organisation.Compliance.Disclosures.RecordAsync([who], draft, actor, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(new { disclosure = id }).ConfigureAwait(false);
            else
                await context.Out.WriteLineAsync($"Disclosure {id} recorded.").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Scope(CommandContext context)
    {
        var campaign = new Option<string?>("--campaign") { Description = "Messages of this campaign.", HelpName = "NAME" };
        var domain = new Option<string?>("--domain") { Description = "Messages to mailboxes of this domain.", HelpName = "DOMAIN" };
        var reader = new Option<string?>("--reader") { Description = "Records that this person looked at.", HelpName = "NAME" };
        var from = new Option<DateOnly?>("--from") { Description = "First day of it.", HelpName = "DATE" };
        var until = new Option<DateOnly?>("--until") { Description = "Last day of it.", HelpName = "DATE" };
        var discovered = new Option<DateOnly?>("--discovered") { Description = "First day on which it was known. Default: today.", HelpName = "DATE" };
        var record = new Option<string?>("--record") { Description = "Also record a disclosure for everybody concerned; a YAML file as for `disclosure record`.", HelpName = "FILE" };
        var command = new Command("scope", "Whom an incident concerns, by which data, and by when whom must be told. An audited read.") { campaign, domain, reader, from, until, discovered, record };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var question = new BreachQuestion
            {
                Campaign = parsed.GetValue(campaign) is { } name ? (await organisation.Desk().GetAsync(name, cancellationToken).ConfigureAwait(false)).Id : null,
                Domain = parsed.GetValue(domain),
                Reader = parsed.GetValue(reader) is { } person ? await PersonAsync(organisation, person, cancellationToken).ConfigureAwait(false) : null,
                From = parsed.GetValue(from), Until = parsed.GetValue(until), DiscoveredOn = parsed.GetValue(discovered),
            };
            var draft = parsed.GetValue(record) is { } file ? AuthorizationFile.ReadDisclosure(await context.ReadTextAsync(file, cancellationToken).ConfigureAwait(false)) : null;
            var scope = await organisation.Compliance.Breach.RunAsync(question, actor, cancellationToken).ConfigureAwait(false);
            long? recorded = draft is null ? null : await organisation.Compliance.Disclosures.RecordAsync([.. scope.People.Select(one => one.Number)], draft, actor, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(new { scope.Total, people = scope.People.Select(one => one.Patient), scope.Erased, scope.Messages, scope.Protected, scope.Reads, scope.Elements, scope.Categories, scope.States, scope.TellPeopleBy, scope.TellSecretaryBy, disclosure = recorded }).ConfigureAwait(false);
            else
                await context.Out.WriteAsync(Text(scope, recorded)).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static async Task<string> PersonAsync(OpenOrganisation organisation, string name, CancellationToken cancellationToken) =>
        name == Actor.LocalOwner.Id ? name
        : (await organisation.People.FindAsync(name, cancellationToken).ConfigureAwait(false))?.Id
            ?? throw new RefusedException($"There is no user '{name}'. `sealpost user list` shows them; {Actor.LocalOwner.Id} is the folder's owner.");

    private static string Text(DisclosureAccounting accounting)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"Disclosures to account for, {accounting.From:yyyy-MM-dd} to {accounting.Until:yyyy-MM-dd}: {accounting.Disclosures.Count}");
        foreach (var one in accounting.Disclosures)
            text.AppendLine(CultureInfo.InvariantCulture, $"  {one.On:yyyy-MM-dd}{(one.Until is { } until ? $" to {until:yyyy-MM-dd}, {one.Frequency}" : "")}  {one.Recipient}{(one.Address is null ? "" : ", " + one.Address)}\n    {one.Description}; {one.Purpose}");
        text.AppendLine(CultureInfo.InvariantCulture, $"Messages to the patient (not part of the accounting): {accounting.Messages.Count}");
        foreach (var message in accounting.Messages)
            text.AppendLine(CultureInfo.InvariantCulture, $"  {message.At:u}  {message.Name}  {Campaigns.OutcomeWords.Of(message.Outcome)}{(message.Tier is { } tier ? $"  {tier}" : "")}");
        text.AppendLine(accounting.GivenBefore is { } before
            ? string.Create(CultureInfo.InvariantCulture, $"The one before was given on {before:yyyy-MM-dd}; the first in twelve months is free (45 CFR 164.528(c)(2)).")
            : "This is the first one, and free (45 CFR 164.528(c)(2)).");
        return text.ToString();
    }

    private static string Text(BreachScope scope, long? recorded)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{scope.Total} people concerned{(scope.Erased > 0 ? $", {scope.Erased} of them erased since" : "")}; {scope.Messages} messages, {scope.Protected} of them over verified TLS; {scope.Reads} reads.");
        text.AppendLine(CultureInfo.InvariantCulture, $"What: {(scope.Elements.Count == 0 ? "nothing" : string.Join("; ", scope.Elements))}{(scope.Categories.Count > 0 ? $". Sensitive: {string.Join(", ", scope.Categories)}" : "")}");
        text.AppendLine(CultureInfo.InvariantCulture, $"By state: {string.Join(", ", scope.States.Select(state => $"{(state.State.Length == 0 ? "unknown" : state.State)} {state.Residents}{(state.TellMedia ? " (media, 45 CFR 164.406)" : "")}"))}");
        text.AppendLine(CultureInfo.InvariantCulture, $"If it is a breach: tell the people by {scope.TellPeopleBy:yyyy-MM-dd} at the latest (164.404(b)), the Secretary by {scope.TellSecretaryBy:yyyy-MM-dd} (164.408). State laws may be shorter.");
        foreach (var one in scope.People)
            text.AppendLine(CultureInfo.InvariantCulture, $"  {one.Patient}  {one.State}");
        if (recorded is { } id)
            text.AppendLine(CultureInfo.InvariantCulture, $"Disclosure {id} recorded for {scope.People.Count} people.");
        return text.ToString();
    }
}
