using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.Organisations;
using Sealpost.Patients;
using Sealpost.People;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Compliance;

/// <summary>What patients want, as staff reads and records it. Every look at one patient is a ledger event. 45 CFR 164.312(b), 164.508, 164.522.</summary>
/// <param name="context">The organisation.</param>
/// <param name="sending">Running campaigns and the journal of opt-outs.</param>
/// <param name="rulesChanged">Tells running campaigns that a rule for everybody changed.</param>
internal sealed class ConsentDesk(OrganisationContext context, Func<CancellationToken, Task<SendCampaign>> sending, Action rulesChanged)
{
    /// <summary>Most addresses taken at once.</summary>
    private const int MostAddresses = 100_000;

    /// <summary>Reads everything on record about a patient's wishes. An audited read.</summary>
    /// <exception cref="RefusedException">The actor may not, or the patient was erased.</exception>
    public async Task<PatientStanding> ReadAsync(PatientNumber patient, Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(RoleSets.SeePatients, "read a patient's authorizations");
        await context.Database.WriteAsync(
            (transaction, token) => context.Ledger.AppendAsync(new AuditEvent(context.Organisation.Id, "patient.read", actor.Id, patient, "authorization.list", "done"), transaction, token),
            cancellationToken).ConfigureAwait(false);
        var (chart, state) = await StateAsync(patient, cancellationToken).ConfigureAwait(false);
        var copies = await context.Consent.Documents.CopiesAsync([.. state.Authorizations.Select(authorization => authorization.Id)], cancellationToken).ConfigureAwait(false);
        return new PatientStanding(
            patient,
            chart.Head.DisplayId,
            [.. state.Authorizations.Select(authorization => Stand(authorization, [.. copies[authorization.Id]]))],
            state.Restrictions,
            state.Suppressions);
    }

    /// <summary>Records a signed authorization; returns its number.</summary>
    /// <exception cref="RefusedException">A required element is missing; all of them are named with their clauses.</exception>
    public Task<long> RecordAsync(PatientNumber patient, MarketingAuthorization authorization, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(RoleSets.Keepers, "record authorizations");
        return Refusals.OfAsync(stop => context.Consent.RecordAsync(patient, authorization, actor.Id, stop), cancellationToken);
    }

    /// <summary>Revokes one authorization or all; effective at once, also for messages already queued. Returns the numbers revoked.</summary>
    /// <exception cref="RefusedException">There is none that is not revoked already.</exception>
    public async Task<IReadOnlyList<long>> RevokeAsync(PatientNumber patient, long? only, string channel, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(RoleSets.Keepers | Roles.Marketer, "revoke authorizations");
        if (string.IsNullOrWhiteSpace(channel))
            throw new RefusedException("Say how the patient told us: letter, phone, portal or email.");
        var (_, state) = await StateAsync(patient, cancellationToken).ConfigureAwait(false);
        var chosen = state.Authorizations.Where(authorization => authorization.RevokedAt is null && (only is null || authorization.Id == only)).Select(authorization => authorization.Id).ToList();
        if (chosen.Count == 0)
            throw new RefusedException("This patient has no such authorization that is not already revoked. `sealpost authorization list` shows them.") { Kind = RefusalKind.NotFound };
        foreach (var authorization in chosen)
            await context.Consent.RevokeAsync(patient, authorization, channel.Trim(), actor.Id, cancellationToken).ConfigureAwait(false);
        return chosen;
    }

    /// <summary>Records an agreed restriction (164.522(a)) or confidential communication (164.522(b)); returns its number.</summary>
    /// <exception cref="RefusedException">The kind is unknown or its value is not what it asks for.</exception>
    public Task<long> RestrictAsync(PatientNumber patient, string kind, string? value, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(RoleSets.Keepers, "record restrictions");
        return Refusals.OfAsync(stop => context.Consent.RestrictAsync(patient, kind, string.IsNullOrWhiteSpace(value) ? null : value.Trim(), actor.Id, stop), cancellationToken);
    }

