using System.Data.Common;
using Sealpost.Patients;
using Sealpost.Storage;
using Sealpost.Trust.Keys;

namespace Sealpost.Consent;

/// <summary>Loads consent states in bulk: a handful of statements for a whole shard, each a join that finds the few rows there are.</summary>
internal sealed class LoadConsent(IDatabase database, KeyRing keys, TimeProvider time)
{
    private readonly Dictionary<PatientNumber, ConsentParts> _parts = [];
    private readonly Dictionary<long, Restriction?> _restrictions = [];
    private readonly List<(PatientNumber Patient, EntryRow Row)> _patientSealed = [];

    private long Organisation => keys.Organisation.Value;

    /// <summary>Loads; call once per instance.</summary>
    public async Task<IReadOnlyDictionary<PatientNumber, ConsentState>> RunAsync(IReadOnlyCollection<Chart> charts, CancellationToken cancellationToken)
    {
        foreach (var chart in charts)
            _parts[chart.Number] = new ConsentParts(chart, keys);
        await using var connection = await database.OpenReadAsync(cancellationToken);
        foreach (var condition in ConsentTables.Conditions(_parts.Keys))
        {
            await LoadAuthorizationsAsync(connection, condition, cancellationToken);
            await LoadReopenedAsync(connection, condition, cancellationToken);
            await LoadEntriesAsync(connection, condition, byPatient: true, cancellationToken);
            await LoadEntriesAsync(connection, condition, byPatient: false, cancellationToken);
            await LoadMessagesAsync(connection, condition, cancellationToken);
        }

        await OpenPatientSealedAsync(connection, cancellationToken);
        foreach (var (patient, mailbox) in await new SharedMailboxesOf(keys).FindAsync(connection, _parts, cancellationToken))
            _parts[patient].Shared.Add(mailbox);
        var attested = await AttestationSequenceAsync(connection, cancellationToken);
        return _parts.ToDictionary(pair => pair.Key, pair => pair.Value.ToState(attested));
    }

    private async Task LoadAuthorizationsAsync(DbConnection connection, string condition, CancellationToken cancellationToken)
    {
        await using var command = connection.Command($"{AuthorizationRecords.Select} WHERE a.org = @org AND a.patient {condition} ORDER BY a.id DESC", ("org", Organisation));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (!_parts.TryGetValue(new PatientNumber((int)reader.GetInt64(0)), out var parts))
                continue;
            parts.Authorizations.Add(await AuthorizationRecords.ReadAsync(reader, keys, cancellationToken));
            parts.Touch(reader.GetInt64(3));
            if (!await reader.IsDBNullAsync(6, cancellationToken))
                parts.Touch(reader.GetInt64(6));
        }
    }

    private async Task LoadReopenedAsync(DbConnection connection, string condition, CancellationToken cancellationToken)
    {
        await using var command = connection.Command($"SELECT patient, entry, sequence FROM consent_reopened WHERE org = @org AND patient {condition}", ("org", Organisation));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (!_parts.TryGetValue(new PatientNumber((int)reader.GetInt64(0)), out var parts))
                continue;
            parts.Reopened.Add(reader.GetInt64(1));
            parts.Touch(reader.GetInt64(2));
        }
    }

    private async Task LoadEntriesAsync(DbConnection connection, string condition, bool byPatient, CancellationToken cancellationToken)
    {
        // An outer join: an entry that is named but missing must not pass for an opt-out that never was.
        var from = byPatient
            ? $"consent_entry_patient k LEFT JOIN consent_entry e ON e.org = k.org AND e.entry = k.entry WHERE k.org = @org AND k.patient {condition}"
            : $"patient_lookup l JOIN consent_entry_blind k ON k.org = l.org AND k.blind = l.blind LEFT JOIN consent_entry e ON e.org = k.org AND e.entry = k.entry WHERE l.org = @org AND l.patient {condition}";
        await using var command = connection.Command(
            $"SELECT {(byPatient ? "k.patient, NULL, k.sequence" : "l.patient, l.blind, 0")}, k.entry, e.kind, e.scope, e.source, e.owner, e.sealed, e.recorded_at, e.sequence, e.ended_at, e.ended_sequence FROM {from} ORDER BY k.entry",
            ("org", Organisation));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (_parts.TryGetValue(new PatientNumber((int)reader.GetInt64(0)), out var parts))
                Add(parts, await EntryRow.ReadAsync(reader, cancellationToken));
        }
    }

    private void Add(ConsentParts parts, EntryRow row)
    {
        if (row.Blind is not null && !parts.Accepts(row))
            return;
        parts.Touch(row.Sequence);
        if (row.Kind == ConsentTables.SuppressionKind)
        {
            if (!parts.Reopened.Contains(row.Entry))
                parts.Suppress(row);
            return;
        }

        if (row.Ended)
            return;
        if (!RestrictionSeal.ByPatient(row.Kind))
            parts.Restrict(_restrictions.TryGetValue(row.Entry, out var known) && known is not null ? known : _restrictions[row.Entry] = row.ToRestriction(Open(row, null)));
        else
            _patientSealed.Add((parts.Patient, row));
    }

    private string? Open(EntryRow row, byte[]? wrapped) =>
        row.Sealed is null ? null : new RestrictionSeal(keys).Open(row.Entry, row.Kind, row.Sealed, row.Owner, wrapped);

    private async Task OpenPatientSealedAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var wrapped = await PatientKeys.WrappedAsync(connection, keys.Organisation, [.. _patientSealed.Select(entry => entry.Row.Owner).Distinct()], cancellationToken);
        foreach (var (patient, row) in _patientSealed)
            _parts[patient].Restrict(row.ToRestriction(Open(row, wrapped.GetValueOrDefault(row.Owner))));
    }

    private async Task LoadMessagesAsync(DbConnection connection, string condition, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(
            $"SELECT patient, at FROM consent_message WHERE org = @org AND patient {condition} AND at > @since ORDER BY patient, at DESC",
            ("org", Organisation),
            ("since", (time.GetUtcNow() - ConsentPolicy.MaxCapPeriod).ToUnixTimeMilliseconds()));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (_parts.TryGetValue(new PatientNumber((int)reader.GetInt64(0)), out var parts))
                parts.Messages.Add(DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(1)));
        }
    }

    private async Task<long> AttestationSequenceAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("SELECT MAX(sequence) FROM consent_attestation WHERE org = @org", ("org", Organisation));
        return await command.ExecuteScalarAsync(cancellationToken) is long sequence ? sequence : -1;
    }
}
