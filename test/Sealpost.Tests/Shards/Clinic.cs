using Microsoft.Extensions.Time.Testing;
using Sealpost.Audience;
using Sealpost.Consent;
using Sealpost.Patients;
using Sealpost.Shards;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Tests.Shards;

/// <summary>An organisation with a real store, and consent states and histories that the test sets.</summary>
internal sealed class Clinic : IAsyncDisposable
{
    private readonly FileKeySource _source;
    private readonly LedgerKey _ledgerKey;
    private readonly string _folder;

    private Clinic(IDatabase database, KeyRing keys, LedgerKey ledgerKey, FileKeySource source, string folder)
    {
        (Database, Keys, _ledgerKey, _source, _folder) = (database, keys, ledgerKey, source, folder);
        Ledger = new Ledger(ledgerKey, Time);
        Patients = new PatientStore(database, keys, Ledger, Time);
    }

    public static OrganisationId Id { get; } = new(7);

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 24, 0, 0, 0, TimeSpan.Zero));

    public IDatabase Database { get; }

    public KeyRing Keys { get; }

    public Ledger Ledger { get; }

    public PatientStore Patients { get; }

    public Dictionary<PatientNumber, ConsentState> Consent { get; } = [];

    public List<(PatientNumber Patient, Engagement Engagement)> Engagements { get; } = [];

    public Dictionary<string, long> Campaigns { get; } = new() { ["spring"] = 1, ["autumn"] = 2 };

    public ShardSources Sources => new(
        Patients,
        (charts, _) => Task.FromResult<IReadOnlyDictionary<PatientNumber, ConsentState>>(charts.ToDictionary(
            chart => chart.Number, chart => Consent.GetValueOrDefault(chart.Number) ?? new ConsentState { Patient = chart.Number })),
        (patients, _) => Task.FromResult(Engagements.Where(one => patients.Contains(one.Patient)).ToLookup(one => one.Patient, one => one.Engagement)),
        _ => Task.FromResult<IReadOnlyDictionary<string, long>>(Campaigns),
        TimeZoneInfo.FindSystemTimeZoneById("America/New_York"));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<Clinic> OpenAsync()
    {
        var folder = Directory.CreateTempSubdirectory("sealpost-test-").FullName;
        var source = await FileKeySource.CreateAsync(Path.Combine(folder, "root.key"), passphrase: null, Token);
        var database = SqliteDatabase.OpenTemporary();
        await database.MigrateAsync(Token);
        var keys = await database.WriteAsync((transaction, token) => KeyRing.CreateAsync(Id, source, transaction, TimeProvider.System, token), Token);
        var ledgerKey = await database.WriteAsync((transaction, token) => LedgerKey.CreateAsync(source, transaction, TimeProvider.System, token), Token);
        return new Clinic(database, keys, ledgerKey, source, folder);
    }

    /// <summary>Saves heads and facts as new patients at given numbers.</summary>
    public Task AddAsync(params (int Number, ChartHead Head, Fact[] Facts)[] patients) =>
        SaveAsync([.. patients.Select(patient => new ChartChange(Chart(patient), IsNew: true, HeadChanged: true, [0]))]);

    public Task ChangeAsync(int number, ChartHead head, params Fact[] facts) =>
        SaveAsync([new ChartChange(Chart((number, head, facts)), IsNew: false, HeadChanged: true, [0])]);

    public async ValueTask DisposeAsync()
    {
        Keys.Dispose();
        _ledgerKey.Dispose();
        _source.Dispose();
        await Database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static Chart Chart((int Number, ChartHead Head, Fact[] Facts) patient) =>
        new(new PatientNumber(patient.Number), patient.Head, [new FactPage { Number = 0, Facts = patient.Facts }]);

    private Task SaveAsync(ChartChange[] changes) =>
        Database.WriteAsync(
            async (transaction, token) =>
            {
                await Patients.SaveAsync(changes, 0, transaction, token);
                return 0;
            },
            Token);
}
