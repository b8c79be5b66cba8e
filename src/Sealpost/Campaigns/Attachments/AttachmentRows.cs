using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using Sealpost.Organisations;
using Sealpost.Storage;
using Sealpost.Trust.Ledger;

namespace Sealpost.Campaigns.Attachments;

/// <summary>Files in the store, sealed with the organisation's key: one row for equal bytes, and which drafts and versions carry it. A version's files stay as long as it does.</summary>
internal sealed class AttachmentRows(OrganisationContext context)
{
    /// <summary>Version that stands for the draft in the table of uses.</summary>
    private const long Draft = 0;

    /// <summary>How long bytes that nothing carries are kept: an upload may come before its draft is saved, and a removal may be undone.</summary>
    private static readonly TimeSpan Unused = TimeSpan.FromDays(1);

    private long Org => context.Organisation.Id.Value;

    private long Now => Sql.Stored(context.Time.GetUtcNow());

    /// <summary>Stores a checked file; the same bytes again keep their number. Bytes that nothing carries since a day go at this time.</summary>
    public async Task<Attachment> AddAsync(CheckedAttachment file, string actor, CancellationToken cancellationToken)
    {
        var digest = SHA256.HashData(file.Content);
        var index = context.Keys.BlindIndex("attachment", Convert.ToHexStringLower(digest));
        var id = await context.Database.WriteAsync(
            async (transaction, token) =>
            {
                await SweepAsync(transaction, token).ConfigureAwait(false);
                var known = await ScalarAsync(transaction, "SELECT id FROM attachment WHERE org = @org AND hash_index = @index", [("@org", Org), ("@index", index)], token).ConfigureAwait(false);
                var number = known ?? 1 + (await ScalarAsync(transaction, "SELECT MAX(id) FROM attachment WHERE org = @org", [("@org", Org)], token).ConfigureAwait(false) ?? 0);
                await Sql.ExecuteAsync(
                    transaction,
                    """
                    INSERT INTO attachment (org, id, hash_index, type, bytes, actor, touched_at, digest, content) VALUES (@org, @id, @index, @type, @bytes, @actor, @now, @digest, @content)
                    ON CONFLICT (org, id) DO UPDATE SET touched_at = excluded.touched_at, content = COALESCE(attachment.content, excluded.content)
                    """,
                    [
                        ("@org", Org), ("@id", number), ("@index", index), ("@type", (long)file.Type), ("@bytes", (long)file.Content.Length), ("@actor", actor), ("@now", Now),
                        ("@digest", context.Keys.Seal(DigestOf(number), digest)), ("@content", context.Keys.Seal(ContentOf(number), file.Content)),
                    ],
                    token).ConfigureAwait(false);
                if (known is null)
                    await context.Ledger.AppendAsync(new AuditEvent(context.Organisation.Id, "attachment.added", actor, null, Text(number), "done"), transaction, token).ConfigureAwait(false);
                return number;
            },
            cancellationToken).ConfigureAwait(false);
        return new Attachment { Id = id, Name = file.Name, Type = file.Type, Bytes = file.Content.Length, Sha256 = Convert.ToHexStringLower(digest) };
    }

    /// <summary>The bytes of a file; null where there is none of this number.</summary>
    public async Task<byte[]?> OpenAsync(long id, CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(connection, "SELECT content FROM attachment WHERE org = @org AND id = @id AND content IS NOT NULL", ("@org", Org), ("@id", id));
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is byte[] content ? context.Keys.Open(ContentOf(id), content) : null;
    }

