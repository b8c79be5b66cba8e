using System.Data.Common;
using System.Globalization;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Patients;

/// <summary>Puts back what an import changed, from its journal, some hundred patients per transaction. A repeated call goes on where the last one ended.</summary>
internal sealed class UndoImport(IDatabase database, KeyRing keys, Ledger ledger, TimeProvider time)
{
    private readonly EraseCharts _erase = new(database, keys, ledger, time);

    private int Organisation => keys.Organisation.Value;

    /// <summary>Undoes.</summary>
    public async Task<ImportUndo> RunAsync(long importId, string actor, CancellationToken cancellationToken)
    {
        int removed = 0, restored = 0, leftAlone = 0;
        List<PatientNumber> changed = [];
        while (await database.WriteAsync((transaction, token) => StepAsync(importId, actor, transaction, token), cancellationToken) is { } step)
        {
            removed += step.Removed.Count;
            restored += step.Restored.Count;
            leftAlone += step.LeftAlone.Count;
            changed.AddRange([.. step.Removed, .. step.Restored]);
        }

        await database.WriteAsync((transaction, token) => FinishAsync(importId, actor, $"removed {removed}, restored {restored}, left alone {leftAlone}", transaction, token), cancellationToken);
        if (removed > 0)
            await database.ScrubAsync("keys.patient_key", cancellationToken);
        changed.Sort((a, b) => a.Value.CompareTo(b.Value));
        return new ImportUndo(removed, restored, leftAlone, changed);
    }

    private async Task<Step?> StepAsync(long importId, string actor, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var notes = await NotesAsync(importId, transaction, cancellationToken);
        if (notes.Count == 0)
            return null;
        var numbers = notes.Select(note => note.Patient).ToList();
        var rows = await ChartTables.PatientsAsync(transaction.Connection!, keys.Organisation, numbers, cancellationToken);
        var needed = await NeededAsync([.. notes.Where(note => note.Created).Select(note => note.Patient)], transaction, cancellationToken);
        var step = new Step([], [], []);
        List<Note> restore = [];
        foreach (var note in notes)
        {
            var row = rows[note.Patient];
            if (row.Content != note.Content || row.Wrapped is null || needed.Contains(note.Patient))
                step.LeftAlone.Add(note.Patient);
            else if (note.Created)
                step.Removed.Add(note.Patient);
            else
                restore.Add(note);
        }

        step.Restored.AddRange(restore.Select(note => note.Patient));
        await RestoreAsync(importId, restore, rows, transaction, cancellationToken);
        foreach (var table in new[] { "import_part", "import_patient" })
            await transaction.ExecuteAsync($"DELETE FROM {table} WHERE org = @org AND import = @import AND patient {ChartTables.In(numbers)}", [("org", Organisation), ("import", importId)], cancellationToken);
        if (step.Removed.Count > 0)
            await _erase.RemoveAsync(step.Removed, actor, transaction, cancellationToken);
        return step;
    }

    private async Task<List<Note>> NotesAsync(long importId, DbTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = transaction.Command(
            "SELECT patient, created, content, former_content, former_parts FROM import_patient WHERE org = @org AND import = @import ORDER BY patient LIMIT @limit",
            ("org", Organisation),
            ("import", importId),
            ("limit", ChartTables.NumbersPerStatement));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        List<Note> notes = [];
        while (await reader.ReadAsync(cancellationToken))
            notes.Add(new Note(new PatientNumber((int)reader.GetInt64(0)), reader.GetInt64(1) != 0, reader.GetInt64(2), reader.GetInt64(3), (int)reader.GetInt64(4)));
        return notes;
    }

