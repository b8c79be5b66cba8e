using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Sealpost.Patients;

/// <summary>What to import.</summary>
public sealed record ImportFhirRequest
{
    /// <summary>Files (<c>.ndjson</c>, <c>.json</c>, <c>.gz</c> of each) and folders, read to their depths.</summary>
    public required IReadOnlyList<string> Paths { get; init; }

    /// <summary>Files that came over the network; read after the paths.</summary>
    internal IReadOnlyList<SealedUpload> Uploads { get; init; } = [];

    /// <summary>User id, for the ledger.</summary>
    public required string Actor { get; init; }

    /// <summary>Name of the source, default <c>fhir</c>: two servers whose ids may collide get a name each.</summary>
    public string Source { get; init; } = "fhir";

    /// <summary>Packed records kept in memory before the rest goes to a sealed spill file; default 48 MiB.</summary>
    public long MemoryBudgetBytes { get; init; } = 48L << 20;
}

/// <summary>Imports FHIR R4: NDJSON, single resources and bundles. Idempotent; a bad line is reported and does not stop the rest.</summary>
/// <remarks>
/// Files are read and mapped on all cores, the records gathered by patient, then each patient merged with the chart in the store and
/// saved batch by batch. A chart that did not change is not written. Cut off, it can simply be run again.
/// Audits <c>import.started</c> and <c>import.finished</c>.
/// </remarks>
public sealed class ImportFhir(ImportContext context)
{
    // A partition is held open in memory while it is merged: about this much of the input.
    private const long PartitionInputBytes = 8L << 20;
    private const int MaxPartitions = 4_096;
    private const int ExpectedCompression = 15;
    private const long WriterBytes = 32L << 20;
    private const int BatchesInFlightPerWorker = 3;

    /// <summary>Runs an import to its end.</summary>
    /// <exception cref="ImportException">A path does not exist, or nothing importable is in it.</exception>
    public async Task<ImportResult> RunAsync(ImportFhirRequest request, IProgress<ImportProgress>? progress, CancellationToken cancellationToken)
    {
        await context.Turn.WaitAsync(cancellationToken);
        try
        {
            var tally = new ImportTally();
            var found = ImportFiles.Find(request.Paths, tally);
            IReadOnlyList<ImportFile> files = [.. found, .. request.Uploads.Select((upload, index) => upload.ToFile(found.Count + index))];
            if (files.Count == 0)
                throw new ImportException("Nothing to import: no .ndjson or .json file (or .gz of one) is in the folders named.");
            var log = new ImportLog(context.Database, context.Keys, context.Ledger, context.Time);
            var run = new ImportRunState
            {
                Source = request.Source,
                Files = files,
                Import = await log.BeginAsync("fhir", request.Source, request.Actor, cancellationToken),
                Tally = tally,
                Progress = progress,
            };
            SpillStore.DeleteLeftovers(context.SpillFolder);
            using (var spill = new SpillStore(context.SpillFolder, PartitionsFor(files), request.MemoryBudgetBytes))
            {
                await ReadAsync(run, spill, cancellationToken);
                await SaveAsync(run, spill, cancellationToken);
            }

            await new LinkPatients(context, run).ApplyAsync(cancellationToken);
            var result = tally.Result(run.Import, run.FilesRead, run.PatientsChanged, dryRun: false) with { RestrictionsOnFile = [.. run.Restrictions] };
            await log.FinishAsync(run.Import, run.PatientCounts(result), result, request.Actor, cancellationToken);
            return result;
        }
        finally
        {
            context.Turn.Release();
        }
    }

    private static int PartitionsFor(IReadOnlyList<ImportFile> files)
    {
        var bytes = files.Sum(file => file.Bytes * (file.Compressed ? ExpectedCompression : 1));
        return 1 + (int)Math.Clamp(bytes / PartitionInputBytes, 2L * Environment.ProcessorCount, MaxPartitions);
    }

