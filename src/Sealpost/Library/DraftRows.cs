using System.Globalization;
using MemoryPack;
using Sealpost.Content.Drafts;
using Sealpost.Organisations;
using Sealpost.Storage;

namespace Sealpost.Library;

/// <summary>What an author has written and not yet saved as a version; kept on every pause in typing.</summary>
/// <param name="Base">Version it began from.</param>
/// <param name="Revision">Counts its changes; a writer names the one it last saw.</param>
/// <param name="SavedAt">UTC.</param>
/// <param name="Author">User id.</param>
/// <param name="Draft">The text.</param>
public sealed record KeptDraft(int Base, long Revision, DateTimeOffset SavedAt, string Author, MessageDraft Draft)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>Drafts, sealed; one for each author and template. No ledger event: a draft changes nothing for anybody else.</summary>
internal sealed class DraftRows(OrganisationContext context)
{
    private long Org => context.Organisation.Id.Value;

    /// <summary>Keeps a draft; returns its new revision.</summary>
    /// <param name="item">The template.</param>
    /// <param name="baseVersion">Version it began from.</param>
    /// <param name="revision">Revision last seen; 0 for none.</param>
    /// <param name="draft">The text.</param>
    /// <param name="author">User id.</param>
    /// <param name="cancellationToken">Stops the operation.</param>
    /// <exception cref="RefusedException">The same author changed it elsewhere meanwhile.</exception>
    public Task<long> KeepAsync(long item, int baseVersion, long revision, MessageDraft draft, string author, CancellationToken cancellationToken) =>
        context.Database.WriteAsync(
            async (transaction, token) =>
            {
                await using var last = Sql.Command(transaction, "SELECT revision FROM library_draft WHERE org = @org AND item = @item AND author = @author", ("@org", Org), ("@item", item), ("@author", author));
                var stored = await last.ExecuteScalarAsync(token).ConfigureAwait(false) is long found ? found : 0;
                if (stored != revision)
                    throw new RefusedException("You changed this draft in another window. Nothing was overwritten: load the draft again there or here, whichever is older.") { Kind = RefusalKind.Changed };
                await Sql.ExecuteAsync(
                    transaction,
                    """
                    INSERT INTO library_draft (org, item, author, base, revision, saved_at, content) VALUES (@org, @item, @author, @base, @revision, @now, @content)
                    ON CONFLICT (org, item, author) DO UPDATE SET base = excluded.base, revision = excluded.revision, saved_at = excluded.saved_at, content = excluded.content
                    """,
                    [
                        ("@org", Org), ("@item", item), ("@author", author), ("@base", baseVersion), ("@revision", revision + 1), ("@now", Sql.Stored(context.Time.GetUtcNow())),
                        ("@content", context.Keys.Seal(Place(item, author), MemoryPackSerializer.Serialize(draft))),
                    ],
                    token).ConfigureAwait(false);
                return revision + 1;
            },
            cancellationToken);

    /// <summary>Drafts of a template, newest first.</summary>
    public async Task<IReadOnlyList<KeptDraft>> OfAsync(long item, CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(connection, "SELECT author, base, revision, saved_at, content FROM library_draft WHERE org = @org AND item = @item ORDER BY saved_at DESC", ("@org", Org), ("@item", item));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var drafts = new List<KeptDraft>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var author = reader.GetString(0);
            var draft = MemoryPackSerializer.Deserialize<MessageDraft>(context.Keys.Open(Place(item, author), reader.GetFieldValue<byte[]>(4)))
                ?? throw new InvalidDataException("A draft holds nothing. Discard it.");
            drafts.Add(new KeptDraft(checked((int)reader.GetInt64(1)), reader.GetInt64(2), Sql.Instant(reader.GetInt64(3)), author, draft));
        }

        return drafts;
    }

    /// <summary>Throws an author's draft away.</summary>
    public Task DiscardAsync(long item, string author, CancellationToken cancellationToken) =>
        context.Database.WriteAsync(
            (transaction, token) => Sql.ExecuteAsync(transaction, "DELETE FROM library_draft WHERE org = @org AND item = @item AND author = @author", [("@org", Org), ("@item", item), ("@author", author)], token),
            cancellationToken);

    private static string Place(long item, string author) => string.Create(CultureInfo.InvariantCulture, $"library:{item}:draft:{author}");
}
