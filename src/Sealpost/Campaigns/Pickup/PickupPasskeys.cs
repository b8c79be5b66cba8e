using System.Data.Common;
using System.Text.Json;
using Microsoft.AspNetCore.Identity;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Organisations;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Campaigns.Pickup;

/// <summary>A patient's passkey.</summary>
/// <param name="Info">What its signatures are checked with.</param>
/// <param name="MadeBy">Proof by which it was made: a passkey proves no more than that did.</param>
internal sealed record PatientPasskey(UserPasskeyInfo Info, PickupFactor MadeBy);

/// <summary>Passkeys by which patients open waiting messages. Web Authentication Level 3; 45 CFR 164.312(d). Sealed with the patient's key, so that erasing it ends them.</summary>
internal sealed class PickupPasskeys(OrganisationContext context)
{
    /// <summary>Passkeys one patient may have; making another takes the oldest away.</summary>
    public const int Most = 5;

    private const string Part = "passkey";

    private long Org => context.Organisation.Id.Value;

    private long Now => Sql.Stored(context.Time.GetUtcNow());

    /// <summary>What authenticators keep as user handle: names nobody. Web Authentication Level 3 §14.6.1.</summary>
    public string HandleOf(PatientNumber patient) => Convert.ToHexStringLower(context.Keys.BlindIndex("passkey-handle", patient.Value.ToString(System.Globalization.CultureInfo.InvariantCulture)));

    /// <summary>Whether a passkey may open a message of a class: one made by date of birth and ZIP code opens nothing sensitive.</summary>
    public static bool Opens(PickupFactor madeBy, MessageClass messageClass) => madeBy == PickupFactor.Code || messageClass <= MessageClass.N2;

