using Microsoft.AspNetCore.Http.HttpResults;
using Sealpost.Compliance;
using Sealpost.Consent;
using Sealpost.Consent.Forms;
using Sealpost.Trust.Keys;

namespace Sealpost.App.Api;

/// <summary>What patients want, over the API. A patient is named in the body of a POST, never in an address: addresses end up in logs.</summary>
internal static class AuthorizationApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var authorizations = api.MapGroup("/organisations/{org}/authorizations").WithTags("Authorizations");
        authorizations.MapPost("/find", FindAsync).WithSummary("A patient's authorizations with their validity, restrictions and opt-outs; an audited read");
        authorizations.MapPost("", RecordAsync).WithSummary("Record a signed authorization; every element of 45 CFR 164.508(c) is checked");
        authorizations.MapPost("/revoke", RevokeAsync).WithSummary("Revoke one or all of a patient's authorizations, effective at once");
        authorizations.MapPost("/document", async (Caller caller, PatientThing asked, CancellationToken token) =>
            new DocumentAnswer(await caller.Organisation.Compliance.Patients.DocumentAsync(await PatientAsync(caller, asked.Patient, token).ConfigureAwait(false), asked.Number, caller.Actor, token).ConfigureAwait(false)))
            .WithSummary("The text that a patient signed on our page; an audited read");
        authorizations.MapPost("/invite", async (Caller caller, NamedPatient asked, CancellationToken token) =>
            new LinkAnswer(await caller.Organisation.Compliance.Patients.InviteAsync(await PatientAsync(caller, asked.Patient, token).ConfigureAwait(false), caller.Actor, token).ConfigureAwait(false)))
            .WithSummary("A link by which one patient reads and signs forms");
        MapForms(api);
        MapRequests(api);
        MapWishes(api);
    }

    /// <summary>The patient that a caller names.</summary>
    /// <exception cref="RefusedException">Nobody, or several; the id is not repeated.</exception>
    public static Task<PatientNumber> PatientAsync(Caller caller, string? id, CancellationToken cancellationToken) =>
        string.IsNullOrWhiteSpace(id) ? throw new RefusedException("Send `patient`: the id as audience lists show it, or the MRN.") : caller.Organisation.FindPatientAsync(id.Trim(), cancellationToken);

    private static void MapForms(IEndpointRouteBuilder api)
    {
        var forms = api.MapGroup("/organisations/{org}/forms").WithTags("Forms");
        forms.MapGet("", (Caller caller, CancellationToken token) => caller.Organisation.Compliance.Patients.FormsAsync(caller.Actor, token)).WithSummary("Forms for patients to sign, withdrawn ones too");
        forms.MapPost("", async (Caller caller, OfferedForm form, CancellationToken token) =>
            new NumberAnswer(await caller.Organisation.Compliance.Patients.OfferAsync(form.ToForm(), caller.Actor, token).ConfigureAwait(false))).WithSummary("Offer a form");
        forms.MapPost("/{id:long}/withdraw", async (Caller caller, long id, CancellationToken token) =>
        {
            await caller.Organisation.Compliance.Patients.WithdrawAsync(id, caller.Actor, token).ConfigureAwait(false);
            return TypedResults.NoContent();
        }).WithSummary("Offer it no more; what was signed stays in force");
    }

    private static void MapRequests(IEndpointRouteBuilder api)
    {
        var requests = api.MapGroup("/organisations/{org}/requests").WithTags("Requests");
        requests.MapGet("", async (Caller caller, bool? all, string? kind, long? after, CancellationToken token) =>
        {
            var page = await caller.Organisation.Compliance.Requests.ListAsync(all != true, RequestDesk.GroupOf(kind), after ?? 0, RequestDesk.PageSize, caller.Actor, token).ConfigureAwait(false);
            return new RequestPage(
                [.. page.Select(line => new RequestAnswer(line.Request.Id, line.Patient, line.Request.Kind, line.Request.Campaign, line.Request.Text, line.Request.At, line.Request.SettledAt, line.Request.SettledBy))],
                page.Count == RequestDesk.PageSize ? page[^1].Request.Id : null);
        }).WithSummary("What patients asked, oldest first; page with after. An audited read").WithDescription("`kind` narrows it: `patients` (replies and wishes about the address), `addresses` (that failed) or `complaints`.");
        requests.MapPost("/{id:long}/settle", async (Caller caller, long id, SettledNote note, CancellationToken token) =>
        {
            await caller.Organisation.Compliance.Patients.SettleAsync(id, note.Note ?? "", caller.Actor, token).ConfigureAwait(false);
            return TypedResults.NoContent();
        }).WithSummary("Mark a request settled, with what was done");
    }

    private static void MapWishes(IEndpointRouteBuilder api)
    {
        var wishes = api.MapGroup("/organisations/{org}").WithTags("Restrictions and opt-outs");
        wishes.MapPost("/restrictions", async (Caller caller, WantedRestriction wanted, CancellationToken token) =>
            new NumberAnswer(await caller.Organisation.Compliance.Consent.RestrictAsync(
                await PatientAsync(caller, wanted.Patient, token).ConfigureAwait(false), wanted.Kind ?? "", wanted.Value, caller.Actor, token).ConfigureAwait(false)))
            .WithSummary("Record an agreed restriction or a confidential communication (45 CFR 164.522)");
        wishes.MapPost("/restrictions/end", EndRestrictionAsync).WithSummary("End a restriction, with the documented reason");
        wishes.MapPost("/opt-outs", async (Caller caller, WantedOptOuts wanted, CancellationToken token) =>
            new CountAnswer(await caller.Organisation.Compliance.Consent.SuppressAsync(string.Join('\n', wanted.Addresses ?? []), wanted.Scope ?? SuppressionScope.Marketing, caller.Actor, token).ConfigureAwait(false)))
            .WithSummary("Record opt-outs for addresses; only the patient's own action ends one");
        wishes.MapGet("/address-sources", (Caller caller, CancellationToken token) => caller.Organisation.Compliance.Consent.SourcesAsync(caller.Actor, token)).WithSummary("Sources whose addresses are attested, or were");
        wishes.MapPost("/address-sources/attest", AttestAsync).WithSummary("Attest that a source's addresses are verified, or withdraw it");
    }

    private static async Task<StandingAnswer> FindAsync(Caller caller, NamedPatient asked, CancellationToken cancellationToken) =>
        StandingAnswer.Of(await caller.Organisation.Compliance.Consent.ReadAsync(await PatientAsync(caller, asked.Patient, cancellationToken).ConfigureAwait(false), caller.Actor, cancellationToken).ConfigureAwait(false));

    private static async Task<NumberAnswer> RecordAsync(Caller caller, WantedAuthorization wanted, CancellationToken cancellationToken)
    {
        var form = wanted.Form ?? throw new RefusedException("Send `form` with the elements of the signed authorization.");
        var patient = await PatientAsync(caller, wanted.Patient, cancellationToken).ConfigureAwait(false);
        return new NumberAnswer(await caller.Organisation.Compliance.Consent.RecordAsync(patient, form.ToAuthorization(), caller.Actor, cancellationToken).ConfigureAwait(false));
    }

    private static async Task<RevokedAnswer> RevokeAsync(Caller caller, WantedRevocation wanted, CancellationToken cancellationToken)
    {
        var patient = await PatientAsync(caller, wanted.Patient, cancellationToken).ConfigureAwait(false);
        return new RevokedAnswer(await caller.Organisation.Compliance.Consent.RevokeAsync(patient, wanted.Number, wanted.Channel ?? "", caller.Actor, cancellationToken).ConfigureAwait(false));
    }

    private static async Task<NoContent> EndRestrictionAsync(Caller caller, EndedRestriction ended, CancellationToken cancellationToken)
    {
        var patient = await PatientAsync(caller, ended.Patient, cancellationToken).ConfigureAwait(false);
        await caller.Organisation.Compliance.Consent.EndRestrictionAsync(patient, ended.Number, ended.Reason ?? "", caller.Actor, cancellationToken).ConfigureAwait(false);
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> AttestAsync(Caller caller, WantedAttestation wanted, CancellationToken cancellationToken)
    {
        await caller.Organisation.Compliance.Consent.AttestAsync(wanted.Source ?? "", wanted.Attested ?? true, wanted.Statement ?? "", caller.Actor, cancellationToken).ConfigureAwait(false);
        return TypedResults.NoContent();
    }
}

