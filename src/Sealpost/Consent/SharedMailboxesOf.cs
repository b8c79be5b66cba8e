using System.Data.Common;
using Sealpost.Storage;
using Sealpost.Trust.Keys;

namespace Sealpost.Consent;

/// <summary>Finds mailboxes that more than one patient has, unless each of them attested sole control. 45 CFR 164.530(c).</summary>
internal sealed class SharedMailboxesOf(KeyRing keys)
{
    private long Organisation => keys.Organisation.Value;

    /// <summary>The patients among those given and their shared mailboxes.</summary>
    public async Task<List<(PatientNumber Patient, string Mailbox)>> FindAsync(DbConnection connection, Dictionary<PatientNumber, ConsentParts> parts, CancellationToken cancellationToken)
    {
        List<(PatientNumber Patient, string Mailbox)> shared = [];
        var attested = await AttestedAsync(connection, cancellationToken);
        foreach (var condition in ConsentTables.Conditions(parts.Keys))
        {
            foreach (var (patient, blind) in await LookupsInCommonAsync(connection, condition, cancellationToken))
            {
                if (parts.TryGetValue(patient, out var found) && found.MailboxOf(blind) is { } mailbox
                    && !(attested.TryGetValue(blind, out var by) && await AllAttestedAsync(connection, blind, by, cancellationToken)))
                    shared.Add((patient, mailbox));
            }
        }

        return shared;
    }

    /// <summary>Look-up keys of the patients that another person's record has too; a record merged away is no other person.</summary>
    private async Task<List<(PatientNumber Patient, string Blind)>> LookupsInCommonAsync(DbConnection connection, string condition, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(
            $"""
            SELECT a.patient, a.blind FROM patient_lookup a WHERE a.org = @org AND a.patient {condition} AND EXISTS (
                SELECT 1 FROM patient_lookup b WHERE b.org = a.org AND b.blind = a.blind AND b.patient <> a.patient
                AND NOT EXISTS (SELECT 1 FROM consent_merged m WHERE m.org = b.org AND m.patient = b.patient))
            """,
            ("org", Organisation));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        List<(PatientNumber Patient, string Blind)> found = [];
        while (await reader.ReadAsync(cancellationToken))
            found.Add((new PatientNumber((int)reader.GetInt64(0)), Convert.ToHexString(reader.GetFieldValue<byte[]>(1))));
        return found;
    }

    private async Task<Dictionary<string, HashSet<PatientNumber>>> AttestedAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(
            """
            SELECT k.blind, p.patient FROM consent_entry e
            JOIN consent_entry_blind k ON k.org = e.org AND k.entry = e.entry JOIN consent_entry_patient p ON p.org = e.org AND p.entry = e.entry
            WHERE e.org = @org AND e.kind = @kind AND e.ended_at IS NULL
            """,
            ("org", Organisation), ("kind", RestrictionKinds.SoleControl));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        Dictionary<string, HashSet<PatientNumber>> attested = new(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            var blind = Convert.ToHexString(reader.GetFieldValue<byte[]>(0));
            if (!attested.TryGetValue(blind, out var patients))
                attested.Add(blind, patients = []);
            patients.Add(new PatientNumber((int)reader.GetInt64(1)));
        }

        return attested;
    }

    private async Task<bool> AllAttestedAsync(DbConnection connection, string blind, HashSet<PatientNumber> attested, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(
            "SELECT patient FROM patient_lookup b WHERE b.org = @org AND b.blind = @blind AND NOT EXISTS (SELECT 1 FROM consent_merged m WHERE m.org = b.org AND m.patient = b.patient)",
            ("org", Organisation), ("blind", Convert.FromHexString(blind)));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (!attested.Contains(new PatientNumber((int)reader.GetInt64(0))))
                return false;
        }

        return true;
    }
}
