using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Sealpost.Patients;
using Sealpost.Storage;
using Sealpost.Trust.Keys;

namespace Sealpost.Benchmarks.Storing;

/// <summary>
/// Charts into the store and out of it, and patients found by blind index among a million. Base: a bare insert of as many bytes
/// into one SQLite table by the provider. Rounds in turn, medians; processor time counts this process alone (a server's not).
/// </summary>
internal sealed class StoringBench(TextWriter output) : IAsyncDisposable
{
    private const int Charts = 20_000;
    private const int Batch = 5_000;
    private const int Rounds = 5;
    private const int Lookups = 1_000_000;
    private const int Together = 100;

    private readonly byte[][] _bytes = [.. Enumerable.Range(0, Charts).Select(_ => RandomNumberGenerator.GetBytes(1_500))];
    private readonly string _folder = Directory.CreateTempSubdirectory("sealpost-bench-").FullName;
    private readonly List<BenchStore> _stores = [];
    private long _next = 1_000_000_000;

    /// <summary>Measures and prints.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        _stores.Add(await BenchStore.OpenAsync(postgres: false));
        if (BenchStore.PostgresUrl is not null)
            _stores.Add(await BenchStore.OpenAsync(postgres: true));
        foreach (var store in _stores)
        {
            await store.CreateAsync(Charts, Batch, factsPerPatient: 10);
            await store.Patients.ReserveNumbersAsync(PatientNumber.ShardSize - Charts, cancellationToken); // later ones go to other shards
            await FillLookupsAsync(store, cancellationToken);
        }

        List<(string Name, int Operations, Func<Task> Run)> works = [("base: bare insert into SQLite, 1.5 KB", Charts, BareInsertAsync)];
        foreach (var store in _stores)
        {
            var kind = store.Database.Kind;
            works.Add(($"{kind}: bulk upsert of sealed parts, 1.5 KB, half of them updates", Charts, () => UpsertAsync(store.Database, cancellationToken)));
            works.Add(($"{kind}: seal and save new patients, head and page, 2 look-ups", Charts, () => store.CreateAsync(Charts, Batch, factsPerPatient: 10)));
            works.Add(($"{kind}: read and open charts of a shard", Charts, () => OpenAsync(store.Patients, cancellationToken)));
            works.Add(($"{kind}: of that, rows read and not opened", Charts, () => ReadAsync(store, cancellationToken)));
            works.Add(($"{kind}: find by mailbox among a million, one a call", 20 * Together, () => FindAsync(store, 20 * Together, 1, cancellationToken)));
            works.Add(($"{kind}: find by mailbox among a million, {Together} a call", 10 * Together, () => FindAsync(store, 10, Together, cancellationToken)));
        }

