using System.CommandLine;
using System.Globalization;
using System.Text;
using Sealpost.Consent;

namespace Sealpost.App.Commands;

/// <summary>Legal-basis records of patients: <c>authorization</c>, <c>suppress</c>, <c>restriction</c>, <c>address</c>.</summary>
internal static class ConsentCommands
{
    public static IEnumerable<Command> All(CommandContext context) => [Authorization(context), Suppress(context), RestrictionCommand(context), Address(context)];

    private static Command Authorization(CommandContext context)
    {
        var command = new Command("authorization", "Signed marketing authorizations of a patient (45 CFR 164.508).") { Record(context), Revoke(context), List(context), FormCommands.Form(context), FormCommands.Invite(context), FormCommands.Show(context) };
        return command;
    }

    private static Command Record(CommandContext context)
    {
        var patient = Patient();
        var file = new Argument<string>("FILE") { Description = "YAML with the elements of the signed form, or - for standard input. See docs/authorization.md." };
        var command = new Command("record", "Record a signed authorization; every required element is checked.") { patient, file };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var number = await context.PatientAsync(organisation, parsed.GetRequiredValue(patient), cancellationToken).ConfigureAwait(false);
            var authorization = AuthorizationFile.Read(await context.ReadTextAsync(parsed.GetRequiredValue(file), cancellationToken).ConfigureAwait(false));
            var id = await organisation.Compliance.Consent.RecordAsync(number, authorization, actor, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(new { authorization = id }).ConfigureAwait(false);
            else
                await context.Out.WriteLineAsync($"Authorization {id} recorded.").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Revoke(CommandContext context)
    {
        var patient = Patient();
        var number = new Option<long?>("--id") { Description = "Only this authorization. Default: all of the patient's.", HelpName = "NUMBER" };
        var channel = new Option<string>("--channel") { Description = "How the patient said so: letter, phone, portal, email.", HelpName = "CHANNEL", DefaultValueFactory = _ => "letter" };
        var command = new Command("revoke", "Revoke authorizations; effective at once, also for messages already queued.") { patient, number, channel };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var who = await context.PatientAsync(organisation, parsed.GetRequiredValue(patient), cancellationToken).ConfigureAwait(false);
            var revoked = await organisation.Compliance.Consent.RevokeAsync(who, parsed.GetValue(number), parsed.GetRequiredValue(channel), actor, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(new { revoked }).ConfigureAwait(false);
            else
                await context.Out.WriteLineAsync($"{revoked.Count} revoked, effective now.").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command List(CommandContext context)
    {
        var patient = Patient();
        var command = new Command("list", "Show a patient's authorizations, restrictions and opt-outs. An audited read.") { patient };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var who = await context.PatientAsync(organisation, parsed.GetRequiredValue(patient), cancellationToken).ConfigureAwait(false);
            var state = await organisation.Compliance.Consent.ReadAsync(who, actor, cancellationToken).ConfigureAwait(false);
            if (context.Json)
            {
                var given = state.Authorizations.ToDictionary(one => one.Authorization.Id.ToString(CultureInfo.InvariantCulture), one => one.Copies.Select(copy => new { copy.At, copy.Method }));
                await context.WriteJsonAsync(new { authorizations = state.Authorizations.Select(one => one.Authorization), copies = given, restrictions = state.Restrictions, suppressions = state.Suppressions }).ConfigureAwait(false);
                return 0;
            }

            var text = new StringBuilder();
            foreach (var (authorization, defect, citation, copies) in state.Authorizations)
            {
                var until = authorization.RevokedAt is { } revoked ? $"revoked {revoked:u}" : authorization.ExpiresOn is { } expires ? $"until {expires:o}" : $"until {authorization.ExpiryEvent}";
                text.AppendLine(CultureInfo.InvariantCulture, $"authorization {authorization.Id}: {string.Join(", ", authorization.Purposes.Select(PurposeNames.Of))}; signed {authorization.SignedOn:o}{(authorization.Form is { } form ? string.Create(CultureInfo.InvariantCulture, $" on our page (form {form})") : "")}; {until}");
                if (defect is { } why)
                    text.AppendLine(CultureInfo.InvariantCulture, $"  not valid: {WithholdReasons.Describe(why)} ({citation})");
                foreach (var copy in copies)
                    text.AppendLine(CultureInfo.InvariantCulture, $"  copy given by {copy.Method} {copy.At:u}");
            }

            foreach (var restriction in state.Restrictions)
                text.AppendLine(CultureInfo.InvariantCulture, $"restriction {restriction.Id}: {restriction.Kind}{(string.IsNullOrEmpty(restriction.Value) ? "" : " " + restriction.Value)}; since {restriction.RecordedAt:u}");
            foreach (var suppression in state.Suppressions)
                text.AppendLine(CultureInfo.InvariantCulture, $"opt-out: {suppression.Scope}, by {suppression.Source}; since {suppression.RecordedAt:u}");
            await context.Out.WriteAsync(text.Length == 0 ? "Nothing is recorded for this patient.\n" : text.ToString()).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Suppress(CommandContext context)
    {
        var from = new Argument<string>("FILE") { Description = "Addresses, one a line; - for standard input. Never on the command line itself." };
        var scope = new Option<SuppressionScope>("--scope") { Description = "marketing (default), fundraising, or all.", DefaultValueFactory = _ => SuppressionScope.Marketing };
        var command = new Command("suppress", "Record opt-outs for addresses. Only the patient's own action ends one.") { from, scope };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var list = await context.ReadTextAsync(parsed.GetRequiredValue(from), cancellationToken).ConfigureAwait(false);
            var suppressed = await organisation.Compliance.Consent.SuppressAsync(list, parsed.GetValue(scope), actor, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(new { suppressed }).ConfigureAwait(false);
            else
                await context.Out.WriteLineAsync($"{suppressed} suppressed, effective now.").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command RestrictionCommand(CommandContext context)
    {
        var patient = Patient();
        var kind = new Argument<string>("KIND") { Description = "no-email, address, purpose, data, self-pay, or sole-control." };
        kind.AcceptOnlyFromAmong("no-email", "address", "purpose", "data", "self-pay", "sole-control");
        var value = new Option<string?>("--value") { Description = "Purpose name or code prefix. A confidential address is read from standard input: --value -.", HelpName = "VALUE" };
        var add = new Command("add", "Record an agreed restriction (45 CFR 164.522(a)) or confidential communication (164.522(b)).") { patient, kind, value };
        add.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var asked = parsed.GetRequiredValue(kind);
            var text = parsed.GetValue(value);
            if (asked == "address" && text != "-")
                throw new RefusedException("A confidential address is read from standard input, so that it stays out of the process list: --value -.");
            var who = await context.PatientAsync(organisation, parsed.GetRequiredValue(patient), cancellationToken).ConfigureAwait(false);
            if (text == "-")
                text = (await context.ReadTextAsync("-", cancellationToken).ConfigureAwait(false)).Trim();
            var id = await organisation.Compliance.Consent.RestrictAsync(who, asked, text, actor, cancellationToken).ConfigureAwait(false);
            await context.SayAsync($"Restriction {id} recorded, effective now.").ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(new { restriction = id }).ConfigureAwait(false);
            return 0;
        });

        var endPatient = Patient();
        var number = new Argument<long>("NUMBER") { Description = "Number of the restriction." };
        var reason = new Option<string>("--reason") { Description = "How the patient agreed to end it (45 CFR 164.522(a)(2)).", HelpName = "TEXT", Required = true };
        var end = new Command("end", "End a restriction, with the documented reason.") { endPatient, number, reason };
        end.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var who = await context.PatientAsync(organisation, parsed.GetRequiredValue(endPatient), cancellationToken).ConfigureAwait(false);
            await organisation.Compliance.Consent.EndRestrictionAsync(who, parsed.GetRequiredValue(number), parsed.GetRequiredValue(reason), actor, cancellationToken).ConfigureAwait(false);
            await context.SayAsync("Ended.").ConfigureAwait(false);
            return 0;
        });
        return new Command("restriction", "A patient's agreed restrictions and confidential communications.") { add, end };
    }

    private static Command Address(CommandContext context)
    {
        var source = new Argument<string>("SOURCE") { Description = "Import source, such as fhir or the CSV map's source." };
        var statement = new Option<string>("--statement") { Description = "What the organisation attests.", HelpName = "TEXT", DefaultValueFactory = _ => "This source verifies email addresses with the patient." };
        var withdraw = new Option<bool>("--withdraw") { Description = "Withdraw the attestation." };
        var attest = new Command("attest", "Attest that a source's addresses are verified; makes them usable.") { source, statement, withdraw };
        attest.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var withdrawn = parsed.GetValue(withdraw);
            await organisation.Compliance.Consent.AttestAsync(parsed.GetRequiredValue(source), !withdrawn, parsed.GetRequiredValue(statement), actor, cancellationToken).ConfigureAwait(false);
            await context.SayAsync(withdrawn ? "Withdrawn: unverified addresses of this source are no longer used." : "Attested: addresses of this source are used.").ConfigureAwait(false);
            return 0;
        });
        return new Command("address", "Trust in sources of addresses.") { attest };
    }

    internal static Argument<string> Patient() => new("PATIENT") { Description = "Patient's id as listed, or MRN; - reads it from the first line of standard input." };
}
