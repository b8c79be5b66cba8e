using System.Data.Common;
using Sealpost.Storage;
using Sealpost.Trust.Keys;

namespace Sealpost.Patients;

/// <summary>Keeps, for one import, what its changes replace: sealed bytes only.</summary>
internal sealed class ImportJournal(IDatabase database, OrganisationId organisation, long importId)
{
    /// <summary><c>import_patient.content</c> of a patient that something else changed while the import ran: never undone.</summary>
    public const long ChangedByAnother = -1;

    /// <summary>Notes the charts as they are before the changes. A patient changed twice keeps its first note.</summary>
    public async Task NoteAsync(IReadOnlyList<ChartChange> changes, IReadOnlyDictionary<PatientNumber, PatientRow> rows, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var updated = changes.Where(change => !change.IsNew).ToDictionary(change => change.Chart.Number);
        var noted = await NotedAsync(updated.Keys, transaction, cancellationToken);
        List<object?[]> patients = new(changes.Count);
        foreach (var change in changes)
        {
            var patient = change.Chart.Number;
            if (change.IsNew)
                patients.Add(Row(patient, new Note(Created: true, 1, 0, 0)));
            else if (!noted.TryGetValue(patient, out var note))
                patients.Add(Row(patient, new Note(Created: false, rows[patient].Version + 1, rows[patient].Content, rows[patient].Parts)));
            else
                patients.Add(Row(patient, note with { Content = note.Content == rows[patient].Content ? rows[patient].Version + 1 : ChangedByAnother }));
        }

        await KeepPartsAsync([.. updated.Values.Where(change => !noted.TryGetValue(change.Chart.Number, out var note) || !note.Created)], transaction, cancellationToken);
        await database.BulkUpsertAsync(ChartTables.ImportPatient, patients, transaction, cancellationToken);
    }

    private object?[] Row(PatientNumber patient, Note note) =>
        [(long)organisation.Value, importId, (long)patient.Value, note.Created ? 1L : 0L, note.Content, note.FormerContent, note.FormerParts];

    private async Task<Dictionary<PatientNumber, Note>> NotedAsync(IReadOnlyCollection<PatientNumber> patients, DbTransaction transaction, CancellationToken cancellationToken)
    {
        Dictionary<PatientNumber, Note> noted = [];
        foreach (var chunk in patients.Chunk(ChartTables.NumbersPerStatement))
        {
            await using var command = transaction.Command(
                $"SELECT patient, created, content, former_content, former_parts FROM import_patient WHERE org = @org AND import = @import AND patient {ChartTables.In(chunk)}",
                ("org", organisation.Value),
                ("import", importId));
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
                noted.Add(new PatientNumber((int)reader.GetInt64(0)), new Note(reader.GetInt64(1) != 0, reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4)));
        }

        return noted;
    }

    /// <summary>Copies the parts about to be replaced or dropped; parts noted before are kept as they were then.</summary>
    private async Task KeepPartsAsync(IReadOnlyList<ChartChange> changes, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var byNumber = changes.ToDictionary(change => change.Chart.Number);
        List<object?[]> kept = [];
        foreach (var chunk in byNumber.Keys.Chunk(ChartTables.NumbersPerStatement))
        {
            await foreach (var (patient, part) in ChartTables.PartsWhereAsync(transaction.Connection!, organisation, ChartTables.In(chunk), cancellationToken))
            {
                if (IsReplaced(byNumber[patient], part.Part))
                    kept.Add([(long)organisation.Value, importId, (long)patient.Value, (long)part.Part, part.Version, part.Bytes]);
            }
        }

        await database.BulkUpsertAsync(ChartTables.ImportPart, kept, transaction, cancellationToken);
    }

    private static bool IsReplaced(ChartChange change, int part) =>
        part == 0 ? change.HeadChanged : part > change.Chart.Pages.Count || change.ChangedPages.Contains(part - 1);

    /// <summary>What is kept about a patient.</summary>
    private readonly record struct Note(bool Created, long Content, long FormerContent, long FormerParts);
}
