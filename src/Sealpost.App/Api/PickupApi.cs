namespace Sealpost.App.Api;

/// <summary>Messages that wait on the patients' page.</summary>
internal static class PickupApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var pickup = api.MapGroup("/organisations/{org}/pickup").WithTags("Waiting messages");
        pickup.MapPost("/forget", async (Caller caller, NamedPatient asked, CancellationToken token) =>
            new NumberAnswer(await caller.Organisation.Compliance.Patients.ForgetPasskeysAsync(await AuthorizationApi.PatientAsync(caller, asked.Patient, token).ConfigureAwait(false), caller.Actor, token).ConfigureAwait(false)))
            .WithSummary("Remove a patient's passkeys, such as after the loss of a telephone; the answer is how many");
    }
}