    /// <summary>Ends a restriction, with the documented reason. 164.522(a)(2).</summary>
    /// <exception cref="RefusedException">There is none in force, or no reason is given.</exception>
    public async Task EndRestrictionAsync(PatientNumber patient, long restriction, string reason, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Compliance, "end restrictions");
        if (!await Refusals.OfAsync(stop => context.Consent.EndRestrictionAsync(patient, restriction, reason, actor.Id, stop), cancellationToken).ConfigureAwait(false))
            throw new RefusedException("This patient has no such restriction in force.") { Kind = RefusalKind.NotFound };
    }

    /// <summary>Records opt-outs for addresses, one a line; returns how many. Only the patient's own action ends one.</summary>
    /// <exception cref="RefusedException">A line is no address; nothing was recorded, and the lines are named by number.</exception>
    public async Task<int> SuppressAsync(string list, SuppressionScope scope, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(RoleSets.Keepers | Roles.Marketer, "record opt-outs");
        var lines = list.Split('\n', StringSplitOptions.TrimEntries);
        var unusable = Enumerable.Range(0, lines.Length).Where(i => lines[i].Length > 0 && EmailAddress.Normalise(lines[i]) is null).Select(i => i + 1).ToList();
        if (unusable.Count > 0)
            throw new RefusedException($"Line {string.Join(", ", unusable.Take(20))}: no email address. Nothing was recorded; mend the list and run it again.");
        var addresses = lines.Where(line => line.Length > 0).Select(line => EmailAddress.Normalise(line)!).Distinct(StringComparer.Ordinal).ToList();
        if (addresses.Count > MostAddresses)
            throw new RefusedException($"The list holds {addresses.Count} addresses; give at most {MostAddresses} at once. Nothing was recorded.");
        var journal = await sending(cancellationToken).ConfigureAwait(false);
        foreach (var address in addresses)
        {
            // The journal lies outside the backup, so that an opt-out outlives a restore.
            await journal.JournalOptOutAsync(address, null, scope, SuppressionSource.Staff, cancellationToken).ConfigureAwait(false);
            await context.Consent.SuppressAsync(address, null, scope, SuppressionSource.Staff, actor.Id, cancellationToken).ConfigureAwait(false);
        }

        return addresses.Count;
    }

    /// <summary>Attests that a source's addresses are verified, or withdraws it.</summary>
    /// <exception cref="RefusedException">Source or statement is empty.</exception>
    public async Task AttestAsync(string source, bool attested, string statement, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(RoleSets.Keepers, "attest address sources");
        await Refusals.OfAsync(
            async stop =>
            {
                await context.Consent.AttestAsync(source.Trim(), attested, statement, actor.Id, stop).ConfigureAwait(false);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
        rulesChanged();
    }

    /// <summary>Sources that were ever attested, and whether they still are.</summary>
    public Task<IReadOnlyList<AttestedSource>> SourcesAsync(Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(RoleSets.Everybody, "read attested sources");
        return context.Consent.AttestationsAsync(cancellationToken);
    }

    private StandingAuthorization Stand(MarketingAuthorization authorization, IReadOnlyList<GivenCopy> copies) =>
        AuthorizationElements.Defect(authorization, context.Today) is { } defect
            ? new StandingAuthorization(authorization, defect.Reason, defect.Citation, copies)
            : new StandingAuthorization(authorization, null, null, copies);

    private async Task<(Chart Chart, ConsentState State)> StateAsync(PatientNumber patient, CancellationToken cancellationToken)
    {
        var chart = await context.Patients.OpenAsync(patient, cancellationToken).ConfigureAwait(false)
            ?? throw new RefusedException("There is no such patient, or the patient was erased.") { Kind = RefusalKind.NotFound };
        return (chart, (await context.Consent.LoadAsync([chart], cancellationToken).ConfigureAwait(false))[patient]);
    }
}
