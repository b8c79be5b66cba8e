using Sealpost.Organisations;
using Sealpost.People;
using Sealpost.Storage;
using Sealpost.Tests.Storage;

namespace Sealpost.Tests.People;

public abstract class SessionCompliance : PeopleCompliance
{
    [Fact]
    public async Task An_idle_session_ends_after_a_quarter_of_an_hour_and_stays_ended()
    {
        var maria = await JoinAsync("Maria Ortiz", Roles.Marketer);
        Time.Advance(TimeSpan.FromMinutes(15) - TimeSpan.FromSeconds(1));
        Assert.NotNull((await Desk.Sessions.OpenAsync(maria.Cookie, Token)).Session);
        Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((null, SessionEnd.Idle), await Desk.Sessions.OpenAsync(maria.Cookie, Token));
        Time.SetUtcNow(Time.GetUtcNow());
        Assert.Equal((null, SessionEnd.Idle), await Desk.Sessions.OpenAsync(maria.Cookie, Token));
        Assert.Contains("session.ended done", await LedgerAsync(Clinic, "session.%"));
    }

    [Fact]
    public async Task Activity_keeps_a_session_but_not_beyond_twelve_hours()
    {
        var maria = await JoinAsync("Maria Ortiz", Roles.Marketer);
        for (var at = TimeSpan.Zero; at < Sessions.LongestLife - TimeSpan.FromMinutes(10); at += TimeSpan.FromMinutes(10))
        {
            await Desk.Sessions.TouchAsync(await SessionAsync(maria.Cookie), Token);
            Time.Advance(TimeSpan.FromMinutes(10));
        }

        await Desk.Sessions.TouchAsync(await SessionAsync(maria.Cookie), Token);
        Time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal((null, SessionEnd.TooOld), await Desk.Sessions.OpenAsync(maria.Cookie, Token));
    }

    [Fact]
    public async Task The_strictest_organisation_of_a_person_sets_the_idle_time()
    {
        var store = new OrganisationStore(Database, Ledger, Time);
        await store.SetAsync(Clinic, "idle-minutes", "30", "local-owner", Token);
        var maria = await JoinAsync("Maria Ortiz", Roles.Marketer);
        Assert.Equal(TimeSpan.FromMinutes(30), (await SessionAsync(maria.Cookie)).IdleTime);
        await store.SetAsync(Hospital, "idle-minutes", "5", "local-owner", Token);
        var link = await Desk.Invitations.InviteAsync(Hospital, new NewCredentials("Maria Ortiz", maria.Email), Roles.Auditor, Actor.LocalOwner, Token);
        await Desk.Accept.JoinAsAsync(link, await SessionAsync(maria.Cookie), Token);
        Assert.Equal(TimeSpan.FromMinutes(5), (await SessionAsync(maria.Cookie)).IdleTime);
    }

    [Theory]
    [InlineData("4")]
    [InlineData("61")]
    [InlineData("never")]
    public void An_idle_time_out_of_bounds_is_refused(string minutes) =>
        Assert.Throws<RefusedException>(() => OrganisationSettings.Check("idle-minutes", minutes));

    [Fact]
    public async Task A_role_that_was_taken_away_is_gone_in_a_running_session()
    {
        var maria = await JoinAsync("Maria Ortiz", Roles.Marketer | Roles.Approver);
        await People.GrantAsync("Maria Ortiz", Roles.Marketer, Actor.LocalOwner, Token);
        Assert.Equal(Roles.Marketer, (await ActorAsync(maria.Cookie))?.Roles);
    }

    [Fact]
    public async Task A_person_who_was_ended_is_nobody_at_once_but_keeps_other_organisations()
    {
        var maria = await JoinAsync("Maria Ortiz", Roles.Marketer);
        var link = await Desk.Invitations.InviteAsync(Hospital, new NewCredentials("Maria Ortiz", maria.Email), Roles.Auditor, Actor.LocalOwner, Token);
        await Desk.Accept.JoinAsAsync(link, await SessionAsync(maria.Cookie), Token);
        var token = await Tokens.CreateAsync("Maria Ortiz", new AccessTokenDraft("cron", TimeSpan.FromDays(1)), Actor.LocalOwner, Token);
        await People.EndAsync("Maria Ortiz", Actor.LocalOwner, Token);
        Assert.Null(await ActorAsync(maria.Cookie));
        Assert.Null(await Tokens.AuthenticateAsync(token, Token));
        Assert.Equal(Roles.Auditor, (await ActorAsync(maria.Cookie, Hospital))?.Roles);
        Assert.Equal(["River Hospital"], (await Desk.Memberships.ListAsync((await SessionAsync(maria.Cookie)).Person, Token)).Select(one => one.OrganisationName));
    }

