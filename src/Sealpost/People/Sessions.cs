using System.Data.Common;
using System.Globalization;
using Sealpost.Storage;
using Sealpost.Trust.Keys;

namespace Sealpost.People;

/// <summary>Sessions live in the store, so that ending one holds at once, everywhere. The cookie is a random value; the store has its hash.</summary>
internal sealed class Sessions(PeopleContext context)
{
    /// <summary>Idle time where no organisation of the person sets another; 5 to 60 minutes. 45 CFR 164.312(a)(2)(iii).</summary>
    public static readonly TimeSpan DefaultIdleTime = TimeSpan.FromMinutes(15);

    /// <summary>No session is older, however active.</summary>
    public static readonly TimeSpan LongestLife = TimeSpan.FromHours(12);

    /// <summary>Activity is written down this often at most.</summary>
    private static readonly TimeSpan Grain = TimeSpan.FromSeconds(30);

    private const string Columns = """
        s.id, s.person, p.display_name, s.method, s.device, s.created_at, s.active_at, s.verified_at, p.is_operator, s.stamp, p.security_stamp, s.ended_at, s.ended_for,
        (SELECT MIN(CAST(st.value AS BIGINT)) FROM setting st JOIN membership m ON m.org = st.org WHERE st.name = 'idle-minutes' AND m.person = s.person)
        """;

    private const string From = " FROM session s JOIN person p ON p.id = s.person ";

    /// <summary>Starts one within a work; returns the cookie's value.</summary>
    public static async Task<string> StartAsync(PeopleWork work, Person person, SignInMethod method, string device, CancellationToken cancellationToken)
    {
        var (cookie, id) = (Secrets.Token(), Secrets.Id("s-"));
        var isProviders = method is SignInMethod.Provider or SignInMethod.ProviderEarlier;
        await work.ExecuteAsync(
            """
            INSERT INTO session (hash, id, person, method, device, stamp, created_at, active_at, verified_at)
            VALUES (@hash, @id, @person, @method, @device, @stamp, @now, @now, @verified)
            """,
            [
                ("@hash", Secrets.Hash(cookie)), ("@id", id), ("@person", person.Id), ("@method", method.ToString()), ("@device", device),
                ("@stamp", person.SecurityStamp), ("@now", Sql.Stored(work.Now)), ("@verified", isProviders ? null : Sql.Stored(work.Now)),
            ],
            cancellationToken).ConfigureAwait(false);
        await work.NoteAsync("signin." + (isProviders ? SignInMethod.Provider : method).ToString().ToLowerInvariant(), person, id, "done", null, cancellationToken).ConfigureAwait(false);
        return cookie;
    }

    /// <summary>The session of a cookie, or why there is none.</summary>
    public async Task<(Session? Session, SessionEnd End)> OpenAsync(string cookie, CancellationToken cancellationToken) =>
        await FindAsync("WHERE s.hash = @key", Secrets.Hash(cookie), cancellationToken).ConfigureAwait(false);

    /// <summary>A session by id, or why there is none.</summary>
    public async Task<(Session? Session, SessionEnd End)> FindAsync(string id, CancellationToken cancellationToken) =>
        await FindAsync("WHERE s.id = @key", id, cancellationToken).ConfigureAwait(false);

    /// <summary>Who acts in an organisation by a session; null where the session has ended or the person does not belong there: the two look the same.</summary>
    public async Task<Membership?> ActorAsync(string id, OrganisationId organisation, CancellationToken cancellationToken)
    {
        if ((await FindAsync(id, cancellationToken).ConfigureAwait(false)).Session is not { } session)
            return null;
        var found = await new Memberships(context).FindAsync(session.Person, organisation, cancellationToken).ConfigureAwait(false);
        return found is null ? null : found with { Actor = found.Actor with { VerifiedAt = session.VerifiedAt ?? DateTimeOffset.UnixEpoch } };
    }

