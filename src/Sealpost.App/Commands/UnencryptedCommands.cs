using System.CommandLine;
using System.Globalization;
using Sealpost.Consent;
using Sealpost.ForPatients;
using Sealpost.Patients;

namespace Sealpost.App.Commands;

/// <summary>Unencrypted email by a patient's own wish: <c>unencrypted record · list · withdraw · warning</c>.</summary>
internal static class UnencryptedCommands
{
    public static IEnumerable<Command> All(CommandContext context) =>
        [new Command("unencrypted", "Email at lower protection by a patient's own wish, after a warning (78 FR 5566, 5634). Never clear text, never sensitive categories.") { Warning(context), Record(context), List(context), Withdraw(context) }];

    private static Command Warning(CommandContext context)
    {
        var language = new Option<string>("--language") { Description = "en or es.", DefaultValueFactory = _ => "en" };
        language.AcceptOnlyFromAmong("en", "es");
        var command = new Command("warning", "Show the warning to read out or print before a wish is recorded.") { language };
        command.SetAction(async (parsed, _) =>
        {
            var spanish = parsed.GetValue(language) == "es";
            if (context.Json)
                await context.WriteJsonAsync(new { warning = UnencryptedWarning.Present, text = UnencryptedWarning.Text(spanish), statement = UnencryptedWarning.Statement(spanish) }).ConfigureAwait(false);
            else
                await context.Out.WriteLineAsync($"{UnencryptedWarning.Text(spanish)}\n\n{UnencryptedWarning.Statement(spanish)}").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Record(CommandContext context)
    {
        var patient = ConsentCommands.Patient();
        var purposes = new Option<string>("--purposes") { Description = "Purposes it covers, such as TREATMENT,ADMIN_PAYMENT.", HelpName = "LIST", Required = true };
        var method = new Option<string>("--method") { Description = "phone or paper.", Required = true };
        method.AcceptOnlyFromAmong("phone", "paper");
        var language = new Option<string>("--language") { Description = "Language in which the warning was given: en or es.", Required = true };
        language.AcceptOnlyFromAmong("en", "es");
        var shown = new Option<string>("--shown") { Description = "When the warning was given, such as 2026-11-20T15:04Z.", HelpName = "TIME", Required = true };
        var proof = new Option<string>("--proof") { Description = "How it was known that it was the patient.", HelpName = "TEXT", Required = true };
        var command = new Command("record", "Record a wish given by telephone or on paper. The address is the next line of standard input, what the patient said the lines after it.") { patient, purposes, method, language, shown, proof };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var who = await context.PatientAsync(organisation, parsed.GetRequiredValue(patient), cancellationToken).ConfigureAwait(false);
            var lines = (await context.ReadTextAsync("-", cancellationToken).ConfigureAwait(false)).ReplaceLineEndings("\n").Split('\n', 2);
            var id = await new UnencryptedMail(organisation.Context).RecordAsync(
                who,
                new UnencryptedWish
                {
                    Address = EmailAddress.Normalise(lines[0].Trim()) ?? throw new RefusedException("Give the patient's address on the line of standard input that follows the patient."),
                    Purposes = [.. parsed.GetRequiredValue(purposes).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(name => PurposeNames.Parse(name) ?? throw new RefusedException($"'{name}' is no purpose."))],
                    Warning = UnencryptedWarning.Present,
                    Language = parsed.GetRequiredValue(language),
                    ShownAt = DateTimeOffset.TryParse(parsed.GetRequiredValue(shown), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at.ToUniversalTime() : throw new RefusedException("--shown: write a time such as 2026-11-20T15:04Z."),
                    Method = parsed.GetRequiredValue(method),
                    Statement = lines is [_, var said] && said.Trim().Length > 0 ? said.Trim() : throw new RefusedException("Give what the patient said on the lines of standard input after the address."),
                    RecordedBy = actor.Id,
                    IdentityProofing = parsed.GetRequiredValue(proof),
                },
                actor,
                cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(new { wish = id }).ConfigureAwait(false);
            await context.SayAsync($"Wish {id} recorded, effective now, for this address alone.").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command List(CommandContext context)
    {
        var patient = ConsentCommands.Patient();
        var command = new Command("list", "Show a patient's wishes in force. An audited read.") { patient };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var who = await context.PatientAsync(organisation, parsed.GetRequiredValue(patient), cancellationToken).ConfigureAwait(false);
            var wishes = await new UnencryptedMail(organisation.Context).ListAsync(who, actor, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(new { wishes }).ConfigureAwait(false);
            foreach (var wish in context.Json ? [] : wishes)
                await context.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{wish.Id}  {wish.Address}  {string.Join(',', wish.Purposes.Select(PurposeNames.Of))}  {wish.Method}, {wish.ShownAt:yyyy-MM-dd}, warning {wish.Warning} ({wish.Language})")).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Withdraw(CommandContext context)
    {
        var patient = ConsentCommands.Patient();
        var number = new Argument<long?>("NUMBER") { Description = "Which wish; all of them where left out.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("withdraw", "Withdraw a patient's wish, effective at once.") { patient, number };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var who = await context.PatientAsync(organisation, parsed.GetRequiredValue(patient), cancellationToken).ConfigureAwait(false);
            var ended = await new UnencryptedMail(organisation.Context).WithdrawAsync(who, parsed.GetValue(number), actor, cancellationToken).ConfigureAwait(false);
            if (ended == 0)
                throw new RefusedException("This patient has no such wish in force.");
            await context.SayAsync(ended == 1 ? "Withdrawn." : $"{ended} withdrawn.").ConfigureAwait(false);
            return 0;
        });
        return command;
    }
}
