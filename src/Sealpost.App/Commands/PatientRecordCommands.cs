using System.CommandLine;
using System.Globalization;
using System.Text;
using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.Reports;

namespace Sealpost.App.Commands;

/// <summary>Reading one patient's record: <c>patient find · show · messages</c>. Each is an audited read.</summary>
internal static class PatientRecordCommands
{
    public static IEnumerable<Command> All(CommandContext context) => [Find(context), Show(context), Messages(context)];

    private static Command Find(CommandContext context)
    {
        var file = new Argument<string>("FILE") { Description = "File whose first line is an id, an MRN or an email address; - for standard input. Never on the command line itself." };
        var command = new Command("find", "Patients known by an id, an MRN or an email address. An audited read.") { file };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var known = (await context.ReadTextAsync(parsed.GetRequiredValue(file), cancellationToken).ConfigureAwait(false)).Split('\n')[0].Trim();
            var found = await organisation.PatientRecords.FindAsync(known, actor, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(found.Select(one => new { number = one.Number.Value, id = one.Id, name = one.Name, recordNumber = one.RecordNumber })).ConfigureAwait(false);
            foreach (var one in context.Json ? [] : found)
                await context.Out.WriteLineAsync($"{one.Id}  {one.Name}{(one.RecordNumber is null ? "" : "  MRN " + one.RecordNumber)}").ConfigureAwait(false);
            if (found.Count == 0)
                await context.SayAsync("Nobody is known by it.").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Show(CommandContext context)
    {
        var patient = ConsentCommands.Patient();
        var command = new Command("show", "One patient's record: chart in words, addresses, legal basis. An audited read.") { patient };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var number = await context.PatientAsync(organisation, parsed.GetRequiredValue(patient), cancellationToken).ConfigureAwait(false);
            var record = await organisation.PatientRecords.ReadAsync(number, actor, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(record).ConfigureAwait(false);
            else
                await context.Out.WriteAsync(Text(record)).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Messages(CommandContext context)
    {
        var patient = ConsentCommands.Patient();
        var command = new Command("messages", "One patient's record of messages: what became of each campaign's. An audited read.") { patient };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var number = await context.PatientAsync(organisation, parsed.GetRequiredValue(patient), cancellationToken).ConfigureAwait(false);
            var messages = new List<PatientMessage>();
            for (long? before = null; ;)
            {
                var page = await organisation.PatientRecords.MessagesAsync(number, before, ReadPatientRecord.LargestPage, actor, cancellationToken).ConfigureAwait(false);
                messages.AddRange(page.Messages);
                if ((before = page.Next) is null)
                    break;
            }

            if (context.Json)
                await context.WriteJsonAsync(messages.Select(message => new { campaign = message.Name, outcome = message.Delivery.Outcome, reason = message.Delivery.Reason, attempts = message.Delivery.Attempts, at = message.Delivery.ChangedAt, bouncedAt = message.BouncedAt, complainedAt = message.ComplainedAt, optedOutAt = message.OptedOutAt })).ConfigureAwait(false);
            foreach (var message in context.Json ? [] : messages)
                await context.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{message.Delivery.ChangedAt:yyyy-MM-dd HH:mm}Z  {message.Name}: {OutcomeWords.Of(message.Delivery.Outcome)}{(message.Delivery.Reason is { } reason ? ". " + WithholdReasons.Describe(reason) : "")}")).ConfigureAwait(false);
            if (messages.Count == 0)
                await context.SayAsync("No campaign has selected this patient.").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static string Text(PatientRecord record)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{record.Name}  {record.Id}");
        if (record.OutOfUse is { } why)
            text.AppendLine(CultureInfo.InvariantCulture, $"  {why}");
        foreach (var line in record.Person)
            text.AppendLine(CultureInfo.InvariantCulture, $"  {line.Label,-12} {line.Value}");
        foreach (var contact in record.Contacts)
            text.AppendLine(CultureInfo.InvariantCulture, $"  {contact.Kind,-12} {contact.Value}  ({contact.Check.ToString().ToLowerInvariant()}{(contact.TakesMail ? ", mail goes here" : "")}{(contact.IsShared ? ", shared" : "")}{(contact.IsSuppressed ? ", stopped" : "")}{(contact.IsOutOfUse ? ", not in use" : "")})");
        foreach (var section in record.Chart ?? [])
        {
            text.AppendLine().AppendLine(section.Title);
            foreach (var line in section.Lines)
                text.AppendLine(CultureInfo.InvariantCulture, $"  {line.On:yyyy-MM-dd}  {line.Words}{(line.Note.Length == 0 ? "" : ": " + line.Note)}");
            if (section.More > 0)
                text.AppendLine(CultureInfo.InvariantCulture, $"  and {section.More} more");
        }

        if (record.Standing is { } standing)
        {
            text.AppendLine().AppendLine("Legal basis");
            foreach (var one in standing.Authorizations)
                text.AppendLine(CultureInfo.InvariantCulture, $"  authorization {one.Id}: {string.Join(", ", one.Purposes.Select(PurposeNames.Of))}; {one.State.ToString().ToLowerInvariant()}; until {one.Until}");
            foreach (var line in standing.Restrictions.Concat(standing.OptOuts))
                text.AppendLine(CultureInfo.InvariantCulture, $"  {line.Words}; since {line.Since:yyyy-MM-dd} ({line.Citation})");
            if (standing.NoMail is { } reason)
                text.AppendLine(CultureInfo.InvariantCulture, $"  No message can be addressed. {WithholdReasons.Describe(reason)}");
        }

        return text.ToString();
    }
}