    /// <summary>Files as they are stored, under the names given: what a caller says of type, size and hash does not count.</summary>
    /// <exception cref="RefusedException">One is not stored, or its name is not one of its type; or they are too many.</exception>
    public async Task<IReadOnlyList<Attachment>> AsStoredAsync(IReadOnlyList<Attachment> files, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var stored = new List<Attachment>();
        foreach (var file in files)
        {
            await using var command = Sql.Command(transaction, "SELECT type, bytes, digest FROM attachment WHERE org = @org AND id = @id AND content IS NOT NULL", ("@org", Org), ("@id", file.Id));
            await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            var name = AttachmentName.Check(file.Name);
            if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                throw new RefusedException($"The file \"{name}\" is not stored any more. Add it again.");
            var type = (AttachmentType)reader.GetInt64(0);
            if (AttachmentTypes.OfExtension(name) != type)
                throw new RefusedException($"The name of a {AttachmentTypes.Word(type, spanish: false)} ends in {AttachmentTypes.Extension(type)}; \"{name}\" does not.");
            stored.Add(new Attachment { Id = file.Id, Name = name, Type = type, Bytes = reader.GetInt64(1), Sha256 = Convert.ToHexStringLower(context.Keys.Open(DigestOf(file.Id), reader.GetFieldValue<byte[]>(2))) });
        }

        CheckAttachment.Together([.. stored.Select(file => (file.Name, file.Bytes))]);
        if (stored.Select(file => file.Id).Distinct().Count() != stored.Count)
            throw new RefusedException("Two of the files are the same one under two names. Take one out.");
        return stored;
    }

    /// <summary>Notes what a draft carries, in place of what it carried before.</summary>
    public async Task CarryAsync(long campaign, IReadOnlyList<Attachment> files, DbTransaction transaction, CancellationToken cancellationToken)
    {
        await Sql.ExecuteAsync(
            transaction,
            "UPDATE attachment SET touched_at = @now WHERE org = @org AND id IN (SELECT attachment FROM attachment_use WHERE org = @org AND campaign = @campaign AND version = @version)",
            [("@now", Now), ("@org", Org), ("@campaign", campaign), ("@version", Draft)],
            cancellationToken).ConfigureAwait(false);
        await Sql.ExecuteAsync(transaction, "DELETE FROM attachment_use WHERE org = @org AND campaign = @campaign AND version = @version", [("@org", Org), ("@campaign", campaign), ("@version", Draft)], cancellationToken).ConfigureAwait(false);
        await UseAsync(campaign, Draft, files, transaction, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Notes what a new version carries, for good; what was drafted before it counts no more.</summary>
    /// <exception cref="RefusedException">A file is not stored.</exception>
    public async Task FixAsync(long campaign, long version, IReadOnlyList<Attachment> files, DbTransaction transaction, CancellationToken cancellationToken)
    {
        await AsStoredAsync(files, transaction, cancellationToken).ConfigureAwait(false);
        await CarryAsync(campaign, [], transaction, cancellationToken).ConfigureAwait(false);
        await UseAsync(campaign, version, files, transaction, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The newest version of a campaign that carries a file, 0 for its draft; null where none does.</summary>
    public async Task<int?> CarrierAsync(long campaign, long id, CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(connection, "SELECT MAX(version) FROM attachment_use WHERE org = @org AND campaign = @campaign AND attachment = @id", ("@org", Org), ("@campaign", campaign), ("@id", id));
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is long version ? checked((int)version) : null;
    }

    private async Task UseAsync(long campaign, long version, IReadOnlyList<Attachment> files, DbTransaction transaction, CancellationToken cancellationToken)
    {
        foreach (var file in files)
        {
            await Sql.ExecuteAsync(
                transaction,
                "INSERT INTO attachment_use (org, campaign, version, attachment) VALUES (@org, @campaign, @version, @id) ON CONFLICT DO NOTHING",
                [("@org", Org), ("@campaign", campaign), ("@version", version), ("@id", file.Id)],
                cancellationToken).ConfigureAwait(false);
        }
    }

    // The row stays, so that a number never means two files.
    private Task<int> SweepAsync(DbTransaction transaction, CancellationToken cancellationToken) => Sql.ExecuteAsync(
        transaction,
        """
        UPDATE attachment SET content = NULL WHERE org = @org AND content IS NOT NULL AND touched_at < @before
        AND NOT EXISTS (SELECT 1 FROM attachment_use u WHERE u.org = attachment.org AND u.attachment = attachment.id)
        """,
        [("@org", Org), ("@before", Now - (long)Unused.TotalMilliseconds)],
        cancellationToken);

    private static async Task<long?> ScalarAsync(DbTransaction transaction, string text, (string Name, object? Value)[] parameters, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(transaction, text, parameters);
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is long value ? value : null;
    }

    private static string DigestOf(long id) => $"attachment:{Text(id)}:digest";

    private static string ContentOf(long id) => $"attachment:{Text(id)}:content";

    private static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);
}
