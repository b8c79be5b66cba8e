using System.Data.Common;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Patients;

/// <summary>Told after a commit which patients changed, so that their shards refresh index and consent state before the change is reported done.</summary>
public delegate Task PatientsChanged(IReadOnlyCollection<PatientNumber> patients, CancellationToken cancellationToken);

/// <summary>A chart to be saved.</summary>
/// <param name="Chart">The whole chart as it shall be; <see cref="Chart.Number"/> of a new patient comes from <see cref="PatientStore.ReserveNumbersAsync"/>.</param>
/// <param name="IsNew">No row exists yet.</param>
/// <param name="HeadChanged">Whether the head is sealed anew.</param>
/// <param name="ChangedPages">Numbers of the pages sealed anew; the others are left as they are.</param>
public sealed record ChartChange(Chart Chart, bool IsNew, bool HeadChanged, IReadOnlyList<int> ChangedPages);

/// <summary>Sealed charts of one organisation: save, open, find, erase. Thread-safe.</summary>
public sealed class PatientStore
{
    private readonly IDatabase _database;
    private readonly KeyRing _keys;
    private readonly Lookups _lookups;
    private readonly SaveCharts _save;
    private readonly OpenCharts _open;
    private readonly EraseCharts _erase;
    private readonly UndoImport _undo;

    /// <summary>Creates the store over an organisation's keys.</summary>
    public PatientStore(IDatabase database, KeyRing keys, Ledger ledger, TimeProvider time)
    {
        _database = database;
        _keys = keys;
        _lookups = new Lookups(keys.Organisation);
        _save = new SaveCharts(database, keys);
        _open = new OpenCharts(database, keys);
        _erase = new EraseCharts(database, keys, ledger, time);
        _undo = new UndoImport(database, keys, ledger, time);
    }

    /// <summary>Reserves numbers for new patients, never given before; returns the first of <paramref name="count"/> in a row. Unused ones are lost.</summary>
    /// <exception cref="OverflowException">The organisation has given all 2,147,483,647 numbers.</exception>
    public Task<PatientNumber> ReserveNumbersAsync(int count, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        return _database.WriteAsync(
            async (transaction, token) =>
            {
                await using var command = transaction.Command(
                    """
                    INSERT INTO keys.patient_number (org, next) VALUES (@org, @count)
                    ON CONFLICT (org) DO UPDATE SET next = patient_number.next + excluded.next RETURNING next
                    """,
                    ("org", _keys.Organisation.Value),
                    ("count", (long)count));
                return new PatientNumber(checked((int)(long)(await command.ExecuteScalarAsync(token))!) - count);
            },
            cancellationToken);
    }

    /// <summary>Finds patients by look-up keys; keys that match nobody are absent. A shared email yields several numbers, ascending.</summary>
    public async Task<IReadOnlyDictionary<LookupKey, IReadOnlyList<PatientNumber>>> FindAsync(IReadOnlyCollection<LookupKey> keys, CancellationToken cancellationToken)
    {
        var blinds = keys.Distinct().ToDictionary(key => key, key => ChartTables.BlindOf(_keys, key));
        await using var connection = await _database.OpenReadAsync(cancellationToken);
        var found = await _lookups.FindAsync(connection, blinds.Values, cancellationToken);
        Dictionary<LookupKey, IReadOnlyList<PatientNumber>> result = [];
        foreach (var (key, blind) in blinds)
        {
            if (found.TryGetValue(Convert.ToHexString(blind), out var patients))
                result.Add(key, patients);
        }

        return result;
    }

    /// <summary>Saves charts in the caller's transaction. Where <paramref name="importId"/> is above 0, keeps the sealed bytes that are replaced, for <see cref="UndoAsync"/>.</summary>
    /// <exception cref="TransientStoreException">A patient to be changed was erased meanwhile: look it up again (it is a new patient now).</exception>
    public Task SaveAsync(IReadOnlyList<ChartChange> changes, long importId, DbTransaction transaction, CancellationToken cancellationToken) =>
        _save.RunAsync(changes, importId, transaction, cancellationToken);

