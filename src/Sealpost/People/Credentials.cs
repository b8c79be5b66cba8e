using System.Buffers.Text;
using Microsoft.AspNetCore.Identity;
using Sealpost.Storage;

namespace Sealpost.People;

/// <summary>What a person signs in with: passkeys, a password with an authenticator app, recovery codes. Changes need a fresh passkey or code; they end the person's other sessions.</summary>
internal sealed class Credentials(PeopleContext context)
{
    private const int LongestName = 60;

    /// <summary>What the person has.</summary>
    public async Task<Means> ReadAsync(Session session, CancellationToken cancellationToken)
    {
        var used = await LastUsesAsync(session.Person, cancellationToken).ConfigureAwait(false);
        return await context.ReadAsync(
            async (users, _) =>
            {
                var person = await users.FindByIdAsync(session.Person).ConfigureAwait(false) ?? throw new RefusedException("You are signed out. Sign in again.");
                var passkeys = await users.GetPasskeysAsync(person).ConfigureAwait(false);
                return new Means(
                    person.DisplayName,
                    person.Email ?? "",
                    [.. passkeys.OrderBy(passkey => passkey.CreatedAt).Select(passkey => new Passkey(IdOf(passkey), passkey.Name ?? "Passkey", passkey.CreatedAt, used.GetValueOrDefault(IdOf(passkey)), passkey.IsBackedUp))],
                    person.HasPasswordAndCode,
                    await users.CountRecoveryCodesAsync(person).ConfigureAwait(false));
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Adds a verified passkey.</summary>
    public Task<bool> AddPasskeyAsync(Session session, UserPasskeyInfo passkey, string name, CancellationToken cancellationToken) => ChangeAsync(
        session,
        async (work, person, token) =>
        {
            await AddAsync(work, person, passkey, name, token).ConfigureAwait(false);
            return true;
        },
        cancellationToken);

    /// <summary>Names a passkey anew.</summary>
    public Task<bool> RenamePasskeyAsync(Session session, string id, string name, CancellationToken cancellationToken) => context.WriteAsync(
        async (work, token) =>
        {
            var person = await work.FindAsync(session.Person, token).ConfigureAwait(false);
            var passkey = await FindAsync(work, person, id).ConfigureAwait(false);
            passkey.Name = NameOf(name);
            PeopleWork.Check(await work.Users.AddOrUpdatePasskeyAsync(person, passkey).ConfigureAwait(false));
            await work.NoteAsync("passkey.renamed", person, id, "done", null, token).ConfigureAwait(false);
            return true;
        },
        cancellationToken);

    /// <summary>Removes a passkey and ends the person's other sessions.</summary>
    /// <exception cref="RefusedException">It is the last thing the person can sign in with.</exception>
    public Task<bool> RemovePasskeyAsync(Session session, string id, CancellationToken cancellationToken) => ChangeAsync(
        session,
        async (work, person, token) =>
        {
            var passkey = await FindAsync(work, person, id).ConfigureAwait(false);
            if (!person.HasPasswordAndCode && (await work.Users.GetPasskeysAsync(person).ConfigureAwait(false)).Count == 1)
                throw new RefusedException("This is all you can sign in with. Add another passkey first, then remove this one.");
            PeopleWork.Check(await work.Users.RemovePasskeyAsync(person, passkey.CredentialId).ConfigureAwait(false));
            await work.NoteAsync("passkey.removed", person, id, "done", null, token).ConfigureAwait(false);
            await EndOthersAsync(work, person, session, token).ConfigureAwait(false);
            return true;
        },
        cancellationToken);

    /// <summary>Sets a password with an authenticator app and ends the person's other sessions.</summary>
    public Task<bool> SetPasswordAsync(Session session, NewCredentials chosen, CancellationToken cancellationToken) => ChangeAsync(
        session,
        async (work, person, token) =>
        {
            await SetPasswordAsync(work, person, chosen, token).ConfigureAwait(false);
            await EndOthersAsync(work, person, session, token).ConfigureAwait(false);
            return true;
        },
        cancellationToken);

    /// <summary>Removes password and authenticator app and ends the person's other sessions.</summary>
    /// <exception cref="RefusedException">The person has no passkey.</exception>
    public Task<bool> RemovePasswordAsync(Session session, CancellationToken cancellationToken) => ChangeAsync(
        session,
        async (work, person, token) =>
        {
            if ((await work.Users.GetPasskeysAsync(person).ConfigureAwait(false)).Count == 0)
                throw new RefusedException("This is all you can sign in with. Add a passkey first.");
            person.TwoFactorEnabled = false;
            PeopleWork.Check(await work.Users.RemovePasswordAsync(person).ConfigureAwait(false));
            await work.NoteAsync("password.removed", person, null, "done", null, token).ConfigureAwait(false);
            await EndOthersAsync(work, person, session, token).ConfigureAwait(false);
            return true;
        },
        cancellationToken);

    /// <summary>New recovery codes, shown once; the old ones end.</summary>
    public Task<IReadOnlyList<string>> NewCodesAsync(Session session, CancellationToken cancellationToken) =>
        ChangeAsync(session, NewCodesAsync, cancellationToken);

    internal static async Task<IReadOnlyList<string>> NewCodesAsync(PeopleWork work, Person person, CancellationToken cancellationToken)
    {
        var codes = await work.Users.GenerateNewTwoFactorRecoveryCodesAsync(person, RecoveryCode.Count).ConfigureAwait(false) ?? [];
        await work.NoteAsync("recovery-codes.made", person, null, "done", null, cancellationToken).ConfigureAwait(false);
        return [.. codes];
    }

    /// <summary>Sets within a work what a person at a link chose.</summary>
    /// <exception cref="RefusedException">Neither a passkey nor a password with a code: a password alone signs nobody in. 45 CFR 164.312(d).</exception>
    internal static Task SetAsync(PeopleWork work, Person person, NewCredentials chosen, CancellationToken cancellationToken) =>
        chosen.Passkey is { } passkey ? AddAsync(work, person, passkey, passkey.Name ?? "First passkey", cancellationToken) : SetPasswordAsync(work, person, chosen, cancellationToken);

    private static async Task AddAsync(PeopleWork work, Person person, UserPasskeyInfo passkey, string name, CancellationToken cancellationToken)
    {
        if (!passkey.IsUserVerified)
            throw new RefusedException("Your device did not check that it is you (by fingerprint, face or PIN). Set that up on the device, or use another one.");
        if (await work.Users.FindByPasskeyIdAsync(passkey.CredentialId).ConfigureAwait(false) is not null)
            throw new RefusedException("This passkey is in use already.");
        passkey.Name = NameOf(name);
        PeopleWork.Check(await work.Users.AddOrUpdatePasskeyAsync(person, passkey).ConfigureAwait(false));
        await work.NoteAsync("passkey.added", person, IdOf(passkey), "done", null, cancellationToken).ConfigureAwait(false);
    }

    private static async Task SetPasswordAsync(PeopleWork work, Person person, NewCredentials chosen, CancellationToken cancellationToken)
    {
        if (chosen is not { Password: { } password, AuthenticatorKey: { } key, Code: { } code })
            throw new RefusedException("Choose a passkey, or a password with an authenticator app.");
        if (TimeCode.StepOf(key, code, work.Now) is not { } step)
            throw new RefusedException("The code does not fit. Scan the picture with your app again, and type the six digits it shows now.");
        if (person.Email is { } email && password.Contains(email.Split('@')[0], StringComparison.OrdinalIgnoreCase))
            throw new RefusedException("The password holds your own name. Choose another one.");
        person.PasswordHash = null;
        PeopleWork.Check(await work.Users.AddPasswordAsync(person, password).ConfigureAwait(false));
        await work.Users.SetAuthenticatorKeyAsync(person, key, cancellationToken).ConfigureAwait(false);
        PeopleWork.Check(await work.Users.SetTwoFactorEnabledAsync(person, true).ConfigureAwait(false));
        await work.UseOnceAsync($"code:{person.Id}:{step}", Challenge.Life, cancellationToken).ConfigureAwait(false);
        await work.NoteAsync("password.set", person, null, "done", null, cancellationToken).ConfigureAwait(false);
    }

    private Task<T> ChangeAsync<T>(Session session, Func<PeopleWork, Person, CancellationToken, Task<T>> change, CancellationToken cancellationToken)
    {
        if (!session.MayChangeCredentials(context.Time.GetUtcNow()))
            throw new RefusedException("Confirm that it is you first: show a passkey or a code, then try again.") { Kind = RefusalKind.Unconfirmed };
        return context.WriteAsync(async (work, token) => await change(work, await work.FindAsync(session.Person, token).ConfigureAwait(false), token).ConfigureAwait(false), cancellationToken);
    }

    /// <summary>The person's stamp changes, which ends every session that has the old one; this one goes on.</summary>
    private static async Task EndOthersAsync(PeopleWork work, Person person, Session session, CancellationToken cancellationToken)
    {
        PeopleWork.Check(await work.Users.UpdateSecurityStampAsync(person).ConfigureAwait(false));
        await Sessions.EndOthersAsync(work, person.Id, session.Id, SessionEnd.Credentials, cancellationToken).ConfigureAwait(false);
        await work.ExecuteAsync("UPDATE session SET stamp = @stamp WHERE id = @id", [("@stamp", person.SecurityStamp), ("@id", session.Id)], cancellationToken).ConfigureAwait(false);
    }

    private static async Task<UserPasskeyInfo> FindAsync(PeopleWork work, Person person, string id) =>
        (await work.Users.GetPasskeysAsync(person).ConfigureAwait(false)).FirstOrDefault(passkey => IdOf(passkey) == id)
            ?? throw new RefusedException("There is no such passkey. Load the page again.") { Kind = RefusalKind.NotFound };

    private static string IdOf(UserPasskeyInfo passkey) => Base64Url.EncodeToString(passkey.CredentialId);

    private static string NameOf(string name)
    {
        var text = name.Trim();
        return text.Length is > 0 and <= LongestName && !text.Any(char.IsControl) ? text : throw new RefusedException("Give the passkey a name of at most 60 letters, such as Work laptop.");
    }

    private async Task<Dictionary<string, DateTimeOffset?>> LastUsesAsync(string person, CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(connection, "SELECT credential_id, last_used_at FROM person_passkey WHERE person = @person", ("@person", person));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var uses = new Dictionary<string, DateTimeOffset?>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            uses[Base64Url.EncodeToString(reader.GetFieldValue<byte[]>(0))] = reader.IsDBNull(1) ? null : Sql.Instant(reader.GetInt64(1));
        return uses;
    }
}