    [Fact]
    public async Task Nobody_acts_in_an_organisation_that_is_not_theirs()
    {
        var maria = await JoinAsync("Maria Ortiz", Roles.Administrator);
        Assert.Null(await ActorAsync(maria.Cookie, Hospital));
    }

    [Fact]
    public async Task Removing_a_passkey_ends_the_other_sessions_and_not_this_one()
    {
        var maria = await JoinAsync("Maria Ortiz", Roles.Marketer);
        var session = await SessionAsync(maria.Cookie);
        await Desk.Credentials.AddPasskeyAsync(session, Passkey(1), "Work laptop", Token);
        var other = (SignInOutcome.Done)await Desk.SignIn.PasskeyAsync(session.Person, Passkey(1), "challenge", Device, Token);
        await Desk.Credentials.RemovePasskeyAsync(session, (await Desk.Credentials.ReadAsync(session, Token)).Passkeys[0].Id, Token);
        Assert.Equal(SessionEnd.Credentials, (await Desk.Sessions.OpenAsync(other.Cookie, Token)).End);
        Assert.NotNull((await Desk.Sessions.OpenAsync(maria.Cookie, Token)).Session);
    }

    [Fact]
    public async Task The_last_way_in_cannot_be_removed()
    {
        var maria = await JoinAsync("Maria Ortiz", Roles.Marketer);
        var session = await SessionAsync(maria.Cookie);
        await Assert.ThrowsAsync<RefusedException>(() => Desk.Credentials.RemovePasswordAsync(session, Token));
        await Desk.Credentials.AddPasskeyAsync(session, Passkey(1), "Work laptop", Token);
        await Desk.Credentials.RemovePasswordAsync(session, Token);
        var only = (await Desk.Credentials.ReadAsync(session, Token)).Passkeys[0];
        await Assert.ThrowsAsync<RefusedException>(() => Desk.Credentials.RemovePasskeyAsync(session, only.Id, Token));
    }

    [Fact]
    public async Task Credentials_change_only_with_a_fresh_passkey_or_code()
    {
        var maria = await JoinAsync("Maria Ortiz", Roles.Marketer);
        Time.Advance(Actor.FreshFor);
        await Assert.ThrowsAsync<RefusedException>(async () => await Desk.Credentials.AddPasskeyAsync(await SessionAsync(maria.Cookie), Passkey(1), "Mine", Token));
        Assert.True(await Desk.SignIn.ConfirmAsync(await SessionAsync(maria.Cookie), TimeCode.At(maria.Key, Time.GetUtcNow()), Token));
        Assert.True(await Desk.Credentials.AddPasskeyAsync(await SessionAsync(maria.Cookie), Passkey(1), "Mine", Token));
    }

    [Fact]
    public async Task An_actor_at_a_browser_must_confirm_after_five_minutes()
    {
        var maria = await JoinAsync("Maria Ortiz", Roles.Approver);
        (await ActorAsync(maria.Cookie))!.RequireFresh(Time.GetUtcNow(), "approve campaigns");
        Time.Advance(Actor.FreshFor);
        var actor = (await ActorAsync(maria.Cookie))!;
        Assert.Throws<RefusedException>(() => actor.RequireFresh(Time.GetUtcNow(), "approve campaigns"));
        Assert.True(await Desk.SignIn.ConfirmAsync(await SessionAsync(maria.Cookie), TimeCode.At(maria.Key, Time.GetUtcNow()), Token));
        (await ActorAsync(maria.Cookie))!.RequireFresh(Time.GetUtcNow(), "approve campaigns");
    }

    [Fact]
    public async Task A_session_is_ended_from_another_one_of_the_same_person_only()
    {
        var maria = await JoinAsync("Maria Ortiz", Roles.Marketer);
        var ben = await JoinAsync("Ben Achterberg", Roles.Approver);
        var (hers, his) = (await SessionAsync(maria.Cookie), await SessionAsync(ben.Cookie));
        Assert.False(await Desk.Sessions.EndAsync(his.Person, hers.Id, SessionEnd.Ended, Token));
        Assert.True(await Desk.Sessions.EndAsync(hers.Person, hers.Id, SessionEnd.Ended, Token));
        Assert.Equal((null, SessionEnd.Ended), await Desk.Sessions.OpenAsync(maria.Cookie, Token));
        Assert.Single(await Desk.Sessions.ListAsync(his.Person, Token));
    }
}

public sealed class SessionsOnSqliteTests : SessionCompliance
{
    private protected override Task<IDatabase> OpenDatabaseAsync() => OpenSqliteAsync();
}

public sealed class SessionsOnPostgresqlTests(PostgresServer server) : SessionCompliance
{
    private protected override Task<IDatabase> OpenDatabaseAsync() => OpenPostgresAsync(server);
}