/// <summary>A patient, by the id as listed or the MRN.</summary>
internal sealed record NamedPatient(string? Patient);

/// <summary>Something of a patient, by its number.</summary>
internal sealed record PatientThing(string? Patient, long Number);

/// <summary>A signed form to record.</summary>
internal sealed record WantedAuthorization(string? Patient, SignedForm? Form);

/// <summary>Which authorization is revoked (null: all), and how the patient said so.</summary>
internal sealed record WantedRevocation(string? Patient, long? Number, string? Channel);

/// <summary>A restriction to record.</summary>
internal sealed record WantedRestriction(string? Patient, string? Kind, string? Value);

/// <summary>A restriction to end.</summary>
internal sealed record EndedRestriction(string? Patient, long Number, string? Reason);

/// <summary>Addresses that opted out.</summary>
internal sealed record WantedOptOuts(IReadOnlyList<string>? Addresses, SuppressionScope? Scope);

/// <summary>A source to attest.</summary>
internal sealed record WantedAttestation(string? Source, bool? Attested, string? Statement);

/// <summary>What was done about a request.</summary>
internal sealed record SettledNote(string? Note);

/// <summary>A number that was given.</summary>
internal sealed record NumberAnswer(long Number);

/// <summary>How many.</summary>
internal sealed record CountAnswer(long Count);

