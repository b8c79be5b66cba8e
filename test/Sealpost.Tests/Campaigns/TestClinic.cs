using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Sealpost.App.Demo;
using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.Content;
using Sealpost.Delivery;
using Sealpost.Organisations;
using Sealpost.Patients;
using Sealpost.People;
using Sealpost.Reports;
using Sealpost.Shards;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;
using LedgerOf = Sealpost.Trust.Ledger.Ledger;

namespace Sealpost.Tests.Campaigns;

/// <summary>An organisation in a folder of its own, with the real slices behind it. Opens what the folder holds, or makes it.</summary>
internal sealed class TestClinic : IAsyncDisposable
{
    public static readonly Actor Author = new("u-author", "Ann Author", Roles.Marketer);
    public static readonly Actor Approver = new("u-approver", "Ben Approver", Roles.Approver);

    /// <summary>May see patients, and so exact numbers.</summary>
    public static readonly Actor Officer = new("u-officer", "Dana Okafor", Roles.Compliance);

    private readonly bool _ownsFolder;
    private FileKeySource _source = null!;
    private LedgerKey _ledgerKey = null!;
    private DkimKeys _dkim = null!;

    /// <summary>What the clinic's domain publishes.</summary>
    public IReadOnlyList<(string Name, string Value)> DkimRecords => _dkim.DnsRecords;
    private OrganisationShards _shards = null!;

    private TestClinic(string? folder, TimeProvider time)
    {
        _ownsFolder = folder is null;
        Folder = folder ?? Directory.CreateTempSubdirectory("sealpost-test-").FullName;
        Time = time;
    }

    public TimeProvider Time { get; }

    public FakeTimeProvider Clock => (FakeTimeProvider)Time;

    public string Folder { get; }

    public OrganisationContext Context { get; private set; } = null!;

    public SendOptions Options { get; private set; } = null!;

    public SendCampaign Send { get; private set; } = null!;

    public CampaignDesk Desk => new(Context, Options)
    {
        Scheduled = (campaign, _) =>
        {
            Send?.Arm(campaign);
            return Task.CompletedTask;
        },
    };

    public CampaignDrafts Drafts => new(Context, Desk);

    public CampaignReviews Reviews => new(Context, Desk, Speech);

    /// <summary>Says codes as they are written.</summary>
    internal static Func<CancellationToken, Task<Sealpost.Audience.QueryWords>> Speech { get; } = _ => Task.FromResult(new Sealpost.Audience.QueryWords(static _ => null));

    /// <summary>Feeds clicks to audiences, as the host does.</summary>
    public FollowLink Links => new(Context, _shards.RefreshAsync);

    /// <summary>The same under a clock that stands, however long the machine takes.</summary>
    public FollowLink LinksAt(DateTimeOffset instant) => new(Context with { Time = new FakeTimeProvider(instant) }, _shards.RefreshAsync);

    /// <summary>Patients added from now on have a telephone.</summary>
    public bool HavePhones { get; set; }

    /// <summary>What patients added from now on read.</summary>
    public string Language { get; set; } = "en";

    /// <summary>The organisation's policy; a test may change it.</summary>
    public ConsentPolicy Policy { get; set; } = new() { AttestedSources = new HashSet<string> { "fhir" } };

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public static Organisation Organisation { get; } = new(
        new OrganisationId(1), "Green Valley Clinic", "mail.greenvalley.example", "1 Main Street, Springfield, MA 01101", new Uri("https://mail.greenvalley.example/"), TimeZoneInfo.Utc);