    /// <summary>Opens one chart; null where there is none or it was erased.</summary>
    /// <exception cref="TransientStoreException">Parts of the chart did not come: read again.</exception>
    /// <exception cref="Trust.Sealing.SealException">A part was altered, or the patient's key is missing: stop and restore.</exception>
    public async Task<Chart?> OpenAsync(PatientNumber patient, CancellationToken cancellationToken) =>
        (await _open.OfAsync([patient], cancellationToken)).SingleOrDefault();

    /// <summary>Whether there is such a patient; opens nothing.</summary>
    public async Task<bool> HasAsync(PatientNumber patient, CancellationToken cancellationToken)
    {
        await using var connection = await _database.OpenReadAsync(cancellationToken);
        await using var command = connection.Command("SELECT 1 FROM patient WHERE org = @org AND patient = @patient", ("org", _keys.Organisation.Value), ("patient", patient.Value));
        return await command.ExecuteScalarAsync(cancellationToken) is not null;
    }

    /// <summary>Opens many charts, each once; erased ones are absent. Throws as <see cref="OpenAsync"/>.</summary>
    public Task<IReadOnlyList<Chart>> OpenManyAsync(IReadOnlyCollection<PatientNumber> patients, CancellationToken cancellationToken) =>
        _open.OfAsync(patients, cancellationToken);

    /// <summary>The same with the key of each patient, to seal what is recorded of them. Dispose the keys.</summary>
    internal Task<IReadOnlyList<(Chart Chart, PatientKey Key)>> OpenWithKeysAsync(IReadOnlyCollection<PatientNumber> patients, CancellationToken cancellationToken) =>
        _open.WithKeysAsync(patients, cancellationToken);

    /// <summary>Opens all charts of a shard in order of number, several at once in parallel, in bounded memory and from one snapshot. Throws as <see cref="OpenAsync"/>.</summary>
    /// <exception cref="TransientStoreException">Fewer rows came than the shard holds: never a smaller audience, always an error.</exception>
    public IAsyncEnumerable<Chart> OpenShardAsync(int shard, CancellationToken cancellationToken) =>
        _open.OfShardAsync(shard, cancellationToken);

    /// <summary>The shards that hold patients, ascending.</summary>
    public async Task<IReadOnlyList<int>> ShardsAsync(CancellationToken cancellationToken)
    {
        await using var connection = await _database.OpenReadAsync(cancellationToken);
        await using var command = connection.Command("SELECT shard FROM patient_shard WHERE org = @org AND patients > 0 ORDER BY shard", ("org", _keys.Organisation.Value));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        List<int> shards = [];
        while (await reader.ReadAsync(cancellationToken))
            shards.Add((int)reader.GetInt64(0));
        return shards;
    }

    /// <summary>Destroys the patient's key and sealed rows and records it in the ledger; opt-outs stay, since they are keyed by blind index and outlive deletion. Old backups become unreadable for this patient.</summary>
    /// <returns>False where there is no such patient.</returns>
    public Task<bool> EraseAsync(PatientNumber patient, string actor, CancellationToken cancellationToken) => _erase.RunAsync(patient, actor, cancellationToken);

    /// <summary>Finishes erasures cut off by a crash, and repeats those undone by restoring an old backup of the data. Call at every start, before anything is read; returns the patients concerned.</summary>
    public Task<IReadOnlyList<PatientNumber>> FinishErasuresAsync(CancellationToken cancellationToken) => _erase.FinishAsync(cancellationToken);

    /// <summary>Puts back what an import changed. Patients changed again since, and new ones for whom mail was sent or a decision recorded since, are left alone and counted in the result. A ledger event.</summary>
    public Task<ImportUndo> UndoAsync(long importId, string actor, CancellationToken cancellationToken) => _undo.RunAsync(importId, actor, cancellationToken);
}

/// <summary>What an undo did.</summary>
/// <param name="Removed">Patients that the import had created and that are gone again.</param>
/// <param name="Restored">Patients put back to their earlier chart.</param>
/// <param name="LeftAlone">Patients changed since by something else, untouched.</param>
/// <param name="Changed">All patients touched, for the shards.</param>
public sealed record ImportUndo(int Removed, int Restored, int LeftAlone, IReadOnlyList<PatientNumber> Changed);
