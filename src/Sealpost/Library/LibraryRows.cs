using System.Data.Common;
using System.Globalization;
using System.Text;
using Sealpost.Organisations;
using Sealpost.Storage;
using Sealpost.Trust.Ledger;

namespace Sealpost.Library;

/// <summary>What a library item is.</summary>
internal enum LibraryKind
{
    /// <summary>A message template.</summary>
    Template = 1,

    /// <summary>A block that templates share.</summary>
    Block = 2,

    /// <summary>The organisation's brand kit; there is one.</summary>
    Brand = 3,
}

/// <summary>An item with one of its versions, content still packed.</summary>
internal sealed record LibraryRow(long Id, string Name, int Newest, bool Retired, int Version, string Author, DateTimeOffset SavedAt, byte[] Content)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>Names and versions of library items, sealed; each change is a ledger event in the same transaction.</summary>
internal sealed class LibraryRows(OrganisationContext context, LibraryKind kind)
{
    /// <summary>Longest name, in characters.</summary>
    public const int MaxNameLength = 120;

    private const string Columns = "i.id, i.name, i.version, i.retired_at, v.version, v.author, v.saved_at, v.content";
    private const string Newest = "FROM library_item i JOIN library_version v ON v.org = i.org AND v.item = i.id AND v.version = i.version WHERE i.org = @org AND i.kind = @kind";

    private long Org => context.Organisation.Id.Value;

    private long Now => Sql.Stored(context.Time.GetUtcNow());

    /// <summary>The word for ledger and refusals.</summary>
    public string Word { get; } = kind switch { LibraryKind.Template => "template", LibraryKind.Block => "block", _ => "brand kit" };

    /// <summary>Refuses a name that cannot be shown.</summary>
    public static string CheckName(string name)
    {
        var trimmed = name.Trim();
        return trimmed.Length is 0 or > MaxNameLength || trimmed.Any(char.IsControl)
            ? throw new RefusedException($"A name has 1 to {MaxNameLength} characters and no control characters. Choose another name.")
            : trimmed;
    }