    public static FakeTimeProvider NewClock() => new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));

    /// <summary>A clinic without sending, under a clock that stands, in a folder of its own or in a database given by its URL.</summary>
    public static async Task<TestClinic> CreateAsync(string? url = null)
    {
        var clinic = new TestClinic(null, NewClock());
        await clinic.OpenAsync(() => DatabaseFactory.Open(url ?? Path.Combine(clinic.Folder, "data")), Token);
        clinic.Connect(new DeliveryOptions { HeloName = Organisation.Domain });
        return clinic;
    }

    /// <summary>A clinic that sends to a mailbox, under the real clock.</summary>
    public static async Task<TestClinic> SendingToAsync(MailboxDescription mailbox, string? folder, Func<DeliveryOptions, DeliveryOptions> adjust, Func<IDatabase, IDatabase> wrap, CancellationToken cancellationToken)
    {
        var clinic = new TestClinic(folder, TimeProvider.System);
        await clinic.OpenAsync(() => wrap(DatabaseFactory.Open(Path.Combine(clinic.Folder, "data"))), cancellationToken);
        return await StartAsync(clinic, mailbox, adjust, cancellationToken);
    }

    /// <summary>A clinic that sends under a clock that the test turns.</summary>
    public static Task<TestClinic> SendingUnderAsync(FakeTimeProvider clock, DeliveryOptions delivery, Func<SendOptions, SendOptions> adjust, CancellationToken cancellationToken) =>
        SendingUnderAsync(clock, delivery, adjust, null, null, database => database, cancellationToken);

    /// <summary>The same in a folder that outlives it, or on a database given by its URL.</summary>
    public static async Task<TestClinic> SendingUnderAsync(
        FakeTimeProvider clock, DeliveryOptions delivery, Func<SendOptions, SendOptions> adjust, string? folder, string? url, Func<IDatabase, IDatabase> wrap, CancellationToken cancellationToken)
    {
        var clinic = new TestClinic(folder, clock);
        await clinic.OpenAsync(() => wrap(DatabaseFactory.Open(url ?? Path.Combine(clinic.Folder, "data"))), cancellationToken);
        clinic.Connect(delivery);
        clinic.Options = adjust(clinic.Options);
        clinic.Send = await SendCampaign.OpenAsync(clinic.Context, clinic.Options, takeOver: true, NullLogger.Instance, cancellationToken);
        return clinic;
    }

    /// <summary>The same on a database given by its URL; the folder holds keys and journal.</summary>
    public static async Task<TestClinic> SendingOnAsync(string url, MailboxDescription mailbox, string folder, Func<IDatabase, IDatabase> wrap, CancellationToken cancellationToken)
    {
        var clinic = new TestClinic(folder, TimeProvider.System);
        await clinic.OpenAsync(() => wrap(DatabaseFactory.Open(url)), cancellationToken);
        return await StartAsync(clinic, mailbox, options => options with { MaxConnections = 4 }, cancellationToken);
    }

    private static async Task<TestClinic> StartAsync(TestClinic clinic, MailboxDescription mailbox, Func<DeliveryOptions, DeliveryOptions> adjust, CancellationToken cancellationToken)
    {
        // Nobody gives up because the machine is slow; a test of giving up says after how long.
        clinic.Connect(adjust(mailbox.ToOptions(Organisation.Domain) with { GiveUpAfter = TimeSpan.FromHours(1) }));
        clinic.Send = await SendCampaign.OpenAsync(clinic.Context, clinic.Options, takeOver: true, NullLogger.Instance, cancellationToken);
        return clinic;
    }

    public static CampaignContent Content(string name) => new()
    {
        Name = name,
        Purpose = Purpose.AdminPayment,
        From = "Green Valley Clinic <care@mail.greenvalley.example>",
        Audience = "age >= 18",
        Subject = "A message from your clinic",
        Body = "Dear {{ patient.given_name }}, please call us.",
        Format = BodyFormat.Markdown,
        BodyFile = "body.md",
    };

    /// <summary>Adds patients numbered from 0 with mailboxes <c>pN@</c> at the domains in turn.</summary>
    public async Task AddPatientsAsync(int count, params string[] domains)
    {
        var first = (await Context.Patients.ReserveNumbersAsync(count, CancellationToken.None)).Value;
        foreach (var chunk in Enumerable.Range(first, count).Chunk(1_000))
        {
            var changes = chunk.Select(n => new ChartChange(Chart(n, $"p{n}@{domains[n % domains.Length]}"), IsNew: true, HeadChanged: true, [])).ToList();
            await Context.Database.WriteAsync(
                async (transaction, token) =>
                {
                    await Context.Patients.SaveAsync(changes, 0, transaction, token);
                    return 0;
                },
                CancellationToken.None);
        }
    }

    public Task AddPatientAsync(int number, string mailbox) => SaveAsync(number, mailbox, isNew: true);

    /// <summary>Gives a patient another mailbox, as an import would.</summary>
    public async Task ChangeMailboxAsync(int number, string mailbox)
    {
        await SaveAsync(number, mailbox, isNew: false);
        await ChangedAsync([new PatientNumber(number)], Token);
    }

    /// <summary>Corrects a patient's date of birth, as an import would.</summary>
    public async Task ChangeBirthDateAsync(int number, string mailbox, DateOnly birthDate)
    {
        var chart = Chart(number, mailbox);
        await SaveAsync(new Chart(chart.Number, chart.Head with { BirthDate = birthDate }, []), isNew: false);
        await ChangedAsync([chart.Number], Token);
    }

    /// <summary>Adds a patient, as an import would while a campaign is being sent.</summary>
    public async Task ImportPatientAsync(int number, string mailbox)
    {
        await AddPatientAsync(number, mailbox);
        await ChangedAsync([new PatientNumber(number)], Token);
    }

    /// <summary>Erases a patient.</summary>
    public async Task EraseAsync(int number)
    {
        Assert.True(await Context.Patients.EraseAsync(new PatientNumber(number), "u1", Token));
        await ChangedAsync([new PatientNumber(number)], Token);
    }

    /// <summary>How many patients a query counts now.</summary>
    public async Task<long> CountAsync(string query)
    {
        var parsed = Sealpost.Audience.AudienceQuery.Parse(query).Query!;
        return await Context.Audience.CountAsync(parsed, Context.Today, Token);
    }

    /// <summary>Writes, submits and approves a campaign.</summary>
    public async Task ApprovedAsync(CampaignContent content)
    {
        await Desk.CreateAsync(content, Author, CancellationToken.None);
        await Desk.SubmitAsync(content.Name, Author, CancellationToken.None);
        await Desk.ApproveAsync(content.Name, Approver, CancellationToken.None);
    }

    public async Task<CampaignReport> SendAndWaitAsync(CampaignContent content)
    {
        await ApprovedAsync(content);
        await Send.SendAsync(content.Name, Author, Token);
        await Send.WaitAsync(content.Name, Token);
        return await ReportAsync(content.Name);
    }

    public Task<CampaignReport> ReportAsync(string name) => new ReadCampaignReport(Context).RunAsync(name, CancellationToken.None);

    /// <summary>Ledger events whose kind begins so: kind and actor.</summary>
    public async Task<IReadOnlyList<string>> LedgerAsync(string kind)
    {
        await using var connection = await Context.Database.OpenReadAsync(Token);
        await using var command = Sql.Command(connection, $"SELECT kind, actor FROM ledger_entry WHERE kind LIKE '{kind}%' ORDER BY seq");
        await using var reader = await command.ExecuteReaderAsync(Token);
        var events = new List<string>();
        while (await reader.ReadAsync(Token))
            events.Add(reader.GetString(0) + " " + reader.GetString(1));
        return events;
    }

    public async ValueTask DisposeAsync()
    {
        if (Send is not null)
            await Send.DisposeAsync();
        Context.Keys.Dispose();
        _ledgerKey.Dispose();
        _source.Dispose();
        _dkim.Dispose();
        _shards.Dispose();
        await Context.Database.DisposeAsync();
        if (_ownsFolder)
            Directory.Delete(Folder, recursive: true);
    }

    private Chart Chart(int number, string mailbox) => new(
        new PatientNumber(number),
        new ChartHead
        {
            SourceIds = [new Identifier { System = "fhir", Value = $"Patient/{number}" }],
            Names = [new PersonName { Use = "official", Family = $"Sample{number}", Given = [$"Given{number}"] }],
            BirthDate = new DateOnly(1950, 1, 1).AddDays(number % 15_000),
            Sex = number % 2 == 0 ? "female" : "male",
            Addresses = [new PostalAddress { Use = "home", City = "Springfield", State = "MA", PostalCode = "01101" }],
            ContactPoints =
            [
                new ContactPoint { Kind = "email", Value = mailbox, Use = "home", Source = "fhir" },
                .. HavePhones ? [new ContactPoint { Kind = "phone", Value = $"+1617555{number % 10_000:D4}", Use = "mobile", Source = "fhir" }] : Array.Empty<ContactPoint>(),
            ],
            Language = Language,
        },
        []);

    private Task SaveAsync(int number, string mailbox, bool isNew) => SaveAsync(Chart(number, mailbox), isNew);

    private Task SaveAsync(Chart chart, bool isNew) => Context.Database.WriteAsync(
        async (transaction, token) =>
        {
            await Context.Patients.SaveAsync([new ChartChange(chart, isNew, HeadChanged: true, [])], 0, transaction, token);
            return 0;
        },
        CancellationToken.None);

    private async Task ChangedAsync(IReadOnlyCollection<PatientNumber> patients, CancellationToken cancellationToken)
    {
        var concerned = await Context.Consent.SharersAsync(patients, cancellationToken);
        await _shards.RefreshAsync(concerned, cancellationToken);
        if (Send is not null)
            await Send.PatientsChangedAsync(concerned, cancellationToken);
    }

    /// <summary>What asking the public URL is answered with.</summary>
    public Reachability Reach { get; set; } = new(true, "", DateTimeOffset.UnixEpoch);

    /// <summary>Keys of the sender domain.</summary>
    public DkimKeys Dkim => _dkim;

    /// <summary>The ledger's key, to sign evidence with.</summary>
    public LedgerKey LedgerKey => _ledgerKey;

    /// <summary>Changes what sending opens with; <see cref="Send"/> has to be told.</summary>
    public void Adjust(Func<SendOptions, SendOptions> adjust) => Options = adjust(Options);

    private void Connect(DeliveryOptions delivery) => Options = new SendOptions
    {
        Delivery = delivery,
        Connect = new ConnectDestination(delivery, Time),
        Accepted = _shards.NoteAcceptedAsync,
        Policy = _ => Task.FromResult(Policy),
        Transport = _ => Task.FromResult(new TransportGate([], [])),
        JournalFolder = Path.Combine(Folder, "journal"),
        CountClicks = true,
        Reach = _ => Task.FromResult(Reach),
    };

    private async Task OpenAsync(Func<IDatabase> open, CancellationToken cancellationToken)
    {
        var rootKey = Path.Combine(Folder, "root.key");
        var isNew = !File.Exists(rootKey);
        _source = isNew ? await FileKeySource.CreateAsync(rootKey, null, cancellationToken) : await FileKeySource.OpenAsync(rootKey, null, cancellationToken);
        var database = open();
        await database.MigrateAsync(cancellationToken);
        KeyRing keys;
        if (isNew)
        {
            keys = await database.WriteAsync((transaction, token) => KeyRing.CreateAsync(Organisation.Id, _source, transaction, Time, token), cancellationToken);
            _ledgerKey = await database.WriteAsync((transaction, token) => LedgerKey.CreateAsync(_source, transaction, Time, token), cancellationToken);
            _dkim = DkimKeys.Create(Organisation.Domain, Time);
            await File.WriteAllBytesAsync(Path.Combine(Folder, "dkim"), keys.Seal("dkim", _dkim.Export()), cancellationToken);
        }
        else
        {
            await using var connection = await database.OpenReadAsync(cancellationToken);
            keys = await KeyRing.OpenAsync(Organisation.Id, _source, connection, Time, cancellationToken);
            _ledgerKey = await LedgerKey.OpenAsync(_source, connection, cancellationToken);
            _dkim = DkimKeys.Import(keys.Open("dkim", await File.ReadAllBytesAsync(Path.Combine(Folder, "dkim"), cancellationToken)));
        }

        Context = Compose(database, keys);
    }

    private OrganisationContext Compose(IDatabase database, KeyRing keys)
    {
        var ledger = new LedgerOf(_ledgerKey, Time);
        var patients = new PatientStore(database, keys, ledger, Time);
        var consent = new ConsentStore(database, keys, ledger, Time, ChangedAsync);
        var history = new CampaignHistory(database, keys, Organisation.TimeZone);
        _shards = new ShardDirectory(Time).Of(Organisation.Id);
        _shards.Attach(new ShardSources(patients, consent.LoadAsync, history.LoadAsync, history.NumbersAsync, Organisation.TimeZone));
        _shards.ConnectHere();
        return new OrganisationContext
        {
            Organisation = Organisation,
            Database = database,
            Keys = keys,
            Ledger = ledger,
            Time = Time,
            Patients = patients,
            Consent = consent,
            Audience = new SelectAudience(_shards),
            Sign = new SignMessage(_dkim),
        };
    }
}
