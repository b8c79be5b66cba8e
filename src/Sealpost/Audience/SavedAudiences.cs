using System.Data.Common;
using System.Security.Cryptography;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Audience;

/// <summary>Named audiences of one organisation, every version kept; names and queries are sealed. Names differ by more than case. Every change is a ledger event.</summary>
public sealed class SavedAudiences
{
    /// <summary>Longest name, in characters.</summary>
    public const int MaxNameLength = 200;

    private readonly IDatabase _database;
    private readonly KeyRing _keys;
    private readonly Ledger _ledger;
    private readonly TimeProvider _time;
    private readonly SavedAudienceRows _rows;

    /// <summary>Creates it over an organisation's store.</summary>
    public SavedAudiences(IDatabase database, KeyRing keys, Ledger ledger, TimeProvider time)
    {
        (_database, _keys, _ledger, _time) = (database, keys, ledger, time);
        _rows = new SavedAudienceRows(keys);
    }

    /// <summary>Saves a query under a name; returns its version. The same query again changes nothing and returns the version there is.</summary>
    /// <exception cref="RefusedException">The name is empty, too long, or holds control characters.</exception>
    public async Task<int> SaveAsync(string name, AudienceQuery query, string actor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        var trimmed = Checked(name);
        return (await _database.WriteAsync(
            async (transaction, token) =>
                await _rows.FindAsync(transaction, SavedAudienceRows.ByName, _rows.Index(trimmed), token) is { } last
                    ? await AddAsync(transaction, last, trimmed, query.ToText(), actor, token)
                    : await CreateAsync(transaction, trimmed, query.ToText(), actor, token),
            cancellationToken)).Version;
    }

    /// <summary>Saves a new audience under a name that is free.</summary>
    /// <exception cref="RefusedException">The name cannot be shown, or is taken.</exception>
    public Task<SavedAudience> CreateAsync(string name, AudienceQuery query, string actor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        var trimmed = Checked(name);
        return _database.WriteAsync(
            async (transaction, token) =>
            {
                await RefuseTakenAsync(transaction, trimmed, null, token);
                return await CreateAsync(transaction, trimmed, query.ToText(), actor, token);
            },
            cancellationToken);
    }

    /// <summary>Saves a new version, which may carry another name. The same name and query again change nothing.</summary>
    /// <param name="id">Which.</param>
    /// <param name="basedOn">The version it was made from; another newest version means that somebody else saved meanwhile.</param>
    /// <param name="name">New name; null keeps it.</param>
    /// <param name="query">New query; null keeps it.</param>
    /// <param name="actor">Who saves.</param>
    /// <param name="cancellationToken">Stops the operation.</param>
    /// <exception cref="RefusedException">There is none, it is deleted, the name is taken, or a newer version was saved meanwhile.</exception>
    public Task<SavedAudience> ReviseAsync(long id, int basedOn, string? name, AudienceQuery? query, string actor, CancellationToken cancellationToken)
    {
        var trimmed = name is null ? null : Checked(name);
        return _database.WriteAsync(
            async (transaction, token) =>
            {
                var last = await InUseAsync(transaction, id, token);
                if (last.Version != basedOn)
                    throw new RefusedException($"Version {last.Version} was saved meanwhile; you began from version {basedOn}. Look at the history, or save yours under another name.") { Kind = RefusalKind.Changed };
                if (trimmed is not null)
                    await RefuseTakenAsync(transaction, trimmed, id, token);
                return await AddAsync(transaction, last, trimmed ?? last.Name, query?.ToText() ?? last.Query, actor, token);
            },
            cancellationToken);
    }

    /// <summary>Makes an earlier version's query the newest one; the history stays whole.</summary>
    /// <exception cref="RefusedException">There is no such audience or version, or it is deleted.</exception>
    public Task<SavedAudience> RestoreAsync(long id, int version, string actor, CancellationToken cancellationToken) =>
        _database.WriteAsync(
            async (transaction, token) =>
            {
                var last = await InUseAsync(transaction, id, token);
                var wanted = (await _rows.VersionsAsync(transaction.Connection!, transaction, id, token)).Find(one => one.Version == version)
                    ?? throw new RefusedException($"The audience has no version {version}. Its versions are 1 to {last.Version}.") { Kind = RefusalKind.NotFound };
                return await AddAsync(transaction, last, last.Name, wanted.Query, actor, token);
            },
            cancellationToken);