    private async Task ReadAsync(ImportRunState run, SpillStore spill, CancellationToken cancellationToken)
    {
        var workers = Environment.ProcessorCount;
        var batches = Channel.CreateBounded<LineBatch>(workers * BatchesInFlightPerWorker);
        var files = new ConcurrentQueue<ImportFile>(run.Files);
        var today = DateOnly.FromDateTime(context.Time.GetUtcNow().UtcDateTime);
        var reader = new FhirReader(new FhirMapping(run.Source, today, run.Tables, run.Tally), run.Tally);
        var chunkBytes = (int)Math.Clamp(WriterBytes / ((long)spill.Partitions * workers), 1 << 10, 64 << 10);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

        // Unpacking one gzip file keeps about six parsers busy.
        var producers = Enumerable.Range(0, 1 + (workers / 6)).Select(_ => Task.Run(() => ProduceAsync(files, batches.Writer, run, stop.Token), stop.Token)).ToList();
        var consumers = Enumerable.Range(0, workers).Select(_ => Task.Run(() => ConsumeAsync(batches.Reader, reader, new PartitionWriter(spill, chunkBytes), run, stop.Token), stop.Token)).ToList();
        var produced = CompleteAsync(producers, batches.Writer);
        await WhenAllOrStopAsync([produced, .. consumers], stop);
    }

    private static async Task CompleteAsync(List<Task> producers, ChannelWriter<LineBatch> writer)
    {
        try
        {
            await Task.WhenAll(producers);
        }
        finally
        {
            writer.Complete();
        }
    }

    private static async Task WhenAllOrStopAsync(List<Task> tasks, CancellationTokenSource stop)
    {
        var waiting = new List<Task>(tasks);
        while (waiting.Count > 0)
        {
            var finished = await Task.WhenAny(waiting);
            waiting.Remove(finished);
            if (!finished.IsCompletedSuccessfully)
                await stop.CancelAsync();
        }

        // The first fault is the cause; cancellations behind it are its echo.
        await (tasks.Find(task => task.IsFaulted) ?? Task.WhenAll(tasks));
    }

    private static async Task ProduceAsync(ConcurrentQueue<ImportFile> files, ChannelWriter<LineBatch> batches, ImportRunState run, CancellationToken cancellationToken)
    {
        while (files.TryDequeue(out var file))
        {
            await foreach (var batch in new LineReader(file, run.Tally).ReadAsync(cancellationToken))
                await batches.WriteAsync(batch, cancellationToken);
            run.CountFile();
        }
    }

    private static async Task ConsumeAsync(ChannelReader<LineBatch> batches, FhirReader reader, PartitionWriter writer, ImportRunState run, CancellationToken cancellationToken)
    {
        List<ImportedRecord> records = [];
        await foreach (var batch in batches.ReadAllAsync(cancellationToken))
        {
            using (batch)
            {
                foreach (var (offset, length, line) in batch.Lines)
                {
                    reader.Read(batch.Text(offset, length).Span, batch.File.At(line), records);
                    foreach (var record in records)
                        writer.Add(record);
                    records.Clear();
                }
            }

            run.Report();
        }

        writer.Flush();
    }

    private async Task SaveAsync(ImportRunState run, SpillStore spill, CancellationToken cancellationToken)
    {
        var merge = new MergeCharts(context, run);
        var last = spill.Partitions - 1;
        await Parallel.ForEachAsync(
            Enumerable.Range(0, last),
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken },
            async (partition, token) => await SavePartitionAsync(merge, spill, partition, token));

        // References by identifier: now every patient of this import can be found.
        await SavePartitionAsync(merge, spill, last, cancellationToken);
    }

    private static async Task SavePartitionAsync(MergeCharts merge, SpillStore spill, int partition, CancellationToken cancellationToken)
    {
        var patients = PartitionWriter.Read(spill, partition);
        spill.Forget(partition);
        await merge.SaveAsync(patients, cancellationToken);
    }
}
