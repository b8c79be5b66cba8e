using System.CommandLine;
using Sealpost.People;

namespace Sealpost.App.Commands;

/// <summary>One patient's record: <c>patient erase</c>.</summary>
internal static class PatientCommands
{
    public static IEnumerable<Command> All(CommandContext context) =>
        [new Command("patient", "One patient's record.") { Erase(context) }];

    private static Command Erase(CommandContext context)
    {
        var patient = ConsentCommands.Patient();
        var yes = new Option<bool>("--yes") { Description = "Do it; without it, only what would happen is said." };
        var command = new Command("erase", "Destroy a patient's key and record, in old backups too. Opt-outs stay.") { patient, yes };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            actor.Require(Roles.Administrator | Roles.Compliance, "erase patients");
            var who = await context.PatientAsync(organisation, parsed.GetRequiredValue(patient), cancellationToken).ConfigureAwait(false);
            if (!parsed.GetValue(yes))
                throw new RefusedException("This destroys the patient's key: the record cannot be read again, not even from a backup. Opt-outs stay in force. Repeat with --yes to do it.");
            if (!await organisation.Context.Patients.EraseAsync(who, actor.Id, cancellationToken).ConfigureAwait(false))
                throw new RefusedException("The patient was already erased.");
            await organisation.Shards.RefreshAsync([who], cancellationToken).ConfigureAwait(false);
            await context.SayAsync("Erased.").ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(new { erased = true }).ConfigureAwait(false);
            return 0;
        });
        return command;
    }
}
