using System.Data.Common;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Patients;

/// <summary>Told after a commit which patients changed, so that their shards refresh index and consent state before the change is reported done.</summary>
public delegate Task PatientsChanged(IReadOnlyCollection<PatientNumber> patients, CancellationToken cancellationToken);

/// <summary>A look-up key of a patient: an exact, normalised value of one kind.</summary>
/// <param name="Kind"><c>source</c> (<c>fhir|Patient/123</c>), <c>identifier</c> (<c>system|value</c>), <c>value</c> (identifier value alone) or <c>email</c> (normalised mailbox).</param>
/// <param name="Value">The normalised value.</param>
public sealed record LookupKey(string Kind, string Value)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";

    /// <summary>The keys under which a chart is found.</summary>
    public static IEnumerable<LookupKey> Of(ChartHead head) => throw new NotImplementedException();
}

/// <summary>A chart to be saved.</summary>
/// <param name="Chart">The whole chart as it shall be; <see cref="Chart.Number"/> of a new patient comes from <see cref="PatientStore.ReserveNumbersAsync"/>.</param>
/// <param name="IsNew">No row exists yet.</param>
/// <param name="HeadChanged">Whether the head is sealed anew.</param>
/// <param name="ChangedPages">Numbers of the pages sealed anew; the others are left as they are.</param>
public sealed record ChartChange(Chart Chart, bool IsNew, bool HeadChanged, IReadOnlyList<int> ChangedPages);

/// <summary>Sealed charts of one organisation: save, open, find, erase.</summary>
public sealed class PatientStore
{
    /// <summary>Creates the store over an organisation's keys.</summary>
    public PatientStore(IDatabase database, KeyRing keys, Ledger ledger, TimeProvider time) =>
        throw new NotImplementedException();

    /// <summary>Numbers for new patients, never used before.</summary>
    public Task<PatientNumber> ReserveNumbersAsync(int count, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Finds patients by look-up keys; keys that match nobody are absent. A shared email yields several numbers.</summary>
    public Task<IReadOnlyDictionary<LookupKey, IReadOnlyList<PatientNumber>>> FindAsync(IReadOnlyCollection<LookupKey> keys, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Saves charts in one transaction, keeping what is needed to undo under <paramref name="importId"/>.</summary>
    public Task SaveAsync(IReadOnlyList<ChartChange> changes, long importId, DbTransaction transaction, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Opens one chart; null where there is none or it was erased.</summary>
    public Task<Chart?> OpenAsync(PatientNumber patient, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Opens many charts; erased ones are absent.</summary>
    public Task<IReadOnlyList<Chart>> OpenManyAsync(IReadOnlyCollection<PatientNumber> patients, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Opens all charts of a shard in order of number, several at once in parallel.</summary>
    /// <exception cref="TransientStoreException">Fewer rows came than the shard holds: never a smaller audience, always an error.</exception>
    public IAsyncEnumerable<Chart> OpenShardAsync(int shard, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>The shards that hold patients.</summary>
    public Task<IReadOnlyList<int>> ShardsAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Destroys the patient's key and sealed rows; opt-outs stay, since they are keyed by blind index and outlive deletion. Old backups become unreadable for this patient.</summary>
    public Task<bool> EraseAsync(PatientNumber patient, string actor, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Puts back what an import changed; patients changed again since are left alone and named in the result.</summary>
    public Task<ImportUndo> UndoAsync(long importId, string actor, CancellationToken cancellationToken) => throw new NotImplementedException();
}

/// <summary>What an undo did.</summary>
/// <param name="Removed">Patients that the import had created and that are gone again.</param>
/// <param name="Restored">Patients put back to their earlier chart.</param>
/// <param name="LeftAlone">Patients changed since by something else, untouched.</param>
/// <param name="Changed">All patients touched, for the shards.</param>
public sealed record ImportUndo(int Removed, int Restored, int LeftAlone, IReadOnlyList<PatientNumber> Changed);