    /// <summary>Deletes an audience; its history is kept and <see cref="UndeleteAsync"/> brings it back. Campaigns are not touched: each holds its own rule.</summary>
    /// <exception cref="RefusedException">There is none, or it is deleted already.</exception>
    public Task<bool> DeleteAsync(long id, string actor, CancellationToken cancellationToken) =>
        _database.WriteAsync(
            async (transaction, token) =>
            {
                var last = await InUseAsync(transaction, id, token);
                await MarkAsync(transaction, last, "audience.deleted", actor, token);
                return true;
            },
            cancellationToken);

    /// <summary>Brings a deleted audience back.</summary>
    /// <exception cref="RefusedException">There is none, it is not deleted, or its name was taken meanwhile.</exception>
    public Task<SavedAudience> UndeleteAsync(long id, string actor, CancellationToken cancellationToken) =>
        _database.WriteAsync(
            async (transaction, token) =>
            {
                var last = await _rows.FindAsync(transaction, SavedAudienceRows.ById, id, token);
                if (last is null)
                    throw None();
                if (last.DeletedAt is null)
                    throw new RefusedException("The audience is not deleted.");
                await RefuseTakenAsync(transaction, last.Name, id, token);
                await MarkAsync(transaction, last, "audience.undeleted", actor, token);
                return last with { DeletedAt = null };
            },
            cancellationToken);

    /// <summary>The newest version under a name; null where there is none.</summary>
    public async Task<SavedAudience?> GetAsync(string name, CancellationToken cancellationToken)
    {
        await using var connection = await _database.OpenReadAsync(cancellationToken);
        return await _rows.FindAsync(connection, null, SavedAudienceRows.ByName, _rows.Index(name.Trim()), cancellationToken);
    }

    /// <summary>The newest version of an audience, deleted or not; null where there is none.</summary>
    public async Task<SavedAudience?> GetAsync(long id, CancellationToken cancellationToken)
    {
        await using var connection = await _database.OpenReadAsync(cancellationToken);
        return await _rows.FindAsync(connection, null, SavedAudienceRows.ById, id, cancellationToken);
    }

    /// <summary>The newest version of each in use, by name.</summary>
    public Task<IReadOnlyList<SavedAudience>> ListAsync(CancellationToken cancellationToken) => ListAsync(SavedAudienceRows.InUse, cancellationToken);

    /// <summary>The newest version of each that was deleted, by name.</summary>
    public Task<IReadOnlyList<SavedAudience>> DeletedAsync(CancellationToken cancellationToken) => ListAsync(SavedAudienceRows.Deleted, cancellationToken);

    /// <summary>Every version under a name, newest first; empty where there is none.</summary>
    public async Task<IReadOnlyList<SavedAudience>> HistoryAsync(string name, CancellationToken cancellationToken) =>
        await GetAsync(name, cancellationToken) is { } found ? await HistoryAsync(found.Id, cancellationToken) : [];

    /// <summary>Every version of an audience, newest first; empty where there is none.</summary>
    public async Task<IReadOnlyList<SavedAudience>> HistoryAsync(long id, CancellationToken cancellationToken)
    {
        await using var connection = await _database.OpenReadAsync(cancellationToken);
        return await _rows.VersionsAsync(connection, null, id, cancellationToken);
    }

    private static RefusedException None() => new("There is no such audience. `sealpost audience saved` shows them.") { Kind = RefusalKind.NotFound };

    private async Task<IReadOnlyList<SavedAudience>> ListAsync(string which, CancellationToken cancellationToken)
    {
        await using var connection = await _database.OpenReadAsync(cancellationToken);
        return await _rows.ListAsync(connection, which, cancellationToken);
    }

