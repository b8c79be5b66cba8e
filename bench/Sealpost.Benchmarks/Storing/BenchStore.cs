using Sealpost.Patients;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Benchmarks.Storing;

/// <summary>A store in a temporary folder on disk (or in the database of SEALPOST_BENCH_POSTGRES) with the keys of one organisation, and charts to put into it.</summary>
internal sealed class BenchStore : IAsyncDisposable
{
    private static readonly string[] Tables = ["patient", "chart_part", "patient_shard", "patient_lookup", "keys.patient_key", "keys.page_key", "keys.organisation_key", "keys.blind_index_key", "keys.ledger_key", "keys.patient_number"];

    private readonly string _folder = Directory.CreateTempSubdirectory("sealpost-bench-").FullName;
    private FileKeySource _source = null!;

    public IDatabase Database { get; private set; } = null!;

    public KeyRing Keys { get; private set; } = null!;

    public PatientStore Patients { get; private set; } = null!;

    public static string? PostgresUrl => Environment.GetEnvironmentVariable("SEALPOST_BENCH_POSTGRES");

    public static async Task<BenchStore> OpenAsync(bool postgres)
    {
        var store = new BenchStore();
        store._source = await FileKeySource.CreateAsync(Path.Combine(store._folder, "root.key"), passphrase: null, CancellationToken.None);
        store.Database = DatabaseFactory.Open(postgres ? PostgresUrl ?? throw new InvalidOperationException("Set SEALPOST_BENCH_POSTGRES to the URL of an empty database.") : Path.Combine(store._folder, "data"));
        await store.Database.MigrateAsync(CancellationToken.None);
        if (postgres)
            await store.ClearAsync();
        store.Keys = await store.Database.WriteAsync((transaction, token) => KeyRing.CreateAsync(new OrganisationId(1), store._source, transaction, TimeProvider.System, token), CancellationToken.None);
        var ledgerKey = await store.Database.WriteAsync((transaction, token) => LedgerKey.CreateAsync(store._source, transaction, TimeProvider.System, token), CancellationToken.None);
        store.Patients = new PatientStore(store.Database, store.Keys, new Ledger(ledgerKey, TimeProvider.System), TimeProvider.System);
        return store;
    }

    /// <summary>Saves new made-up patients in transactions of <paramref name="batch"/>.</summary>
    public async Task CreateAsync(int count, int batch, int factsPerPatient)
    {
        for (var done = 0; done < count; done += batch)
        {
            var first = await Patients.ReserveNumbersAsync(batch, CancellationToken.None);
            var changes = Enumerable.Range(first.Value, batch).Select(number => Change(new PatientNumber(number), factsPerPatient)).ToList();
            await Database.WriteAsync(
                async (transaction, token) =>
                {
                    await Patients.SaveAsync(changes, 0, transaction, token);
                    return true;
                },
                CancellationToken.None);
        }
    }

    /// <summary>A new patient of about 1.5 KB at 10 facts.</summary>
    public static ChartChange Change(PatientNumber number, int facts)
    {
        var head = new ChartHead
        {
            SourceIds = [new Identifier { System = "fhir", Value = $"Patient/{number}" }],
            Names = [new PersonName { Use = "official", Family = $"Sample{number}", Given = ["Pat"] }],
            BirthDate = new DateOnly(1950, 1, 1).AddDays(number.Value % 20_000),
            Sex = "female",
            Addresses = [new PostalAddress { Use = "home", Lines = [$"{number} Main Street"], City = "Springfield", State = "MA", PostalCode = "02139", Country = "US" }],
            ContactPoints = [new ContactPoint { Kind = "email", Value = $"pat.{number}@example.com", Source = "fhir" }],
            Language = "en",
        };
        var page = new FactPage
        {
            Facts = [.. Enumerable.Range(0, facts).Select(fact => new Fact
            {
                Kind = FactKind.Observation,
                SourceId = $"Observation/{number}-{fact}",
                Codes = [new Concept { System = "loinc", Code = "4548-4" }],
                Status = "final",
                Counts = true,
                On = new DateOnly(2019, 1, 1).AddDays(fact),
                Value = 5 + (fact / 10.0),
                Unit = "%",
            })],
        };
        return new ChartChange(new Chart(number, head, [page]), IsNew: true, HeadChanged: true, [0]);
    }

    public async ValueTask DisposeAsync()
    {
        Keys.Dispose();
        _source.Dispose();
        await Database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private Task<bool> ClearAsync() => Database.WriteAsync(
        async (transaction, token) =>
        {
            foreach (var table in Tables)
                await transaction.ExecuteAsync($"DELETE FROM {table}", [], token);
            return true;
        },
        CancellationToken.None);
}
