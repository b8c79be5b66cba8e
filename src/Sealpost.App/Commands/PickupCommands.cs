using System.CommandLine;
using Sealpost.Campaigns.Pickup;
using Sealpost.Organisations;
using Sealpost.People;
using Sealpost.Trust.Agreements;

namespace Sealpost.App.Commands;

/// <summary>Messages that wait on the patients' page: <c>pickup</c>.</summary>
internal static class PickupCommands
{
    public static IEnumerable<Command> All(CommandContext context) =>
        [new Command("pickup", "Messages that wait on the patients' page where the way to a mailbox is not protected well enough.") { Secret(context), Forget(context) }];

    private static Command Forget(CommandContext context)
    {
        var patient = ConsentCommands.Patient();
        var command = new Command("forget", "Remove a patient's passkeys, such as after the loss of a telephone. The patient makes new ones after another proof.") { patient };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var who = await context.PatientAsync(organisation, parsed.GetRequiredValue(patient), cancellationToken).ConfigureAwait(false);
            var removed = await organisation.Compliance.Patients.ForgetPasskeysAsync(who, actor, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(new { removed }).ConfigureAwait(false);
            await context.SayAsync(removed == 0 ? "This patient has no passkeys." : $"{removed} passkey{(removed == 1 ? "" : "s")} removed.").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Secret(CommandContext context)
    {
        var command = new Command("secret", "Print the secret that signs requests to the provider of codes (setting code-webhook), for the provider's side.");
        command.SetAction(async (_, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            actor.Require(Roles.Administrator, "read the secret of the code provider");
            var url = OrganisationSettings.CodeWebhook(organisation.Settings)
                ?? throw new RefusedException("There is no provider of codes. `sealpost org set code-webhook URL` names one.");
            await organisation.NoteReadAsync(actor, null, "code-webhook.secret", cancellationToken).ConfigureAwait(false);
            var secret = CodeWebhook.SecretOf(organisation.Context, url);
            var agreements = await organisation.AgreementsAsync(cancellationToken).ConfigureAwait(false);
            var decision = AgreementRegister.Decide(agreements, PhiFlow.Send, PickupRules.EndpointOf(url), organisation.Context.Today);
            if (context.Json)
                await context.WriteJsonAsync(new { secret, endpoint = PickupRules.EndpointOf(url), covered = decision.IsGranted }).ConfigureAwait(false);
            else
                await context.Out.WriteLineAsync(secret).ConfigureAwait(false);
            if (!decision.IsGranted)
                await context.Error.WriteLineAsync($"No code is sent yet: {decision.Sentence}").ConfigureAwait(false);
            return 0;
        });
        return command;
    }
}