    /// <summary>Of the patients an import made, those for whom something happened since that must stay provable: mail, an authorization, an opt-out. 45 CFR 164.316(b)(2)(i), 164.528.</summary>
    private async Task<HashSet<PatientNumber>> NeededAsync(List<PatientNumber> created, DbTransaction transaction, CancellationToken cancellationToken)
    {
        HashSet<PatientNumber> needed = [];
        if (created.Count == 0)
            return needed;
        await using var command = transaction.Command(
            $"""
            SELECT patient FROM ledger_receipt WHERE org = @org AND patient {ChartTables.In(created)}
            UNION
            SELECT patient FROM ledger_entry WHERE org = @org AND patient {ChartTables.In(created)} AND kind <> 'patient.read'
            """,
            ("org", Organisation));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            needed.Add(new PatientNumber((int)reader.GetInt64(0)));
        return needed;
    }

    private async Task RestoreAsync(long importId, List<Note> notes, Dictionary<PatientNumber, PatientRow> rows, DbTransaction transaction, CancellationToken cancellationToken)
    {
        if (notes.Count == 0)
            return;
        var condition = ChartTables.In(notes.Select(note => note.Patient));
        await transaction.ExecuteAsync(
            $"""
            INSERT INTO chart_part (org, patient, part, version, sealed)
            SELECT f.org, f.patient, f.part, f.version, f.sealed FROM import_part f WHERE f.org = @org AND f.import = @import AND f.patient {condition}
            ON CONFLICT (org, patient, part) DO UPDATE SET version = excluded.version, sealed = excluded.sealed
            """,
            [("org", Organisation),
            ("import", importId)],
            cancellationToken);
        await transaction.ExecuteAsync(
            $"""
            DELETE FROM chart_part WHERE org = @org AND patient {condition} AND part >=
            (SELECT f.former_parts FROM import_patient f WHERE f.org = @org AND f.import = @import AND f.patient = chart_part.patient)
            """,
            [("org", Organisation),
            ("import", importId)],
            cancellationToken);
        await database.BulkUpsertAsync(
            ChartTables.Patient,
            [.. notes.Select(note => new object?[] { (long)Organisation, (long)note.Patient.Value, rows[note.Patient].Version + 1, note.FormerContent, (long)note.FormerParts })],
            transaction,
            cancellationToken);
        await RestoreLookupsAsync(condition, rows, transaction, cancellationToken);
    }

    private async Task RestoreLookupsAsync(string condition, Dictionary<PatientNumber, PatientRow> rows, DbTransaction transaction, CancellationToken cancellationToken)
    {
        Dictionary<PatientNumber, byte[][]> blinds = [];
        await foreach (var (patient, part) in ChartTables.PartsWhereAsync(transaction.Connection!, keys.Organisation, condition + " AND part = 0", cancellationToken))
        {
            using var key = keys.UnwrapPatientKey(patient, rows[patient].Wrapped);
            blinds.Add(patient, [.. LookupKey.Of(ChartSealing.OpenHead(key, part)).Select(lookup => ChartTables.BlindOf(keys, lookup))]);
        }

        await new Lookups(keys.Organisation).DropOthersAsync(blinds, transaction, cancellationToken);
        await database.BulkUpsertAsync(
            ChartTables.Lookup,
            [.. blinds.SelectMany(patient => patient.Value.Select(blind => new object?[] { (long)Organisation, blind, (long)patient.Key.Value }))],
            transaction,
            cancellationToken);
    }

    private async Task<bool> FinishAsync(long importId, string actor, string counts, DbTransaction transaction, CancellationToken cancellationToken)
    {
        await transaction.ExecuteAsync(
            "UPDATE import SET undone_at = @at WHERE org = @org AND import = @import",
            [("at", time.GetUtcNow().ToUnixTimeMilliseconds()),
            ("org", Organisation),
            ("import", importId)],
            cancellationToken);
        var auditEvent = new AuditEvent(keys.Organisation, "import.undone", actor, Patient: null, importId.ToString(CultureInfo.InvariantCulture), "done", counts);
        await ledger.AppendAsync(auditEvent, transaction, cancellationToken);
        return true;
    }

    private readonly record struct Note(PatientNumber Patient, bool Created, long Content, long FormerContent, int FormerParts);

    private sealed record Step(List<PatientNumber> Removed, List<PatientNumber> Restored, List<PatientNumber> LeftAlone);
}
