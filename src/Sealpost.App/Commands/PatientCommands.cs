using System.CommandLine;
using Sealpost.Compliance;

namespace Sealpost.App.Commands;

/// <summary>One patient's record: <c>patient erase</c>; reading it is <see cref="PatientRecordCommands"/>.</summary>
internal static class PatientCommands
{
    public static IEnumerable<Command> All(CommandContext context) =>
        [WithAll(new Command("patient", "One patient's record.") { Erase(context) }, [.. PatientRecordCommands.All(context), CertificateCommands.All(context)])];

    private static Command WithAll(Command command, IEnumerable<Command> others)
    {
        foreach (var other in others)
            command.Add(other);
        return command;
    }

    private static Command Erase(CommandContext context)
    {
        var patient = ConsentCommands.Patient();
        var yes = new Option<bool>("--yes") { Description = "Do it; without it, only what would happen is said." };
        var command = new Command("erase", "Destroy a patient's key and record, in old backups too. Opt-outs stay.") { patient, yes };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            actor.Require(ErasePatient.Erasers, "erase patients");
            var who = await context.PatientAsync(organisation, parsed.GetRequiredValue(patient), cancellationToken).ConfigureAwait(false);
            if (!parsed.GetValue(yes))
                throw new RefusedException(ErasePatient.Consequence + " Repeat with --yes to do it.");
            await organisation.Compliance.Erase.RunAsync(who, actor, cancellationToken).ConfigureAwait(false);
            await context.SayAsync("Erased.").ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(new { erased = true }).ConfigureAwait(false);
            return 0;
        });
        return command;
    }
}
