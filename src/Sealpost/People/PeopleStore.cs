using System.Data.Common;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.People;

/// <summary>People who act for an organisation: their names, roles, and end. 45 CFR 164.308(a)(3)(ii)(C), (a)(4)(ii)(C).</summary>
public sealed class PeopleStore(IDatabase database, OrganisationId organisation, Ledger ledger, TimeProvider time)
{
    private const string Manage = "manage people";

    /// <summary>Adds a person who acts by tokens; an invitation lets people sign in. Returns the actor with its opaque id.</summary>
    /// <exception cref="RefusedException">The actor is no administrator, or the name is taken.</exception>
    public async Task<Actor> AddAsync(string name, Roles roles, Actor by, CancellationToken cancellationToken)
    {
        by.Require(Roles.Administrator, Manage);
        var added = new Actor(Secrets.Id("u-"), name.Trim(), roles);
        await database.WriteAsync(
            async (transaction, token) =>
            {
                var rows = await Sql.ExecuteAsync(
                    transaction,
                    "INSERT INTO actor (org, id, name, roles, created_at) VALUES (@org, @id, @name, @roles, @now) ON CONFLICT (org, name) DO NOTHING",
                    [("@org", organisation.Value), ("@id", added.Id), ("@name", added.Name), ("@roles", RoleNames.List(roles)), ("@now", Sql.Stored(time.GetUtcNow()))],
                    token).ConfigureAwait(false);
                if (rows == 0)
                    throw new RefusedException($"There is already a user '{name}', or there was one: names are not used again. Choose another name, or `sealpost user grant` to change the roles.");
                return await ledger.AppendAsync(new AuditEvent(organisation, "user.added", by.Id, null, added.Id, "done", RoleNames.List(roles)), transaction, token).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
        return added;
    }

    /// <summary>Changes a person's roles, effective with the next thing that person does, also in pages that are open. None keeps the name and takes all access.</summary>
    /// <exception cref="RefusedException">The actor is no administrator, there is no such person, or nobody who can sign in would be administrator any more.</exception>
    public Task GrantAsync(string name, Roles roles, Actor by, CancellationToken cancellationToken)
    {
        by.Require(Roles.Administrator, Manage);
        return ChangeAsync(
            name, by, keepsAdministrator: roles.HasFlag(Roles.Administrator),
            async (transaction, person, token) =>
            {
                await Sql.ExecuteAsync(
                    transaction,
                    "UPDATE actor SET roles = @roles WHERE org = @org AND id = @id",
                    [("@roles", RoleNames.List(roles)), ("@org", organisation.Value), ("@id", person.Id)],
                    token).ConfigureAwait(false);
                return new AuditEvent(organisation, "user.granted", by.Id, null, person.Id, "done", RoleNames.List(person.Roles) + " -> " + RoleNames.List(roles));
            },
            cancellationToken);
    }

    /// <summary>Ends a person here, at once: no role, no token, no invitation, no page. The name stays in the ledger and is not used again.</summary>
    /// <exception cref="RefusedException">As for <see cref="GrantAsync"/>.</exception>
    public Task EndAsync(string name, Actor by, CancellationToken cancellationToken)
    {
        by.Require(Roles.Administrator, Manage);
        return ChangeAsync(name, by, keepsAdministrator: false, (transaction, person, token) => EndAsync(person, "user.ended", by, transaction, token), cancellationToken);
    }

    /// <summary>Leaves the organisation, at once: as <see cref="EndAsync(string, Actor, CancellationToken)"/>, for oneself and without a right.</summary>
    /// <exception cref="RefusedException">The person is the only administrator who can sign in, or acts as the folder's owner.</exception>
    public Task LeaveAsync(Actor self, CancellationToken cancellationToken) => self.Id == Actor.LocalOwner.Id || self.ReadOnly
        ? throw new RefusedException("Only a person leaves an organisation: sign in, or use a token of yours that may write.") { Kind = RefusalKind.NotPermitted }
        : ChangeAsync(self.Name, self, keepsAdministrator: false, (transaction, person, token) => EndAsync(person, "user.left", self, transaction, token), cancellationToken);

    /// <summary>Everybody who was not ended, by name.</summary>
    public async Task<IReadOnlyList<Actor>> ListAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(connection, "SELECT id, name, roles FROM actor WHERE org = @org AND ended_at IS NULL ORDER BY name", ("@org", organisation.Value));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var people = new List<Actor>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            people.Add(Read(reader));
        return people;
    }

    /// <summary>Everybody who was not ended, with how they stand, by name.</summary>
    /// <exception cref="RefusedException">The actor is neither administrator nor auditor.</exception>
    internal async Task<IReadOnlyList<Colleague>> ColleaguesAsync(Actor by, CancellationToken cancellationToken)
    {
        by.RequireToRead(Roles.Administrator | Roles.Auditor, "see who works here");
        await using var connection = await database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection,
            """
            SELECT a.id, a.name, a.roles, p.email, m.created_at,
                   (SELECT MAX(s.active_at) FROM session s WHERE s.person = m.person),
                   (SELECT MAX(i.expires_at) FROM invitation i WHERE i.org = a.org AND i.actor = a.id AND i.used_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > @now),
                   (SELECT MAX(i.email) FROM invitation i WHERE i.org = a.org AND i.actor = a.id)
            FROM actor a
            LEFT JOIN membership m ON m.org = a.org AND m.actor = a.id
            LEFT JOIN person p ON p.id = m.person
            WHERE a.org = @org AND a.ended_at IS NULL
            ORDER BY a.name
            """,
            ("@org", organisation.Value),
            ("@now", Sql.Stored(time.GetUtcNow())));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var people = new List<Colleague>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            people.Add(new Colleague(Read(reader))
            {
                Email = reader.IsDBNull(3) ? (reader.IsDBNull(7) ? null : reader.GetString(7)) : reader.GetString(3),
                JoinedAt = Instant(reader, 4),
                ActiveAt = Instant(reader, 5),
                InvitedUntil = Instant(reader, 6),
            });
        }

