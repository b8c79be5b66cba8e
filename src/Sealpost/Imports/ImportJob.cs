using Sealpost.Patients;
using Sealpost.People;

namespace Sealpost.Imports;

/// <summary>How far an import that was begun on a page or over the API has come.</summary>
internal enum ImportJobState
{
    /// <summary>Files are being handed over; nothing runs.</summary>
    Collecting = 0,

    /// <summary>It runs.</summary>
    Running = 1,

    /// <summary>It ran to its end; <see cref="ImportJob.Result"/> says what it did.</summary>
    Done = 2,

    /// <summary>It was refused or failed; <see cref="ImportJob.Problem"/> says why.</summary>
    Failed = 3,

    /// <summary>A person stopped it. What was saved stays, and can be taken back or added to by running it again.</summary>
    Stopped = 4,
}

/// <summary>Files handed over and what is done with them. Lives in memory: pages may come and go, a restart of the server drops what did not run.</summary>
internal sealed class ImportJob : IDisposable
{
    private readonly List<SealedUpload> _files = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private ImportProgress? _progress;
    private Task<ImportResult>? _run;

    public ImportJob(string id, Actor by, DateTimeOffset at) => (Id, By, TouchedAt) = (id, by, at);

    /// <summary>Opaque id, for addresses.</summary>
    public string Id { get; }

    /// <summary>Who began it.</summary>
    public Actor By { get; }

    /// <summary>When somebody last did something with it (UTC).</summary>
    public DateTimeOffset TouchedAt { get; private set; }

    /// <summary>The run stores nothing.</summary>
    public bool IsDryRun { get; private set; }

    /// <summary>Files handed over.</summary>
    public IReadOnlyList<SealedUpload> Files
    {
        get
        {
            lock (_lock)
                return [.. _files];
        }
    }

    /// <summary>How it stands.</summary>
    public ImportJobState State => _run switch
    {
        null => ImportJobState.Collecting,
        { IsCompletedSuccessfully: true } => ImportJobState.Done,
        { IsCanceled: true } => ImportJobState.Stopped,
        { IsFaulted: true } => ImportJobState.Failed,
        _ => ImportJobState.Running,
    };

    /// <summary>How far it is; null before the first report.</summary>
    public ImportProgress? Progress => Volatile.Read(ref _progress);

    /// <summary>Share of the files' bytes that were read, 0 to 1.</summary>
    public double ReadShare => Files is { Count: > 0 } files && files.Sum(file => file.Bytes) is var all and > 0 ? (double)files.Sum(file => file.ReadBytes) / all : 0;

    /// <summary>What it did, once it is done.</summary>
    public ImportResult? Result => _run is { IsCompletedSuccessfully: true } run ? run.Result : null;

    /// <summary>Why it was refused or failed. Holds no value of the input.</summary>
    public string? Problem => _run?.Exception?.InnerException switch
    {
        null => null,
        ImportException or RefusedException => _run.Exception.InnerException.Message,
        var other => $"It failed ({other.GetType().Name}). What was saved stays; run it again, and if it fails again, report this line.",
    };

    /// <summary>Adds a file.</summary>
    /// <exception cref="RefusedException">It ran already.</exception>
    public void Add(SealedUpload file, DateTimeOffset at)
    {
        lock (_lock)
        {
            if (_run is not null && !(State is ImportJobState.Failed || IsDryRun))
                throw new RefusedException("This import runs or has run. Begin another one for more files.") { Kind = RefusalKind.Changed };
            _files.Add(file);
            TouchedAt = at;
        }
    }

    /// <summary>Drops a file.</summary>
    public void Remove(int index, DateTimeOffset at)
    {
        lock (_lock)
        {
            if (State == ImportJobState.Running || index < 0 || index >= _files.Count)
                throw new RefusedException("There is no such file, or the import runs.") { Kind = RefusalKind.NotFound };
            _files[index].Dispose();
            _files.RemoveAt(index);
            TouchedAt = at;
        }
    }

    /// <summary>Runs the files. After a dry run or a failure it may be run again.</summary>
    /// <exception cref="RefusedException">It runs already, has run, or has no file.</exception>
    public void Start(Func<IReadOnlyList<SealedUpload>, IProgress<ImportProgress>, CancellationToken, Task<ImportResult>> run, bool dryRun, DateTimeOffset at)
    {
        lock (_lock)
        {
            if (State == ImportJobState.Running || (State == ImportJobState.Done && !IsDryRun))
                throw new RefusedException(State == ImportJobState.Running ? "This import runs already." : "This import has run. Begin another one.") { Kind = RefusalKind.Changed };
            if (_files.Count == 0)
                throw new RefusedException("Hand over a file first.");
            (IsDryRun, TouchedAt, _progress) = (dryRun, at, null);
            IReadOnlyList<SealedUpload> files = [.. _files];
            _run = Task.Run(() => run(files, new Sink(this), _stop.Token), _stop.Token);
        }
    }

    /// <summary>Asks a run to stop after the batch it is at.</summary>
    public void Stop() => _stop.Cancel();

    /// <summary>Done once nothing runs.</summary>
    public Task EndedAsync(CancellationToken cancellationToken) =>
        _run is null ? Task.CompletedTask : _run.ContinueWith(static _ => { }, cancellationToken, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    /// <summary>Lets go of the files; the result stays.</summary>
    public void DropFiles()
    {
        lock (_lock)
        {
            foreach (var file in _files)
                file.Dispose();
            _files.Clear();
        }
    }

    public void Dispose()
    {
        DropFiles();
        _stop.Dispose();
    }

    private sealed class Sink(ImportJob owner) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value) => Volatile.Write(ref owner._progress, value);
    }
}
