using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.People;

/// <summary>People who act for an organisation, and their tokens. Tokens are stored as hashes only and expire.</summary>
public sealed class PeopleStore(IDatabase database, OrganisationId organisation, Ledger ledger, TimeProvider time)
{
    /// <summary>Longest life of a token.</summary>
    public static readonly TimeSpan LongestTokenLife = TimeSpan.FromDays(366);

    /// <summary>Adds a person; returns the opaque id.</summary>
    /// <exception cref="RefusedException">The name is taken.</exception>
    public async Task<Actor> AddAsync(string name, Roles roles, string actor, CancellationToken cancellationToken)
    {
        if (await FindAsync(name, cancellationToken).ConfigureAwait(false) is not null)
            throw new RefusedException($"There is already a user '{name}'. Choose another name, or `sealpost user grant` to change the roles.");
        var added = new Actor("u-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6)), name, roles);
        await database.WriteAsync(
            async (transaction, token) =>
            {
                await Sql.ExecuteAsync(
                    transaction,
                    "INSERT INTO actor (org, id, name, roles, created_at) VALUES (@org, @id, @name, @roles, @now)",
                    [("@org", organisation.Value), ("@id", added.Id), ("@name", name), ("@roles", RoleNames.List(roles)), ("@now", Sql.Stored(time.GetUtcNow()))],
                    token).ConfigureAwait(false);
                return await ledger.AppendAsync(new AuditEvent(organisation, "user.added", actor, null, added.Id, "done", RoleNames.List(roles)), transaction, token).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
        return added;
    }

    /// <summary>Changes a person's roles; none ends all access, and the person's tokens with it.</summary>
    /// <exception cref="RefusedException">There is no such person.</exception>
    public async Task GrantAsync(string name, Roles roles, string actor, CancellationToken cancellationToken)
    {
        var person = await FindAsync(name, cancellationToken).ConfigureAwait(false)
            ?? throw new RefusedException($"There is no user '{name}'. `sealpost user list` shows them.");
        await database.WriteAsync(
            async (transaction, token) =>
            {
                await Sql.ExecuteAsync(
                    transaction,
                    "UPDATE actor SET roles = @roles WHERE org = @org AND id = @id",
                    [("@roles", RoleNames.List(roles)), ("@org", organisation.Value), ("@id", person.Id)],
                    token).ConfigureAwait(false);
                return await ledger.AppendAsync(new AuditEvent(organisation, "user.granted", actor, null, person.Id, "done", RoleNames.List(roles)), transaction, token).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Everybody, by name.</summary>
    public async Task<IReadOnlyList<Actor>> ListAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(connection, "SELECT id, name, roles FROM actor WHERE org = @org ORDER BY name", ("@org", organisation.Value));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var people = new List<Actor>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            people.Add(Read(reader));
        return people;
    }

    /// <summary>Finds a person by name; null where there is none.</summary>
    public async Task<Actor?> FindAsync(string name, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(connection, "SELECT id, name, roles FROM actor WHERE org = @org AND name = @name", ("@org", organisation.Value), ("@name", name));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        return await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? Read(reader) : null;
    }

    /// <summary>Makes a token for a person; it is shown once and stored only as a hash.</summary>
    /// <exception cref="RefusedException">No such person, or a life beyond <see cref="LongestTokenLife"/>.</exception>
    public async Task<string> CreateTokenAsync(string name, TimeSpan life, string actor, CancellationToken cancellationToken)
    {
        if (life <= TimeSpan.Zero || life > LongestTokenLife)
            throw new RefusedException("A token lives between one minute and 366 days.");
        var person = await FindAsync(name, cancellationToken).ConfigureAwait(false)
            ?? throw new RefusedException($"There is no user '{name}'. `sealpost user add` makes one.");
        var text = "sp_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var now = time.GetUtcNow();
        await database.WriteAsync(
            async (transaction, token) =>
            {
                await Sql.ExecuteAsync(
                    transaction,
                    "INSERT INTO token (org, hash, actor, created_at, expires_at) VALUES (@org, @hash, @actor, @now, @expires)",
                    [("@org", organisation.Value), ("@hash", Hash(text)), ("@actor", person.Id), ("@now", Sql.Stored(now)), ("@expires", Sql.Stored(now + life))],
                    token).ConfigureAwait(false);
                return await ledger.AppendAsync(new AuditEvent(organisation, "token.created", actor, null, person.Id, "done"), transaction, token).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
        return text;
    }

    /// <summary>Ends all tokens of a person, at once.</summary>
    /// <exception cref="RefusedException">No such person.</exception>
    public async Task<int> RevokeTokensAsync(string name, string actor, CancellationToken cancellationToken)
    {
        var person = await FindAsync(name, cancellationToken).ConfigureAwait(false)
            ?? throw new RefusedException($"There is no user '{name}'.");
        return await database.WriteAsync(
            async (transaction, token) =>
            {
                var ended = await Sql.ExecuteAsync(
                    transaction,
                    "UPDATE token SET revoked_at = @now WHERE org = @org AND actor = @actor AND revoked_at IS NULL",
                    [("@now", Sql.Stored(time.GetUtcNow())), ("@org", organisation.Value), ("@actor", person.Id)],
                    token).ConfigureAwait(false);
                await ledger.AppendAsync(new AuditEvent(organisation, "token.revoked", actor, null, person.Id, "done"), transaction, token).ConfigureAwait(false);
                return ended;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The person behind a token; null where it is unknown, expired or revoked.</summary>
    public async Task<Actor?> AuthenticateAsync(string tokenText, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection,
            "SELECT a.id, a.name, a.roles FROM token t JOIN actor a ON a.org = t.org AND a.id = t.actor WHERE t.org = @org AND t.hash = @hash AND t.revoked_at IS NULL AND t.expires_at > @now AND a.ended_at IS NULL",
            ("@org", organisation.Value),
            ("@hash", Hash(tokenText)),
            ("@now", Sql.Stored(time.GetUtcNow())));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        return await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? Read(reader) : null;
    }

    private static Actor Read(DbDataReader reader) => new(reader.GetString(0), reader.GetString(1), RoleNames.Parse(reader.GetString(2)));

    private static byte[] Hash(string tokenText) => SHA256.HashData(Encoding.UTF8.GetBytes(tokenText));
}
