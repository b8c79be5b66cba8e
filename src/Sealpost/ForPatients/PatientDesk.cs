using System.Globalization;
using Sealpost.Campaigns;
using Sealpost.Campaigns.Pickup;
using Sealpost.Consent;
using Sealpost.Consent.Forms;
using Sealpost.Organisations;
using Sealpost.Patients;
using Sealpost.People;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.ForPatients;

/// <summary>What staff does around patients' own pages: forms on offer, invitations, what patients ask. Every look at a patient's words is a ledger event.</summary>
/// <param name="context">The organisation.</param>
internal sealed class PatientDesk(OrganisationContext context)
{
    /// <summary>How long an invitation leads to the forms.</summary>
    public static TimeSpan InvitedFor { get; } = TimeSpan.FromDays(30);

    private const Roles Keepers = Roles.Compliance | Roles.Administrator;

    private AuthorizationForms Forms => Authorizations.FormsOf(context);

    private PatientRequests Requests => new(context.Database, context.Keys, context.Ledger, context.Time);

    /// <summary>Offers a form to patients; returns its number.</summary>
    /// <exception cref="RefusedException">A part is missing; all of them are named.</exception>
    public Task<long> OfferAsync(AuthorizationForm form, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Keepers, "offer forms to patients");
        return Forms.AddAsync(form, actor.Id, cancellationToken);
    }

    /// <summary>All forms, withdrawn ones too.</summary>
    public Task<IReadOnlyList<AuthorizationForm>> FormsAsync(Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(Keepers | Roles.Marketer | Roles.Approver | Roles.Auditor, "read forms");
        return Forms.ListAsync(cancellationToken);
    }

    /// <summary>Offers a form no more.</summary>
    /// <exception cref="RefusedException">No such form is on offer.</exception>
    public async Task WithdrawAsync(long form, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Keepers, "withdraw forms");
        if (!await Forms.WithdrawAsync(form, actor.Id, cancellationToken).ConfigureAwait(false))
            throw new RefusedException($"No form {form} is on offer. `sealpost authorization form list` shows them.") { Kind = RefusalKind.NotFound };
    }

    /// <summary>A link by which one patient reads and signs forms, for a channel of the organisation's own (a portal, a letter). It ends after <see cref="InvitedFor"/> and opens nothing by itself.</summary>
    public async Task<string> InviteAsync(PatientNumber patient, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Keepers, "invite patients to sign");
        var chart = await context.Patients.OpenAsync(patient, cancellationToken).ConfigureAwait(false)
            ?? throw new RefusedException("There is no such patient, or the patient was erased.") { Kind = RefusalKind.NotFound };
        var mailbox = LookupKey.Of(chart.Head).FirstOrDefault(key => key.Kind == "email") is { Kind: "email" } key ? ConsentTables.BlindOf(context.Keys, key.Kind, key.Value) : [];
        await NoteAsync("patient.invited", patient, null, actor, cancellationToken).ConfigureAwait(false);
        var link = new PatientLink(PatientLinkKind.Forms, 0, patient, mailbox, 0, context.Time.GetUtcNow() + InvitedFor);
        return SenderFooters.UrlOf(context.Organisation, "a/" + link.ToText(context.Keys));
    }

    /// <summary>The text that a patient signed on our page. An audited read.</summary>
    /// <exception cref="RefusedException">It was signed elsewhere, or is another patient's.</exception>
    public async Task<string> DocumentAsync(PatientNumber patient, long authorization, Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(Roles.Compliance | Roles.Auditor, "read a patient's authorizations");
        var chart = await context.Patients.OpenAsync(patient, cancellationToken).ConfigureAwait(false)
            ?? throw new RefusedException("There is no such patient, or the patient was erased.") { Kind = RefusalKind.NotFound };
        var state = (await context.Consent.LoadAsync([chart], cancellationToken).ConfigureAwait(false))[patient];
        await NoteAsync("patient.read", patient, $"authorization.document:{authorization.ToString(CultureInfo.InvariantCulture)}", actor, cancellationToken).ConfigureAwait(false);
        return (state.Authorizations.Any(one => one.Id == authorization) ? await context.Consent.Documents.ReadAsync(authorization, cancellationToken).ConfigureAwait(false) : null)
            ?? throw new RefusedException($"This patient has signed no authorization {authorization} on a page of ours. `sealpost authorization list` shows them.") { Kind = RefusalKind.NotFound };
    }

    /// <summary>What patients asked, in order of number. An audited read of each.</summary>
    /// <param name="openOnly">Only what is not settled.</param>
    /// <param name="group">Which.</param>
    /// <param name="after">Number after which to begin; 0 for the first.</param>
    /// <param name="limit">1 to 200.</param>
    /// <param name="actor">Who reads.</param>
    /// <param name="cancellationToken">Stops the operation.</param>
    public async Task<IReadOnlyList<PatientRequest>> RequestsAsync(bool openOnly, RequestGroup group, long after, int limit, Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(Keepers, "read what patients ask");
        var requests = await Requests.ListAsync(openOnly, group, after, Math.Clamp(limit, 1, 200), cancellationToken).ConfigureAwait(false);
        if (requests.Count > 0)
        {
            List<AuditEvent> read = [.. requests.Select(request => new AuditEvent(
                context.Organisation.Id, "patient.read", actor.Id, request.Patient, $"request:{request.Id.ToString(CultureInfo.InvariantCulture)}", "done"))];
            await context.Database.WriteAsync((transaction, token) => context.Ledger.AppendAsync(read, transaction, token), cancellationToken).ConfigureAwait(false);
        }

        return requests;
    }

    /// <summary>Marks a request settled, with what was done.</summary>
    /// <exception cref="RefusedException">There is no such open request, or the note is empty.</exception>
    public async Task SettleAsync(long request, string note, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Keepers, "settle what patients ask");
        if (string.IsNullOrWhiteSpace(note))
            throw new RefusedException("Say what was done about the request; it is kept with it (45 CFR 164.522, 164.530(j)).");
        if (!await Requests.SettleAsync(request, note.Trim(), actor.Id, cancellationToken).ConfigureAwait(false))
            throw new RefusedException($"There is no open request {request}. `sealpost request list` shows them.") { Kind = RefusalKind.NotFound };
    }

    /// <summary>How many passkeys a patient has for waiting messages.</summary>
    public async Task<int> PasskeysAsync(PatientNumber patient, Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(Keepers, "see patients' passkeys");
        return (await new PickupPasskeys(context).OfAsync(patient, cancellationToken).ConfigureAwait(false)).Count;
    }

    /// <summary>Removes a patient's passkeys, such as after the loss of a telephone; how many there were. The patient makes new ones after another proof.</summary>
    public Task<int> ForgetPasskeysAsync(PatientNumber patient, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Keepers, "remove patients' passkeys");
        return new PickupPasskeys(context).RemoveAsync(patient, actor.Id, cancellationToken);
    }

    private Task<long> NoteAsync(string kind, PatientNumber patient, string? subject, Actor actor, CancellationToken cancellationToken) =>
        context.Database.WriteAsync(
            (transaction, token) => context.Ledger.AppendAsync(new AuditEvent(context.Organisation.Id, kind, actor.Id, patient, subject, "done"), transaction, token), cancellationToken);
}
