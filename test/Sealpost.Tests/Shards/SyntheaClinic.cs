using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using Sealpost.Audience;
using Sealpost.Consent;
using Sealpost.Patients;
using Sealpost.Shards;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Tests.Shards;

/// <summary>
/// The 300 synthetic patients, imported once for all tests of a class, with coverages, appointments, authorizations and engagements
/// made up by the test, since the data set has none. What was made up is told in plain sets by patient id.
/// </summary>
public sealed class SyntheaClinic : IAsyncLifetime
{
    internal static readonly OrganisationId Id = new(3);

    private static readonly string[] Types = ["Patient", "Condition", "MedicationRequest", "Observation", "Encounter", "Procedure", "Immunization"];

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2019, 4, 20, 12, 0, 0, TimeSpan.Zero));
    private readonly Dictionary<string, PatientNumber> _numbers = [];
    private readonly List<(PatientNumber Patient, Engagement Engagement)> _engagements = [];
    private string _folder = "";
    private FileKeySource? _source;
    private IDatabase? _database;
    private KeyRing? _keys;
    private LedgerKey? _ledgerKey;
    private EmbeddedSilo? _silo;

    /// <summary>Why there is nothing to test with; null where there is.</summary>
    public string? Absent { get; private set; }

    internal IReadOnlyList<RawPatient> Raw { get; private set; } = [];

    internal SelectAudience Audience { get; private set; } = null!;

    internal HashSet<string> Authorized { get; } = [];

    internal HashSet<string> Revoked { get; } = [];

    internal Dictionary<string, DateOnly> Opened { get; } = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var data = Path.Combine(TestData.Root, "fhir-synthea-r4");
        if (!Directory.Exists(data))
        {
            Absent = "Test data 'fhir-synthea-r4' is absent; set SEALPOST_TESTDATA to its folder.";
            return;
        }

        _folder = Directory.CreateTempSubdirectory("sealpost-test-").FullName;
        string[] files = [.. Types.Select(type => Path.Combine(data, type + ".ndjson.gz"))];
        var extra = Path.Combine(_folder, "extra.ndjson");
        await File.WriteAllLinesAsync(extra, Extras([.. RawPatient.Read(files[0]).Select(patient => patient.Id)]), Token);
        Raw = RawPatient.Read([.. files, extra]);
        await OpenAsync([.. files, extra]);
    }

    public async ValueTask DisposeAsync()
    {
        if (_silo is not null)
            await _silo.DisposeAsync();
        _keys?.Dispose();
        _ledgerKey?.Dispose();
        _source?.Dispose();
        if (_database is not null)
            await _database.DisposeAsync();
        if (_folder.Length > 0)
            Directory.Delete(_folder, recursive: true);
    }

    internal async Task<HashSet<string>> IdsAsync(string query)
    {
        var parse = AudienceQuery.Parse(query);
        Assert.Null(parse.Error);
        var found = await Audience.ListAsync(parse.Query!, RawPatient.AsOf, Token);
        Assert.Equal(found.Count, await Audience.CountAsync(parse.Query!, RawPatient.AsOf, Token));
        var ids = _numbers.ToDictionary(one => one.Value, one => one.Key);
        return [.. found.Select(patient => ids[patient])];
    }

    private async Task OpenAsync(string[] files)
    {
        _source = await FileKeySource.CreateAsync(Path.Combine(_folder, "root.key"), passphrase: null, Token);
        _database = SqliteDatabase.OpenTemporary();
        await _database.MigrateAsync(Token);
        _keys = await _database.WriteAsync((transaction, token) => KeyRing.CreateAsync(Id, _source, transaction, _time, token), Token);
        _ledgerKey = await _database.WriteAsync((transaction, token) => LedgerKey.CreateAsync(_source, transaction, _time, token), Token);
        var ledger = new Ledger(_ledgerKey, _time);
        var patients = new PatientStore(_database, _keys, ledger, _time);
        _silo = await EmbeddedSilo.StartAsync(Token);
        var shards = _silo.Unattached(Id);
        var consent = new ConsentStore(_database, _keys, ledger, _time, shards.RefreshAsync);
        shards.Attach(new ShardSources(
            patients,
            consent.LoadAsync,
            (wanted, _) => Task.FromResult(_engagements.Where(one => wanted.Contains(one.Patient)).ToLookup(one => one.Patient, one => one.Engagement)),
            _ => Task.FromResult<IReadOnlyDictionary<string, long>>(new Dictionary<string, long> { ["spring"] = 11, ["autumn"] = 12 }),
            TimeZoneInfo.Utc));
        Audience = new SelectAudience(shards);

        // Loaded while still empty, so that everything after comes by refresh.
        await shards.LoadAsync(0, Token);
        await new ImportFhir(new ImportContext
        {
            Database = _database,
            Keys = _keys,
            Ledger = ledger,
            Time = _time,
            Patients = patients,
            Changed = shards.RefreshAsync,
            Unite = consent.UniteAsync,
            SpillFolder = Path.Combine(_folder, "spill"),
        }).RunAsync(new ImportFhirRequest { Paths = files, Actor = "test" }, null, Token);
        await SetUpAsync(patients, consent, shards);
    }

    private async Task SetUpAsync(PatientStore patients, ConsentStore consent, OrganisationShards shards)
    {
        var keys = Raw.ToDictionary(patient => new LookupKey("source", "fhir|Patient/" + patient.Id), patient => patient.Id);
        foreach (var (key, numbers) in await patients.FindAsync(keys.Keys, Token))
            _numbers.Add(keys[key], Assert.Single(numbers));
        foreach (var (id, i) in Raw.Select((patient, i) => (patient.Id, i)))
        {
            var number = _numbers[id];
            if (i % 6 == 0)
            {
                var authorization = await consent.RecordAsync(number, Signed(), "test", Token);
                Authorized.Add(id);
                if (i % 12 == 0)
                {
                    await consent.RevokeAsync(number, authorization, "letter", "test", Token);
                    Revoked.Add(id);
                }
            }

            if (i % 3 == 0)
            {
                Opened[id] = RawPatient.AsOf.AddDays(-i);
                _engagements.Add((number, new Engagement(11, EngagementKind.Opened, Opened[id])));
                _engagements.Add((number, new Engagement(12, EngagementKind.Received, Opened[id])));
            }
        }

        await shards.RefreshAsync([.. _numbers.Values], Token);
    }

    private static MarketingAuthorization Signed() => new()
    {
        Purposes = [Purpose.Marketing],
        InfoDescription = "name, address, conditions",
        Disclosers = ["the clinic"],
        Recipients = ["the patient"],
        ExpiresOn = new DateOnly(2020, 1, 1),
        SignedOn = new DateOnly(2019, 4, 1),
        SignatureKind = "paper",
        StatesRevocation = true,
        StatesNoConditioning = true,
        StatesRedisclosure = true,
        StatesRemuneration = true,
        Standalone = true,
        PlainLanguage = true,
        CopyGivenOn = new DateOnly(2019, 4, 1),
        DocumentHash = new string('a', 64),
    };

    private static IEnumerable<string> Extras(IReadOnlyList<string> ids)
    {
        for (var i = 0; i < ids.Count; i++)
        {
            var payer = i % 3 == 0 ? "Blue \\\"Cross\\\"" : "Aetna";
            var status = i % 5 == 0 ? "cancelled" : "active";
            if (i % 4 != 0)
                yield return Line($"{{\"resourceType\":\"Coverage\",\"id\":\"cov{i}\",\"status\":\"{status}\",\"beneficiary\":{{\"reference\":\"Patient/{ids[i]}\"}},\"payor\":[{{\"display\":\"{payer}\"}}]}}");
            var day = RawPatient.AsOf.AddDays((i % 40) - 5);
            var booked = i % 7 == 0 ? "cancelled" : i % 7 == 1 ? "noshow" : "booked";
            yield return Line($"{{\"resourceType\":\"Appointment\",\"id\":\"app{i}\",\"status\":\"{booked}\",\"start\":\"{day:yyyy-MM-dd}T23:30:00-11:00\",\"end\":\"{day:yyyy-MM-dd}T23:45:00-11:00\",\"participant\":[{{\"actor\":{{\"reference\":\"Patient/{ids[i]}\"}},\"status\":\"accepted\"}}]}}");
        }

        static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
    }
}
