using System.Collections.Concurrent;
using System.Data.Common;
using Sealpost.Storage;
using Sealpost.Trust.Keys;

namespace Sealpost.Patients;

/// <summary>Seals changed charts and writes them with their look-ups and the import's journal, in the caller's transaction.</summary>
internal sealed class SaveCharts(IDatabase database, KeyRing keys)
{
    /// <summary>Below this many charts, sealing on one core is faster than handing work out.</summary>
    private const int ParallelFrom = 64;

    private long Organisation => keys.Organisation.Value;

    /// <summary>Saves.</summary>
    public async Task RunAsync(IReadOnlyList<ChartChange> changes, long importId, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var work = changes.Where(change => change.IsNew || change.HeadChanged || change.ChangedPages.Count > 0).ToList();
        if (work.Count == 0)
            return;
        var connection = transaction.Connection!;
        var rows = await ChartTables.PatientsAsync(connection, keys.Organisation, [.. work.Select(change => change.Chart.Number)], cancellationToken);
        foreach (var change in work)
            Check(change, rows);
        var created = work.Where(change => change.IsNew).Select(change => change.Chart.Number).ToList();
        await keys.EnsurePagesAsync(created, transaction, cancellationToken);
        if (importId > 0)
            await new ImportJournal(database, keys.Organisation, importId).NoteAsync(work, rows, transaction, cancellationToken);

        var sealedCharts = Seal(work, rows, cancellationToken);
        await database.BulkUpsertAsync(ChartTables.Key, Rows(sealedCharts, chart => chart.Wrapped is { } wrapped ? [[Organisation, chart.Patient, wrapped]] : []), transaction, cancellationToken);
        await database.BulkUpsertAsync(ChartTables.Patient, Rows(sealedCharts, chart => [[Organisation, chart.Patient, chart.Version, chart.Version, (long)chart.Parts]]), transaction, cancellationToken);
        await database.BulkUpsertAsync(ChartTables.Part, Rows(sealedCharts, chart => chart.Sealed.Select(part => new object?[] { Organisation, chart.Patient, (long)part.Part, part.Version, part.Bytes })), transaction, cancellationToken);
        await DropSurplusPartsAsync(sealedCharts, rows, transaction, cancellationToken);
        await SaveLookupsAsync(sealedCharts, transaction, cancellationToken);
        await ChartTables.CountAsync(transaction, keys.Organisation, created, 1, cancellationToken);
    }

    private static void Check(ChartChange change, Dictionary<PatientNumber, PatientRow> rows)
    {
        var patient = change.Chart.Number;
        if (change.IsNew == rows.ContainsKey(patient))
        {
            throw change.IsNew
                ? new InvalidOperationException($"Patient {patient} exists already; new patients need numbers reserved for them.")
                : new TransientStoreException($"Patient {patient} was erased meanwhile. Look the patient up again.");
        }

        for (var page = 0; page < change.Chart.Pages.Count; page++)
        {
            if (change.Chart.Pages[page].Number != page)
                throw new ArgumentException($"Pages of patient {patient} are not numbered from 0 without gaps.", nameof(change));
        }
    }

    private SealedChart[] Seal(List<ChartChange> work, Dictionary<PatientNumber, PatientRow> rows, CancellationToken cancellationToken)
    {
        var results = new SealedChart[work.Count];
        void SealRange(int from, int to)
        {
            for (var i = from; i < to; i++)
                results[i] = Seal(work[i], rows);
        }

        if (work.Count < ParallelFrom)
            SealRange(0, work.Count);
        else
            Parallel.ForEach(Partitioner.Create(0, work.Count), new ParallelOptions { CancellationToken = cancellationToken }, range => SealRange(range.Item1, range.Item2));
        return results;
    }

    private SealedChart Seal(ChartChange change, Dictionary<PatientNumber, PatientRow> rows)
    {
        var chart = change.Chart;
        var version = change.IsNew ? 1 : rows[chart.Number].Version + 1;
        using var key = change.IsNew
            ? keys.CreatePatientKey(chart.Number)
            : keys.UnwrapPatientKey(chart.Number, rows[chart.Number].Wrapped ?? throw new TransientStoreException($"Patient {chart.Number} is being erased. Look the patient up again."));
        List<SealedPart> parts = new(1 + change.ChangedPages.Count);
        byte[][]? blinds = null;
        if (change.IsNew || change.HeadChanged)
        {
            parts.Add(new SealedPart(0, version, ChartSealing.SealHead(key, version, chart.Head)));
            blinds = [.. LookupKey.Of(chart.Head).Select(lookup => ChartTables.BlindOf(keys, lookup))];
        }

        var pages = change.IsNew ? chart.Pages : change.ChangedPages.Distinct().Order().Select(page => chart.Pages[page]);
        foreach (var page in pages)
            parts.Add(new SealedPart(page.Number + 1, version, ChartSealing.SealPage(key, version, page)));
        return new SealedChart(chart.Number.Value, version, 1 + chart.Pages.Count, change.IsNew ? key.Wrapped.ToArray() : null, parts, blinds);
    }

    private static List<object?[]> Rows(SealedChart[] charts, Func<SealedChart, IEnumerable<object?[]>> rows) => [.. charts.SelectMany(rows)];

    private async Task DropSurplusPartsAsync(SealedChart[] charts, Dictionary<PatientNumber, PatientRow> rows, DbTransaction transaction, CancellationToken cancellationToken)
    {
        foreach (var chart in charts.Where(chart => chart.Wrapped is null && rows[new PatientNumber((int)chart.Patient)].Parts > chart.Parts))
        {
            await transaction.ExecuteAsync(
                "DELETE FROM chart_part WHERE org = @org AND patient = @patient AND part >= @parts",
                [("org", Organisation),
                ("patient", chart.Patient),
                ("parts", chart.Parts)],
                cancellationToken);
        }
    }

    private async Task SaveLookupsAsync(SealedChart[] charts, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var changed = charts.Where(chart => chart.Blinds is not null).ToList();
        var rewritten = changed.Where(chart => chart.Wrapped is null).ToDictionary(chart => new PatientNumber((int)chart.Patient), chart => chart.Blinds!);
        await new Lookups(keys.Organisation).DropOthersAsync(rewritten, transaction, cancellationToken);
        // Blind indexes are random: in their own order each page of the index is visited once.
        var rows = Rows([.. changed], chart => chart.Blinds!.Select(blind => new object?[] { Organisation, blind, chart.Patient }));
        rows.Sort(static (a, b) => ((byte[])a[1]!).AsSpan().SequenceCompareTo((byte[])b[1]!));
        await database.BulkUpsertAsync(ChartTables.Lookup, rows, transaction, cancellationToken);
    }

    /// <summary>A change, sealed. <c>Wrapped</c> is set for new patients, <c>Blinds</c> where the head was sealed.</summary>
    private readonly record struct SealedChart(long Patient, long Version, int Parts, byte[]? Wrapped, List<SealedPart> Sealed, byte[][]? Blinds);
}
