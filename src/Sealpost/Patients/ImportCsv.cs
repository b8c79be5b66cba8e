using CsvHelper;

namespace Sealpost.Patients;

/// <summary>What to import.</summary>
public sealed record ImportCsvRequest
{
    /// <summary>The file; <c>.gz</c> is unpacked.</summary>
    public required string Path { get; init; }

    /// <summary>The file where it came over the network; <see cref="Path"/> is its name then.</summary>
    internal SealedUpload? Upload { get; init; }

    /// <summary>Which column holds what.</summary>
    public required CsvMap Map { get; init; }

    /// <summary>User id, for the ledger.</summary>
    public required string Actor { get; init; }

    /// <summary>Tell what would happen and store nothing. Default false.</summary>
    public bool DryRun { get; init; }

    /// <summary>Packed rows kept in memory before the rest goes to a sealed spill file; default 48 MiB.</summary>
    public long MemoryBudgetBytes { get; init; } = 48L << 20;
}

/// <summary>Imports CSV with a map: adds to patients it finds, fills gaps, and makes new ones where the map says so. Idempotent; a bad row is reported by line and column.</summary>
/// <remarks>A row never overwrites what another source said about a patient, its own contact points excepted. Audits as <see cref="ImportFhir"/>; a dry run is no event, it changes nothing.</remarks>
public sealed class ImportCsv(ImportContext context)
{
    private const long PartitionInputBytes = 16L << 20;
    private const int MaxPartitions = 1_024;
    private const long WriterBytes = 16L << 20;
    private const int RowsPerReport = 1_000;

    /// <summary>Runs an import to its end.</summary>
    /// <exception cref="ImportException">The file cannot be read, or lacks columns of the map.</exception>
    public async Task<ImportResult> RunAsync(ImportCsvRequest request, IProgress<ImportProgress>? progress, CancellationToken cancellationToken)
    {
        if (request.Upload is null && !File.Exists(request.Path))
            throw new ImportException("The CSV file does not exist.");
        await context.Turn.WaitAsync(cancellationToken);
        try
        {
            var tally = new ImportTally();
            var file = request.Upload?.ToFile(0) ?? new ImportFile(0, request.Path, request.Path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase));
            await using var reader = CsvFile.Open(file, request.Map, tally);
            var columns = await ColumnsAsync(reader, request.Map, cancellationToken);
            var log = new ImportLog(context.Database, context.Keys, context.Ledger, context.Time);
            var run = new ImportRunState
            {
                Source = request.Map.Source,
                Files = [file],
                Import = request.DryRun ? 0 : await log.BeginAsync("csv", request.Map.Source, request.Actor, cancellationToken),
                Tally = tally,
                Progress = progress,
            };
            SpillStore.DeleteLeftovers(context.SpillFolder);
            using var spill = new SpillStore(context.SpillFolder, PartitionsFor(file), request.MemoryBudgetBytes);
            await ReadAsync(reader, new CsvRow(columns), request.Map, run, spill, cancellationToken);
            await SaveAsync(new MergeRows(context, request.Map, run, request.DryRun), spill, cancellationToken);
            var result = tally.Result(run.Import, run.FilesRead, run.PatientsChanged, request.DryRun);
            if (!request.DryRun)
                await log.FinishAsync(run.Import, run.PatientCounts(result), result, request.Actor, cancellationToken);
            return result;
        }
        finally
        {
            context.Turn.Release();
        }
    }

    private static int PartitionsFor(ImportFile file) =>
        1 + (int)Math.Clamp(file.Bytes * (file.Compressed ? 8 : 1) / PartitionInputBytes, 1, MaxPartitions);

    private static async Task<IReadOnlyDictionary<string, int>> ColumnsAsync(CsvReader reader, CsvMap map, CancellationToken cancellationToken)
    {
        try
        {
            await reader.ReadHeaderAsync(cancellationToken);
            return CsvFile.Columns(reader.Headers, map);
        }
        catch (CsvFormatException exception)
        {
            throw new ImportException("The file's first line is no header: a quote in it is not closed, or it is too long.", exception);
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            throw new ImportException("The CSV file cannot be read to the end of its first line.", exception);
        }
    }

    private static async Task ReadAsync(CsvReader reader, CsvRow row, CsvMap map, ImportRunState run, SpillStore spill, CancellationToken cancellationToken)
    {
        var mapping = new CsvMapping(map, run.Tally);
        var writer = new PartitionWriter(spill, (int)Math.Clamp(WriterBytes / spill.Partitions, 1 << 10, 64 << 10));
        var rows = 0L;
        var file = run.Files[0];
        while (await NextAsync(reader, run, cancellationToken))
        {
            row.Clear();
            row.Line = reader.LineNumber;
            for (var index = 0; index < row.Fields.Length; index++)
                row.Fields[index] = index < reader.FieldCount ? reader.GetString(index) : null;
            run.Tally.CountRead(1);
            if (mapping.Map(row, file.At(row.Line)) is { } record)
            {
                run.Shared.Look(record, file.At(row.Line));
                writer.Add(record);
            }

            if (++rows % RowsPerReport == 0)
                run.Report();
        }

        writer.Flush();
        run.CountFile();
    }

    private static async Task<bool> NextAsync(CsvReader reader, ImportRunState run, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadAsync(cancellationToken);
        }
        catch (CsvFormatException exception)
        {
            // An endless record: what came before it is kept.
            run.Tally.Skip(run.Files[0].At(exception.LineNumber), CsvImportTypes.Row, ImportReason.TooLong);
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            run.Tally.Skip(run.Files[0].At(0), CsvImportTypes.Row, exception is InvalidDataException ? ImportReason.BadCompression : ImportReason.Unreadable);
        }

        return false;
    }

    // One partition after the other: two rows of different partitions can be the same patient under two keys.
    private static async Task SaveAsync(MergeRows merge, SpillStore spill, CancellationToken cancellationToken)
    {
        for (var partition = 0; partition < spill.Partitions; partition++)
        {
            var groups = PartitionWriter.Read(spill, partition);
            spill.Forget(partition);
            await merge.SaveAsync(groups, cancellationToken);
        }
    }
}