    /// <summary>A patient's passkeys, oldest first; none where the patient was erased.</summary>
    public async Task<IReadOnlyList<PatientPasskey>> OfAsync(PatientNumber patient, CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection,
            """
            SELECT p.sealed, p.made_by, k.wrapped FROM patient_passkey p JOIN keys.patient_key k ON k.org = p.org AND k.patient = p.patient
            WHERE p.org = @org AND p.patient = @patient ORDER BY p.created_at
            """,
            ("@org", Org), ("@patient", patient.Value));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var passkeys = new List<PatientPasskey>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            using var key = context.Keys.UnwrapPatientKey(patient, reader.GetFieldValue<byte[]>(2));
            passkeys.Add(new PatientPasskey(Read(key.Open(Part, 1, reader.GetFieldValue<byte[]>(0))), (PickupFactor)reader.GetInt64(1)));
        }

        return passkeys;
    }

    /// <summary>Keeps a new passkey; false where the patient was erased or the credential is known already.</summary>
    public Task<bool> AddAsync(PatientNumber patient, UserPasskeyInfo passkey, PickupFactor madeBy, CancellationToken cancellationToken) => context.Database.WriteAsync(
        async (transaction, token) =>
        {
            if (await SealAsync(patient, passkey, transaction, token).ConfigureAwait(false) is not { } bytes)
                return false;
            var added = await Sql.ExecuteAsync(
                transaction,
                "INSERT INTO patient_passkey (org, credential, patient, made_by, sealed, created_at, used_at) VALUES (@org, @credential, @patient, @by, @sealed, @now, 0) ON CONFLICT (org, credential) DO NOTHING",
                [("@org", Org), ("@credential", HashOf(passkey)), ("@patient", patient.Value), ("@by", (int)madeBy), ("@sealed", bytes), ("@now", Now)],
                token).ConfigureAwait(false);
            if (added == 0)
                return false;
            await Sql.ExecuteAsync(
                transaction,
                "DELETE FROM patient_passkey WHERE org = @org AND patient = @patient AND credential NOT IN (SELECT credential FROM patient_passkey WHERE org = @org AND patient = @patient ORDER BY created_at DESC LIMIT @most)",
                [("@org", Org), ("@patient", patient.Value), ("@most", Most)],
                token).ConfigureAwait(false);
            await NoteAsync("pickup.passkey-added", "patient", patient, $"made by {NameOf(madeBy)}", transaction, token).ConfigureAwait(false);
            return true;
        },
        cancellationToken);

    /// <summary>Keeps the counter that a passkey showed.</summary>
    public Task UsedAsync(PatientNumber patient, UserPasskeyInfo passkey, CancellationToken cancellationToken) => context.Database.WriteAsync(
        async (transaction, token) => await SealAsync(patient, passkey, transaction, token).ConfigureAwait(false) is { } bytes
            ? await Sql.ExecuteAsync(
                transaction,
                "UPDATE patient_passkey SET sealed = @sealed, used_at = @now WHERE org = @org AND credential = @credential AND patient = @patient",
                [("@sealed", bytes), ("@now", Now), ("@org", Org), ("@credential", HashOf(passkey)), ("@patient", patient.Value)],
                token).ConfigureAwait(false)
            : 0,
        cancellationToken);

    /// <summary>Takes all passkeys of a patient away, such as after the loss of a telephone; how many there were.</summary>
    public Task<int> RemoveAsync(PatientNumber patient, string actor, CancellationToken cancellationToken) => context.Database.WriteAsync(
        async (transaction, token) =>
        {
            var removed = await Sql.ExecuteAsync(transaction, "DELETE FROM patient_passkey WHERE org = @org AND patient = @patient", [("@org", Org), ("@patient", patient.Value)], token).ConfigureAwait(false);
            if (removed > 0)
                await NoteAsync("pickup.passkeys-removed", actor, patient, $"passkeys={removed}", transaction, token).ConfigureAwait(false);
            return removed;
        },
        cancellationToken);

    /// <summary>What a proof is called in records.</summary>
    public static string NameOf(PickupFactor factor) => factor switch
    {
        PickupFactor.Code => "code",
        PickupFactor.Passkey => "passkey",
        _ => PatientFactor.Name,
    };

    private async Task<byte[]?> SealAsync(PatientNumber patient, UserPasskeyInfo passkey, DbTransaction transaction, CancellationToken cancellationToken)
    {
        if (await Consent.PatientKeys.WrappedAsync(transaction, context.Organisation.Id, patient, cancellationToken).ConfigureAwait(false) is not { } wrapped)
            return null;
        using var key = context.Keys.UnwrapPatientKey(patient, wrapped);
        return key.Seal(Part, 1, JsonSerializer.SerializeToUtf8Bytes(new Kept(passkey.CredentialId, passkey.PublicKey, Sql.Stored(passkey.CreatedAt), passkey.SignCount, passkey.IsBackupEligible, passkey.IsBackedUp)));
    }

    // Attestation is not asked for, and where it lives (internal, hybrid) is not kept: the browser finds it.
    private static UserPasskeyInfo Read(byte[] clear)
    {
        var kept = JsonSerializer.Deserialize<Kept>(clear) ?? throw new InvalidDataException("A kept passkey is empty.");
        return new UserPasskeyInfo(kept.Id, kept.Key, Sql.Instant(kept.At), kept.Count, null, isUserVerified: true, kept.Eligible, kept.BackedUp, [], []);
    }

    private byte[] HashOf(UserPasskeyInfo passkey) => context.Keys.BlindIndex("passkey-credential", Convert.ToHexString(passkey.CredentialId));

    private Task<long> NoteAsync(string kind, string actor, PatientNumber patient, string detail, DbTransaction transaction, CancellationToken cancellationToken) =>
        context.Ledger.AppendAsync(new AuditEvent(context.Organisation.Id, kind, actor, patient, null, "done", detail), transaction, cancellationToken);

    private sealed record Kept(byte[] Id, byte[] Key, long At, uint Count, bool Eligible, bool BackedUp);
}
