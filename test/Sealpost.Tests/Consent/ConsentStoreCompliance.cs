using Microsoft.Extensions.Time.Testing;
using Sealpost.Consent;
using Sealpost.Patients;
using Sealpost.Storage;
using Sealpost.Tests.Patients;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Tests.Consent;

/// <summary>An organisation with patients on a real database, for the suites of the consent store.</summary>
public abstract class ConsentStoreCompliance : IAsyncLifetime
{
    private string _folder = "";
    private FileKeySource _source = null!;

    private protected FakeTimeProvider Time { get; } = new(Lawful.Now);

    private protected IDatabase Database { get; private set; } = null!;

    private protected KeyRing Keys { get; private set; } = null!;

    private protected PatientStore Patients { get; private set; } = null!;

    private protected ConsentStore Store { get; private set; } = null!;

    /// <summary>Patients told of changes, call by call.</summary>
    private protected List<IReadOnlyCollection<PatientNumber>> Told { get; } = [];

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _folder = Directory.CreateTempSubdirectory("sealpost-test-").FullName;
        _source = await FileKeySource.CreateAsync(Path.Combine(_folder, "root.key"), passphrase: null, Token);
        Database = await OpenDatabaseAsync();
        Keys = await Database.WriteAsync((transaction, token) => KeyRing.CreateAsync(new OrganisationId(1), _source, transaction, Time, token), Token);
        var ledger = new Ledger(await Database.WriteAsync((transaction, token) => LedgerKey.CreateAsync(_source, transaction, Time, token), Token), Time);
        Patients = new PatientStore(Database, Keys, ledger, Time);
        Store = new ConsentStore(Database, Keys, ledger, Time, (patients, _) =>
        {
            Told.Add(patients);
            return Task.CompletedTask;
        });
    }

    public async ValueTask DisposeAsync()
    {
        Keys.Dispose();
        _source.Dispose();
        await Database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected abstract Task<IDatabase> OpenDatabaseAsync();

    /// <summary>Saves a new patient; without a mailbox of its own it gets the seed's.</summary>
    private protected async Task<PatientNumber> ArriveAsync(int seed, string? mailbox = null, string? sourceId = null, string? mrnSystem = null)
    {
        var number = await Patients.ReserveNumbersAsync(1, Token);
        var head = SampleCharts.Head(seed);
        head = head with
        {
            SourceIds = [new Identifier { System = "fhir", Value = sourceId ?? $"Patient/{seed}" }],
            Identifiers = [head.Identifiers[0] with { System = mrnSystem ?? head.Identifiers[0].System }],
            ContactPoints = [new ContactPoint { Kind = "email", Value = mailbox ?? $"pat.{seed}@example.com", Source = "fhir" }],
        };
        await SaveAsync(SampleCharts.Created(new Chart(number, head, [])));
        return number;
    }

    private protected async Task MoveToAsync(PatientNumber patient, string mailbox)
    {
        var chart = (await Patients.OpenAsync(patient, Token))!;
        var head = chart.Head with { ContactPoints = [chart.Head.ContactPoints[0] with { Value = mailbox }] };
        await SaveAsync(new ChartChange(chart with { Head = head }, IsNew: false, HeadChanged: true, []));
    }

    private protected Task SaveAsync(params ChartChange[] changes) =>
        Database.WriteAsync(
            async (transaction, token) =>
            {
                await Patients.SaveAsync(changes, 0, transaction, token);
                return 0;
            },
            Token);

    private protected async Task<ConsentState> StateAsync(PatientNumber patient) =>
        (await Store.LoadAsync([(await Patients.OpenAsync(patient, Token))!], Token))[patient];

    private protected async Task<WithholdReason?> ReasonAsync(CampaignBasis basis, PatientNumber patient)
    {
        var chart = (await Patients.OpenAsync(patient, Token))!;
        var policy = Lawful.Policy with { AttestedSources = new HashSet<string> { "fhir" } };
        return (new ConsentGate(policy).Decide(basis, chart.Head, await StateAsync(patient), GateMoment.BeforeData, Time.GetUtcNow()) as ConsentDecision.Withhold)?.Reason;
    }

    private protected async Task<long> CountAsync(string from)
    {
        await using var connection = await Database.OpenReadAsync(Token);
        await using var command = connection.Command($"SELECT COUNT(*) FROM {from}");
        return (long)(await command.ExecuteScalarAsync(Token))!;
    }
}