/// <summary>A link.</summary>
internal sealed record LinkAnswer(string Link);

/// <summary>A signed text.</summary>
internal sealed record DocumentAnswer(string Document);

/// <summary>Numbers revoked.</summary>
internal sealed record RevokedAnswer(IReadOnlyList<long> Revoked);

/// <summary>A page of requests.</summary>
/// <param name="Requests">In order.</param>
/// <param name="Next">What to give as <c>after</c> for the next page; null after the last.</param>
internal sealed record RequestPage(IReadOnlyList<RequestAnswer> Requests, long? Next);

/// <summary>What a patient asked.</summary>
internal sealed record RequestAnswer(long Id, string Patient, string Kind, long Campaign, string Text, DateTimeOffset At, DateTimeOffset? SettledAt, string? SettledBy);

/// <summary>What is on record about a patient's wishes.</summary>
internal sealed record StandingAnswer(string Patient, IReadOnlyList<AuthorizationAnswer> Authorizations, IReadOnlyList<Restriction> Restrictions, IReadOnlyList<Suppression> Suppressions)
{
    public static StandingAnswer Of(PatientStanding standing) => new(
        standing.DisplayId,
        [.. standing.Authorizations.Select(one => new AuthorizationAnswer(one.Authorization, one.Defect is null, one.Defect, one.Citation, [.. one.Copies.Select(copy => new CopyAnswer(copy.At, copy.Method))]))],
        standing.Restrictions,
        standing.Suppressions);
}

/// <summary>An authorization, and whether it holds today.</summary>
internal sealed record AuthorizationAnswer(MarketingAuthorization Authorization, bool Valid, WithholdReason? WhyNot, string? Citation, IReadOnlyList<CopyAnswer> Copies);

/// <summary>A copy given to the patient.</summary>
internal sealed record CopyAnswer(DateTimeOffset At, string Method);
