using System.Data.Common;
using Sealpost.Patients;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.People;

/// <summary>One-time links: made, found, revoked. Only the hash of a link is stored, and it works once.</summary>
internal sealed class Invitations(PeopleContext context)
{
    /// <summary>How long an invitation waits.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromHours(72);

    private static readonly TimeSpan DemoLife = TimeSpan.FromHours(12);

    private const string Query = """
        SELECT i.id, i.kind, i.org, i.expires_at, COALESCE(o.name, ''), i.actor, i.person, COALESCE(a.name, ''), COALESCE(i.email, ''), i.roles,
               (SELECT COUNT(*) FROM person p WHERE p.normalized_email = UPPER(i.email))
        FROM invitation i
        LEFT JOIN organisation o ON o.org = i.org
        LEFT JOIN actor a ON a.org = i.org AND a.id = i.actor
        WHERE i.used_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > @now
        """;

    /// <summary>Invites somebody into an organisation; returns the token of the link, which is shown once.</summary>
    /// <exception cref="RefusedException">The actor is no administrator, the name is taken, or name, address or roles cannot be used.</exception>
    public Task<string> InviteAsync(OrganisationId organisation, NewCredentials who, Roles roles, Actor by, CancellationToken cancellationToken)
    {
        by.Require(Roles.Administrator, "invite people");
        var (name, email) = Check(who);
        if (roles == Roles.None)
            throw new RefusedException("Choose at least one role.");
        return context.WriteAsync(
            async (work, token) =>
            {
                var actor = new Actor(Secrets.Id("u-"), name, roles);
                await Memberships.AddActorAsync(work, organisation, actor, by.Id, token).ConfigureAwait(false);
                var link = new Invitation(Secrets.Id("i-"), LinkKind.Invite, organisation, work.Now + Life) { Actor = actor.Id, Email = email, Roles = roles };
                return await InsertAsync(work, link, by.Id, token).ConfigureAwait(false);
            },
            cancellationToken);
    }

    /// <summary>A new link for an invited person whose link expired; earlier ones end.</summary>
    /// <exception cref="RefusedException">The actor is no administrator, or the person has joined already.</exception>
    public Task<string> InviteAgainAsync(OrganisationId organisation, string actorId, string email, Actor by, CancellationToken cancellationToken)
    {
        by.Require(Roles.Administrator, "invite people");
        var address = CheckEmail(email);
        return context.WriteAsync(
            async (work, token) =>
            {
                var (_, roles, person) = await FindActorAsync(work, organisation, "a.id", actorId, token).ConfigureAwait(false);
                if (person is not null)
                    throw new RefusedException("This person has joined already. Who cannot get in asks the owner of the server for a new link (`sealpost user link NAME`).");
                await RevokeAsync(work, organisation, actorId, token).ConfigureAwait(false);
                var link = new Invitation(Secrets.Id("i-"), LinkKind.Invite, organisation, work.Now + Life) { Actor = actorId, Email = address, Roles = roles };
                return await InsertAsync(work, link, by.Id, token).ConfigureAwait(false);
            },
            cancellationToken);
    }

