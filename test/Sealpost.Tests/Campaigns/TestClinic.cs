using Microsoft.Extensions.Time.Testing;
using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.Content;
using Sealpost.Delivery;
using Sealpost.Organisations;
using Sealpost.Patients;
using Sealpost.People;
using Sealpost.Shards;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;
using LedgerOf = Sealpost.Trust.Ledger.Ledger;

namespace Sealpost.Tests.Campaigns;

/// <summary>An organisation on a store of its own, with the real slices behind it.</summary>
internal sealed class TestClinic : IAsyncDisposable
{
    public static readonly Actor Author = new("u-author", "Ann Author", Roles.Marketer);
    public static readonly Actor Approver = new("u-approver", "Ben Approver", Roles.Approver);

    private FileKeySource _source = null!;
    private LedgerKey _ledgerKey = null!;

    private TestClinic(TimeProvider time) => Time = time;

    public TimeProvider Time { get; }

    public FakeTimeProvider Clock => (FakeTimeProvider)Time;

    public string Folder { get; } = Directory.CreateTempSubdirectory("sealpost-test-").FullName;

    public OrganisationContext Context { get; private set; } = null!;

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public static Organisation Organisation { get; } = new(
        new OrganisationId(1), "Green Valley Clinic", "mail.greenvalley.example", "1 Main Street, Springfield, MA 01101", new Uri("https://mail.greenvalley.example/"), TimeZoneInfo.Utc);

    public static FakeTimeProvider NewClock() => new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));

    public static async Task<TestClinic> CreateAsync(TimeProvider? time = null)
    {
        var clinic = new TestClinic(time ?? NewClock());
        await clinic.OpenAsync();
        return clinic;
    }

    public static CampaignContent Content(string name) => new()
    {
        Name = name,
        Purpose = Purpose.Treatment,
        From = "Green Valley Clinic <care@mail.greenvalley.example>",
        Audience = "age >= 18",
        Subject = "A message from your clinic",
        Body = "Dear {{ patient.given_name }}, please call us.",
        Format = BodyFormat.Markdown,
        BodyFile = "body.md",
    };

    /// <summary>Campaign events in the ledger: kind and actor.</summary>
    public async Task<IReadOnlyList<string>> LedgerAsync()
    {
        await using var connection = await Context.Database.OpenReadAsync(Token);
        await using var command = Sql.Command(connection, "SELECT kind, actor FROM ledger_entry WHERE kind LIKE 'campaign.%' ORDER BY seq");
        await using var reader = await command.ExecuteReaderAsync(Token);
        var events = new List<string>();
        while (await reader.ReadAsync(Token))
            events.Add(reader.GetString(0) + " " + reader.GetString(1));
        return events;
    }

    public async ValueTask DisposeAsync()
    {
        Context.Keys.Dispose();
        _ledgerKey.Dispose();
        _source.Dispose();
        await Context.Database.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private async Task OpenAsync()
    {
        _source = await FileKeySource.CreateAsync(Path.Combine(Folder, "root.key"), null, Token);
        var database = DatabaseFactory.Open(Path.Combine(Folder, "data"));
        await database.MigrateAsync(Token);
        var keys = await database.WriteAsync((transaction, token) => KeyRing.CreateAsync(Organisation.Id, _source, transaction, Time, token), Token);
        _ledgerKey = await database.WriteAsync((transaction, token) => LedgerKey.CreateAsync(_source, transaction, Time, token), Token);
        var ledger = new LedgerOf(_ledgerKey, Time);
        Context = new OrganisationContext
        {
            Organisation = Organisation,
            Database = database,
            Keys = keys,
            Ledger = ledger,
            Time = Time,
            Patients = new PatientStore(database, keys, ledger, Time),
            Consent = null!,
            Audience = null!,
            Sign = null!,
        };
    }
}