    /// <summary>Notes that the person was active.</summary>
    public async Task TouchAsync(Session session, CancellationToken cancellationToken)
    {
        var now = context.Time.GetUtcNow();
        if (now - session.ActiveAt < Grain)
            return;
        await context.Database.WriteAsync(
            (transaction, token) => Sql.ExecuteAsync(
                transaction,
                "UPDATE session SET active_at = @now WHERE id = @id AND ended_at IS NULL AND active_at < @now",
                [("@now", Sql.Stored(now)), ("@id", session.Id)],
                token),
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Notes within a work that the person of a session showed a passkey or code just now.</summary>
    public static Task VerifiedAsync(PeopleWork work, string id, CancellationToken cancellationToken) =>
        work.ExecuteAsync("UPDATE session SET verified_at = @now WHERE id = @id", [("@now", Sql.Stored(work.Now)), ("@id", id)], cancellationToken);

    /// <summary>Ends a session of a person; an ended one stays as it ended.</summary>
    public Task<bool> EndAsync(string person, string id, SessionEnd why, CancellationToken cancellationToken) => context.WriteAsync(
        async (work, token) =>
        {
            var ended = await work.ExecuteAsync(
                "UPDATE session SET ended_at = @now, ended_for = @why WHERE id = @id AND person = @person AND ended_at IS NULL",
                [("@now", Sql.Stored(work.Now)), ("@why", why.ToString()), ("@id", id), ("@person", person)],
                token).ConfigureAwait(false);
            if (ended > 0)
                await work.NoteAsync("session.ended", await work.FindAsync(person, token).ConfigureAwait(false), id, "done", why.ToString(), token).ConfigureAwait(false);
            return ended > 0;
        },
        cancellationToken);

    /// <summary>Ends within a work every session of a person but one.</summary>
    public static Task<int> EndOthersAsync(PeopleWork work, string person, string? but, SessionEnd why, CancellationToken cancellationToken) =>
        work.ExecuteAsync(
            "UPDATE session SET ended_at = @now, ended_for = @why WHERE person = @person AND id <> @but AND ended_at IS NULL",
            [("@now", Sql.Stored(work.Now)), ("@why", why.ToString()), ("@person", person), ("@but", but ?? "")],
            cancellationToken);

    /// <summary>Running sessions of a person, newest activity first.</summary>
    public async Task<IReadOnlyList<Session>> ListAsync(string person, CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(connection, $"SELECT {Columns}{From} WHERE s.person = @person AND s.ended_at IS NULL ORDER BY s.active_at DESC", ("@person", person));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var sessions = new List<Session>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (Read(reader) is var (session, end) && end is null)
                sessions.Add(session);
        }

        return sessions;
    }

    private async Task<(Session? Session, SessionEnd End)> FindAsync(string where, object key, CancellationToken cancellationToken)
    {
        Session session;
        SessionEnd? end;
        await using (var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false))
        {
            await using var command = Sql.Command(connection, $"SELECT {Columns}{From}{where}", ("@key", key));
            await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                return (null, SessionEnd.Unknown);
            if (!reader.IsDBNull(11))
                return (null, Enum.TryParse<SessionEnd>(reader.GetString(12), out var why) ? why : SessionEnd.Unknown);
            (session, end) = Read(reader);
        }

        if (end is null)
            return (session, SessionEnd.Unknown);
        await EndAsync(session.Person, session.Id, end.Value, cancellationToken).ConfigureAwait(false);
        return (null, end.Value);
    }

    /// <summary>A stored session, and what ends it now, if anything does.</summary>
    private (Session Session, SessionEnd? End) Read(DbDataReader reader)
    {
        var session = new Session(reader.GetString(0), reader.GetString(1), reader.GetString(2), Enum.Parse<SignInMethod>(reader.GetString(3)), reader.GetString(4))
        {
            CreatedAt = Sql.Instant(reader.GetInt64(5)),
            ActiveAt = Sql.Instant(reader.GetInt64(6)),
            VerifiedAt = reader.IsDBNull(7) ? null : Sql.Instant(reader.GetInt64(7)),
            IsOperator = Convert.ToInt64(reader.GetValue(8), CultureInfo.InvariantCulture) != 0,
            IdleTime = reader.IsDBNull(13) ? DefaultIdleTime : TimeSpan.FromMinutes(reader.GetInt64(13)),
        };
        var now = context.Time.GetUtcNow();
        SessionEnd? end = reader.GetString(9) != reader.GetString(10) ? SessionEnd.Credentials
            : now - session.CreatedAt >= LongestLife ? SessionEnd.TooOld
            : now - session.ActiveAt >= session.IdleTime ? SessionEnd.Idle
            : null;
        return (session, end);
    }
}