    private static string Checked(string name)
    {
        var trimmed = name.Trim();
        return trimmed.Length is 0 or > MaxNameLength || trimmed.Any(char.IsControl)
            ? throw new RefusedException($"The name of an audience has 1 to {MaxNameLength} characters and no control characters. Choose another name.")
            : trimmed;
    }

    private async Task<SavedAudience> InUseAsync(DbTransaction transaction, long id, CancellationToken cancellationToken) =>
        await _rows.FindAsync(transaction, SavedAudienceRows.ById, id, cancellationToken) switch
        {
            null => throw None(),
            { DeletedAt: not null } => throw new RefusedException("The audience is deleted. Bring it back first (`sealpost audience undelete`)."),
            { } found => found,
        };

    private async Task RefuseTakenAsync(DbTransaction transaction, string name, long? self, CancellationToken cancellationToken)
    {
        if (await _rows.FindAsync(transaction, SavedAudienceRows.ByName, _rows.Index(name), cancellationToken) is { } other && other.Id != self)
            throw new RefusedException("There is already an audience of this name. Choose another name.");
    }

    private async Task<SavedAudience> CreateAsync(DbTransaction transaction, string name, string query, string actor, CancellationToken cancellationToken)
    {
        var id = await _rows.NextIdAsync(transaction, cancellationToken);
        var handle = RandomNumberGenerator.GetBytes(16);
        await transaction.ExecuteAsync(
            "INSERT INTO audience (org, id, handle, name_index) VALUES (@org, @id, @handle, @index)",
            [("org", (long)_keys.Organisation.Value), ("id", id), ("handle", handle), ("index", _rows.Index(name))],
            cancellationToken);
        return await WriteAsync(transaction, handle, new SavedAudience(name, 1, query, actor, _time.GetUtcNow()) { Id = id }, cancellationToken);
    }

    private async Task<SavedAudience> AddAsync(DbTransaction transaction, SavedAudience last, string name, string query, string actor, CancellationToken cancellationToken)
    {
        if (last.Query == query && last.Name == name)
            return last;
        await transaction.ExecuteAsync(
            "UPDATE audience SET name_index = @index WHERE org = @org AND id = @id",
            [("index", _rows.Index(name)), ("org", (long)_keys.Organisation.Value), ("id", last.Id)],
            cancellationToken);
        var handle = await _rows.HandleAsync(transaction, last.Id, cancellationToken);
        return await WriteAsync(transaction, handle, last with { Name = name, Query = query, Version = last.Version + 1, Actor = actor, SavedAt = _time.GetUtcNow() }, cancellationToken);
    }

    private async Task<SavedAudience> WriteAsync(DbTransaction transaction, byte[] handle, SavedAudience version, CancellationToken cancellationToken)
    {
        await _rows.InsertAsync(transaction, handle, version, cancellationToken);
        await NoteAsync(transaction, version, "audience.saved", version.Actor, cancellationToken);
        return version;
    }

    private async Task MarkAsync(DbTransaction transaction, SavedAudience audience, string action, string actor, CancellationToken cancellationToken)
    {
        var deletes = audience.DeletedAt is null;
        await transaction.ExecuteAsync(
            "UPDATE audience SET deleted_at = @at, deleted_by = @by WHERE org = @org AND id = @id",
            [("at", deletes ? Sql.Stored(_time.GetUtcNow()) : null), ("by", deletes ? actor : null), ("org", (long)_keys.Organisation.Value), ("id", audience.Id)],
            cancellationToken);
        await NoteAsync(transaction, audience, action, actor, cancellationToken);
    }

    private Task<long> NoteAsync(DbTransaction transaction, SavedAudience audience, string action, string actor, CancellationToken cancellationToken) =>
        _ledger.AppendAsync(
            new AuditEvent(_keys.Organisation, action, actor, null, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"audience {audience.Id}/{audience.Version}"), "done"),
            transaction,
            cancellationToken);
}
