using System.Data.Common;
using System.Globalization;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Consent;

/// <summary>Writes suppressions and restrictions: an entry, and whom it is about by number and by blind index. Nothing takes a suppression back.</summary>
internal sealed class ConsentEntries(KeyRing keys, Ledger ledger, TimeProvider time)
{
    private OrganisationId Organisation => keys.Organisation;

    /// <summary>Records a suppression unless it stands already; returns the patients it concerns, none where nothing changed.</summary>
    public async Task<IReadOnlyCollection<PatientNumber>> SuppressAsync(byte[]? mailbox, PatientNumber? patient, Suppression suppression, string actor, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var bounced = suppression.Source == SuppressionSource.Bounce;
        HashSet<PatientNumber> owners = mailbox is null || bounced || patient is not null ? [] : await ConsentTables.PatientsAsync(transaction, Organisation, [mailbox], cancellationToken);
        if (patient is { } known && !bounced)
            owners.Add(known);

        // The person stays opted out under any address, and after erasure and re-import under any key that names them.
        var blinds = await BlindsAsync(owners, transaction, cancellationToken);
        if (mailbox is not null && !blinds.Any(blind => blind.AsSpan().SequenceEqual(mailbox)))
            blinds.Add(mailbox);
        if (await StandsAsync(owners, blinds, suppression, transaction, cancellationToken))
            return [];

        var entry = await ConsentTables.NextAsync(transaction, Organisation, "entry", cancellationToken);
        var detail = $"scope={Word(suppression.Scope)} source={Word(suppression.Source)}";
        var events = owners.Count == 0 ? [null] : owners.Select(owner => (PatientNumber?)owner);
        List<AuditEvent> audit = [.. events.Select(owner => new AuditEvent(Organisation, "consent.suppressed", actor, owner ?? patient, Text(entry), "done", detail))];
        var sequence = await ledger.AppendAsync(audit, transaction, cancellationToken) + audit.Count - 1;
        await transaction.ExecuteAsync(
            "INSERT INTO consent_entry (org, entry, kind, scope, source, recorded_at, sequence) VALUES (@org, @entry, @kind, @scope, @source, @at, @sequence)",
            [("org", Organisation.Value), ("entry", entry), ("kind", ConsentTables.SuppressionKind), ("scope", (int)suppression.Scope), ("source", (int)suppression.Source), ("at", suppression.RecordedAt.ToUnixTimeMilliseconds()), ("sequence", sequence)],
            cancellationToken);
        await AttachAsync(entry, sequence, owners, blinds, transaction, cancellationToken);

        var concerned = await ConsentTables.PatientsAsync(transaction, Organisation, blinds, cancellationToken);
        concerned.UnionWith(owners);
        return concerned;
    }

    /// <summary>Records a restriction; returns its number.</summary>
    public async Task<long> RestrictAsync(PatientNumber patient, string kind, string? value, string actor, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var wrapped = await PatientKeys.WrappedAsync(transaction, Organisation, patient, cancellationToken)
            ?? throw new ArgumentException($"No patient has the number {patient}.", nameof(patient));
        var entry = await ConsentTables.NextAsync(transaction, Organisation, "entry", cancellationToken);
        var sequence = await ledger.AppendAsync(new AuditEvent(Organisation, "consent.restricted", actor, patient, Text(entry), "done", $"kind={kind}"), transaction, cancellationToken);
        await transaction.ExecuteAsync(
            "INSERT INTO consent_entry (org, entry, kind, owner, sealed, recorded_at, sequence) VALUES (@org, @entry, @kind, @owner, @sealed, @at, @sequence)",
            [("org", Organisation.Value), ("entry", entry), ("kind", kind), ("owner", patient.Value), ("sealed", value is null ? null : new RestrictionSeal(keys).Seal(entry, kind, value, patient, wrapped)), ("at", time.GetUtcNow().ToUnixTimeMilliseconds()), ("sequence", sequence)],
            cancellationToken);

        // A sole-control statement is about one mailbox; every other restriction follows the person through all identifiers.
        // A wish for less protection follows nobody: it is this record's alone.
        List<byte[]> blinds = kind == RestrictionKinds.Unencrypted ? [] : kind == RestrictionKinds.SoleControl ? [ConsentTables.BlindOf(keys, "email", value!)] : await BlindsAsync([patient], transaction, cancellationToken);
        await AttachAsync(entry, sequence, [patient], blinds, transaction, cancellationToken);
        return entry;
    }

