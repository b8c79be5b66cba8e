using System.CommandLine;
using System.Globalization;
using System.Text;
using Sealpost.Consent;

namespace Sealpost.App.Commands;

/// <summary>Forms that patients sign on pages of ours: <c>authorization form</c>, <c>authorization invite</c>, <c>authorization show</c>.</summary>
internal static class FormCommands
{
    public static Command Form(CommandContext context) =>
        new("form", "Forms that patients may read and sign on their own page. See docs/authorization.md.") { Add(context), List(context), Withdraw(context) };

    public static Command Invite(CommandContext context)
    {
        var patient = ConsentCommands.Patient();
        var command = new Command("invite", "Print a link by which one patient reads and signs forms. It ends after 30 days.") { patient };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var who = await context.PatientAsync(organisation, parsed.GetRequiredValue(patient), cancellationToken).ConfigureAwait(false);
            var url = await organisation.Compliance.Patients.InviteAsync(who, actor, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(new { url }).ConfigureAwait(false);
            else
                await context.Out.WriteLineAsync(url).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    public static Command Show(CommandContext context)
    {
        var patient = ConsentCommands.Patient();
        var number = new Argument<long>("NUMBER") { Description = "Number of the authorization." };
        var command = new Command("show", "Print the text that a patient signed on our page. An audited read.") { patient, number };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var who = await context.PatientAsync(organisation, parsed.GetRequiredValue(patient), cancellationToken).ConfigureAwait(false);
            var document = await organisation.Compliance.Patients.DocumentAsync(who, parsed.GetRequiredValue(number), actor, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(new { document, sha256 = SignedDocuments.Hash(document) }).ConfigureAwait(false);
            else
                await context.Out.WriteAsync(document).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Add(CommandContext context)
    {
        var file = new Argument<string>("FILE") { Description = "YAML with the form's parts in English and Spanish, or - for standard input." };
        var command = new Command("add", "Offer a form. What the law asks of every form is added by itself.") { file };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var form = AuthorizationFile.ReadForm(await context.ReadTextAsync(parsed.GetRequiredValue(file), cancellationToken).ConfigureAwait(false));
            var id = await organisation.Compliance.Patients.OfferAsync(form, actor, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(new { form = id }).ConfigureAwait(false);
            else
                await context.Out.WriteLineAsync($"Form {id} is on offer.").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command List(CommandContext context)
    {
        var command = new Command("list", "Show the forms, withdrawn ones too.");
        command.SetAction(async (_, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var forms = await organisation.Compliance.Patients.FormsAsync(actor, cancellationToken).ConfigureAwait(false);
            if (context.Json)
            {
                await context.WriteJsonAsync(forms).ConfigureAwait(false);
                return 0;
            }

            var text = new StringBuilder();
            foreach (var form in forms)
                text.AppendLine(CultureInfo.InvariantCulture, $"form {form.Id}: {form.Name}; {string.Join(", ", form.Purposes.Select(PurposeNames.Of))}; {form.ValidForMonths} months{(form.Payer is null ? "" : "; paid")}; {(form.WithdrawnAt is { } at ? $"withdrawn {at:u}" : "on offer")}");
            await context.Out.WriteAsync(text.Length == 0 ? "No form is on offer. `sealpost authorization form add FILE` offers one.\n" : text.ToString()).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Withdraw(CommandContext context)
    {
        var number = new Argument<long>("NUMBER") { Description = "Number of the form." };
        var command = new Command("withdraw", "Offer a form no more; what was signed stays in force.") { number };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            await organisation.Compliance.Patients.WithdrawAsync(parsed.GetRequiredValue(number), actor, cancellationToken).ConfigureAwait(false);
            await context.SayAsync("Withdrawn.").ConfigureAwait(false);
            return 0;
        });
        return command;
    }
}
