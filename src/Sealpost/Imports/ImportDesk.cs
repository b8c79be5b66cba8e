using System.Collections.Concurrent;
using System.Security.Cryptography;
using Sealpost.Patients;
using Sealpost.People;

namespace Sealpost.Imports;

/// <summary>Imports as people begin, watch and take back on pages and over the API. Files that come over the network are sealed until they are read.</summary>
internal sealed class ImportDesk(ImportContext context, ImportDemo demo) : IAsyncDisposable
{
    /// <summary>Longest file, 64 GiB: more than a year's export of a hospital, and an end for a runaway upload.</summary>
    public const long LargestFileBytes = 64L << 30;

    private const string ToDo = "import patients";
    private const int MostOpenJobs = 8;
    private const int MostFiles = 200;

    // An abandoned upload holds disk space; nobody needs longer to build a map.
    private static readonly TimeSpan Kept = TimeSpan.FromHours(4);

    private readonly ConcurrentDictionary<string, ImportJob> _jobs = new(StringComparer.Ordinal);

    private ImportLog Log => new(context.Database, context.Keys, context.Ledger, context.Time);

    private DateTimeOffset Now => context.Time.GetUtcNow();

    /// <summary>Jobs of this process, the newest last.</summary>
    /// <exception cref="RefusedException">The actor may not import.</exception>
    public IReadOnlyList<ImportJob> Jobs(Actor actor)
    {
        actor.RequireToRead(Roles.Administrator, ToDo);
        return [.. _jobs.Values.OrderBy(job => job.TouchedAt)];
    }

    /// <summary>A job by id.</summary>
    /// <exception cref="RefusedException">There is none, or the actor may not import.</exception>
    public ImportJob Find(string id, Actor actor)
    {
        actor.RequireToRead(Roles.Administrator, ToDo);
        return _jobs.GetValueOrDefault(id) ?? throw new RefusedException("There is no such import, or the server was started anew since: hand the files over again.") { Kind = RefusalKind.NotFound };
    }

