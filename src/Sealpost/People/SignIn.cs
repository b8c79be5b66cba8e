using Microsoft.AspNetCore.Identity;
using Sealpost.Storage;
using Sealpost.Trust.Ledger;

namespace Sealpost.People;

/// <summary>The ways to sign in. Every try is a ledger event; five wrong passwords or codes lock them for 15 minutes. 45 CFR 164.308(a)(5)(ii)(C), 164.312(d).</summary>
internal sealed class SignIn(PeopleContext context)
{
    private static readonly TimeSpan CodeLife = TimeSpan.FromMinutes(5);
    private static readonly Person Nobody = new() { Id = "nobody", PasswordHash = new PasswordHasher<Person>().HashPassword(new Person(), Secrets.Token()) };

    /// <summary>The first of two factors.</summary>
    public Task<SignInOutcome> PasswordAsync(string email, string password, CancellationToken cancellationToken) => context.WriteAsync(
        async (work, token) =>
        {
            var person = await work.Users.FindByEmailAsync(email.Trim()).ConfigureAwait(false);
            if (person is null || !person.HasPasswordAndCode)
            {
                // As long as for a known one.
                await work.Users.CheckPasswordAsync(Nobody, password).ConfigureAwait(false);
                return await RefuseUncountedAsync(work, person, "password", token).ConfigureAwait(false);
            }

            if (await LockedAsync(work, person, token).ConfigureAwait(false) is { } locked)
                return locked;
            return await work.Users.CheckPasswordAsync(person, password).ConfigureAwait(false)
                ? new SignInOutcome.CodeNeeded(person.Id)
                : await FailAsync(work, person, "password", token).ConfigureAwait(false);
        },
        cancellationToken);

    /// <summary>The second: a code of the authenticator app.</summary>
    public Task<SignInOutcome> CodeAsync(string personId, string code, string device, CancellationToken cancellationToken) => context.WriteAsync(
        async (work, token) =>
        {
            var person = await work.FindAsync(personId, token).ConfigureAwait(false);
            if (await LockedAsync(work, person, token).ConfigureAwait(false) is { } locked)
                return locked;
            if (!await TakeCodeAsync(work, person, code, token).ConfigureAwait(false))
                return await FailAsync(work, person, "code", token).ConfigureAwait(false);
            return await StartAsync(work, person, SignInMethod.Code, device, token).ConfigureAwait(false);
        },
        cancellationToken);

    /// <summary>A recovery code, with the password where the person has one. Emergency access: needs no provider, no phone and no passkey. 45 CFR 164.312(a)(2)(ii).</summary>
    public Task<SignInOutcome> RecoveryAsync(string email, string? password, string code, string device, CancellationToken cancellationToken) => context.WriteAsync(
        async (work, token) =>
        {
            var person = await work.Users.FindByEmailAsync(email.Trim()).ConfigureAwait(false);
            if (person is null)
                return await RefuseUncountedAsync(work, null, "recovery", token).ConfigureAwait(false);
            if (await LockedAsync(work, person, token).ConfigureAwait(false) is { } locked)
                return locked;
            if ((person.PasswordHash is not null && !await work.Users.CheckPasswordAsync(person, password ?? "").ConfigureAwait(false))
                || !(await work.Users.RedeemTwoFactorRecoveryCodeAsync(person, code).ConfigureAwait(false)).Succeeded)
                return await FailAsync(work, person, "recovery", token).ConfigureAwait(false);
            return await StartAsync(work, person, SignInMethod.Recovery, device, token).ConfigureAwait(false);
        },
        cancellationToken);

    /// <summary>A passkey whose signature was verified over a challenge of ours; the challenge counts once.</summary>
    public Task<SignInOutcome> PasskeyAsync(string personId, UserPasskeyInfo passkey, string challenge, string device, CancellationToken cancellationToken) => context.WriteAsync<SignInOutcome>(
        async (work, token) =>
        {
            var person = await work.FindAsync(personId, token).ConfigureAwait(false);
            return await TakePasskeyAsync(work, person, passkey, challenge, token).ConfigureAwait(false)
                ? new SignInOutcome.Done(await Sessions.StartAsync(work, person, SignInMethod.Passkey, device, token).ConfigureAwait(false))
                : await RefuseUncountedAsync(work, person, "passkey", token).ConfigureAwait(false);
        },
        cancellationToken);

    /// <summary>Notes a passkey that did not verify.</summary>
    public Task<SignInOutcome> PasskeyFailedAsync(CancellationToken cancellationToken) =>
        context.WriteAsync<SignInOutcome>(async (work, token) => await RefuseUncountedAsync(work, null, "passkey", token).ConfigureAwait(false), cancellationToken);

