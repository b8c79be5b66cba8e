using Sealpost.Benchmarks.Sending;
using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.Content;
using Sealpost.Organisations;
using Sealpost.Patients;
using Sealpost.People;
using Sealpost.Shards;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Benchmarks.Campaigns;

/// <summary>An organisation in a folder of its own, with everything that sending needs.</summary>
internal sealed class BenchClinic : IAsyncDisposable
{
    public static readonly Actor Author = new("author", "author", Roles.Marketer | Roles.Compliance);
    private static readonly Actor Approver = new("approver", "approver", Roles.Approver);

    private readonly string _folder = Directory.CreateTempSubdirectory("sealpost-bench-").FullName;

    private OrganisationShards _shards = null!;

    private BenchClinic()
    {
    }

    public static Organisation Organisation { get; } = new(
        new OrganisationId(1), "Green Valley Clinic", "mail.greenvalley.test", "1 Main Street, Springfield, MA 01101", new Uri("https://mail.greenvalley.test/"), TimeZoneInfo.Utc);

    public OrganisationContext Context { get; private set; } = null!;

    public SendOptions Options { get; private set; } = null!;

    /// <summary>Mail goes to a sink that stands for eight hosts, and so gets the connections of eight.</summary>
    public static Sealpost.Delivery.DeliveryOptions Into(SmtpSink sink) => new()
    {
        HeloName = Organisation.Domain,
        ExtraRoots = [sink.Root],
        MaxConnections = 64,
        Routes = new Dictionary<string, Sealpost.Delivery.DeliveryRoute> { ["*"] = new("127.0.0.1", sink.Port, SmtpSink.HostName) },
    };

    /// <summary>Opens it for mail that leaves by these options.</summary>
    public static async Task<BenchClinic> OpenAsync(Sealpost.Delivery.DeliveryOptions delivery, CancellationToken cancellationToken)
    {
        var clinic = new BenchClinic();
        var shards = clinic._shards = await clinic.OpenStoresAsync(cancellationToken);
        clinic.Options = new SendOptions
        {
            Delivery = delivery,
            Connect = new Sealpost.Delivery.ConnectDestination(delivery, TimeProvider.System),
            Accepted = shards.NoteAcceptedAsync,
            Policy = _ => Task.FromResult(new ConsentPolicy { AttestedSources = new HashSet<string> { "fhir" }, FrequencyCap = 100 }),
            Transport = _ => Task.FromResult(new Sealpost.Delivery.TransportGate([], [])),
            Reach = _ => Task.FromResult(new Reachability(true, "", DateTimeOffset.UnixEpoch)),
            JournalFolder = Path.Combine(clinic._folder, "journal"),
        };
        return clinic;
    }

    /// <summary>Adds patients whose mailboxes are at the domains in turn.</summary>
    public async Task AddPatientsAsync(int patients, IReadOnlyList<string> domains, CancellationToken cancellationToken)
    {
        var first = await Context.Patients.ReserveNumbersAsync(patients, cancellationToken);
        foreach (var chunk in Enumerable.Range(first.Value, patients).Chunk(5_000))
        {
            await Context.Database.WriteAsync(
                async (transaction, token) =>
                {
                    await Context.Patients.SaveAsync([.. chunk.Select(n => new ChartChange(Chart(n, domains[n % domains.Count]), IsNew: true, HeadChanged: true, []))], 0, transaction, token);
                    return 0;
                },
                cancellationToken);
            await _shards.RefreshAsync([.. chunk.Select(n => new PatientNumber(n))], cancellationToken);
        }
    }

    /// <summary>Writes, submits and approves.</summary>
    public async Task ApproveAsync(CampaignContent content, CancellationToken cancellationToken)
    {
        var desk = new CampaignDesk(Context, Options);
        await desk.CreateAsync(content, Author, cancellationToken);
        await desk.SubmitAsync(content.Name, Author, cancellationToken);
        await desk.ApproveAsync(content.Name, Approver, cancellationToken);
    }

    /// <summary>About 20 KB of HTML and 5 KB of text with ten merge fields, as a clinic writes it.</summary>
    public static CampaignContent Content(string name) => new()
    {
        Name = name,
        Purpose = Purpose.AdminPayment,
        From = "Green Valley Clinic <care@mail.greenvalley.test>",
        Audience = "age >= 18",
        Subject = "A message from your clinic",
        Body = Filled("<p>Dear {{ patient.given_name }}, ", "<p>", "this is what your clinic would like you to know about the coming months, about vaccinations, and about our new opening hours.</p>\n", 140, 18),
        Format = BodyFormat.Html,
        BodyFile = "body.html",
        Text = Filled("Dear {{ patient.given_name }}, ", "", "this is what your clinic would like you to know about the coming months and our hours.\n", 55, 28),
        TextFile = "body.txt",
    };

    public async ValueTask DisposeAsync()
    {
        await Context.Database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static string Filled(string greeting, string plain, string line, int lines, int every) =>
        string.Concat(Enumerable.Range(0, lines).Select(i => (i % every == 0 ? greeting : plain) + line));

    private static Chart Chart(int number, string domain) => new(
        new PatientNumber(number),
        new ChartHead
        {
            SourceIds = [new Identifier { System = "fhir", Value = $"Patient/{number}" }],
            Names = [new PersonName { Use = "official", Family = $"Sample{number}", Given = [$"Given{number}"] }],
            BirthDate = new DateOnly(1950, 1, 1).AddDays(number % 15_000),
            Addresses = [new PostalAddress { Use = "home", City = "Springfield", State = "MA", PostalCode = "01101" }],
            ContactPoints = [new ContactPoint { Kind = "email", Value = $"p{number}@{domain}", Use = "home", Source = "fhir" }],
        },
        []);

    private async Task<OrganisationShards> OpenStoresAsync(CancellationToken cancellationToken)
    {
        var time = TimeProvider.System;
        var source = await FileKeySource.CreateAsync(Path.Combine(_folder, "root.key"), null, cancellationToken);
        var database = DatabaseFactory.Open(Path.Combine(_folder, "data"));
        await database.MigrateAsync(cancellationToken);
        var keys = await database.WriteAsync((transaction, token) => KeyRing.CreateAsync(Organisation.Id, source, transaction, time, token), cancellationToken);
        var ledgerKey = await database.WriteAsync((transaction, token) => LedgerKey.CreateAsync(source, transaction, time, token), cancellationToken);
        var ledger = new Ledger(ledgerKey, time);
        var patients = new PatientStore(database, keys, ledger, time);
        var shards = new ShardDirectory(time).Of(Organisation.Id);
        var consent = new ConsentStore(database, keys, ledger, time, shards.RefreshAsync);
        var history = new CampaignHistory(database, keys, Organisation.TimeZone);
        shards.Attach(new ShardSources(patients, consent.LoadAsync, history.LoadAsync, history.NumbersAsync, Organisation.TimeZone));
        shards.ConnectHere();
        Context = new OrganisationContext
        {
            Organisation = Organisation,
            Database = database,
            Keys = keys,
            Ledger = ledger,
            Time = time,
            Patients = patients,
            Consent = consent,
            Audience = new SelectAudience(shards),
            Sign = new Sealpost.Delivery.SignMessage(Sealpost.Delivery.DkimKeys.Create(Organisation.Domain, time)),
        };
        return shards;
    }
}
