using System.Data.Common;
using Sealpost.Patients;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Consent;

/// <summary>Authorizations, suppressions, restrictions and attested sources of one organisation, sealed where they name a patient. Every change is a ledger event in the same transaction.</summary>
public sealed class ConsentStore
{
    /// <summary>Creates the store; <paramref name="changed"/> is awaited after each commit, before the call returns.</summary>
    public ConsentStore(IDatabase database, KeyRing keys, Ledger ledger, TimeProvider time, PatientsChanged changed) =>
        throw new NotImplementedException();

    /// <summary>Records a signed authorization; returns its number. Problems (missing elements of 164.508(c)) are refused with the element named.</summary>
    /// <exception cref="ArgumentException">A required element is missing; the message names all of them.</exception>
    public Task<long> RecordAsync(PatientNumber patient, MarketingAuthorization authorization, string actor, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Revokes; effective at once. Idempotent. False where the patient has no such authorization.</summary>
    public Task<bool> RevokeAsync(PatientNumber patient, long authorization, string channel, string actor, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Suppresses a mailbox and, where known, a patient. Idempotent.</summary>
    public Task SuppressAsync(string? normalisedAddress, PatientNumber? patient, SuppressionScope scope, SuppressionSource source, string actor, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Records a restriction or confidential communication; returns its number.</summary>
    public Task<long> RestrictAsync(PatientNumber patient, string kind, string? value, string actor, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Ends a restriction, with the documented reason. 164.522(a)(2).</summary>
    public Task<bool> EndRestrictionAsync(PatientNumber patient, long restriction, string reason, string actor, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Attests that a source's addresses are verified, or withdraws it.</summary>
    public Task AttestAsync(string source, bool attested, string statement, string actor, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Attested sources.</summary>
    public Task<IReadOnlySet<string>> AttestedSourcesAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Consent states of patients, given their open charts (for addresses). Patients without any record get an empty state.</summary>
    public Task<IReadOnlyDictionary<PatientNumber, ConsentState>> LoadAsync(IReadOnlyCollection<Chart> charts, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Unites suppressions and restrictions of a record merged away into its survivor, in the import's transaction. RULES: union, deceased wins.</summary>
    public Task UniteAsync(PatientNumber mergedAway, PatientNumber survivor, DbTransaction transaction, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Notes an accepted message for the frequency cap, in the outcome's transaction.</summary>
    public Task NoteMessageAsync(IReadOnlyList<(PatientNumber Patient, DateTimeOffset At)> accepted, DbTransaction transaction, CancellationToken cancellationToken) => throw new NotImplementedException();
}
