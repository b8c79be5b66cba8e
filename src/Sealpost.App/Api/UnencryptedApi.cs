using Sealpost.Consent;
using Sealpost.ForPatients;
using Sealpost.Patients;

namespace Sealpost.App.Api;

/// <summary>Unencrypted email by a patient's own wish. A patient is named in the body of a POST, never in an address.</summary>
internal static class UnencryptedApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var wishes = api.MapGroup("/organisations/{org}/unencrypted").WithTags("Unencrypted email");
        wishes.MapGet("/warning", (Caller _, string? language) => new WarningAnswer(UnencryptedWarning.Present, UnencryptedWarning.Text(language == "es"), UnencryptedWarning.Statement(language == "es")))
            .WithSummary("The warning to read out or print, in English or Spanish");
        wishes.MapPost("/find", async (Caller caller, NamedPatient asked, CancellationToken token) =>
            await new UnencryptedMail(caller.Organisation.Context).ListAsync(await AuthorizationApi.PatientAsync(caller, asked.Patient, token).ConfigureAwait(false), caller.Actor, token).ConfigureAwait(false))
            .WithSummary("A patient's wishes in force; an audited read");
        wishes.MapPost("", RecordAsync).WithSummary("Record a wish given by telephone or on paper, after the warning");
        wishes.MapPost("/withdraw", async (Caller caller, NamedPatient asked, CancellationToken token) =>
            new NumberAnswer(await new UnencryptedMail(caller.Organisation.Context).WithdrawAsync(await AuthorizationApi.PatientAsync(caller, asked.Patient, token).ConfigureAwait(false), null, caller.Actor, token).ConfigureAwait(false)))
            .WithSummary("Withdraw all of a patient's wishes, effective at once; the answer is how many");
    }

    private static async Task<NumberAnswer> RecordAsync(Caller caller, GivenWish given, CancellationToken cancellationToken)
    {
        var patient = await AuthorizationApi.PatientAsync(caller, given.Patient, cancellationToken).ConfigureAwait(false);
        var wish = new UnencryptedWish
        {
            Address = EmailAddress.Normalise(given.Address ?? "") ?? throw new RefusedException("Send `address`: the patient's own."),
            Purposes = [.. (given.Purposes ?? []).Select(name => PurposeNames.Parse(name) ?? throw new RefusedException("Send `purposes` as campaign files write them, such as TREATMENT."))],
            Warning = UnencryptedWarning.Present,
            Language = given.Language ?? "",
            ShownAt = given.ShownAt?.ToUniversalTime() ?? throw new RefusedException("Send `shownAt`: when the warning was given."),
            Method = given.Method ?? "",
            Statement = given.Statement ?? "",
            RecordedBy = caller.Actor.Id,
            IdentityProofing = given.IdentityProofing ?? "",
        };
        return new NumberAnswer(await new UnencryptedMail(caller.Organisation.Context).RecordAsync(patient, wish, caller.Actor, cancellationToken).ConfigureAwait(false));
    }
}

/// <summary>The warning.</summary>
internal sealed record WarningAnswer(string Warning, string Text, string Statement);

/// <summary>What a patient said.</summary>
internal sealed record GivenWish(string? Patient, string? Address, string[]? Purposes, string? Language, DateTimeOffset? ShownAt, string? Method, string? Statement, string? IdentityProofing);