    /// <summary>Begins a job without files.</summary>
    /// <exception cref="RefusedException">The actor may not import, or too many jobs are open.</exception>
    public ImportJob Begin(Actor actor)
    {
        actor.Require(Roles.Administrator, ToDo);
        foreach (var old in _jobs.Values.Where(job => job.State != ImportJobState.Running && Now - job.TouchedAt > Kept))
            Forget(old);
        if (_jobs.Values.Count(job => job.State is ImportJobState.Collecting or ImportJobState.Running) >= MostOpenJobs)
            throw new RefusedException($"{MostOpenJobs} imports are open already. Finish or discard one of them first.");
        var begun = new ImportJob(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)), actor, Now);
        _jobs[begun.Id] = begun;
        return begun;
    }

    /// <summary>Takes a file of a job.</summary>
    /// <param name="id">The job.</param>
    /// <param name="name">Name of the file; its ending says what it is.</param>
    /// <param name="content">Its content.</param>
    /// <param name="actor">Who.</param>
    /// <param name="cancellationToken">Stops it; nothing is kept then.</param>
    /// <exception cref="RefusedException">The name says nothing that can be imported, the file is empty or too long, or the job has run.</exception>
    public async Task AddFileAsync(string id, string name, Stream content, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Administrator, ToDo);
        var job = Find(id, actor);
        var clean = Path.GetFileName(name.Trim());
        if (clean.Length is 0 or > 255 || clean.Any(char.IsControl) || !FileKinds.IsKnown(clean))
            throw new RefusedException("Hand over files whose names end in .ndjson, .jsonl, .json or .csv, or in one of these followed by .gz.");
        if (job.Files.Count >= MostFiles)
            throw new RefusedException($"{MostFiles} files are enough for one import. Run it, then begin another one.");
        var upload = await SealedUpload.TakeAsync(context.SpillFolder, clean, content, LargestFileBytes, cancellationToken).ConfigureAwait(false);
        try
        {
            if (upload.Bytes == 0)
                throw new RefusedException("The file is empty.");
            job.Add(upload, Now);
        }
        catch (RefusedException)
        {
            upload.Dispose();
            throw;
        }
    }

    /// <summary>Drops a file of a job.</summary>
    public void RemoveFile(string id, int index, Actor actor)
    {
        actor.Require(Roles.Administrator, ToDo);
        Find(id, actor).Remove(index, Now);
    }

    /// <summary>What the columns of a job's CSV file seem to hold.</summary>
    /// <exception cref="RefusedException">The job has no CSV file, or its first line is no header.</exception>
    public Task<IReadOnlyList<ColumnLook>> LookAsync(string id, Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(Roles.Administrator, ToDo);
        return LookAtColumns.RunAsync(CsvOf(Find(id, actor)), cancellationToken);
    }

    /// <summary>Runs a job's FHIR files.</summary>
    /// <exception cref="RefusedException">The source's name cannot be used, the job holds a table, or demo data are loaded.</exception>
    public async Task RunFhirAsync(string id, string source, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Administrator, ToDo);
        var job = Find(id, actor);
        var name = Source(source);
        if (job.Files.Any(file => FileKinds.IsCsv(file.Name)))
            throw new RefusedException("A table is imported by itself, with a map. Take it out, or begin another import for it.");
        await demo.RefuseWhileLoadedAsync(cancellationToken).ConfigureAwait(false);
        job.Start(
            async (files, progress, token) =>
            {
                var result = await new ImportFhir(context).RunAsync(new ImportFhirRequest { Paths = [], Uploads = files, Source = name, Actor = actor.Id }, progress, token).ConfigureAwait(false);
                job.DropFiles();
                return result;
            },
            dryRun: false,
            Now);
    }

    /// <summary>Runs a job's table by a map, or says what would happen.</summary>
    /// <exception cref="RefusedException">The map cannot be read, the job holds no table, or demo data are loaded.</exception>
    public async Task RunCsvAsync(string id, string map, bool dryRun, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Administrator, ToDo);
        var job = Find(id, actor);
        var file = CsvOf(job);
        var read = Parse(map);
        await demo.RefuseWhileLoadedAsync(cancellationToken).ConfigureAwait(false);
        job.Start(
            async (_, progress, token) =>
            {
                var request = new ImportCsvRequest { Path = file.Name, Upload = file, Map = read, Actor = actor.Id, DryRun = dryRun };
                var result = await new ImportCsv(context).RunAsync(request, progress, token).ConfigureAwait(false);
                if (!dryRun)
                    job.DropFiles();
                return result;
            },
            dryRun,
            Now);
    }

    /// <summary>Stops a running job, or drops one that does not run, with its files.</summary>
    public void Discard(string id, Actor actor)
    {
        actor.Require(Roles.Administrator, ToDo);
        var job = Find(id, actor);
        if (job.State == ImportJobState.Running)
            job.Stop();
        else
            Forget(job);
    }

    /// <summary>Every import there was, the newest first.</summary>
    /// <exception cref="RefusedException">The actor may not see imports.</exception>
    public Task<IReadOnlyList<ImportEntry>> ListAsync(Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(Roles.Administrator | Roles.Compliance | Roles.Auditor, "see imports");
        return Log.ListAsync(cancellationToken);
    }

    /// <summary>An import and what it did, in full where that is known.</summary>
    /// <exception cref="RefusedException">There is none, or the actor may not see imports.</exception>
    public async Task<(ImportEntry Entry, ImportResult? Result)> ReadAsync(long import, Actor actor, CancellationToken cancellationToken)
    {
        var entry = (await ListAsync(actor, cancellationToken).ConfigureAwait(false)).FirstOrDefault(one => one.Id == import)
            ?? throw new RefusedException("There is no import of this number.") { Kind = RefusalKind.NotFound };
        return (entry, await Log.ResultAsync(import, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Takes an import back: patients it made go, patients it changed return to what they were; those changed since are left alone.</summary>
    /// <exception cref="RefusedException">There is none, it was taken back before, or the actor may not import.</exception>
    public async Task<ImportUndo> UndoAsync(long import, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Administrator, ToDo);
        try
        {
            return await new RevertImport(context).RunAsync(import, actor.Id, cancellationToken).ConfigureAwait(false);
        }
        catch (ImportException exception)
        {
            throw new RefusedException(exception.Message, exception);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var job in _jobs.Values)
        {
            job.Stop();
            await job.EndedAsync(CancellationToken.None).ConfigureAwait(false);
            job.Dispose();
        }
    }

    private static SealedUpload CsvOf(ImportJob job) => job.Files switch
    {
        [var only] when FileKinds.IsCsv(only.Name) => only,
        [] => throw new RefusedException("Hand over a file first."),
        _ => throw new RefusedException("A table is imported by itself: hand over one .csv file and nothing else."),
    };

    private static string Source(string source) =>
        source.Trim() is { Length: > 0 and <= 60 } name && !name.Contains('|', StringComparison.Ordinal) && !name.Any(char.IsControl) && !ImportDemo.IsDemo(name)
            ? name
            : throw new RefusedException("Name the source in 1 to 60 letters, without '|', such as ehr; addresses are trusted per source.");

    private static CsvMap Parse(string map)
    {
        try
        {
            return CsvMap.Parse(map);
        }
        catch (ImportException exception)
        {
            throw new RefusedException(exception.Message, exception);
        }
    }

    private void Forget(ImportJob job)
    {
        if (_jobs.TryRemove(job.Id, out var gone))
            gone.Dispose();
    }
}

/// <summary>What a file is, by its name.</summary>
internal static class FileKinds
{
    private static readonly string[] Fhir = [".ndjson", ".jsonl", ".json"];

    public static bool IsCsv(string name) => Unpacked(name).EndsWith(".csv", StringComparison.OrdinalIgnoreCase) || Unpacked(name).EndsWith(".tsv", StringComparison.OrdinalIgnoreCase) || Unpacked(name).EndsWith(".txt", StringComparison.OrdinalIgnoreCase);

    public static bool IsKnown(string name) => IsCsv(name) || Fhir.Any(ending => Unpacked(name).EndsWith(ending, StringComparison.OrdinalIgnoreCase));

    private static string Unpacked(string name) => name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? name[..^3] : name;
}
