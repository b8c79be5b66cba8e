using System.Data.Common;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Time.Testing;
using Sealpost.Organisations;
using Sealpost.People;
using Sealpost.Storage;
using Sealpost.Tests.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Tests.People;

/// <summary>Two organisations and their people on a real database, for the suites of this slice.</summary>
public abstract class PeopleCompliance : IAsyncLifetime
{
    private protected const string Device = "Firefox on Linux";
    private protected const string Password = "a long horse battery";

    private string _folder = "";
    private FileKeySource _source = null!;

    private protected FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 24, 9, 0, 0, TimeSpan.Zero));

    private protected IDatabase Database { get; private set; } = null!;

    private protected Ledger Ledger { get; private set; } = null!;

    private protected PeopleDesk Desk { get; private set; } = null!;

    private protected OrganisationId Clinic { get; private set; }

    private protected OrganisationId Hospital { get; private set; }

    private protected PeopleStore People => new(Database, Clinic, Ledger, Time);

    private protected AccessTokens Tokens => new(Database, Clinic, Ledger, Time);

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public virtual async ValueTask InitializeAsync()
    {
        _folder = Directory.CreateTempSubdirectory("sealpost-test-").FullName;
        _source = await FileKeySource.CreateAsync(Path.Combine(_folder, "root.key"), passphrase: null, Token);
        Database = await OpenDatabaseAsync();
        Ledger = new Ledger(await Database.WriteAsync((transaction, token) => LedgerKey.CreateAsync(_source, transaction, Time, token), Token), Time);
        Clinic = await AddOrganisationAsync("Green Valley Clinic");
        Hospital = await AddOrganisationAsync("River Hospital");
        Desk = await PeopleDesk.OpenAsync(Database, _source, Ledger, Time, Token);
    }

    public virtual async ValueTask DisposeAsync()
    {
        Desk.Dispose();
        _source.Dispose();
        await Database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected abstract Task<IDatabase> OpenDatabaseAsync();

    /// <summary>Opens everything again, as a new process would.</summary>
    private protected Task<PeopleDesk> ReopenAsync() => PeopleDesk.OpenAsync(Database, _source, Ledger, Time, Token);

    /// <summary>Somebody with a password and an authenticator app.</summary>
    private protected async Task<Someone> JoinAsync(string name, Roles roles, OrganisationId? organisation = null)
    {
        var email = name.Split(' ')[0].ToLowerInvariant() + "@clinic.example";
        var link = await Desk.Invitations.InviteAsync(organisation ?? Clinic, new NewCredentials(name, email), roles, Actor.LocalOwner, Token);
        var chosen = WithPassword(name, email);
        var joined = await Desk.Accept.JoinAsync(link, chosen, Device, Token);
        return new Someone(email, chosen.AuthenticatorKey!, joined.Cookie, joined.RecoveryCodes);
    }

    private protected NewCredentials WithPassword(string name, string email)
    {
        var key = TimeCode.NewKey();
        return new NewCredentials(name, email) { Password = Password, AuthenticatorKey = key, Code = TimeCode.At(key, Time.GetUtcNow()) };
    }

    private protected async Task<Session> SessionAsync(string cookie) =>
        (await Desk.Sessions.OpenAsync(cookie, Token)).Session ?? throw new InvalidOperationException("The session has ended.");

    private protected async Task<Actor?> ActorAsync(string cookie, OrganisationId? organisation = null) =>
        (await Desk.Sessions.ActorAsync((await SessionAsync(cookie)).Id, organisation ?? Clinic, Token))?.Actor;

    /// <summary>Signs in with password and code; the code is of a later period than any used before.</summary>
    private protected async Task<SignInOutcome> SignInAsync(Someone person)
    {
        Time.Advance(TimeSpan.FromSeconds(90));
        return await Desk.SignIn.PasswordAsync(person.Email, Password, Token) is SignInOutcome.CodeNeeded needed
            ? await Desk.SignIn.CodeAsync(needed.Person, TimeCode.At(person.Key, Time.GetUtcNow()), Device, Token)
            : throw new InvalidOperationException("The password was not taken.");
    }

    private protected async Task<List<string>> LedgerAsync(OrganisationId organisation, string kinds = "%")
    {
        await using var connection = await Database.OpenReadAsync(Token);
        await using var command = connection.Command("SELECT kind, outcome FROM ledger_entry WHERE org = @org AND kind LIKE @kinds ORDER BY seq", ("org", (long)organisation.Value), ("kinds", kinds));
        await using var reader = await command.ExecuteReaderAsync(Token);
        var events = new List<string>();
        while (await reader.ReadAsync(Token))
            events.Add(reader.GetString(0) + " " + reader.GetString(1));
        return events;
    }

    /// <summary>A passkey as a browser's would be once verified.</summary>
    private protected static UserPasskeyInfo Passkey(byte id, bool verified = true) => new(
        [id, 1, 2, 3], [4, 5, 6], new DateTimeOffset(2026, 11, 24, 9, 0, 0, TimeSpan.Zero), 0, ["internal"], verified, isBackupEligible: true, isBackedUp: true, [7], [8])
    { Name = "Work laptop" };

    private async Task<OrganisationId> AddOrganisationAsync(string name)
    {
        var draft = new Organisation(default, name, "mail.example.test", "1 Orchard Road, Springfield, MA 01103", new Uri("https://mail.example.test"), TimeZoneInfo.Utc);
        return (await new OrganisationStore(Database, Ledger, Time).AddAsync(draft, _source, "local-owner", Token)).Organisation.Id;
    }

    private protected sealed record Someone(string Email, string Key, string Cookie, IReadOnlyList<string> RecoveryCodes);

    /// <summary>A store in memory.</summary>
    private protected static async Task<IDatabase> OpenSqliteAsync()
    {
        var database = SqliteDatabase.OpenTemporary();
        await database.MigrateAsync(Token);
        return database;
    }

    /// <summary>A database on the tests' own server.</summary>
    private protected static async Task<IDatabase> OpenPostgresAsync(PostgresServer server)
    {
        var database = new PostgresDatabase(await server.CreateDatabaseAsync(Token));
        await database.MigrateAsync(Token);
        return database;
    }
}
