using System.Data.Common;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.People;

/// <summary>Which person is which actor of which organisation. Asked anew each time, so ending a person or taking a role away holds at once.</summary>
internal sealed class Memberships(PeopleContext context)
{
    private const string Query = """
        SELECT m.org, o.name, a.id, a.name, a.roles FROM membership m
        JOIN actor a ON a.org = m.org AND a.id = m.actor
        JOIN organisation o ON o.org = m.org
        WHERE m.person = @person AND a.ended_at IS NULL AND a.roles <> ''
        """;

    /// <summary>Every place of a person, by the organisation's name.</summary>
    public async Task<IReadOnlyList<Membership>> ListAsync(string person, CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        return await ReadAsync(Sql.Command(connection, Query + " ORDER BY o.name", ("@person", person)), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The person's place in an organisation; null where there is none, or no such organisation.</summary>
    public async Task<Membership?> FindAsync(string person, OrganisationId organisation, CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        var found = await ReadAsync(Sql.Command(connection, Query + " AND m.org = @org", ("@person", person), ("@org", organisation.Value)), cancellationToken).ConfigureAwait(false);
        return found is [var only] ? only : null;
    }

    /// <summary>Gives the founder of an organisation, which has nobody yet, a place in it as its administrator.</summary>
    /// <exception cref="RefusedException">Somebody is there already.</exception>
    public Task<Actor> FoundAsync(string person, OrganisationId organisation, CancellationToken cancellationToken) =>
        context.WriteAsync((work, token) => FoundAsync(work, person, organisation, token), cancellationToken);

    /// <summary>As above, within a work.</summary>
    /// <exception cref="RefusedException">Somebody is there already.</exception>
    public static async Task<Actor> FoundAsync(PeopleWork work, string person, OrganisationId organisation, CancellationToken cancellationToken)
    {
        await using (var count = Sql.Command(work.Transaction, "SELECT COUNT(*) FROM membership WHERE org = @org", ("@org", organisation.Value)))
        {
            if (Convert.ToInt64(await count.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false), System.Globalization.CultureInfo.InvariantCulture) > 0)
                throw new RefusedException("This organisation has people already. Ask its administrator for an invitation.");
        }

        var founder = await work.FindAsync(person, cancellationToken).ConfigureAwait(false);
        var actor = new Actor(Secrets.Id("u-"), founder.DisplayName, Roles.Administrator);
        await AddActorAsync(work, organisation, actor, founder.Id, cancellationToken).ConfigureAwait(false);
        await AddAsync(work, organisation, actor.Id, founder.Id, cancellationToken).ConfigureAwait(false);
        return actor;
    }

    /// <summary>A new actor of an organisation.</summary>
    /// <exception cref="RefusedException">The name is taken.</exception>
    public static async Task AddActorAsync(PeopleWork work, OrganisationId organisation, Actor actor, string by, CancellationToken cancellationToken)
    {
        var added = await work.ExecuteAsync(
            "INSERT INTO actor (org, id, name, roles, created_at) VALUES (@org, @id, @name, @roles, @now) ON CONFLICT (org, name) DO NOTHING",
            [("@org", organisation.Value), ("@id", actor.Id), ("@name", actor.Name), ("@roles", RoleNames.List(actor.Roles)), ("@now", Sql.Stored(work.Now))],
            cancellationToken).ConfigureAwait(false);
        if (added == 0)
            throw new RefusedException($"There is already a person named '{actor.Name}' here, or there was one: names are not used again. Add a middle initial.");
        await work.NoteAsync(new AuditEvent(organisation, "user.added", by, null, actor.Id, "done", RoleNames.List(actor.Roles)), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ties a person to an actor.</summary>
    /// <exception cref="RefusedException">The person is there already, or somebody else is this actor.</exception>
    public static async Task AddAsync(PeopleWork work, OrganisationId organisation, string actor, string person, CancellationToken cancellationToken)
    {
        var added = await work.ExecuteAsync(
            "INSERT INTO membership (org, actor, person, created_at) VALUES (@org, @actor, @person, @now) ON CONFLICT DO NOTHING",
            [("@org", organisation.Value), ("@actor", actor), ("@person", person), ("@now", Sql.Stored(work.Now))],
            cancellationToken).ConfigureAwait(false);
        if (added == 0)
            throw new RefusedException("You belong to this organisation already. Sign in and choose it.");
        await work.NoteAsync(new AuditEvent(organisation, "user.joined", actor, null, actor, "done"), cancellationToken).ConfigureAwait(false);
    }

    private static async Task<IReadOnlyList<Membership>> ReadAsync(DbCommand command, CancellationToken cancellationToken)
    {
        await using (command)
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            var found = new List<Membership>();
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                found.Add(new Membership(
                    new OrganisationId(checked((int)reader.GetInt64(0))),
                    reader.GetString(1),
                    new Actor(reader.GetString(2), reader.GetString(3), RoleNames.Parse(reader.GetString(4)))));
            }

            return found;
        }
    }
}
