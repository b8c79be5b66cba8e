using System.Collections.Concurrent;
using System.Data.Common;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Sealpost.Patients;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Tests.Patients;

/// <summary>An organisation of its own on SQLite, to import into.</summary>
internal sealed class ImportStage : IAsyncDisposable
{
    private readonly string _folder;
    private readonly FileKeySource _source;
    private readonly KeyRing _keys;
    private readonly LedgerKey _ledgerKey;

    private ImportStage(string folder, FileKeySource source, IDatabase database, KeyRing keys, LedgerKey ledgerKey)
    {
        _folder = folder;
        _source = source;
        Database = database;
        _keys = keys;
        _ledgerKey = ledgerKey;
        var ledger = new Sealpost.Trust.Ledger.Ledger(ledgerKey, Time);
        Store = new PatientStore(database, keys, ledger, Time);
        Context = new ImportContext
        {
            Database = database,
            Keys = keys,
            Ledger = ledger,
            Time = Time,
            Patients = Store,
            Changed = (patients, _) =>
            {
                foreach (var patient in patients)
                    Changed.Add(patient);
                return Task.CompletedTask;
            },
            Unite = (from, to, transaction, _) =>
            {
                Assert.NotNull(transaction.Connection);
                United.Add((from, to));
                return Task.CompletedTask;
            },
            SpillFolder = Path.Combine(folder, "spill"),
        };
    }

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));

    public IDatabase Database { get; }

    public PatientStore Store { get; }

    public ImportContext Context { get; }

    public ConcurrentBag<PatientNumber> Changed { get; } = [];

    public ConcurrentBag<(PatientNumber From, PatientNumber To)> United { get; } = [];

    public string SpillFolder => Context.SpillFolder;

    public static async Task<ImportStage> CreateAsync()
    {
        var folder = Directory.CreateTempSubdirectory("sealpost-test-").FullName;
        var source = await FileKeySource.CreateAsync(Path.Combine(folder, "root.key"), passphrase: null, Token);
        var database = new SqliteDatabase(Path.Combine(folder, "data"));
        await database.MigrateAsync(Token);
        var keys = await database.WriteAsync((transaction, token) => KeyRing.CreateAsync(new OrganisationId(1), source, transaction, TimeProvider.System, token), Token);
        var ledgerKey = await database.WriteAsync((transaction, token) => LedgerKey.CreateAsync(source, transaction, TimeProvider.System, token), Token);
        return new ImportStage(folder, source, database, keys, ledgerKey);
    }

    public Task<ImportResult> FhirAsync(params string[] paths) =>
        new ImportFhir(Context).RunAsync(new ImportFhirRequest { Paths = paths, Actor = "u1" }, progress: null, Token);

    public Task<ImportResult> CsvAsync(string path, string map, bool dryRun = false) =>
        new ImportCsv(Context).RunAsync(new ImportCsvRequest { Path = path, Map = CsvMap.Parse(map), Actor = "u1", DryRun = dryRun }, progress: null, Token);

    public async Task<string> FileAsync(string name, string text)
    {
        var path = Path.Combine(_folder, "input", name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, text, new UTF8Encoding(false), Token);
        return path;
    }

    public async Task<Chart> ChartAsync(string source)
    {
        var key = new LookupKey("source", source);
        var numbers = (await Store.FindAsync([key], Token))[key];
        return (await Store.OpenAsync(Assert.Single(numbers), Token))!;
    }

    public async Task<List<Chart>> ChartsAsync()
    {
        List<Chart> charts = [];
        foreach (var shard in await Store.ShardsAsync(Token))
        {
            await foreach (var chart in Store.OpenShardAsync(shard, Token))
                charts.Add(chart);
        }

        return charts;
    }

    /// <summary>Every row of the tables that hold charts, byte for byte.</summary>
    public async Task<List<string>> RowsAsync()
    {
        List<string> rows = [];
        await using var connection = await Database.OpenReadAsync(Token);
        foreach (var table in new[] { "patient", "chart_part", "patient_lookup", "patient_shard", "keys.patient_key" })
        {
            await using var command = connection.CreateCommand();
            command.CommandText = "SELECT * FROM " + table;
            await using var reader = await command.ExecuteReaderAsync(Token);
            while (await reader.ReadAsync(Token))
                rows.Add(table + ":" + string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(column => reader.GetValue(column) is byte[] bytes ? Convert.ToHexString(bytes) : reader.GetValue(column))));
        }

        rows.Sort(StringComparer.Ordinal);
        return rows;
    }

    public async Task<List<string>> LedgerKindsAsync()
    {
        List<string> kinds = [];
        await using var connection = await Database.OpenReadAsync(Token);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT kind FROM ledger_entry ORDER BY seq";
        await using var reader = await command.ExecuteReaderAsync(Token);
        while (await reader.ReadAsync(Token))
            kinds.Add(reader.GetString(0));
        return kinds;
    }

    public async ValueTask DisposeAsync()
    {
        _keys.Dispose();
        _ledgerKey.Dispose();
        _source.Dispose();
        await Database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