    /// <summary>A link for the first administrator; null where somebody can sign in already. Several may be open; the first one used ends the others.</summary>
    /// <param name="organisation">Null where there is no organisation yet: the person founds it.</param>
    /// <param name="by">Who makes it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public Task<string?> FirstAsync(OrganisationId? organisation, Actor by, CancellationToken cancellationToken) => context.WriteAsync<string?>(
        async (work, token) =>
        {
            await using (var count = Sql.Command(work.Transaction, "SELECT COUNT(*) FROM person"))
            {
                if (Convert.ToInt64(await count.ExecuteScalarAsync(token).ConfigureAwait(false), System.Globalization.CultureInfo.InvariantCulture) > 0)
                    return null;
            }

            var link = new Invitation(Secrets.Id("i-"), LinkKind.First, organisation ?? PeopleContext.Installation, work.Now + Life) { Roles = Roles.Administrator };
            return await InsertAsync(work, link, by.Id, token).ConfigureAwait(false);
        },
        cancellationToken);

    /// <summary>A link with which a person of an organisation, by name, gets in again and sets a new passkey. It opens everything that person may see, so only the folder's owner makes it.</summary>
    /// <exception cref="RefusedException">The actor is not the folder's owner, or there is no such person.</exception>
    public Task<string> RecoverAsync(OrganisationId organisation, string name, string email, Actor by, CancellationToken cancellationToken)
    {
        if (by.Id != Actor.LocalOwner.Id)
            throw new RefusedException("Only the owner of the data folder makes links for locked-out people: run `sealpost user link` on the server, without SEALPOST_token.");
        return context.WriteAsync(
            async (work, token) =>
            {
                var (actor, roles, person) = await FindActorAsync(work, organisation, "a.name", name, token).ConfigureAwait(false);
                await RevokeAsync(work, organisation, actor, token).ConfigureAwait(false);
                var link = person is null
                    ? new Invitation(Secrets.Id("i-"), LinkKind.Invite, organisation, work.Now + Life) { Actor = actor, Email = CheckEmail(email), Roles = roles }
                    : new Invitation(Secrets.Id("i-"), LinkKind.Recover, organisation, work.Now + Life) { Actor = actor, Person = person, Email = (await work.FindAsync(person, token).ConfigureAwait(false)).Email!, Roles = roles };
                return await InsertAsync(work, link, by.Id, token).ConfigureAwait(false);
            },
            cancellationToken);
    }

    /// <summary>A link that signs in, as they are, a made-up person of a demo; making the person where there is none. The caller sees to it that the folder is a demo's.</summary>
    public Task<string> DemoAsync(OrganisationId organisation, Actor actor, string email, CancellationToken cancellationToken) => context.WriteAsync(
        async (work, token) =>
        {
            var (_, _, person) = await FindActorAsync(work, organisation, "a.id", actor.Id, token).ConfigureAwait(false);
            if (person is null)
            {
                var made = Person.New(actor.Name, email, context.Time);
                PeopleWork.Check(await work.Users.CreateAsync(made).ConfigureAwait(false));
                await Memberships.AddAsync(work, organisation, actor.Id, made.Id, token).ConfigureAwait(false);
                person = made.Id;
            }

            var link = new Invitation(Secrets.Id("i-"), LinkKind.Demo, organisation, work.Now + DemoLife) { Actor = actor.Id, Person = person, Email = email, Roles = actor.Roles };
            return await InsertAsync(work, link, Actor.LocalOwner.Id, token).ConfigureAwait(false);
        },
        cancellationToken);

    /// <summary>The link of a token; null where it is unknown, used, revoked or expired: they look the same.</summary>
    public async Task<Invitation?> FindAsync(string token, CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        var found = await ReadAsync(Sql.Command(connection, Query + " AND i.hash = @hash", ("@now", Sql.Stored(context.Time.GetUtcNow())), ("@hash", Secrets.Hash(token))), cancellationToken).ConfigureAwait(false);
        return found is [var only] ? only : null;
    }

    /// <summary>Open invitations of an organisation.</summary>
    /// <exception cref="RefusedException">The actor is no administrator.</exception>
    public async Task<IReadOnlyList<Invitation>> ListAsync(OrganisationId organisation, Actor by, CancellationToken cancellationToken)
    {
        by.RequireToRead(Roles.Administrator | Roles.Auditor, "see invitations");
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        return await ReadAsync(
            Sql.Command(connection, Query + " AND i.org = @org AND i.kind = 'Invite' ORDER BY i.expires_at", ("@now", Sql.Stored(context.Time.GetUtcNow())), ("@org", organisation.Value)),
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Uses a link up within a work.</summary>
    /// <exception cref="RefusedException">Used, revoked or expired meanwhile.</exception>
    public static async Task<Invitation> TakeAsync(PeopleWork work, string token, CancellationToken cancellationToken)
    {
        var found = await ReadAsync(Sql.Command(work.Transaction, Query + " AND i.hash = @hash", ("@now", Sql.Stored(work.Now)), ("@hash", Secrets.Hash(token))), cancellationToken).ConfigureAwait(false);
        if (found is not [var link])
            throw new RefusedException("This link was used already, or it has expired. Ask for a new one.");
        await work.ExecuteAsync("UPDATE invitation SET used_at = @now WHERE hash = @hash", [("@now", Sql.Stored(work.Now)), ("@hash", Secrets.Hash(token))], cancellationToken).ConfigureAwait(false);
        if (link.Kind == LinkKind.First)
            await work.ExecuteAsync("UPDATE invitation SET revoked_at = @now WHERE kind = 'First' AND used_at IS NULL AND revoked_at IS NULL", [("@now", Sql.Stored(work.Now))], cancellationToken).ConfigureAwait(false);
        return link;
    }

    /// <summary>Uses up within a work every open invitation of an address.</summary>
    public static async Task<IReadOnlyList<Invitation>> TakeAllAsync(PeopleWork work, string email, CancellationToken cancellationToken)
    {
        (string, object?)[] values = [("@now", Sql.Stored(work.Now)), ("@email", email.ToLowerInvariant())];
        var found = await ReadAsync(Sql.Command(work.Transaction, Query + " AND i.kind = 'Invite' AND i.email = @email ORDER BY i.created_at", values), cancellationToken).ConfigureAwait(false);
        await work.ExecuteAsync("UPDATE invitation SET used_at = @now WHERE kind = 'Invite' AND email = @email AND used_at IS NULL AND revoked_at IS NULL AND expires_at > @now", values, cancellationToken).ConfigureAwait(false);
        return found;
    }

    /// <summary>Revokes within a work the open links of an actor.</summary>
    public static Task<int> RevokeAsync(PeopleWork work, OrganisationId organisation, string actor, CancellationToken cancellationToken) =>
        work.ExecuteAsync(
            "UPDATE invitation SET revoked_at = @now WHERE org = @org AND actor = @actor AND used_at IS NULL AND revoked_at IS NULL",
            [("@now", Sql.Stored(work.Now)), ("@org", organisation.Value), ("@actor", actor)],
            cancellationToken);

    /// <summary>Name and address as they are stored.</summary>
    /// <exception cref="RefusedException">Says which cannot be used.</exception>
    public static (string Name, string Email) Check(NewCredentials who)
    {
        var name = who.Name.Trim();
        if (name.Length is 0 or > 100 || name.Any(char.IsControl))
            throw new RefusedException("Give the person's name, at most 100 letters.");
        return (name, CheckEmail(who.Email));
    }

    private static string CheckEmail(string email) =>
        EmailAddress.Normalise(email.Trim()) is not null && email.All(char.IsAscii)
            ? email.Trim().ToLowerInvariant()
            : throw new RefusedException("Give the person's email address, such as maria@clinic.example.");

    private static async Task<string> InsertAsync(PeopleWork work, Invitation link, string by, CancellationToken cancellationToken)
    {
        var text = Secrets.Token();
        await work.ExecuteAsync(
            """
            INSERT INTO invitation (org, hash, id, kind, actor, person, email, roles, created_by, created_at, expires_at)
            VALUES (@org, @hash, @id, @kind, @actor, @person, @email, @roles, @by, @now, @expires)
            """,
            [
                ("@org", link.Organisation.Value), ("@hash", Secrets.Hash(text)), ("@id", link.Id), ("@kind", link.Kind.ToString()), ("@actor", link.Actor), ("@person", link.Person),
                ("@email", link.Email.Length == 0 ? null : link.Email), ("@roles", RoleNames.List(link.Roles)), ("@by", by), ("@now", Sql.Stored(work.Now)), ("@expires", Sql.Stored(link.ExpiresAt)),
            ],
            cancellationToken).ConfigureAwait(false);
        await work.NoteAsync(new AuditEvent(link.Organisation, "link.made", by, null, link.Actor ?? link.Id, "done", link.Kind.ToString()), cancellationToken).ConfigureAwait(false);
        return text;
    }

    private static async Task<(string Actor, Roles Roles, string? Person)> FindActorAsync(PeopleWork work, OrganisationId organisation, string column, string value, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(
            work.Transaction,
            $"SELECT a.id, a.roles, m.person FROM actor a LEFT JOIN membership m ON m.org = a.org AND m.actor = a.id WHERE a.org = @org AND {column} = @value AND a.ended_at IS NULL",
            ("@org", organisation.Value), ("@value", value));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        return await reader.ReadAsync(cancellationToken).ConfigureAwait(false)
            ? (reader.GetString(0), RoleNames.Parse(reader.GetString(1)), reader.IsDBNull(2) ? null : reader.GetString(2))
            : throw new RefusedException("There is no such person. `sealpost user list` shows them.") { Kind = RefusalKind.NotFound };
    }

    private static async Task<IReadOnlyList<Invitation>> ReadAsync(DbCommand command, CancellationToken cancellationToken)
    {
        await using (command)
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            var found = new List<Invitation>();
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                found.Add(Read(reader));
            return found;
        }
    }

    private static Invitation Read(DbDataReader reader)
    {
        var kind = Enum.Parse<LinkKind>(reader.GetString(1));
        return new Invitation(reader.GetString(0), kind, new OrganisationId(checked((int)reader.GetInt64(2))), Sql.Instant(reader.GetInt64(3)))
        {
            OrganisationName = reader.GetString(4),
            Actor = reader.IsDBNull(5) ? null : reader.GetString(5),
            Person = reader.IsDBNull(6) ? null : reader.GetString(6),
            Name = reader.GetString(7),
            Email = reader.GetString(8),
            Roles = RoleNames.Parse(reader.GetString(9)),

            // Whoever holds an invitation must not thereby become somebody who has an account in another organisation.
            SetsCredentials = kind is LinkKind.First or LinkKind.Recover || (kind == LinkKind.Invite && reader.GetInt64(10) == 0),
        };
    }
}
