using Sealpost.People;
using Sealpost.Storage;
using Sealpost.Tests.Storage;

namespace Sealpost.Tests.People;

public abstract class AccessTokenCompliance : PeopleCompliance
{
    [Fact]
    public async Task A_token_acts_as_its_owner_with_the_roles_it_was_given()
    {
        await PersonAsync(Roles.Marketer | Roles.Compliance);
        var token = await CreateAsync(new AccessTokenDraft("cron", TimeSpan.FromDays(1), Roles.Marketer));
        Assert.Equal(("Ann", Roles.Marketer), await ActsAsAsync(token));
        await People.GrantAsync("Ann", Roles.Compliance, Actor.LocalOwner, Token);
        Assert.Equal(("Ann", Roles.None), await ActsAsAsync(token));
    }

    [Fact]
    public async Task A_token_cannot_hold_what_its_owner_does_not()
    {
        await PersonAsync(Roles.Marketer);
        await Assert.ThrowsAsync<RefusedException>(() => CreateAsync(new AccessTokenDraft("cron", TimeSpan.FromDays(1), Roles.Marketer | Roles.Approver)));
    }

    [Fact]
    public async Task A_reading_token_reads_and_changes_nothing()
    {
        await PersonAsync(Roles.Administrator);
        var reader = (await Tokens.AuthenticateAsync(await CreateAsync(new AccessTokenDraft("report", TimeSpan.FromDays(1), ReadOnly: true)), Token))!;
        reader.RequireToRead(Roles.Administrator, "see people");
        Assert.Throws<RefusedException>(() => reader.Require(Roles.Administrator, "invite people"));
        await Assert.ThrowsAsync<RefusedException>(() => People.EndAsync("Ann", reader, Token));
        await Assert.ThrowsAsync<RefusedException>(() => Tokens.CreateAsync("Ann", new AccessTokenDraft("wider", TimeSpan.FromDays(1)), reader, Token));
    }

