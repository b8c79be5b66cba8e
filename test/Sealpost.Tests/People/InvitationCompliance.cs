using Sealpost.People;
using Sealpost.Storage;
using Sealpost.Tests.Storage;
using Sealpost.Trust.Keys;

namespace Sealpost.Tests.People;

public abstract class InvitationCompliance : PeopleCompliance
{
    [Fact]
    public async Task An_invitation_works_once()
    {
        var link = await InviteAsync("Maria Ortiz");
        Assert.Equal("Maria Ortiz", (await Desk.Invitations.FindAsync(link, Token))?.Name);
        await Desk.Accept.JoinAsync(link, WithPassword("", ""), Device, Token);
        Assert.Null(await Desk.Invitations.FindAsync(link, Token));
        await Assert.ThrowsAsync<RefusedException>(() => Desk.Accept.JoinAsync(link, WithPassword("", ""), Device, Token));
    }

    [Fact]
    public async Task Of_two_who_use_an_invitation_at_once_one_joins()
    {
        var link = await InviteAsync("Maria Ortiz");
        var tries = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            try
            {
                await Desk.Accept.JoinAsync(link, WithPassword("", ""), Device, Token);
                return 1;
            }
            catch (RefusedException)
            {
                return 0;
            }
        }));
        Assert.Equal(1, tries.Sum());
    }

    [Fact]
    public async Task A_refused_choice_leaves_the_invitation_usable()
    {
        var link = await InviteAsync("Maria Ortiz");
        await Assert.ThrowsAsync<RefusedException>(() => Desk.Accept.JoinAsync(link, WithPassword("", "") with { Password = "short" }, Device, Token));
        await Assert.ThrowsAsync<RefusedException>(() => Desk.Accept.JoinAsync(link, WithPassword("", "") with { Code = "000" }, Device, Token));
        await Assert.ThrowsAsync<RefusedException>(() => Desk.Accept.JoinAsync(link, new NewCredentials("", "") { Passkey = Passkey(1, verified: false) }, Device, Token));
        Assert.NotNull(await Desk.Accept.JoinAsync(link, WithPassword("", ""), Device, Token));
    }

    [Fact]
    public async Task An_invitation_expires_after_three_days()
    {
        var link = await InviteAsync("Maria Ortiz");
        Time.Advance(Invitations.Life);
        Assert.Null(await Desk.Invitations.FindAsync(link, Token));
        await Assert.ThrowsAsync<RefusedException>(() => Desk.Accept.JoinAsync(link, WithPassword("", ""), Device, Token));
    }

    [Fact]
    public async Task A_new_link_or_the_persons_end_revokes_the_old_one()
    {
        var first = await InviteAsync("Maria Ortiz");
        var actor = (await People.FindAsync("Maria Ortiz", Token))!;
        var second = await Desk.Invitations.InviteAgainAsync(Clinic, actor.Id, "maria@clinic.example", Actor.LocalOwner, Token);
        Assert.Null(await Desk.Invitations.FindAsync(first, Token));
        await People.EndAsync("Maria Ortiz", Actor.LocalOwner, Token);
        Assert.Null(await Desk.Invitations.FindAsync(second, Token));
    }

    [Fact]
    public async Task Only_administrators_invite()
    {
        var marketer = new Actor("u-1", "Mara", Roles.Marketer | Roles.Approver | Roles.Compliance | Roles.Auditor);
        await Assert.ThrowsAsync<RefusedException>(() => Desk.Invitations.InviteAsync(Clinic, new NewCredentials("X", "x@clinic.example"), Roles.Approver, marketer, Token));
    }

    [Fact]
    public async Task An_invitation_never_opens_an_account_of_another_organisation()
    {
        var maria = await JoinAsync("Maria Ortiz", Roles.Administrator);
        var link = await Desk.Invitations.InviteAsync(Hospital, new NewCredentials("Maria O", maria.Email), Roles.Auditor, Actor.LocalOwner, Token);
        Assert.False((await Desk.Invitations.FindAsync(link, Token))!.SetsCredentials);
        await Assert.ThrowsAsync<RefusedException>(() => Desk.Accept.JoinAsync(link, WithPassword("", ""), Device, Token));
        await Desk.Accept.JoinAsAsync(link, await SessionAsync(maria.Cookie), Token);
        Assert.Equal(Roles.Auditor, (await ActorAsync(maria.Cookie, Hospital))?.Roles);
    }

    [Fact]
    public async Task An_invitation_for_somebody_else_is_not_accepted()
    {
        var ben = await JoinAsync("Ben Achterberg", Roles.Approver);
        await JoinAsync("Maria Ortiz", Roles.Marketer);
        var link = await Desk.Invitations.InviteAsync(Hospital, new NewCredentials("Maria O", "maria@clinic.example"), Roles.Auditor, Actor.LocalOwner, Token);
        await Assert.ThrowsAsync<RefusedException>(async () => await Desk.Accept.JoinAsAsync(link, await SessionAsync(ben.Cookie), Token));
    }

    [Fact]
    public async Task The_first_person_is_administrator_and_there_is_one_first()
    {
        var link = (await Desk.Invitations.FirstAsync(Clinic, Actor.LocalOwner, Token))!;
        var again = (await Desk.Invitations.FirstAsync(Clinic, Actor.LocalOwner, Token))!;
        Assert.NotNull(await Desk.Invitations.FindAsync(link, Token));
        var joined = await Desk.Accept.JoinAsync(again, WithPassword("Noor Haddad", "noor@clinic.example"), Device, Token);
        Assert.Null(await Desk.Invitations.FindAsync(link, Token));
        Assert.Equal(Roles.Administrator, (await ActorAsync(joined.Cookie))?.Roles);
        Assert.True((await SessionAsync(joined.Cookie)).IsOperator);
        Assert.Null(await Desk.Invitations.FirstAsync(Clinic, Actor.LocalOwner, Token));
    }

    [Fact]
    public async Task Without_an_organisation_the_first_person_founds_one()
    {
        var link = (await Desk.Invitations.FirstAsync(null, Actor.LocalOwner, Token))!;
        var joined = await Desk.Accept.JoinAsync(link, WithPassword("Noor Haddad", "noor@clinic.example"), Device, Token);
        var person = (await SessionAsync(joined.Cookie)).Person;
        Assert.Empty(await Desk.Memberships.ListAsync(person, Token));
        await Desk.Memberships.FoundAsync(person, Hospital, Token);
        Assert.Equal(Roles.Administrator, (await ActorAsync(joined.Cookie, Hospital))?.Roles);
        await Assert.ThrowsAsync<RefusedException>(() => Desk.Memberships.FoundAsync(person, Hospital, Token));
    }

    [Fact]
    public async Task A_locked_out_person_gets_in_by_a_link_that_only_the_folders_owner_makes()
    {
        var maria = await JoinAsync("Maria Ortiz", Roles.Administrator);
        var herself = (await ActorAsync(maria.Cookie))!;
        await Assert.ThrowsAsync<RefusedException>(() => Desk.Invitations.RecoverAsync(Clinic, "Maria Ortiz", "", herself, Token));
        for (var i = 0; i < IdentityUsers.Failures; i++)
            await Desk.SignIn.PasswordAsync(maria.Email, "wrong", Token);
        var link = await Desk.Invitations.RecoverAsync(Clinic, "Maria Ortiz", "", Actor.LocalOwner, Token);
        var back = await Desk.Accept.JoinAsync(link, WithPassword("", "") with { Password = "another horse battery" }, Device, Token);
        Assert.Equal(herself.Id, (await ActorAsync(back.Cookie))?.Id);
        Assert.Equal(SessionEnd.Credentials, (await Desk.Sessions.OpenAsync(maria.Cookie, Token)).End);
        Assert.IsType<SignInOutcome.CodeNeeded>(await Desk.SignIn.PasswordAsync(maria.Email, "another horse battery", Token));
    }

    [Fact]
    public async Task A_demo_link_signs_in_once()
    {
        var maria = await People.AddAsync("Maria Ortiz", Roles.Marketer, Actor.LocalOwner, Token);
        var link = await Desk.Invitations.DemoAsync(Clinic, maria, "maria@demo.example", Token);
        var cookie = await Desk.Accept.EnterDemoAsync(link, Device, Token);
        Assert.Equal(maria.Id, (await ActorAsync(cookie))?.Id);
        await Assert.ThrowsAsync<RefusedException>(() => Desk.Accept.EnterDemoAsync(link, Device, Token));
        await Assert.ThrowsAsync<RefusedException>(async () => await Desk.Accept.EnterDemoAsync(await InviteAsync("Ben A"), Device, Token));
    }

    private Task<string> InviteAsync(string name) =>
        Desk.Invitations.InviteAsync(Clinic, new NewCredentials(name, name.Split(' ')[0].ToLowerInvariant() + "@clinic.example"), Roles.Marketer, Actor.LocalOwner, Token);
}

public sealed class InvitationsOnSqliteTests : InvitationCompliance
{
    private protected override Task<IDatabase> OpenDatabaseAsync() => OpenSqliteAsync();
}

public sealed class InvitationsOnPostgresqlTests(PostgresServer server) : InvitationCompliance
{
    private protected override Task<IDatabase> OpenDatabaseAsync() => OpenPostgresAsync(server);
}
