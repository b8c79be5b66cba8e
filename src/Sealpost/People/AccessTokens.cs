using System.Data.Common;
using System.Globalization;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.People;

/// <summary>Tokens for the shell and the API. Stored as hashes only; they expire, may be narrower than their owner, and end with the owner.</summary>
public sealed class AccessTokens(IDatabase database, OrganisationId organisation, Ledger ledger, TimeProvider time)
{
    /// <summary>Longest life of a token.</summary>
    public static readonly TimeSpan LongestLife = TimeSpan.FromDays(365);

    /// <summary>How every token begins, so that scanners of leaked secrets know one.</summary>
    public const string Prefix = "sp_";

    private static readonly TimeSpan Grain = TimeSpan.FromMinutes(1);

    private const string Columns = "a.id, a.name, a.roles, t.id, t.name, t.roles, t.read_only, t.created_at, t.expires_at, t.last_used_at, t.org";
    private const string From = " FROM token t JOIN actor a ON a.org = t.org AND a.id = t.actor ";
    private const string Valid = "t.revoked_at IS NULL AND t.expires_at > @now AND a.ended_at IS NULL";

    /// <summary>Makes a token for a person; it is shown once and stored only as a hash. People make their own, administrators anybody's.</summary>
    /// <exception cref="RefusedException">No such person, a life beyond <see cref="LongestLife"/>, roles that the person does not hold, or the actor may not.</exception>
    public async Task<string> CreateAsync(string owner, AccessTokenDraft draft, Actor by, CancellationToken cancellationToken)
    {
        if (draft.Life <= TimeSpan.Zero || draft.Life > LongestLife)
            throw new RefusedException("A token lives between one minute and 365 days.");
        var text = Prefix + Secrets.Token();
        await database.WriteAsync(
            async (transaction, token) =>
            {
                var person = await OwnerAsync(transaction, owner, by, token).ConfigureAwait(false);
                if (draft.Roles is { } wanted && (wanted == Roles.None || (wanted & ~person.Roles) != Roles.None))
                    throw new RefusedException($"A token holds some of its owner's roles; {person.Name} holds {RoleNames.List(person.Roles)}.");
                var (id, now) = (Secrets.Id("t-"), time.GetUtcNow());
                await Sql.ExecuteAsync(
                    transaction,
                    """
                    INSERT INTO token (org, hash, actor, created_at, expires_at, id, name, roles, read_only, created_by)
                    VALUES (@org, @hash, @actor, @now, @expires, @id, @name, @roles, CAST(@read AS SMALLINT), @by)
                    """,
                    [
                        ("@org", organisation.Value), ("@hash", Secrets.Hash(text)), ("@actor", person.Id), ("@now", Sql.Stored(now)), ("@expires", Sql.Stored(now + draft.Life)),
                        ("@id", id), ("@name", draft.Name.Trim()), ("@roles", draft.Roles is { } roles ? RoleNames.List(roles) : null), ("@read", draft.ReadOnly ? 1 : 0), ("@by", by.Id),
                    ],
                    token).ConfigureAwait(false);
                var scope = (draft.Roles is { } some ? RoleNames.List(some) : "all roles") + (draft.ReadOnly ? ", reads only" : "");
                return await ledger.AppendAsync(new AuditEvent(organisation, "token.created", by.Id, null, id, "done", $"{person.Id}: {scope}"), transaction, token).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
        return text;
    }

    /// <summary>Ends all tokens of a person, at once; returns how many.</summary>
    /// <exception cref="RefusedException">No such person, or the actor may not.</exception>
    public Task<int> RevokeAllAsync(string owner, Actor by, CancellationToken cancellationToken) => RevokeAsync(owner, null, by, cancellationToken);

    /// <summary>Tokens that still work: of one person by name, or everybody's for administrators.</summary>
    /// <exception cref="RefusedException">The actor may not.</exception>
    internal async Task<IReadOnlyList<AccessToken>> ListAsync(string? owner, Actor by, CancellationToken cancellationToken)
    {
        if (owner is null || owner != by.Name)
            by.RequireToRead(Roles.Administrator | Roles.Auditor, "see other people's tokens");
        await using var connection = await database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection,
            $"SELECT {Columns}{From} WHERE t.org = @org AND {Valid}{(owner is null ? "" : " AND a.name = @owner")} ORDER BY t.created_at DESC",
            ("@org", organisation.Value), ("@now", Sql.Stored(time.GetUtcNow())), ("@owner", owner ?? ""));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var tokens = new List<AccessToken>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            tokens.Add(Read(reader).Token);
        return tokens;
    }

    /// <summary>Ends one token by id, at once.</summary>
    /// <exception cref="RefusedException">There is no such token, or the actor may not.</exception>
    internal async Task RevokeOneAsync(string id, Actor by, CancellationToken cancellationToken)
    {
        var mine = await ListAsync(by.Roles.HasFlag(Roles.Administrator) ? null : by.Name, by, cancellationToken).ConfigureAwait(false);
        var token = mine.FirstOrDefault(one => one.Id == id) ?? throw new RefusedException("There is no such token; it may have ended already.");
        await RevokeAsync(token.Owner.Name, id, by, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The actor of a token of this organisation, with what the token may do; null where it is unknown, expired or revoked.</summary>
    public async Task<Actor?> AuthenticateAsync(string tokenText, CancellationToken cancellationToken) =>
        await FindAsync(database, tokenText, time, cancellationToken).ConfigureAwait(false) is var (at, actor) && at == organisation ? actor : null;

    /// <summary>The organisation and actor of a token; null where it is unknown, expired or revoked.</summary>
    internal static async Task<(OrganisationId Organisation, Actor Actor)?> FindAsync(IDatabase database, string tokenText, TimeProvider time, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        OrganisationId organisation;
        AccessToken token;
        await using (var connection = await database.OpenReadAsync(cancellationToken).ConfigureAwait(false))
        {
            await using var command = Sql.Command(connection, $"SELECT {Columns}{From} WHERE t.hash = @hash AND {Valid}", ("@hash", Secrets.Hash(tokenText)), ("@now", Sql.Stored(now)));
            await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                return null;
            (organisation, token) = Read(reader);
        }

        if (token.LastUsedAt is not { } last || now - last >= Grain)
        {
            await database.WriteAsync(
                (transaction, stop) => Sql.ExecuteAsync(transaction, "UPDATE token SET last_used_at = @now WHERE org = @org AND id = @id", [("@now", Sql.Stored(now)), ("@org", organisation.Value), ("@id", token.Id)], stop),
                cancellationToken).ConfigureAwait(false);
        }

        return (organisation, token.Owner with { Roles = token.Roles, ReadOnly = token.ReadOnly });
    }

    private Task<int> RevokeAsync(string owner, string? id, Actor by, CancellationToken cancellationToken) => database.WriteAsync(
        async (transaction, token) =>
        {
            var person = await OwnerAsync(transaction, owner, by, token).ConfigureAwait(false);
            var ended = await Sql.ExecuteAsync(
                transaction,
                $"UPDATE token SET revoked_at = @now WHERE org = @org AND actor = @actor AND revoked_at IS NULL{(id is null ? "" : " AND id = @id")}",
                [("@now", Sql.Stored(time.GetUtcNow())), ("@org", organisation.Value), ("@actor", person.Id), ("@id", id)],
                token).ConfigureAwait(false);
            await ledger.AppendAsync(new AuditEvent(organisation, "token.revoked", by.Id, null, id ?? person.Id, "done"), transaction, token).ConfigureAwait(false);
            return ended;
        },
        cancellationToken);

    private async Task<Actor> OwnerAsync(DbTransaction transaction, string name, Actor by, CancellationToken cancellationToken)
    {
        if (name != by.Name || by.Id == Actor.LocalOwner.Id || by.ReadOnly)
            by.Require(Roles.Administrator, "manage other people's tokens");
        return await PeopleStore.FindAsync(Sql.Command(transaction, "SELECT id, name, roles FROM actor WHERE org = @org AND name = @name AND ended_at IS NULL", ("@org", organisation.Value), ("@name", name)), cancellationToken).ConfigureAwait(false)
            ?? throw new RefusedException($"There is no user '{name}'. `sealpost user add` makes one.") { Kind = RefusalKind.NotFound };
    }

    private static (OrganisationId Organisation, AccessToken Token) Read(DbDataReader reader)
    {
        var owner = PeopleStore.Read(reader);
        var roles = reader.IsDBNull(5) ? owner.Roles : owner.Roles & RoleNames.Parse(reader.GetString(5));
        return (new OrganisationId(checked((int)reader.GetInt64(10))), new AccessToken(reader.GetString(3), reader.GetString(4), owner, roles, Convert.ToInt64(reader.GetValue(6), CultureInfo.InvariantCulture) != 0)
        {
            CreatedAt = Sql.Instant(reader.GetInt64(7)),
            ExpiresAt = Sql.Instant(reader.GetInt64(8)),
            LastUsedAt = reader.IsDBNull(9) ? null : Sql.Instant(reader.GetInt64(9)),
        });
    }
}