        var (patients, parts) = await ReadAsync(_stores[0], cancellationToken);
        works.Add(("of that, keys unwrapped", Charts, () => Task.Run(() => patients.ForEach(row => _stores[0].Keys.UnwrapPatientKey(row.Patient, row.Wrapped).Dispose()), cancellationToken)));
        works.Add(("of that, keys unwrapped, parts opened and deserialised", Charts, () => Task.Run(() => OpenRead(_stores[0], patients, parts), cancellationToken)));
        Print(await MeasureAsync(works));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _stores)
            await store.DisposeAsync();
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<List<(string Name, double Wall, double Processor)>> MeasureAsync(List<(string Name, int Operations, Func<Task> Run)> works)
    {
        var wall = works.Select(_ => new List<double>()).ToList();
        var processor = works.Select(_ => new List<double>()).ToList();
        for (var round = -1; round < Rounds; round++)
        {
            for (var i = 0; i < works.Count; i++)
            {
                var (started, cpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
                await works[i].Run();
                if (round < 0)
                    continue; // warm-up
                wall[i].Add(Stopwatch.GetElapsedTime(started).TotalMicroseconds / works[i].Operations);
                processor[i].Add((Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / works[i].Operations);
            }
        }

        return [.. works.Select((work, i) => (work.Name, Median(wall[i]), Median(processor[i])))];
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private void Print(List<(string Name, double Wall, double Processor)> results)
    {
        output.WriteLine("| what | a second | µs each | processor µs each | processor ÷ base |");
        output.WriteLine("| --- | ---: | ---: | ---: | ---: |");
        foreach (var (name, wall, processor) in results)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {1e6 / wall:N0} | {wall:N1} | {processor:N1} | {processor / results[0].Processor:N2} |"));
    }

    private Task BareInsertAsync()
    {
        using var bare = new SqliteConnection($"Data Source={Path.Combine(_folder, "bare.db")}");
        bare.Open();
        Run(bare, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE IF NOT EXISTS chart (id INTEGER PRIMARY KEY, sealed BLOB)");
        for (var from = 0; from < Charts; from += Batch)
        {
            using var transaction = bare.BeginTransaction();
            using var command = bare.CreateCommand();
            command.CommandText = "INSERT INTO chart (id, sealed) VALUES ($id, $sealed)";
            var id = command.Parameters.Add("$id", SqliteType.Integer);
            var bytes = command.Parameters.Add("$sealed", SqliteType.Blob);
            for (var i = from; i < from + Batch; i++)
            {
                id.Value = _next++;
                bytes.Value = _bytes[i];
                command.ExecuteNonQuery();
            }

            transaction.Commit();
        }

        return Task.CompletedTask;
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private async Task UpsertAsync(IDatabase database, CancellationToken cancellationToken)
    {
        for (var from = 0; from < Charts; from += Batch)
        {
            var rows = Enumerable.Range(from, Batch).Select(i => new object?[] { 2L, i % 2 == 0 ? (long)i : _next++, 0L, 1L, _bytes[i] }).ToList();
            await UpsertAsync(database, ChartTables.Part, rows, cancellationToken);
        }
    }

    private static Task<bool> UpsertAsync(IDatabase database, BulkTable table, List<object?[]> rows, CancellationToken cancellationToken) => database.WriteAsync(
        async (transaction, token) =>
        {
            await database.BulkUpsertAsync(table, rows, transaction, token);
            return true;
        },
        cancellationToken);

    private static async Task OpenAsync(PatientStore patients, CancellationToken cancellationToken)
    {
        var opened = 0;
        await foreach (var chart in patients.OpenShardAsync(0, cancellationToken))
            opened++;
        if (opened != Charts)
            throw new InvalidOperationException("Not all charts were opened.");
    }

    private static async Task<(List<PatientRow> Patients, List<SealedPart> Parts)> ReadAsync(BenchStore store, CancellationToken cancellationToken)
    {
        await using var connection = await store.Database.OpenReadAsync(cancellationToken);
        List<PatientRow> patients = [];
        List<SealedPart> parts = [];
        for (var from = 0; from < Charts; from += 1_000)
        {
            await foreach (var row in ChartTables.PatientsWhereAsync(connection, store.Keys.Organisation, $"BETWEEN {from} AND {from + 999}", cancellationToken))
                patients.Add(row);
            await foreach (var (_, part) in ChartTables.PartsWhereAsync(connection, store.Keys.Organisation, $"BETWEEN {from} AND {from + 999}", cancellationToken))
                parts.Add(part);
        }

        return (patients, parts);
    }

    private static void OpenRead(BenchStore store, List<PatientRow> patients, List<SealedPart> parts)
    {
        for (var i = 0; i < patients.Count; i++)
        {
            using var key = store.Keys.UnwrapPatientKey(patients[i].Patient, patients[i].Wrapped);
            ChartSealing.Open(patients[i].Patient, key, parts.GetRange(2 * i, 2));
        }
    }

    private static async Task FillLookupsAsync(BenchStore store, CancellationToken cancellationToken)
    {
        for (var from = 0; from < Lookups; from += 50_000)
        {
            List<object?[]> rows = [.. Enumerable.Range(from, 50_000).Select(i => new object?[] { 1L, ChartTables.BlindOf(store.Keys, Mailbox(i)), (long)i })];
            await UpsertAsync(store.Database, ChartTables.Lookup, rows, cancellationToken);
        }
    }

    private static LookupKey Mailbox(int i) => new("email", $"someone.{i}@example.com");

    private static async Task FindAsync(BenchStore store, int calls, int together, CancellationToken cancellationToken)
    {
        for (var call = 0; call < calls; call++)
        {
            var found = await store.Patients.FindAsync([.. Enumerable.Range(0, together).Select(i => Mailbox(((call * together) + i) * 77_773 % Lookups))], cancellationToken);
            if (found.Count != together)
                throw new InvalidOperationException("Somebody was not found.");
        }
    }
}
