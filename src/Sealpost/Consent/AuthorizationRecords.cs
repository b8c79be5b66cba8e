using System.Data.Common;
using System.Globalization;
using MemoryPack;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Consent;

/// <summary>Writes authorizations and their revocations; both are only ever added.</summary>
internal sealed class AuthorizationRecords(KeyRing keys, Ledger ledger, TimeProvider time)
{
    private OrganisationId Organisation => keys.Organisation;

    /// <summary>Records a complete authorization; returns its number.</summary>
    public async Task<long> RecordAsync(PatientNumber patient, MarketingAuthorization authorization, string actor, DbTransaction transaction, CancellationToken cancellationToken)
    {
        if (await PatientKeys.WrappedAsync(transaction, Organisation, patient, cancellationToken) is null)
            throw new ArgumentException($"No patient has the number {patient}.", nameof(patient));
        var id = await ConsentTables.NextAsync(transaction, Organisation, "authorization", cancellationToken);
        var sequence = await ledger.AppendAsync(new AuditEvent(Organisation, "consent.authorized", actor, patient, Text(id), "done", $"purposes={string.Join(',', authorization.Purposes.Select(PurposeNames.Of))}"), transaction, cancellationToken);
        var stored = authorization with { Id = id, RecordedAt = time.GetUtcNow() };
        await transaction.ExecuteAsync(
            "INSERT INTO consent_authorization (org, id, patient, sealed, sequence) VALUES (@org, @id, @patient, @sealed, @sequence)",
            [("org", Organisation.Value), ("id", id), ("patient", patient.Value), ("sealed", keys.Seal(Context(id), MemoryPackSerializer.Serialize(stored))), ("sequence", sequence)],
            cancellationToken);
        return id;
    }

    /// <summary>Revokes one; false where the patient has no such authorization. Revoking twice keeps the first moment.</summary>
    public async Task<(bool Known, bool Changed)> RevokeAsync(PatientNumber patient, long id, string channel, string actor, DbTransaction transaction, CancellationToken cancellationToken)
    {
        await using (var find = transaction.Command(
            "SELECT r.id FROM consent_authorization a LEFT JOIN consent_revocation r ON r.org = a.org AND r.id = a.id WHERE a.org = @org AND a.id = @id AND a.patient = @patient",
            ("org", Organisation.Value), ("id", id), ("patient", patient.Value)))
        {
            switch (await find.ExecuteScalarAsync(cancellationToken))
            {
                case null:
                    return (false, false);
                case long:
                    return (true, false);
            }
        }

        // 45 CFR 164.508(b)(5): effective at once, whatever the channel, and never taken back.
        var sequence = await ledger.AppendAsync(new AuditEvent(Organisation, "consent.revoked", actor, patient, Text(id), "done"), transaction, cancellationToken);
        await transaction.ExecuteAsync(
            "INSERT INTO consent_revocation (org, id, revoked_at, sealed, sequence) VALUES (@org, @id, @at, @sealed, @sequence)",
            [("org", Organisation.Value), ("id", id), ("at", time.GetUtcNow().ToUnixTimeMilliseconds()), ("sealed", ConsentTables.SealText(keys, $"revocation:{id}", channel)), ("sequence", sequence)],
            cancellationToken);
        return (true, true);
    }

    /// <summary>Revokes what an unsubscribe by the patient withdraws: every authorization for advertising that is not revoked yet.</summary>
    public async Task RevokeForOptOutAsync(PatientNumber patient, SuppressionScope scope, string actor, DbTransaction transaction, CancellationToken cancellationToken)
    {
        List<long> withdrawn = [];
        await using (var command = transaction.Command($"{Select} WHERE a.org = @org AND a.patient = @patient AND r.id IS NULL", ("org", Organisation.Value), ("patient", patient.Value)))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                var authorization = await ReadAsync(reader, keys, cancellationToken);
                if (authorization.Purposes.Any(purpose => Withdraws(scope, purpose)))
                    withdrawn.Add(authorization.Id);
            }
        }

        foreach (var id in withdrawn)
            await RevokeAsync(patient, id, "unsubscribe", actor, transaction, cancellationToken);
    }

    /// <summary>The columns that <see cref="ReadAsync"/> reads: patient, id, sealed, sequence, revoked at, channel, sequence of the revocation.</summary>
    public const string Select = "SELECT a.patient, a.id, a.sealed, a.sequence, r.revoked_at, r.sealed, r.sequence FROM consent_authorization a LEFT JOIN consent_revocation r ON r.org = a.org AND r.id = a.id";

    /// <summary>Opens a row of <see cref="Select"/>.</summary>
    public static async Task<MarketingAuthorization> ReadAsync(DbDataReader reader, KeyRing keys, CancellationToken cancellationToken)
    {
        var id = reader.GetInt64(1);
        var authorization = MemoryPackSerializer.Deserialize<MarketingAuthorization>(keys.Open(Context(id), reader.GetFieldValue<byte[]>(2)))
            ?? throw new InvalidDataException($"Authorization {id} holds nothing.");
        return await reader.IsDBNullAsync(4, cancellationToken)
            ? authorization
            : authorization with { RevokedAt = DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(4)), RevokedBy = ConsentTables.OpenText(keys, $"revocation:{id}", reader.GetFieldValue<byte[]>(5)) };
    }

    private static bool Withdraws(SuppressionScope scope, Purpose purpose) => scope switch
    {
        SuppressionScope.All => true,
        SuppressionScope.Marketing => PurposeRule.Of(purpose) is not { OutlivesOptOut: true },
        _ => Topics.Stops(scope, Topics.Of(purpose)),
    };

    private static string Context(long id) => string.Create(CultureInfo.InvariantCulture, $"authorization:{id}");

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
