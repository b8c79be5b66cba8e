using System.Collections.Concurrent;

namespace Sealpost.Patients;

/// <summary>Counts of a running import; thread-safe.</summary>
internal sealed class ImportTally
{
    private readonly ConcurrentDictionary<string, ImportCount> _resources = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Type, ImportReason Reason), long> _skipped = new();
    private readonly ConcurrentDictionary<(string Type, ImportReason Reason), long> _remarks = new();
    private readonly PriorityQueue<ImportProblem, (int File, long Line)> _problems =
        new(Comparer<(int, long)>.Create((left, right) => right.CompareTo(left)));
    private long _problemCount;
    private long _read;

    public long Read => Interlocked.Read(ref _read);

    public void CountRead(long resources) => Interlocked.Add(ref _read, resources);

    public void Count(string type, ImportCount count) => _resources.AddOrUpdate(type, count, (_, before) => before + count);

    public void Skip(string type, ImportReason reason) => Add(_skipped, type, reason);

    public void Skip(ImportPlace place, string type, ImportReason reason, string? where = null)
    {
        Add(_skipped, type, reason);
        Keep(place, type, reason, where);
    }

    public void Remark(ImportPlace place, string type, ImportReason reason, string? where)
    {
        Add(_remarks, type, reason);
        Keep(place, type, reason, where);
    }

    public ImportResult Result(long import, int files, long patientsChanged, bool dryRun)
    {
        List<ImportProblem> problems = [];
        lock (_problems)
        {
            while (_problems.TryDequeue(out var problem, out _))
                problems.Add(problem);
        }

        problems.Reverse();
        return new ImportResult
        {
            Import = import,
            DryRun = dryRun,
            Resources = _resources.ToDictionary(StringComparer.Ordinal),
            Skipped = ByType(_skipped),
            Remarks = ByType(_remarks),
            Problems = problems,
            ProblemCount = Interlocked.Read(ref _problemCount),
            Files = files,
            Read = Read,
            PatientsChanged = patientsChanged,
        };
    }

    private static void Add(ConcurrentDictionary<(string, ImportReason), long> counts, string type, ImportReason reason) =>
        counts.AddOrUpdate((type, reason), 1, (_, before) => before + 1);

    private static Dictionary<string, IReadOnlyDictionary<ImportReason, long>> ByType(ConcurrentDictionary<(string Type, ImportReason Reason), long> counts) =>
        counts.GroupBy(pair => pair.Key.Type, StringComparer.Ordinal).ToDictionary(
            group => group.Key,
            group => (IReadOnlyDictionary<ImportReason, long>)group.ToDictionary(pair => pair.Key.Reason, pair => pair.Value),
            StringComparer.Ordinal);

    // The worst place sits on top of the queue, so that the first problems in reading order remain whatever the threads do.
    private void Keep(ImportPlace place, string type, ImportReason reason, string? where)
    {
        Interlocked.Increment(ref _problemCount);
        lock (_problems)
        {
            _problems.Enqueue(new ImportProblem(place.Name, place.Line, type, reason, where), (place.File, place.Line));
            if (_problems.Count > ImportResult.MaxProblems)
                _problems.Dequeue();
        }
    }
}

/// <summary>Where in the input something stands.</summary>
/// <param name="File">Ordinal of the file.</param>
/// <param name="Name">The file as named or found.</param>
/// <param name="Line">Line from 1.</param>
internal readonly record struct ImportPlace(int File, string Name, long Line);