    /// <summary>Ends a restriction of the patient; false where there is none in force.</summary>
    public async Task<bool> EndAsync(PatientNumber patient, long restriction, string reason, string actor, DbTransaction transaction, CancellationToken cancellationToken)
    {
        await using (var find = transaction.Command(
            """
            SELECT COUNT(*) FROM consent_entry e JOIN consent_entry_patient p ON p.org = e.org AND p.entry = e.entry
            WHERE e.org = @org AND e.entry = @entry AND p.patient = @patient AND e.kind <> @kind AND e.ended_at IS NULL
            """,
            ("org", Organisation.Value), ("entry", restriction), ("patient", patient.Value), ("kind", ConsentTables.SuppressionKind)))
        {
            if ((long)(await find.ExecuteScalarAsync(cancellationToken))! == 0)
                return false;
        }

        // 45 CFR 164.522(a)(2): the termination is documented.
        var sequence = await ledger.AppendAsync(new AuditEvent(Organisation, "consent.restriction-ended", actor, patient, Text(restriction), "done"), transaction, cancellationToken);
        await transaction.ExecuteAsync(
            "UPDATE consent_entry SET ended_at = @at, ended_sequence = @sequence, ended_sealed = @reason WHERE org = @org AND entry = @entry",
            [("at", time.GetUtcNow().ToUnixTimeMilliseconds()), ("sequence", sequence), ("reason", ConsentTables.SealText(keys, $"consent-ended:{restriction}", reason)), ("org", Organisation.Value), ("entry", restriction)],
            cancellationToken);
        return true;
    }

