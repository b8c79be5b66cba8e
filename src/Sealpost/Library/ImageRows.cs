using System.Data.Common;
using MemoryPack;
using Sealpost.Library.Images;
using Sealpost.Organisations;
using Sealpost.Storage;
using Sealpost.Trust.Ledger;

namespace Sealpost.Library;

/// <summary>What authors call a picture, sealed beside it.</summary>
[MemoryPackable(GenerateType.VersionTolerant)]
internal sealed partial record ImageLabel
{
    [MemoryPackOrder(0)]
    public string Label { get; init; } = "";

    [MemoryPackOrder(1)]
    public string Alt { get; init; } = "";
}

/// <summary>Pictures in the store.</summary>
internal sealed class ImageRows(OrganisationContext context)
{
    private const string Columns = "name, type, width, height, bytes, label, actor, added_at";

    private long Org => context.Organisation.Id.Value;

    public async Task<IReadOnlyList<LibraryImage>> ListAsync(CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(connection, $"SELECT {Columns} FROM library_image WHERE org = @org AND retired_at IS NULL ORDER BY added_at DESC, name", ("@org", Org));
        return await ReadAsync(command, cancellationToken).ConfigureAwait(false);
    }

    public async Task<LibraryImage?> FindAsync(string name, CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(connection, $"SELECT {Columns} FROM library_image WHERE org = @org AND name = @name", ("@org", Org), ("@name", name));
        return (await ReadAsync(command, cancellationToken).ConfigureAwait(false)).SingleOrDefault();
    }

    /// <summary>Stores a cleaned picture; one that is there already only gets its label and is on offer again.</summary>
    public async Task<LibraryImage> AddAsync(CleanedImage image, string label, string alt, string actor, CancellationToken cancellationToken)
    {
        // A keyed hash: equal pictures have one name, and nobody can tell from a name which picture it is.
        var hash = context.Keys.BlindIndex("image", Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(image.Content)));
        var name = Convert.ToHexStringLower(hash.AsSpan(0, 16)) + ImageTypes.Extension(image.Type);
        await context.Database.WriteAsync(
            async (transaction, token) =>
            {
                await Sql.ExecuteAsync(
                    transaction,
                    """
                    INSERT INTO library_image (org, name, type, width, height, bytes, actor, added_at, label, content) VALUES (@org, @name, @type, @width, @height, @bytes, @actor, @now, @label, @content)
                    ON CONFLICT (org, name) DO UPDATE SET label = excluded.label, actor = excluded.actor, added_at = excluded.added_at, retired_at = NULL
                    """,
                    [
                        ("@org", Org), ("@name", name), ("@type", (long)image.Type), ("@width", image.Width), ("@height", image.Height), ("@bytes", (long)image.Content.Length),
                        ("@actor", actor), ("@now", Sql.Stored(context.Time.GetUtcNow())),
                        ("@label", context.Keys.Seal(LabelOf(name), MemoryPackSerializer.Serialize(new ImageLabel { Label = label, Alt = alt }))),
                        ("@content", context.Keys.Seal(ContentOf(name), image.Content)),
                    ],
                    token).ConfigureAwait(false);
                return await LedgerAsync(transaction, "image.added", name, actor, token).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
        return await FindAsync(name, cancellationToken).ConfigureAwait(false) ?? throw new RefusedException("The picture was erased meanwhile.") { Kind = RefusalKind.NotFound };
    }

    public Task RetireAsync(string name, bool retired, string actor, CancellationToken cancellationToken) => retired
        ? ChangeAsync("UPDATE library_image SET retired_at = @now WHERE org = @org AND name = @name", "image.retired", name, actor, cancellationToken)
        : ChangeAsync("UPDATE library_image SET retired_at = NULL WHERE org = @org AND name = @name AND @now = @now", "image.offered", name, actor, cancellationToken);

    public async Task EraseAsync(string name, string actor, CancellationToken cancellationToken)
    {
        await ChangeAsync("DELETE FROM library_image WHERE org = @org AND name = @name AND @now = @now", "image.erased", name, actor, cancellationToken).ConfigureAwait(false);
        await context.Database.ScrubAsync("library_image", cancellationToken).ConfigureAwait(false);
    }

    public async Task<ServedImage?> ServeAsync(string name, CancellationToken cancellationToken)
    {
        if (name.Length > 60)
            return null;
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(connection, "SELECT type, content FROM library_image WHERE org = @org AND name = @name", ("@org", Org), ("@name", name));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        return await reader.ReadAsync(cancellationToken).ConfigureAwait(false)
            ? new ServedImage(ImageTypes.MediaType((ImageType)reader.GetInt64(0)), context.Keys.Open(ContentOf(name), reader.GetFieldValue<byte[]>(1)))
            : null;
    }

    private Task<long> ChangeAsync(string sql, string kind, string name, string actor, CancellationToken cancellationToken) =>
        context.Database.WriteAsync(
            async (transaction, token) =>
            {
                if (await Sql.ExecuteAsync(transaction, sql, [("@now", Sql.Stored(context.Time.GetUtcNow())), ("@org", Org), ("@name", name)], token).ConfigureAwait(false) == 0)
                    throw new RefusedException("There is no such picture.") { Kind = RefusalKind.NotFound };
                return await LedgerAsync(transaction, kind, name, actor, token).ConfigureAwait(false);
            },
            cancellationToken);

    private async Task<List<LibraryImage>> ReadAsync(DbCommand command, CancellationToken cancellationToken)
    {
        var images = new List<LibraryImage>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var name = reader.GetString(0);
            var label = MemoryPackSerializer.Deserialize<ImageLabel>(context.Keys.Open(LabelOf(name), reader.GetFieldValue<byte[]>(5))) ?? new ImageLabel();
            images.Add(new LibraryImage(
                name, ImageLibrary.UrlOf(context.Organisation, name), ImageTypes.MediaType((ImageType)reader.GetInt64(1)),
                checked((int)reader.GetInt64(2)), checked((int)reader.GetInt64(3)), reader.GetInt64(4), label.Label, label.Alt, reader.GetString(6), Sql.Instant(reader.GetInt64(7))));
        }

        return images;
    }

    private Task<long> LedgerAsync(DbTransaction transaction, string kind, string name, string actor, CancellationToken cancellationToken) =>
        context.Ledger.AppendAsync(new AuditEvent(context.Organisation.Id, kind, actor, null, name, "done"), transaction, cancellationToken);

    private static string LabelOf(string name) => $"image:{name}:label";

    private static string ContentOf(string name) => $"image:{name}:content";
}
