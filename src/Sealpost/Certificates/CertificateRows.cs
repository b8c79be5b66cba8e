using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using MemoryPack;
using Sealpost.Consent;
using Sealpost.Delivery.Smime;
using Sealpost.Organisations;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Certificates;

/// <summary>Rows of <c>patient_certificate</c>. Every change is a ledger event in the same transaction; fingerprints stand there sealed, since a certificate names its owner. 45 CFR 164.312(b).</summary>
internal sealed class CertificateRows(OrganisationContext context)
{
    private int Org => context.Organisation.Id.Value;

    /// <summary>Whether a patient has a certificate in use.</summary>
    public async Task<bool> AnyAsync(PatientNumber patient, CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(connection, "SELECT 1 FROM patient_certificate WHERE org = @org AND patient = @patient AND ended_at = 0", ("@org", Org), ("@patient", patient.Value));
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is not null;
    }

    /// <summary>Patients who have a certificate in use.</summary>
    public async Task<HashSet<PatientNumber>> AllAsync(CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(connection, "SELECT DISTINCT patient FROM patient_certificate WHERE org = @org AND ended_at = 0", ("@org", Org));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var found = new HashSet<PatientNumber>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            found.Add(new PatientNumber(checked((int)reader.GetInt64(0))));
        return found;
    }

    /// <summary>Ends of the newest certificates of patients who have one, UTC. Opens each: ask seldom.</summary>
    public async Task<IReadOnlyList<DateTimeOffset>> EndsAsync(CancellationToken cancellationToken)
    {
        var ends = new List<DateTimeOffset>();
        foreach (var patient in await AllAsync(cancellationToken).ConfigureAwait(false))
        {
            if (await OfAsync(patient, cancellationToken).ConfigureAwait(false) is not [var (_, record), ..])
                continue;
            using var certificate = X509CertificateLoader.LoadCertificate(record.Certificate);
            ends.Add(OfferedCertificate.ValidityOf(certificate).Until);
        }

        return ends;
    }

    /// <summary>A patient's certificates in use, newest first; none of one who was erased.</summary>
    public async Task<IReadOnlyList<(long Id, CertificateRecord Record)>> OfAsync(PatientNumber patient, CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        if ((await PatientKeys.WrappedAsync(connection, context.Organisation.Id, [patient], cancellationToken).ConfigureAwait(false)).GetValueOrDefault(patient) is not { } wrapped)
            return [];
        await using var command = Sql.Command(
            connection, "SELECT id, sealed FROM patient_certificate WHERE org = @org AND patient = @patient AND ended_at = 0 ORDER BY id DESC", ("@org", Org), ("@patient", patient.Value));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        using var key = context.Keys.UnwrapPatientKey(patient, wrapped);
        var found = new List<(long, CertificateRecord)>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var id = reader.GetInt64(0);
            if (MemoryPackSerializer.Deserialize<CertificateRecord>(key.Open(PartOf(id), 1, reader.GetFieldValue<byte[]>(1))) is { } record)
                found.Add((id, record));
        }

        return found;
    }

    /// <summary>Adds a certificate in place of those for the same mailbox; its number.</summary>
    public Task<long> AddAsync(PatientNumber patient, CertificateRecord record, string fingerprint, IReadOnlyCollection<long> replaced, CancellationToken cancellationToken) =>
        context.Database.WriteAsync(
            async (transaction, token) =>
            {
                foreach (var older in replaced)
                    await EndAsync(patient, older, record.AddedBy, "replaced", transaction, token).ConfigureAwait(false);
                await using var next = Sql.Command(transaction, "SELECT COALESCE(MAX(id), 0) + 1 FROM patient_certificate WHERE org = @org AND patient = @patient", ("@org", Org), ("@patient", patient.Value));
                var id = Convert.ToInt64(await next.ExecuteScalarAsync(token).ConfigureAwait(false), CultureInfo.InvariantCulture);
                var wrapped = await PatientKeys.WrappedAsync(transaction, context.Organisation.Id, patient, token).ConfigureAwait(false)
                    ?? throw new RefusedException("There is no such patient, or the patient was erased.") { Kind = RefusalKind.NotFound };
                using var key = context.Keys.UnwrapPatientKey(patient, wrapped);
                await Sql.ExecuteAsync(
                    transaction,
                    "INSERT INTO patient_certificate (org, patient, id, sealed, ended_at) VALUES (@org, @patient, @id, @sealed, 0)",
                    [("@org", Org), ("@patient", patient.Value), ("@id", id), ("@sealed", key.Seal(PartOf(id), 1, MemoryPackSerializer.Serialize(record)))],
                    token).ConfigureAwait(false);
                var said = ConsentTables.SealText(context.Keys, "ledger:certificate", $"sha256={fingerprint}{(record.ConfirmedBy.Length > 0 ? $" confirmed by {record.ConfirmedBy}: {record.Confirmation}" : "")}");
                await context.Ledger.AppendAsync(
                    new AuditEvent(context.Organisation.Id, "certificate.added", record.AddedBy, patient, Text(id), "done", record.ConfirmedBy.Length > 0 ? "trust=confirmed" : "trust=root", said), transaction, token).ConfigureAwait(false);
                return id;
            },
            cancellationToken);

    /// <summary>Ends a certificate's use and wipes it; false where it is not in use.</summary>
    public Task<bool> RemoveAsync(PatientNumber patient, long id, string actor, CancellationToken cancellationToken) =>
        context.Database.WriteAsync((transaction, token) => EndAsync(patient, id, actor, "removed", transaction, token), cancellationToken);

    private async Task<bool> EndAsync(PatientNumber patient, long id, string actor, string why, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var ended = await Sql.ExecuteAsync(
            transaction,
            "UPDATE patient_certificate SET sealed = @empty, ended_at = @now WHERE org = @org AND patient = @patient AND id = @id AND ended_at = 0",
            [("@empty", Array.Empty<byte>()), ("@now", Sql.Stored(context.Time.GetUtcNow())), ("@org", Org), ("@patient", patient.Value), ("@id", id)],
            cancellationToken).ConfigureAwait(false);
        if (ended == 1)
            await context.Ledger.AppendAsync(new AuditEvent(context.Organisation.Id, "certificate.removed", actor, patient, Text(id), "done", why), transaction, cancellationToken).ConfigureAwait(false);
        return ended == 1;
    }

    private static string PartOf(long id) => string.Create(CultureInfo.InvariantCulture, $"certificate:{id}");

    private static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);
}