    [Fact]
    public async Task A_token_expires_and_lives_a_year_at_most()
    {
        await PersonAsync(Roles.Marketer);
        await Assert.ThrowsAsync<RefusedException>(() => CreateAsync(new AccessTokenDraft("cron", AccessTokens.LongestLife + TimeSpan.FromSeconds(1))));
        var token = await CreateAsync(new AccessTokenDraft("cron", TimeSpan.FromDays(30)));
        Time.Advance(TimeSpan.FromDays(30) - TimeSpan.FromSeconds(1));
        Assert.NotNull(await Tokens.AuthenticateAsync(token, Token));
        Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await Tokens.AuthenticateAsync(token, Token));
    }

    [Fact]
    public async Task One_token_is_revoked_and_the_other_goes_on()
    {
        await PersonAsync(Roles.Marketer);
        var (first, second) = (await CreateAsync(new AccessTokenDraft("first", TimeSpan.FromDays(1))), await CreateAsync(new AccessTokenDraft("second", TimeSpan.FromDays(1))));
        var shown = (await Tokens.ListAsync(null, Actor.LocalOwner, Token)).Single(one => one.Name == "first");
        await Tokens.RevokeOneAsync(shown.Id, Actor.LocalOwner, Token);
        Assert.Null(await Tokens.AuthenticateAsync(first, Token));
        Assert.NotNull(await Tokens.AuthenticateAsync(second, Token));
        Assert.Equal(1, await Tokens.RevokeAllAsync("Ann", Actor.LocalOwner, Token));
        Assert.Null(await Tokens.AuthenticateAsync(second, Token));
    }

    [Fact]
    public async Task The_last_use_is_shown_and_the_secret_is_not_stored()
    {
        await PersonAsync(Roles.Marketer);
        var token = await CreateAsync(new AccessTokenDraft("cron", TimeSpan.FromDays(1)));
        Assert.Null((await Tokens.ListAsync(null, Actor.LocalOwner, Token)).Single().LastUsedAt);
        await Tokens.AuthenticateAsync(token, Token);
        Assert.Equal(Time.GetUtcNow(), (await Tokens.ListAsync(null, Actor.LocalOwner, Token)).Single().LastUsedAt);
        await using var connection = await Database.OpenReadAsync(Token);
        await using var command = connection.Command("SELECT hash FROM token");
        Assert.Equal(Secrets.Hash(token), (byte[]?)await command.ExecuteScalarAsync(Token));
    }

    [Fact]
    public async Task People_make_and_end_their_own_tokens_and_nobody_elses()
    {
        var ann = await PersonAsync(Roles.Marketer);
        var ben = await People.AddAsync("Ben", Roles.Approver, Actor.LocalOwner, Token);
        var own = await Tokens.CreateAsync("Ann", new AccessTokenDraft("cron", TimeSpan.FromDays(1)), ann, Token);
        await Assert.ThrowsAsync<RefusedException>(() => Tokens.CreateAsync("Ann", new AccessTokenDraft("cron", TimeSpan.FromDays(1)), ben, Token));
        await Assert.ThrowsAsync<RefusedException>(() => Tokens.ListAsync("Ann", ben, Token));
        var shown = (await Tokens.ListAsync("Ann", ann, Token)).Single();
        await Assert.ThrowsAsync<RefusedException>(() => Tokens.RevokeOneAsync(shown.Id, ben, Token));
        await Tokens.RevokeOneAsync(shown.Id, ann, Token);
        Assert.Null(await Tokens.AuthenticateAsync(own, Token));
    }

    [Fact]
    public async Task A_token_of_one_organisation_is_unknown_in_another()
    {
        await PersonAsync(Roles.Marketer);
        var token = await CreateAsync(new AccessTokenDraft("cron", TimeSpan.FromDays(1)));
        Assert.Null(await new AccessTokens(Database, Hospital, Ledger, Time).AuthenticateAsync(token, Token));
    }

    [Fact]
    public async Task Tokens_and_roles_are_in_the_ledger()
    {
        await PersonAsync(Roles.Marketer);
        await CreateAsync(new AccessTokenDraft("cron", TimeSpan.FromDays(1)));
        await Tokens.RevokeAllAsync("Ann", Actor.LocalOwner, Token);
        await People.GrantAsync("Ann", Roles.Approver, Actor.LocalOwner, Token);
        await People.EndAsync("Ann", Actor.LocalOwner, Token);
        Assert.Equal(["user.added done", "token.created done", "token.revoked done", "user.granted done", "user.ended done"], (await LedgerAsync(Clinic)).Where(one => !one.StartsWith("organisation", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_only_administrator_who_can_sign_in_keeps_the_role()
    {
        var noor = await JoinAsync("Noor Haddad", Roles.Administrator);
        var actor = (await ActorAsync(noor.Cookie))!;
        await Assert.ThrowsAsync<RefusedException>(() => People.EndAsync("Noor Haddad", actor, Token));
        await Assert.ThrowsAsync<RefusedException>(() => People.GrantAsync("Noor Haddad", Roles.Marketer, actor, Token));
        await JoinAsync("Omar Said", Roles.Administrator);
        await People.GrantAsync("Noor Haddad", Roles.Marketer, actor, Token);
    }

    private Task<Actor> PersonAsync(Roles roles) => People.AddAsync("Ann", roles, Actor.LocalOwner, Token);

    private Task<string> CreateAsync(AccessTokenDraft draft) => Tokens.CreateAsync("Ann", draft, Actor.LocalOwner, Token);

    private async Task<(string? Name, Roles? Roles)> ActsAsAsync(string token)
    {
        var actor = await Tokens.AuthenticateAsync(token, Token);
        return (actor?.Name, actor?.Roles);
    }
}

public sealed class AccessTokensOnSqliteTests : AccessTokenCompliance
{
    private protected override Task<IDatabase> OpenDatabaseAsync() => OpenSqliteAsync();
}

public sealed class AccessTokensOnPostgresqlTests(PostgresServer server) : AccessTokenCompliance
{
    private protected override Task<IDatabase> OpenDatabaseAsync() => OpenPostgresAsync(server);
}