        return people;
    }

    /// <summary>Finds a person by name; null where there is none, or the person was ended.</summary>
    public async Task<Actor?> FindAsync(string name, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        return await FindAsync(Sql.Command(connection, FindQuery, ("@org", organisation.Value), ("@name", name)), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A person's name and mailbox, for a message to a colleague. The mailbox is null for whoever acts by tokens alone.</summary>
    /// <exception cref="RefusedException">There is no such person.</exception>
    internal async Task<(string Name, string? Mailbox)> MailboxAsync(string name, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection,
            "SELECT a.name, p.email FROM actor a LEFT JOIN membership m ON m.org = a.org AND m.actor = a.id LEFT JOIN person p ON p.id = m.person WHERE a.org = @org AND a.name = @name AND a.ended_at IS NULL",
            ("@org", organisation.Value), ("@name", name.Trim()));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        return await reader.ReadAsync(cancellationToken).ConfigureAwait(false)
            ? (reader.GetString(0), await reader.IsDBNullAsync(1, cancellationToken).ConfigureAwait(false) ? null : reader.GetString(1))
            : throw new RefusedException("There is no such colleague. Choose a person who works here and signs in.") { Kind = RefusalKind.NotFound };
    }

    private const string FindQuery = "SELECT id, name, roles FROM actor WHERE org = @org AND name = @name AND ended_at IS NULL";

    internal static Actor Read(DbDataReader reader) => new(reader.GetString(0), reader.GetString(1), RoleNames.Parse(reader.GetString(2)));

    internal static async Task<Actor?> FindAsync(DbCommand command, CancellationToken cancellationToken)
    {
        await using (command)
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            return await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? Read(reader) : null;
        }
    }

    private async Task ChangeAsync(string name, Actor by, bool keepsAdministrator, Func<DbTransaction, Actor, CancellationToken, Task<AuditEvent>> change, CancellationToken cancellationToken)
    {
        await database.WriteAsync(
            async (transaction, token) =>
            {
                var person = await FindAsync(Sql.Command(transaction, FindQuery, ("@org", organisation.Value), ("@name", name)), token).ConfigureAwait(false)
                    ?? throw new RefusedException($"There is no user '{name}'. `sealpost user list` shows them.") { Kind = RefusalKind.NotFound };
                if (!keepsAdministrator && person.Roles.HasFlag(Roles.Administrator) && by.Id != Actor.LocalOwner.Id && !await OtherAdministratorAsync(transaction, person, token).ConfigureAwait(false))
                    throw new RefusedException($"{name} is the only administrator who can sign in. Make somebody else administrator first.");
                return await ledger.AppendAsync(await change(transaction, person, token).ConfigureAwait(false), transaction, token).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
    }

    private async Task<AuditEvent> EndAsync(Actor person, string kind, Actor by, DbTransaction transaction, CancellationToken cancellationToken)
    {
        (string, object?)[] values = [("@now", Sql.Stored(time.GetUtcNow())), ("@org", organisation.Value), ("@id", person.Id)];
        await Sql.ExecuteAsync(transaction, "UPDATE actor SET roles = '', ended_at = @now WHERE org = @org AND id = @id", values, cancellationToken).ConfigureAwait(false);
        await Sql.ExecuteAsync(transaction, "UPDATE token SET revoked_at = @now WHERE org = @org AND actor = @id AND revoked_at IS NULL", values, cancellationToken).ConfigureAwait(false);
        await Sql.ExecuteAsync(transaction, "UPDATE invitation SET revoked_at = @now WHERE org = @org AND actor = @id AND used_at IS NULL AND revoked_at IS NULL", values, cancellationToken).ConfigureAwait(false);

        // So that the same person can be invited again later, as another actor.
        await Sql.ExecuteAsync(transaction, "DELETE FROM membership WHERE org = @org AND actor = @id", values, cancellationToken).ConfigureAwait(false);
        return new AuditEvent(organisation, kind, by.Id, null, person.Id, "done");
    }

    private async Task<bool> OtherAdministratorAsync(DbTransaction transaction, Actor but, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(
            transaction,
            "SELECT COUNT(*) FROM actor a JOIN membership m ON m.org = a.org AND m.actor = a.id WHERE a.org = @org AND a.id <> @id AND a.ended_at IS NULL AND a.roles LIKE '%administrator%'",
            ("@org", organisation.Value), ("@id", but.Id));
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false), System.Globalization.CultureInfo.InvariantCulture) > 0;
    }

    private static DateTimeOffset? Instant(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : Sql.Instant(reader.GetInt64(column));
}
