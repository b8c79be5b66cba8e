using System.CommandLine;
using System.Globalization;
using System.Text;
using Sealpost.App.Hosting;
using Sealpost.Campaigns;
using Sealpost.People;
using Sealpost.Reports;
using Sealpost.Trust.Keys;

namespace Sealpost.App.Commands;

/// <summary>Patients whom a campaign about their care did not reach by email: <c>campaign not-reached</c>, <c>campaign told</c>.</summary>
internal static class NotReachedCommands
{
    public static IEnumerable<Command> All(CommandContext context) => [List(context), Told(context)];

    private static Command List(CommandContext context)
    {
        var name = CampaignCommands.Name();
        var after = new Option<int?>("--after") { Description = "Begin after this number, which the page before ends with.", HelpName = "NUMBER" };
        var command = new Command("not-reached", "Patients whom a message about their care or account did not reach by email and who were not told otherwise yet, 200 at most. An audited read of each.") { name, after };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            actor.RequireToRead(Roles.Compliance | Roles.Auditor, "see whom a campaign did not reach");
            var campaign = await CampaignAsync(organisation, parsed.GetRequiredValue(name), cancellationToken).ConfigureAwait(false);
            var list = organisation.Campaigns.NotReached;
            var open = await list.CountAsync(campaign, actor, cancellationToken).ConfigureAwait(false);
            var page = await list.PageAsync(campaign, parsed.GetValue(after), ReachOtherwise.LargestPage, actor, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(new { open, patients = page.Patients.Select(one => new { one.Patient, one.Name, one.Telephones, one.Addresses, one.Outcome, one.Reason, one.Why, one.Since, one.OutOfUse }), page.Next }).ConfigureAwait(false);
            else
                await context.Out.WriteAsync(open == 0 ? "Everybody was reached, or told otherwise.\n" : Text(open, page)).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Told(CommandContext context)
    {
        var name = CampaignCommands.Name();
        var patient = new Option<string?>("--patient") { Description = "Whom; - reads the id from standard input.", HelpName = "ID" };
        var all = new Option<bool>("--all") { Description = "Everybody who is still to be told." };
        var by = new Option<string?>("--by") { Description = "How: telephone, letter, visit, or not-needed.", HelpName = "WAY" };
        by.AcceptOnlyFromAmong([.. ToldWords.Names.Select(one => one.Name)]);
        var undo = new Option<long?>("--undo") { Description = "Take this mark back instead.", HelpName = "MARK" };
        var command = new Command("told", "Say that patients whom a campaign did not reach were told otherwise, or take that back.") { name, patient, all, by, undo };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            actor.Require(Roles.Compliance, "say that patients were told otherwise");
            var campaign = parsed.GetRequiredValue(name);
            var number = await CampaignAsync(organisation, campaign, cancellationToken).ConfigureAwait(false);
            var (who, everybody) = (parsed.GetValue(patient), parsed.GetValue(all));
            if (parsed.GetValue(undo) is { } mark)
            {
                if (who is not null || everybody || parsed.GetValue(by) is not null)
                    throw new RefusedException("--undo goes alone: it takes back the whole mark.");
                var back = await organisation.Campaigns.NotReached.UndoAsync(number, mark, actor, cancellationToken).ConfigureAwait(false);
                return await SayAsync(context, mark, back, string.Create(CultureInfo.InvariantCulture, $"{People(back)} to be told again.")).ConfigureAwait(false);
            }

            if ((who is null) != everybody)
                throw new RefusedException("Say who was told: --patient ID, or --all.");
            if (parsed.GetValue(by) is not { } said)
                throw new RefusedException("Say how: --by telephone, letter, visit or not-needed.");
            var way = ToldWords.Names.Single(one => one.Name == said).Way;
            var told = await organisation.Campaigns.NotReached.TellAsync(
                number, who is null ? (PatientNumber?)null : await context.PatientAsync(organisation, who, cancellationToken).ConfigureAwait(false), way, actor, cancellationToken).ConfigureAwait(false);
            return await SayAsync(context, told.Number, told.Patients, string.Create(CultureInfo.InvariantCulture, $"{People(told.Patients)} marked: {ToldWords.Of(way)}. `sealpost campaign told {campaign} --undo {told.Number}` takes it back.")).ConfigureAwait(false);
        });
        return command;
    }

    private static async Task<int> SayAsync(CommandContext context, long mark, long patients, string sentence)
    {
        if (context.Json)
            await context.WriteJsonAsync(new { mark, patients }).ConfigureAwait(false);
        await context.SayAsync(sentence).ConfigureAwait(false);
        return 0;
    }

    private static string People(long count) => count == 1 ? "1 patient is" : string.Create(CultureInfo.InvariantCulture, $"{count:N0} patients are");

    private static async Task<long> CampaignAsync(OpenOrganisation organisation, string name, CancellationToken cancellationToken) =>
        (await organisation.Desk().GetAsync(name, cancellationToken).ConfigureAwait(false)).Id;

    private static string Text(long open, NotReachedPage page)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{open:N0} to be told by telephone or letter.");
        foreach (var one in page.Patients)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{one.Patient}  {(one.Name.Length > 0 ? one.Name : "(no name)")}{(one.OutOfUse is null ? "" : $"  {one.OutOfUse}")}");
            text.AppendLine(CultureInfo.InvariantCulture, $"  telephone: {(one.Telephones.Count > 0 ? string.Join("; ", one.Telephones) : "none on file")}");
            text.AppendLine(CultureInfo.InvariantCulture, $"  address: {(one.Addresses.Count > 0 ? string.Join("; ", one.Addresses) : "none on file")}");
            text.AppendLine(CultureInfo.InvariantCulture, $"  {OutcomeWords.Of(one.Outcome)}, {one.Since:u}: {one.Why}");
        }

        if (page.Next is { } next)
            text.AppendLine(CultureInfo.InvariantCulture, $"More: --after {next}");
        return text.ToString();
    }
}