    /// <summary>A fresh passkey in a running session.</summary>
    /// <exception cref="RefusedException">Another person's passkey, or a challenge answered before.</exception>
    public Task<bool> ConfirmAsync(Session session, UserPasskeyInfo passkey, string challenge, CancellationToken cancellationToken) => context.WriteAsync(
        async (work, token) =>
        {
            var person = await work.FindAsync(session.Person, token).ConfigureAwait(false);
            if (!await TakePasskeyAsync(work, person, passkey, challenge, token).ConfigureAwait(false))
                throw new RefusedException("This passkey did not fit. Try again.");
            await ConfirmedAsync(work, person, session, "passkey", token).ConfigureAwait(false);
            return true;
        },
        cancellationToken);

    /// <summary>A fresh code in a running session; false where it is wrong, which counts towards the lock-out.</summary>
    public Task<bool> ConfirmAsync(Session session, string code, CancellationToken cancellationToken) => context.WriteAsync(
        async (work, token) =>
        {
            var person = await work.FindAsync(session.Person, token).ConfigureAwait(false);
            if (await LockedAsync(work, person, token).ConfigureAwait(false) is not null)
                return false;
            if (!await TakeCodeAsync(work, person, code, token).ConfigureAwait(false))
            {
                await FailAsync(work, person, "code", token).ConfigureAwait(false);
                return false;
            }

            await ConfirmedAsync(work, person, session, "code", token).ConfigureAwait(false);
            return true;
        },
        cancellationToken);

    /// <summary>Whether a code is the authenticator app's, and was not used before (RFC 6238 §5.2).</summary>
    internal static async Task<bool> TakeCodeAsync(PeopleWork work, Person person, string code, CancellationToken cancellationToken) =>
        person.TwoFactorEnabled
        && await work.Users.GetAuthenticatorKeyAsync(person).ConfigureAwait(false) is { } key
        && TimeCode.StepOf(key, code, work.Now) is { } step
        && await work.UseOnceAsync($"code:{person.Id}:{step}", CodeLife, cancellationToken).ConfigureAwait(false);

    private static async Task<bool> TakePasskeyAsync(PeopleWork work, Person person, UserPasskeyInfo passkey, string challenge, CancellationToken cancellationToken)
    {
        if (await work.Users.GetPasskeyAsync(person, passkey.CredentialId).ConfigureAwait(false) is null
            || !await work.UseOnceAsync("challenge:" + challenge, Challenge.Life, cancellationToken).ConfigureAwait(false))
            return false;
        PeopleWork.Check(await work.Users.AddOrUpdatePasskeyAsync(person, passkey).ConfigureAwait(false));
        await work.ExecuteAsync(
            "UPDATE person_passkey SET last_used_at = @now WHERE credential_id = @id",
            [("@now", Sql.Stored(work.Now)), ("@id", passkey.CredentialId)],
            cancellationToken).ConfigureAwait(false);
        return true;
    }

    private static async Task ConfirmedAsync(PeopleWork work, Person person, Session session, string how, CancellationToken cancellationToken)
    {
        await Sessions.VerifiedAsync(work, session.Id, cancellationToken).ConfigureAwait(false);
        await work.NoteAsync("signin.confirmed", person, session.Id, "done", how, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<SignInOutcome> StartAsync(PeopleWork work, Person person, SignInMethod method, string device, CancellationToken cancellationToken)
    {
        PeopleWork.Check(await work.Users.ResetAccessFailedCountAsync(person).ConfigureAwait(false));
        return new SignInOutcome.Done(await Sessions.StartAsync(work, person, method, device, cancellationToken).ConfigureAwait(false));
    }

    private static async Task<SignInOutcome?> LockedAsync(PeopleWork work, Person person, CancellationToken cancellationToken)
    {
        if (!await work.Users.IsLockedOutAsync(person).ConfigureAwait(false))
            return null;
        await work.NoteAsync("signin.failed", person, null, "refused", "locked", cancellationToken).ConfigureAwait(false);
        return new SignInOutcome.LockedOut(person.LockoutEnd!.Value);
    }

    private static async Task<SignInOutcome> FailAsync(PeopleWork work, Person person, string with, CancellationToken cancellationToken)
    {
        PeopleWork.Check(await work.Users.AccessFailedAsync(person).ConfigureAwait(false));
        await work.NoteAsync("signin.failed", person, null, "refused", with, cancellationToken).ConfigureAwait(false);
        if (!await work.Users.IsLockedOutAsync(person).ConfigureAwait(false))
            return new SignInOutcome.Refused();
        await work.NoteAsync("signin.locked", person, null, "done", null, cancellationToken).ConfigureAwait(false);
        return new SignInOutcome.LockedOut(person.LockoutEnd!.Value);
    }

    private static async Task<SignInOutcome> RefuseUncountedAsync(PeopleWork work, Person? person, string with, CancellationToken cancellationToken)
    {
        if (person is null)
            await work.NoteAsync(new AuditEvent(PeopleContext.Installation, "signin.failed", "unknown", null, null, "refused", with), cancellationToken).ConfigureAwait(false);
        else
            await work.NoteAsync("signin.failed", person, null, "refused", with, cancellationToken).ConfigureAwait(false);
        return new SignInOutcome.Refused();
    }
}

/// <summary>What a passkey signs.</summary>
internal static class Challenge
{
    /// <summary>How long one may be answered.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(5);
}
