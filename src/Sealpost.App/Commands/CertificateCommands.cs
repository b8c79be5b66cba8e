using System.CommandLine;
using System.Globalization;
using Sealpost.Certificates;
using Sealpost.Delivery.Smime;

namespace Sealpost.App.Commands;

/// <summary>Patients' S/MIME certificates: <c>patient certificate add · list · remove</c>.</summary>
internal static class CertificateCommands
{
    public static Command All(CommandContext context) =>
        new("certificate", "A patient's S/MIME certificate: what is too sensitive for the way is sealed to it (RFC 8551).") { Add(context), List(context), Remove(context) };

    private static Command Add(CommandContext context)
    {
        var patient = ConsentCommands.Patient();
        var file = new Argument<string>("FILE") { Description = "Certificate as PEM or DER; its authorities' may stand in the same file; - for standard input, PEM, after the patient's line where that is - too." };
        var fingerprint = new Option<string?>("--fingerprint") { Description = "SHA-256 that a person compared with the patient, where no trusted root stands behind the certificate.", HelpName = "HEX" };
        var by = new Option<string?>("--confirmed-by") { Description = "Who compared it.", HelpName = "NAME" };
        var how = new Option<string?>("--how") { Description = "How: in person, on the telephone number on record.", HelpName = "TEXT" };
        var command = new Command("add", "Add a certificate for the address that mail to the patient goes to, after every check. One for the same address is replaced.") { patient, file, fingerprint, by, how };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var who = await context.PatientAsync(organisation, parsed.GetRequiredValue(patient), cancellationToken).ConfigureAwait(false);
            var bytes = await context.ReadBytesAsync(parsed.GetRequiredValue(file), OfferedCertificate.LargestBytes + 1, cancellationToken).ConfigureAwait(false);
            var confirmed = parsed.GetValue(fingerprint) is { } hex ? new FingerprintConfirmed(hex, parsed.GetValue(by) ?? "", parsed.GetValue(how) ?? "") : null;
            var id = await organisation.Certificates.AddAsync(who, bytes, confirmed, actor, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(new { number = id }).ConfigureAwait(false);
            await context.SayAsync(string.Create(CultureInfo.InvariantCulture, $"Certificate {id} is in use from now on.")).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command List(CommandContext context)
    {
        var patient = ConsentCommands.Patient();
        var command = new Command("list", "Show a patient's certificates in use, and what is wrong with them. An audited read.") { patient };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var who = await context.PatientAsync(organisation, parsed.GetRequiredValue(patient), cancellationToken).ConfigureAwait(false);
            var certificates = await organisation.Certificates.ListAsync(who, actor, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(new { certificates }).ConfigureAwait(false);
            foreach (var one in context.Json ? [] : certificates)
                await context.Out.WriteLineAsync(Line(one)).ConfigureAwait(false);
            if (certificates.Count == 0)
                await context.SayAsync("This patient has no certificate: what is too sensitive for the way waits on our page.").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Remove(CommandContext context)
    {
        var patient = ConsentCommands.Patient();
        var number = new Argument<long>("NUMBER") { Description = "Which, as list shows it." };
        var command = new Command("remove", "End a certificate's use at once.") { patient, number };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var who = await context.PatientAsync(organisation, parsed.GetRequiredValue(patient), cancellationToken).ConfigureAwait(false);
            await organisation.Certificates.RemoveAsync(who, parsed.GetRequiredValue(number), actor, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(new { removed = true }).ConfigureAwait(false);
            await context.SayAsync("Removed.").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static string Line(PatientCertificate one) => string.Create(
        CultureInfo.InvariantCulture,
        $"{one.Id}  {one.Address}  until {one.ValidUntil:yyyy-MM-dd}  SHA-256 {one.Fingerprint}  {(one.ConfirmedBy is { } by ? $"confirmed by {by}" : $"issued by {one.Issuer}")}{(one.Problem is { } problem ? ". Not used: " + CertificateProblems.Describe(problem) : "")}");
}
