using Microsoft.AspNetCore.Identity;
using Sealpost.People;
using Sealpost.Storage;
using Sealpost.Tests.Storage;

namespace Sealpost.Tests.People;

public abstract class SignInCompliance : PeopleCompliance
{
    [Fact]
    public async Task A_password_and_a_code_sign_in_and_the_actor_holds_the_roles()
    {
        var maria = await JoinAsync("Maria Ortiz", Roles.Marketer | Roles.Compliance);
        var done = Assert.IsType<SignInOutcome.Done>(await SignInAsync(maria));
        var actor = await ActorAsync(done.Cookie);
        Assert.Equal(("Maria Ortiz", Roles.Marketer | Roles.Compliance), (actor?.Name, actor?.Roles));
    }

    [Fact]
    public async Task A_password_alone_signs_nobody_in()
    {
        var maria = await JoinAsync("Maria Ortiz", Roles.Marketer);
        Assert.IsType<SignInOutcome.CodeNeeded>(await Desk.SignIn.PasswordAsync(maria.Email, Password, Token));
        var link = await Desk.Invitations.InviteAsync(Clinic, new NewCredentials("Ben A", "ben@clinic.example"), Roles.Approver, Actor.LocalOwner, Token);
        await Assert.ThrowsAsync<RefusedException>(() => Desk.Accept.JoinAsync(link, new NewCredentials("", "") { Password = Password }, Device, Token));
    }

    [Fact]
    public async Task A_code_counts_once()
    {
        var maria = await JoinAsync("Maria Ortiz", Roles.Marketer);
        Time.Advance(TimeSpan.FromSeconds(90));
        var code = TimeCode.At(maria.Key, Time.GetUtcNow());
        var person = ((SignInOutcome.CodeNeeded)await Desk.SignIn.PasswordAsync(maria.Email, Password, Token)).Person;
        Assert.IsType<SignInOutcome.Done>(await Desk.SignIn.CodeAsync(person, code, Device, Token));
        Assert.IsType<SignInOutcome.Refused>(await Desk.SignIn.CodeAsync(person, code, Device, Token));
    }

    [Fact]
    public async Task Five_failures_lock_passwords_and_codes_for_a_quarter_of_an_hour()
    {
        var maria = await JoinAsync("Maria Ortiz", Roles.Marketer);
        for (var i = 1; i < IdentityUsers.Failures; i++)
            Assert.IsType<SignInOutcome.Refused>(await Desk.SignIn.PasswordAsync(maria.Email, "wrong", Token));
        Assert.IsType<SignInOutcome.LockedOut>(await Desk.SignIn.PasswordAsync(maria.Email, "wrong", Token));
        Assert.IsType<SignInOutcome.LockedOut>(await Desk.SignIn.PasswordAsync(maria.Email, Password, Token));
        Time.Advance(IdentityUsers.LockOut - TimeSpan.FromSeconds(1));
        Assert.IsType<SignInOutcome.LockedOut>(await Desk.SignIn.PasswordAsync(maria.Email, Password, Token));
        Time.Advance(TimeSpan.FromSeconds(1));
        Assert.IsType<SignInOutcome.CodeNeeded>(await Desk.SignIn.PasswordAsync(maria.Email, Password, Token));
    }

    [Fact]
    public async Task Wrong_codes_count_towards_the_lock_out_too()
    {
        var maria = await JoinAsync("Maria Ortiz", Roles.Marketer);
        var person = ((SignInOutcome.CodeNeeded)await Desk.SignIn.PasswordAsync(maria.Email, Password, Token)).Person;
        for (var i = 1; i < IdentityUsers.Failures; i++)
            Assert.IsType<SignInOutcome.Refused>(await Desk.SignIn.CodeAsync(person, "not it", Device, Token));
        Assert.IsType<SignInOutcome.LockedOut>(await Desk.SignIn.CodeAsync(person, "not it", Device, Token));
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData(4, true)]
    [InlineData(5, false)]
    public async Task A_sign_in_at_the_provider_that_rests_on_an_older_one_changes_no_passkeys(int? minutes, bool may)
    {
        var maria = await JoinAsync("Maria Ortiz", Roles.Marketer);
        var identity = new ProviderIdentity("https://login.clinic.example/", "1", maria.Email) { SignedInAt = minutes is { } ago ? Time.GetUtcNow() - TimeSpan.FromMinutes(ago) : null };
        var done = Assert.IsType<SignInOutcome.Done>(await Desk.Provider.SignInAsync(identity, Device, Token));
        var session = await SessionAsync(done.Cookie);
        Assert.Equal((may, false), (session.MayChangeCredentials(Time.GetUtcNow()), session.IsFresh(Time.GetUtcNow())));
    }

    [Fact]
    public async Task A_guesser_cannot_lock_a_passkey_out()
    {
        var maria = await JoinAsync("Maria Ortiz", Roles.Marketer);
        var session = await SessionAsync(maria.Cookie);
        await Desk.Credentials.AddPasskeyAsync(session, Passkey(1), "Work laptop", Token);
        for (var i = 0; i < IdentityUsers.Failures; i++)
            await Desk.SignIn.PasswordAsync(maria.Email, "wrong", Token);
        Assert.IsType<SignInOutcome.Done>(await Desk.SignIn.PasskeyAsync(session.Person, Passkey(1), "challenge", Device, Token));
    }