    /// <summary>The newest version of each in use, or of each that was taken out, by name.</summary>
    public async Task<IReadOnlyList<LibraryRow>> ListAsync(bool retired, CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(connection, $"SELECT {Columns} {Newest}{(retired ? " AND i.retired_at IS NOT NULL" : " AND i.retired_at IS NULL")}", ("@org", Org), ("@kind", (long)kind));
        return [.. (await ReadAsync(command, cancellationToken).ConfigureAwait(false)).OrderBy(row => row.Name, StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>A version by name; the newest for null. Null where there is none.</summary>
    public async Task<LibraryRow?> FindAsync(string name, int? version, CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        return await FindAsync(connection, null, name, version, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A version by the item's number; the newest for null.</summary>
    public async Task<LibraryRow?> FindAsync(long id, int? version, CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection,
            $"SELECT {Columns} FROM library_item i JOIN library_version v ON v.org = i.org AND v.item = i.id WHERE i.org = @org AND i.kind = @kind AND i.id = @id AND v.version = {(version is null ? "i.version" : "@version")}",
            ("@org", Org), ("@kind", (long)kind), ("@id", id), ("@version", version ?? 0));
        return (await ReadAsync(command, cancellationToken).ConfigureAwait(false)).SingleOrDefault();
    }

    /// <summary>Every version, newest first.</summary>
    public async Task<IReadOnlyList<LibraryRow>> HistoryAsync(string name, CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection,
            $"SELECT {Columns} FROM library_item i JOIN library_version v ON v.org = i.org AND v.item = i.id WHERE i.org = @org AND i.kind = @kind AND i.name_index = @index ORDER BY v.version DESC",
            ("@org", Org), ("@kind", (long)kind), ("@index", Index(name)));
        return await ReadAsync(command, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Adds an item with its first version.</summary>
    /// <exception cref="RefusedException">The name is taken.</exception>
    public Task<long> AddAsync(string name, byte[] content, string author, CancellationToken cancellationToken) =>
        context.Database.WriteAsync(
            async (transaction, token) =>
            {
                if (await FindAsync(transaction.Connection!, transaction, name, null, token).ConfigureAwait(false) is { } taken)
                    throw new RefusedException($"There is already a {Word} \"{taken.Name}\"{(taken.Retired ? " among the retired ones" : "")}. Choose another name.");
                await using var next = Sql.Command(transaction, "SELECT COALESCE(MAX(id), 0) + 1 FROM library_item WHERE org = @org", ("@org", Org));
                var id = Convert.ToInt64(await next.ExecuteScalarAsync(token).ConfigureAwait(false), CultureInfo.InvariantCulture);
                await Sql.ExecuteAsync(
                    transaction,
                    "INSERT INTO library_item (org, id, kind, name_index, name, version) VALUES (@org, @id, @kind, @index, @name, 1)",
                    [("@org", Org), ("@id", id), ("@kind", (long)kind), ("@index", Index(name)), ("@name", Seal(NameOf(id), Encoding.UTF8.GetBytes(name)))],
                    token).ConfigureAwait(false);
                await AddVersionAsync(transaction, id, 1, content, author, token).ConfigureAwait(false);
                await LedgerAsync(transaction, "added", id, 1, author, token).ConfigureAwait(false);
                return id;
            },
            cancellationToken);

    /// <summary>Adds a version; returns its number.</summary>
    /// <param name="id">The item.</param>
    /// <param name="expected">Newest version as its author saw it; refused where somebody saved another meanwhile.</param>
    /// <param name="content">Packed content.</param>
    /// <param name="author">User id.</param>
    /// <param name="act">Word for the ledger: <c>saved</c>, <c>restored</c>.</param>
    /// <param name="cancellationToken">Stops the operation.</param>
    public Task<int> SaveAsync(long id, int expected, byte[] content, string author, string act, CancellationToken cancellationToken) =>
        context.Database.WriteAsync(
            async (transaction, token) =>
            {
                var version = expected + 1;
                var changed = await Sql.ExecuteAsync(
                    transaction,
                    "UPDATE library_item SET version = @version, retired_at = NULL WHERE org = @org AND id = @id AND kind = @kind AND version = @expected",
                    [("@version", version), ("@org", Org), ("@id", id), ("@kind", (long)kind), ("@expected", expected)],
                    token).ConfigureAwait(false);
                if (changed != 1)
                    throw new RefusedException($"Somebody else saved this {Word} since you opened it. Your text is kept as your draft: compare it with the newest version, then save again.") { Kind = RefusalKind.Changed };
                await AddVersionAsync(transaction, id, version, content, author, token).ConfigureAwait(false);
                await Sql.ExecuteAsync(transaction, "DELETE FROM library_draft WHERE org = @org AND item = @id AND author = @author", [("@org", Org), ("@id", id), ("@author", author)], token).ConfigureAwait(false);
                await LedgerAsync(transaction, act, id, version, author, token).ConfigureAwait(false);
                return version;
            },
            cancellationToken);

    /// <summary>Gives an item another name.</summary>
    /// <exception cref="RefusedException">The name is taken.</exception>
    public Task RenameAsync(LibraryRow row, string name, string author, CancellationToken cancellationToken) =>
        context.Database.WriteAsync(
            async (transaction, token) =>
            {
                if (await FindAsync(transaction.Connection!, transaction, name, null, token).ConfigureAwait(false) is { } taken && taken.Id != row.Id)
                    throw new RefusedException($"There is already a {Word} \"{taken.Name}\". Choose another name.");
                await Sql.ExecuteAsync(
                    transaction,
                    "UPDATE library_item SET name_index = @index, name = @name WHERE org = @org AND id = @id",
                    [("@index", Index(name)), ("@name", Seal(NameOf(row.Id), Encoding.UTF8.GetBytes(name))), ("@org", Org), ("@id", row.Id)],
                    token).ConfigureAwait(false);
                return await LedgerAsync(transaction, "renamed", row.Id, row.Newest, author, token).ConfigureAwait(false);
            },
            cancellationToken);

    /// <summary>Takes an item out of lists, or puts it back; its versions stay.</summary>
    public Task RetireAsync(LibraryRow row, bool retired, string author, CancellationToken cancellationToken) =>
        context.Database.WriteAsync(
            async (transaction, token) =>
            {
                await Sql.ExecuteAsync(
                    transaction, "UPDATE library_item SET retired_at = @at WHERE org = @org AND id = @id", [("@at", retired ? Now : null), ("@org", Org), ("@id", row.Id)], token).ConfigureAwait(false);
                return await LedgerAsync(transaction, retired ? "retired" : "returned", row.Id, row.Newest, author, token).ConfigureAwait(false);
            },
            cancellationToken);

    private async Task<LibraryRow?> FindAsync(DbConnection connection, DbTransaction? transaction, string name, int? version, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(
            connection,
            $"SELECT {Columns} FROM library_item i JOIN library_version v ON v.org = i.org AND v.item = i.id WHERE i.org = @org AND i.kind = @kind AND i.name_index = @index AND v.version = {(version is null ? "i.version" : "@version")}",
            ("@org", Org), ("@kind", (long)kind), ("@index", Index(name)), ("@version", version ?? 0));
        command.Transaction = transaction;
        return (await ReadAsync(command, cancellationToken).ConfigureAwait(false)).SingleOrDefault();
    }

    private async Task AddVersionAsync(DbTransaction transaction, long id, int version, byte[] content, string author, CancellationToken cancellationToken) =>
        await Sql.ExecuteAsync(
            transaction,
            "INSERT INTO library_version (org, item, version, author, saved_at, content) VALUES (@org, @id, @version, @author, @now, @content)",
            [("@org", Org), ("@id", id), ("@version", version), ("@author", author), ("@now", Now), ("@content", Seal(ContentOf(id, version), content))],
            cancellationToken).ConfigureAwait(false);

    private async Task<List<LibraryRow>> ReadAsync(DbCommand command, CancellationToken cancellationToken)
    {
        var rows = new List<LibraryRow>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var (id, version) = (reader.GetInt64(0), checked((int)reader.GetInt64(4)));
            rows.Add(new LibraryRow(
                id,
                Encoding.UTF8.GetString(context.Keys.Open(NameOf(id), reader.GetFieldValue<byte[]>(1))),
                checked((int)reader.GetInt64(2)),
                !reader.IsDBNull(3),
                version,
                reader.GetString(5),
                Sql.Instant(reader.GetInt64(6)),
                context.Keys.Open(ContentOf(id, version), reader.GetFieldValue<byte[]>(7))));
        }

        return rows;
    }

    private Task<long> LedgerAsync(DbTransaction transaction, string act, long id, int version, string author, CancellationToken cancellationToken) =>
        context.Ledger.AppendAsync(
            new AuditEvent(context.Organisation.Id, $"{(kind == LibraryKind.Brand ? "brand" : Word)}.{act}", author, null, id.ToString(CultureInfo.InvariantCulture), "done", string.Create(CultureInfo.InvariantCulture, $"version {version}")),
            transaction,
            cancellationToken);

    private byte[] Seal(string place, byte[] clear) => context.Keys.Seal(place, clear);

    private byte[] Index(string name) => context.Keys.BlindIndex("library-" + (int)kind, name.Trim().ToUpperInvariant());

    private static string NameOf(long id) => string.Create(CultureInfo.InvariantCulture, $"library:{id}:name");

    private static string ContentOf(long id, int version) => string.Create(CultureInfo.InvariantCulture, $"library:{id}:content:{version}");
}
