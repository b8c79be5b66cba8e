using System.Globalization;
using System.Text;
using Sealpost.Storage;
using Sealpost.Trust.Keys;

namespace Sealpost.Audience;

/// <summary>What a person is writing and has not saved.</summary>
/// <param name="Audience">Number of the audience; 0 for a new one.</param>
/// <param name="BasedOn">Version it began from; 0 for none.</param>
/// <param name="Text">As typed; it need not parse.</param>
/// <param name="SavedAt">UTC.</param>
public sealed record AudienceDraft(long Audience, int BasedOn, string Text, DateTimeOffset SavedAt)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>Drafts of audiences, one for each person and audience, sealed: unsaved words survive a lost connection and a restart, and never rest in a browser.</summary>
public sealed class AudienceDrafts
{
    /// <summary>Longest draft, in characters; a query may not be longer either.</summary>
    public const int MaxLength = QueryParser.MaxLength;

    private readonly IDatabase _database;
    private readonly KeyRing _keys;
    private readonly TimeProvider _time;

    /// <summary>Creates it over an organisation's store.</summary>
    public AudienceDrafts(IDatabase database, KeyRing keys, TimeProvider time) => (_database, _keys, _time) = (database, keys, time);

    /// <summary>Keeps what was typed in place of the person's earlier draft.</summary>
    /// <exception cref="RefusedException">It is longer than <see cref="MaxLength"/>.</exception>
    public Task KeepAsync(string actor, long audience, int basedOn, string text, CancellationToken cancellationToken)
    {
        if (text.Length > MaxLength)
            throw new RefusedException($"The rule is longer than {MaxLength} characters and is not kept. Shorten it.");
        return _database.WriteAsync(
            (transaction, token) => transaction.ExecuteAsync(
                """
                INSERT INTO audience_draft (org, actor, audience, base, draft, saved_at) VALUES (@org, @actor, @audience, @base, @draft, @now)
                ON CONFLICT (org, actor, audience) DO UPDATE SET base = excluded.base, draft = excluded.draft, saved_at = excluded.saved_at
                """,
                [.. Key(actor, audience),
                ("base", (long)basedOn),
                ("draft", _keys.Seal(Context(actor, audience), Encoding.UTF8.GetBytes(text))),
                ("now", Sql.Stored(_time.GetUtcNow()))],
                token),
            cancellationToken);
    }

    /// <summary>A person's draft; null where there is none.</summary>
    public async Task<AudienceDraft?> FindAsync(string actor, long audience, CancellationToken cancellationToken)
    {
        await using var connection = await _database.OpenReadAsync(cancellationToken);
        await using var command = connection.Command("SELECT base, draft, saved_at FROM audience_draft WHERE org = @org AND actor = @actor AND audience = @audience", Key(actor, audience));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new AudienceDraft(audience, (int)reader.GetInt64(0), Encoding.UTF8.GetString(_keys.Open(Context(actor, audience), (byte[])reader[1])), Sql.Instant(reader.GetInt64(2)))
            : null;
    }

    /// <summary>Throws a draft away: it was saved, or is not wanted.</summary>
    public Task DropAsync(string actor, long audience, CancellationToken cancellationToken) =>
        _database.WriteAsync(
            (transaction, token) => transaction.ExecuteAsync("DELETE FROM audience_draft WHERE org = @org AND actor = @actor AND audience = @audience", Key(actor, audience), token),
            cancellationToken);

    private (string, object?)[] Key(string actor, long audience) => [("org", (long)_keys.Organisation.Value), ("actor", actor), ("audience", audience)];

    private static string Context(string actor, long audience) => string.Create(CultureInfo.InvariantCulture, $"audience-draft:{actor}:{audience}");
}