    [Fact]
    public async Task An_answered_challenge_is_not_taken_again()
    {
        var maria = await JoinAsync("Maria Ortiz", Roles.Marketer);
        var session = await SessionAsync(maria.Cookie);
        await Desk.Credentials.AddPasskeyAsync(session, Passkey(1), "Work laptop", Token);
        Assert.IsType<SignInOutcome.Done>(await Desk.SignIn.PasskeyAsync(session.Person, Passkey(1), "challenge", Device, Token));
        Assert.IsType<SignInOutcome.Refused>(await Desk.SignIn.PasskeyAsync(session.Person, Passkey(1), "challenge", Device, Token));
    }

    [Fact]
    public async Task A_recovery_code_lets_in_once_and_only_with_the_password()
    {
        var maria = await JoinAsync("Maria Ortiz", Roles.Marketer);
        var typed = maria.RecoveryCodes[3].ToLowerInvariant().Replace("-", " ", StringComparison.Ordinal);
        Assert.IsType<SignInOutcome.Refused>(await Desk.SignIn.RecoveryAsync(maria.Email, null, typed, Device, Token));
        Assert.IsType<SignInOutcome.Done>(await Desk.SignIn.RecoveryAsync(maria.Email, Password, typed, Device, Token));
        Assert.IsType<SignInOutcome.Refused>(await Desk.SignIn.RecoveryAsync(maria.Email, Password, typed, Device, Token));
        Assert.Equal(RecoveryCode.Count - 1, (await Desk.Credentials.ReadAsync(await SessionAsync(maria.Cookie), Token)).RecoveryCodes);
    }

    [Fact]
    public async Task An_unknown_address_and_a_wrong_password_look_the_same()
    {
        await JoinAsync("Maria Ortiz", Roles.Marketer);
        Assert.Equal(
            await Desk.SignIn.PasswordAsync("maria@clinic.example", "wrong", Token),
            await Desk.SignIn.PasswordAsync("nobody@clinic.example", "wrong", Token));
    }

    [Fact]
    public async Task Every_try_is_in_the_ledger_of_the_persons_organisations()
    {
        var maria = await JoinAsync("Maria Ortiz", Roles.Marketer);
        await SignInAsync(maria);
        for (var i = 0; i < IdentityUsers.Failures; i++)
            await Desk.SignIn.PasswordAsync(maria.Email, "wrong", Token);
        await Desk.SignIn.PasswordAsync("nobody@clinic.example", "wrong", Token);
        Assert.Equal(
            ["signin.link done", "signin.code done", .. Enumerable.Repeat("signin.failed refused", IdentityUsers.Failures), "signin.locked done"],
            await LedgerAsync(Clinic, "signin.%"));
        Assert.Empty(await LedgerAsync(Hospital, "signin.%"));
        Assert.Equal(["signin.failed refused"], await LedgerAsync(new Sealpost.Trust.Keys.OrganisationId(0), "signin.%"));
    }

    [Fact]
    public async Task Neither_authenticator_keys_nor_recovery_codes_nor_cookies_are_stored_in_clear()
    {
        var maria = await JoinAsync("Maria Ortiz", Roles.Marketer);
        await using var connection = await Database.OpenReadAsync(Token);
        await using var command = connection.Command("SELECT value FROM person_token UNION ALL SELECT password_hash FROM person UNION ALL SELECT id FROM session");
        await using var reader = await command.ExecuteReaderAsync(Token);
        var rows = 0;
        for (; await reader.ReadAsync(Token); rows++)
        {
            var text = reader.GetString(0);
            Assert.DoesNotContain(maria.Key, text, StringComparison.Ordinal);
            Assert.DoesNotContain(Password, text, StringComparison.Ordinal);
            Assert.DoesNotContain(maria.Cookie, text, StringComparison.Ordinal);
            Assert.DoesNotContain(maria.RecoveryCodes, code => text.Contains(code, StringComparison.OrdinalIgnoreCase));
        }

        Assert.Equal(4, rows);
    }

    [Fact]
    public async Task A_new_process_reads_what_an_earlier_one_sealed()
    {
        var maria = await JoinAsync("Maria Ortiz", Roles.Marketer);
        using var again = await ReopenAsync();
        Time.Advance(TimeSpan.FromSeconds(90));
        var needed = Assert.IsType<SignInOutcome.CodeNeeded>(await again.SignIn.PasswordAsync(maria.Email, Password, Token));
        Assert.IsType<SignInOutcome.Done>(await again.SignIn.CodeAsync(needed.Person, TimeCode.At(maria.Key, Time.GetUtcNow()), Device, Token));
    }
}

public sealed class SignInOnSqliteTests : SignInCompliance
{
    private protected override Task<IDatabase> OpenDatabaseAsync() => OpenSqliteAsync();
}

public sealed class SignInOnPostgresqlTests(PostgresServer server) : SignInCompliance
{
    private protected override Task<IDatabase> OpenDatabaseAsync() => OpenPostgresAsync(server);
}
