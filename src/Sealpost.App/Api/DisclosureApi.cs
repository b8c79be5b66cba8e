using System.Text;
using Sealpost.Compliance;
using Sealpost.Trust.Keys;

namespace Sealpost.App.Api;

/// <summary>Accounting of disclosures and the scope of incidents, over the API.</summary>
internal static class DisclosureApi
{
    private const int MostPatients = 1_000;

    public static void Map(IEndpointRouteBuilder api)
    {
        var disclosures = api.MapGroup("/organisations/{org}/disclosures").WithTags("Disclosures");
        disclosures.MapPost("/find", async (Caller caller, NamedPatient asked, CancellationToken token) => await AccountAsync(caller, asked, token).ConfigureAwait(false))
            .WithSummary("A patient's accounting of six years (45 CFR 164.528) and the messages sent; an audited read");
        disclosures.MapPost("/find.html", async (Caller caller, NamedPatient asked, CancellationToken token) =>
        {
            var desk = caller.Organisation.Compliance.Disclosures;
            var patient = await AuthorizationApi.PatientAsync(caller, asked.Patient, token).ConfigureAwait(false);
            return TypedResults.File(Encoding.UTF8.GetBytes(await desk.GiveAsync(patient, await desk.AccountAsync(patient, caller.Actor, token).ConfigureAwait(false), caller.Actor, token).ConfigureAwait(false)), "text/html");
        }).WithSummary("The accounting as a page to print and hand over; recorded as given");
        disclosures.MapPost("", RecordAsync).WithSummary("Record a disclosure of some patients' information");
        api.MapPost("/organisations/{org}/breach/scope", async (Caller caller, BreachQuestion question, CancellationToken token) =>
            BreachAnswer.Of(await caller.Organisation.Compliance.Breach.RunAsync(question, caller.Actor, token).ConfigureAwait(false)))
            .WithTags("Disclosures").WithSummary("Whom an incident concerns, by which data, and by when whom must be told; an audited read");
    }

    private static async Task<DisclosureAccounting> AccountAsync(Caller caller, NamedPatient asked, CancellationToken cancellationToken) =>
        await caller.Organisation.Compliance.Disclosures.AccountAsync(await AuthorizationApi.PatientAsync(caller, asked.Patient, cancellationToken).ConfigureAwait(false), caller.Actor, cancellationToken).ConfigureAwait(false);

    private static async Task<NumberAnswer> RecordAsync(Caller caller, WantedDisclosure wanted, CancellationToken cancellationToken)
    {
        if (wanted.Patients is not { Count: > 0 and <= MostPatients })
            throw new RefusedException($"Send `patients`: 1 to {MostPatients} ids.");
        var patients = new HashSet<PatientNumber>();
        foreach (var id in wanted.Patients)
            patients.Add(await AuthorizationApi.PatientAsync(caller, id, cancellationToken).ConfigureAwait(false));
        return new NumberAnswer(await caller.Organisation.Compliance.Disclosures.RecordAsync(patients, wanted.Disclosure ?? new DisclosureDraft(), caller.Actor, cancellationToken).ConfigureAwait(false));
    }
}

/// <summary>A disclosure to record.</summary>
internal sealed record WantedDisclosure(IReadOnlyList<string>? Patients, DisclosureDraft? Disclosure);

/// <summary>Whom an incident concerns.</summary>
internal sealed record BreachAnswer(
    int Total, IReadOnlyList<string> People, int Erased, int Messages, int Protected, int Reads, IReadOnlyList<string> Elements, IReadOnlyList<string> Categories, IReadOnlyList<BreachState> States, DateOnly TellPeopleBy, DateOnly TellSecretaryBy)
{
    public static BreachAnswer Of(BreachScope scope) => new(
        scope.Total, [.. scope.People.Select(person => person.Patient)], scope.Erased, scope.Messages, scope.Protected, scope.Reads, scope.Elements, scope.Categories, scope.States, scope.TellPeopleBy, scope.TellSecretaryBy);
}
