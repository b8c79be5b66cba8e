using Microsoft.AspNetCore.Http.HttpResults;
using Sealpost.App.Hosting;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.People;
using Sealpost.Reports;

namespace Sealpost.App.Api;

/// <summary>Patients whom a campaign about their care or account did not reach by email, and who was told otherwise.</summary>
internal static class NotReachedApi
{
    private const string ForWhom = "Campaigns of purpose TREATMENT, CARE_COORD_OPS, REFILL and ADMIN_PAYMENT; others answer 422.";

    public static void Map(RouteGroupBuilder campaigns)
    {
        campaigns.MapGet("/{id:long}/not-reached", ListAsync)
            .WithSummary("Patients not reached by email and not told otherwise yet; page with after. For compliance and auditors; an audited read of each")
            .WithDescription("In order of number, 200 at most: telephone numbers, postal addresses, and why the message did not arrive. " + ForWhom);
        campaigns.MapGet("/{id:long}/not-reached.csv", (Caller caller, long id, CancellationToken cancellationToken) => CampaignDownloads.NotReachedAsync(caller.Organisation, id, caller.Actor, cancellationToken))
            .WithSummary("The same list whole, as CSV to call by. For compliance and auditors; an audited read of each");
        campaigns.MapPost("/{id:long}/not-reached/told", TellAsync)
            .WithSummary("Mark one patient, or all who are open, as told")
            .WithDescription("`by` is `telephone`, `letter`, `visit` or `notNeeded`. Give `patient`, or `all: true`. The answer's `mark` takes it back. " + ForWhom);
        campaigns.MapPost("/{id:long}/not-reached/told/{mark:long}/undo", async (Caller caller, long id, long mark, CancellationToken cancellationToken) =>
            new CountAnswer(checked((int)await caller.Organisation.Campaigns.NotReached.UndoAsync(id, mark, caller.Actor, cancellationToken).ConfigureAwait(false))))
            .WithSummary("Take a mark back: those it covers are to be told again");
    }

    private static async Task<NotReachedAnswer> ListAsync(Caller caller, long id, int? after, int? limit, CancellationToken cancellationToken)
    {
        var list = caller.Organisation.Campaigns.NotReached;
        var open = await list.CountAsync(id, caller.Actor, cancellationToken).ConfigureAwait(false);
        var page = await list.PageAsync(id, after, limit ?? 100, caller.Actor, cancellationToken).ConfigureAwait(false);
        return new NotReachedAnswer(open, [.. page.Patients.Select(NotReachedPatient.Of)], page.Next);
    }

    private static async Task<ToldAnswer> TellAsync(Caller caller, long id, WantedTold told, CancellationToken cancellationToken)
    {
        caller.Actor.Require(Roles.Compliance, "say that patients were told otherwise"); // Before the patient is looked for: who may not ask learns nothing.
        await caller.Organisation.Desk().GetAsync(id, cancellationToken).ConfigureAwait(false);
        if (told.By is not { } way)
            throw new RefusedException("Send `by`: telephone, letter, visit or notNeeded.");
        if (string.IsNullOrWhiteSpace(told.Patient) != (told.All == true))
            throw new RefusedException("Send `patient`, the id as lists show it or the MRN, or `all: true`; not both.");
        var patient = told.All == true ? (Trust.Keys.PatientNumber?)null : await AuthorizationApi.PatientAsync(caller, told.Patient, cancellationToken).ConfigureAwait(false);
        var mark = await caller.Organisation.Campaigns.NotReached.TellAsync(id, patient, way, caller.Actor, cancellationToken).ConfigureAwait(false);
        return new ToldAnswer(mark.Number, mark.Patients);
    }
}

/// <summary>Who was told, and how.</summary>
/// <param name="Patient">Id as lists show it, or MRN.</param>
/// <param name="All">Everybody who is open.</param>
/// <param name="By">How.</param>
internal sealed record WantedTold(string? Patient, bool? All, ToldBy? By);

/// <summary>A mark.</summary>
/// <param name="Mark">By which it is taken back.</param>
/// <param name="Patients">How many it covers.</param>
internal sealed record ToldAnswer(long Mark, long Patients);

/// <summary>A page of patients to be told.</summary>
/// <param name="Open">How many there are in all.</param>
/// <param name="Patients">In order of number.</param>
/// <param name="Next">What to give as <c>after</c> for the next page; null after the last.</param>
internal sealed record NotReachedAnswer(long Open, IReadOnlyList<NotReachedPatient> Patients, int? Next);

/// <summary>A patient to be told.</summary>
internal sealed record NotReachedPatient(
    string Patient, string Name, IReadOnlyList<string> Telephones, IReadOnlyList<string> Addresses, Outcome Outcome, WithholdReason? Reason, string Why, DateTimeOffset Since, string? OutOfUse)
{
    public static NotReachedPatient Of(NotReached one) => new(one.Patient, one.Name, one.Telephones, one.Addresses, one.Outcome, one.Reason, one.Why, one.Since, one.OutOfUse);
}
