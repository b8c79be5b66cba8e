using System.Data;
using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Sealing;

namespace Sealpost.Patients;

/// <summary>Reads sealed charts from one snapshot, checks that none is short, and opens them.</summary>
internal sealed class OpenCharts(IDatabase database, KeyRing keys)
{
    /// <summary>Patients read and opened as one piece of a shard: tens of milliseconds of work, and few enough that most charts die young.</summary>
    private const int PatientsPerPiece = 256;

    /// <summary>However many shards are read at once, no more pieces are opened than there are cores.</summary>
    private static readonly SemaphoreSlim Openers = new(Environment.ProcessorCount);

    /// <summary>Opens the charts of these patients; those that do not exist are absent.</summary>
    public async Task<IReadOnlyList<Chart>> OfAsync(IReadOnlyCollection<PatientNumber> patients, CancellationToken cancellationToken) =>
        await OfAsync(patients, Open, cancellationToken);

    /// <summary>The same with the key of each patient, which the caller disposes.</summary>
    public Task<IReadOnlyList<(Chart Chart, PatientKey Key)>> WithKeysAsync(IReadOnlyCollection<PatientNumber> patients, CancellationToken cancellationToken) =>
        OfAsync(patients, OpenWithKey, cancellationToken);

    private async Task<IReadOnlyList<T>> OfAsync<T>(IReadOnlyCollection<PatientNumber> patients, Func<SealedChart, T> open, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenReadAsync(cancellationToken);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        List<T> charts = new(patients.Count);
        foreach (var chunk in patients.Distinct().Chunk(ChartTables.NumbersPerStatement))
            charts.AddRange((await ReadAsync(connection, ChartTables.In(chunk), cancellationToken)).Where(chart => chart.Row.Wrapped is not null).Select(open));
        return charts;
    }

    /// <summary>Opens a shard in order of number: one reader, several openers, a few pieces ahead of the consumer.</summary>
    public async IAsyncEnumerable<Chart> OfShardAsync(int shard, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pieces = Channel.CreateBounded<Task<Chart[]>>(new BoundedChannelOptions(Environment.ProcessorCount) { SingleReader = true, SingleWriter = true });
        var reading = ReadShardAsync(shard, pieces.Writer, stop.Token);
        try
        {
            await foreach (var piece in pieces.Reader.ReadAllAsync(cancellationToken))
            {
                foreach (var chart in await piece)
                    yield return chart;
            }

            await reading;
        }
        finally
        {
            await stop.CancelAsync();
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ReadShardAsync(int shard, ChannelWriter<Task<Chart[]>> pieces, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await database.OpenReadAsync(cancellationToken);
            await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
            var (expected, last) = await ExpectedAsync(connection, shard, cancellationToken);
            var read = 0;
            for (var from = PatientNumber.At(shard, 0).Value; from <= last; from += PatientsPerPiece)
            {
                var piece = await ReadAsync(connection, $"BETWEEN {from} AND {from + PatientsPerPiece - 1}", cancellationToken);
                read += piece.Count;
                await Openers.WaitAsync(cancellationToken);
                await pieces.WriteAsync(OpenApart(piece), cancellationToken);
            }

            if (read != expected)
                throw new TransientStoreException($"Shard {shard} of organisation {keys.Organisation} gave {read} charts instead of {expected}. Read it again; if that does not help, restore the data from a backup.");
        }
        finally
        {
            pieces.Complete();
        }
    }

    /// <summary>On a thread of its own: whoever waits for a page would stand behind it in the pool.</summary>
    private Task<Chart[]> OpenApart(List<SealedChart> charts) => Task.Factory.StartNew(
        () =>
        {
            try
            {
                return Open(charts);
            }
            finally
            {
                Openers.Release();
            }
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    private async Task<(long Expected, int Last)> ExpectedAsync(DbConnection connection, int shard, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(
            """
            SELECT (SELECT patients FROM patient_shard WHERE org = @org AND shard = @shard),
                   (SELECT MAX(patient) FROM patient WHERE org = @org AND patient BETWEEN @first AND @last)
            """,
            ("org", keys.Organisation.Value),
            ("shard", shard),
            ("first", PatientNumber.At(shard, 0).Value),
            ("last", PatientNumber.At(shard, PatientNumber.ShardSize - 1).Value));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            throw new TransientStoreException("The store did not answer how many patients a shard holds.");
        return (await reader.IsDBNullAsync(0, cancellationToken) ? 0 : reader.GetInt64(0), await reader.IsDBNullAsync(1, cancellationToken) ? -1 : (int)reader.GetInt64(1));
    }

    /// <summary>Reads patients and their parts, both in order of number, and joins them.</summary>
    private async Task<List<SealedChart>> ReadAsync(DbConnection connection, string condition, CancellationToken cancellationToken)
    {
        List<SealedChart> charts = [];
        await foreach (var row in ChartTables.PatientsWhereAsync(connection, keys.Organisation, condition, cancellationToken))
            charts.Add(new SealedChart(row, new List<SealedPart>(row.Parts)));
        var at = 0;
        await foreach (var (patient, part) in ChartTables.PartsWhereAsync(connection, keys.Organisation, condition, cancellationToken))
        {
            while (at < charts.Count && charts[at].Row.Patient.Value < patient.Value)
                at++;
            if (at == charts.Count || charts[at].Row.Patient != patient || charts[at].Parts.Count != part.Part)
                throw Short(patient);
            charts[at].Parts.Add(part);
        }

        if (charts.Find(chart => chart.Parts.Count != chart.Row.Parts) is { Parts: not null } incomplete)
            throw Short(incomplete.Row.Patient);
        return await WithKeysAsync(charts, cancellationToken);
    }

    private static TransientStoreException Short(PatientNumber patient) =>
        new($"The chart of patient {patient} came with parts missing. Read it again; if that does not help, restore the data from a backup.");

    /// <summary>A key can be gone where an erasure committed while the snapshot was being taken (keys are a file of their own): such a patient counts as read and yields no chart.</summary>
    private async Task<List<SealedChart>> WithKeysAsync(List<SealedChart> charts, CancellationToken cancellationToken)
    {
        var keyless = charts.Where(chart => chart.Row.Wrapped is null).Select(chart => chart.Row.Patient).ToList();
        if (keyless.Count == 0)
            return charts;
        await using var connection = await database.OpenReadAsync(cancellationToken);
        await using var command = connection.Command($"SELECT COUNT(*) FROM keys.patient_erased WHERE org = @org AND patient {ChartTables.In(keyless)}", ("org", keys.Organisation.Value));
        if ((long)(await command.ExecuteScalarAsync(cancellationToken))! != keyless.Count)
            throw new SealException($"Patient {keyless[0]} (and perhaps more) has a chart but no key: restore the latest copy of the schema \"keys\".");
        return charts;
    }

    private Chart[] Open(List<SealedChart> charts) => [.. charts.Where(chart => chart.Row.Wrapped is not null).Select(Open)];

    private Chart Open(SealedChart chart)
    {
        using var key = keys.UnwrapPatientKey(chart.Row.Patient, chart.Row.Wrapped);
        return ChartSealing.Open(chart.Row.Patient, key, chart.Parts);
    }

    private (Chart Chart, PatientKey Key) OpenWithKey(SealedChart chart)
    {
        var key = keys.UnwrapPatientKey(chart.Row.Patient, chart.Row.Wrapped);
        return (ChartSealing.Open(chart.Row.Patient, key, chart.Parts), key);
    }

    private readonly record struct SealedChart(PatientRow Row, List<SealedPart> Parts);
}
