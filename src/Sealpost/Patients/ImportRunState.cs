using System.Collections.Concurrent;
using Sealpost.Trust.Keys;

namespace Sealpost.Patients;

/// <summary>What the stages of one FHIR import share.</summary>
internal sealed class ImportRunState
{
    private const int MaxRestrictions = 1_000;

    private long _patientsSaved;
    private long _patientsCreated;
    private long _patientsChanged;
    private int _filesRead;

    public required string Source { get; init; }

    public required IReadOnlyList<ImportFile> Files { get; init; }

    public required long Import { get; init; }

    public ImportTally Tally { get; init; } = new();

    public FhirTables Tables { get; } = new();

    public SharedMailboxes Shared => field ??= new SharedMailboxes(Tally);

    public IProgress<ImportProgress>? Progress { get; init; }

    /// <summary>Patients in links that this import changed.</summary>
    public ConcurrentDictionary<string, bool> LinkedAndChanged { get; } = new(StringComparer.Ordinal);

    /// <summary>Charts of other sources that a patient of this import was joined to; a chart is joined once.</summary>
    public ConcurrentDictionary<PatientNumber, string> Joined { get; } = new();

    public ConcurrentQueue<PatientNumber> Restrictions { get; } = new();

    public long PatientsChanged => Interlocked.Read(ref _patientsChanged);

    public int FilesRead => Volatile.Read(ref _filesRead);

    public ImportPlace PlaceOf(ImportedRecord record) => Files[record.File].At(record.Line);

    public void CountFile()
    {
        Interlocked.Increment(ref _filesRead);
        Report();
    }

    /// <summary>What the import did to patients, for the log.</summary>
    public ImportCounts PatientCounts(ImportResult result) => new(
        Interlocked.Read(ref _patientsCreated),
        PatientsChanged - Interlocked.Read(ref _patientsCreated),
        Interlocked.Read(ref _patientsSaved) - PatientsChanged,
        result.Skipped.Values.Sum(reasons => reasons.Values.Sum()));

    public void CountSaved(int saved, int created, int changed)
    {
        Interlocked.Add(ref _patientsSaved, saved);
        Interlocked.Add(ref _patientsCreated, created);
        Interlocked.Add(ref _patientsChanged, changed);
        Report();
    }

    public void AddRestriction(PatientNumber patient)
    {
        if (Restrictions.Count < MaxRestrictions)
            Restrictions.Enqueue(patient);
    }

    public void Report() => Progress?.Report(new ImportProgress(FilesRead, Files.Count, Tally.Read, Interlocked.Read(ref _patientsSaved)));
}