    /// <summary>Gives the survivor of a merge everything the other record carries, and notes that the other is no person of its own.</summary>
    public async Task UniteAsync(PatientNumber mergedAway, PatientNumber survivor, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var entries = await EntriesOfAsync(mergedAway, survivor, transaction, cancellationToken);
        var merged = await transaction.ExecuteAsync(
            "INSERT INTO consent_merged (org, patient, survivor) VALUES (@org, @patient, @survivor) ON CONFLICT (org, patient) DO UPDATE SET survivor = excluded.survivor WHERE consent_merged.survivor <> excluded.survivor",
            [("org", Organisation.Value), ("patient", mergedAway.Value), ("survivor", survivor.Value)],
            cancellationToken);
        if (entries.Count == 0 && merged == 0)
            return;

        // Authorizations stay behind: whether the signer is the survivor is for a person to decide.
        var left = await AuthorizationsAsync(mergedAway, transaction, cancellationToken);
        var detail = string.Create(CultureInfo.InvariantCulture, $"entries={entries.Count} authorizations-left={left}");
        var sequence = await ledger.AppendAsync(new AuditEvent(Organisation, "consent.united", "system", survivor, mergedAway.ToString(), "done", detail), transaction, cancellationToken);
        foreach (var entry in entries)
            await AttachAsync(entry, sequence, [survivor], [], transaction, cancellationToken);
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    private async Task AttachAsync(long entry, long sequence, IReadOnlyCollection<PatientNumber> patients, IReadOnlyCollection<byte[]> blinds, DbTransaction transaction, CancellationToken cancellationToken)
    {
        foreach (var patient in patients)
        {
            await transaction.ExecuteAsync(
                "INSERT INTO consent_entry_patient (org, patient, entry, sequence) VALUES (@org, @patient, @entry, @sequence) ON CONFLICT (org, patient, entry) DO NOTHING",
                [("org", Organisation.Value), ("patient", patient.Value), ("entry", entry), ("sequence", sequence)],
                cancellationToken);
        }

        foreach (var blind in blinds)
        {
            await transaction.ExecuteAsync(
                "INSERT INTO consent_entry_blind (org, blind, entry) VALUES (@org, @blind, @entry) ON CONFLICT (org, blind, entry) DO NOTHING",
                [("org", Organisation.Value), ("blind", blind), ("entry", entry)],
                cancellationToken);
        }
    }

    private async Task<List<byte[]>> BlindsAsync(IReadOnlyCollection<PatientNumber> patients, DbTransaction transaction, CancellationToken cancellationToken)
    {
        List<byte[]> blinds = [];
        foreach (var condition in ConsentTables.Conditions(patients))
        {
            await using var command = transaction.Command($"SELECT DISTINCT blind FROM patient_lookup WHERE org = @org AND patient {condition}", ("org", Organisation.Value));
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
                blinds.Add(reader.GetFieldValue<byte[]>(0));
        }

        return blinds;
    }

    /// <summary>Whether the same suppression already stands on every one of these keys.</summary>
    private async Task<bool> StandsAsync(HashSet<PatientNumber> patients, List<byte[]> blinds, Suppression suppression, DbTransaction transaction, CancellationToken cancellationToken)
    {
        // One that a patient took back stands for others only: the same opt-out again is a new one.
        const string Same = "e.org = @org AND e.kind = 'suppression' AND e.scope = @scope AND e.source = @source AND NOT EXISTS (SELECT 1 FROM consent_reopened r WHERE r.org = e.org AND r.entry = e.entry)";
        long found = 0;
        foreach (var condition in ConsentTables.Conditions(patients))
        {
            await using var command = transaction.Command(
                $"SELECT COUNT(DISTINCT p.patient) FROM consent_entry e JOIN consent_entry_patient p ON p.org = e.org AND p.entry = e.entry WHERE {Same} AND p.patient {condition}",
                ("org", Organisation.Value), ("scope", (int)suppression.Scope), ("source", (int)suppression.Source));
            found += (long)(await command.ExecuteScalarAsync(cancellationToken))!;
        }

        foreach (var chunk in blinds.Chunk(ConsentTables.PerStatement))
        {
            await using var command = transaction.Command(
                $"SELECT COUNT(DISTINCT k.blind) FROM consent_entry e JOIN consent_entry_blind k ON k.org = e.org AND k.entry = e.entry WHERE {Same} AND k.blind IN ({ConsentTables.Names(chunk.Length)})",
                ("org", Organisation.Value), ("scope", (int)suppression.Scope), ("source", (int)suppression.Source));
            ConsentTables.AddBlinds(command, chunk);
            found += (long)(await command.ExecuteScalarAsync(cancellationToken))!;
        }

        return found == patients.Count + blinds.Count;
    }

    /// <summary>Entries of one record, by number or (for opt-outs) by any of its keys, that another does not carry yet.</summary>
    private async Task<List<long>> EntriesOfAsync(PatientNumber of, PatientNumber unlike, DbTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = transaction.Command(
            """
            SELECT entry FROM consent_entry_patient WHERE org = @org AND patient = @of
            UNION
            SELECT k.entry FROM patient_lookup l JOIN consent_entry_blind k ON k.org = l.org AND k.blind = l.blind JOIN consent_entry e ON e.org = k.org AND e.entry = k.entry
            WHERE l.org = @org AND l.patient = @of AND e.kind = @kind AND e.source <> @bounce
            EXCEPT
            SELECT entry FROM consent_entry_patient WHERE org = @org AND patient = @unlike
            """,
            ("org", Organisation.Value), ("of", of.Value), ("unlike", unlike.Value), ("kind", ConsentTables.SuppressionKind), ("bounce", (int)SuppressionSource.Bounce));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        List<long> entries = [];
        while (await reader.ReadAsync(cancellationToken))
            entries.Add(reader.GetInt64(0));
        return entries;
    }

    private async Task<long> AuthorizationsAsync(PatientNumber patient, DbTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = transaction.Command("SELECT COUNT(*) FROM consent_authorization WHERE org = @org AND patient = @patient", ("org", Organisation.Value), ("patient", patient.Value));
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
