using MemoryPack;
using Sealpost.Content;
using Sealpost.Content.Drafts;
using Sealpost.Organisations;
using Sealpost.People;

namespace Sealpost.Library;

/// <summary>Saved templates: every version kept, with who and when.</summary>
public sealed class TemplateLibrary
{
    private readonly LibraryRows _rows;
    private readonly DraftRows _drafts;
    private readonly ContentLibrary _library;

    internal TemplateLibrary(OrganisationContext context, ContentLibrary library)
    {
        _rows = new LibraryRows(context, LibraryKind.Template);
        _drafts = new DraftRows(context);
        _library = library;
    }

    /// <summary>The newest version of each, by name.</summary>
    /// <param name="retired">Those that were archived, in place of those in use.</param>
    /// <param name="actor">Who looks.</param>
    /// <param name="cancellationToken">Stops the operation.</param>
    public async Task<IReadOnlyList<TemplateVersion>> ListAsync(bool retired, Actor actor, CancellationToken cancellationToken)
    {
        ContentLibrary.RequireReader(actor);
        return [.. (await _rows.ListAsync(retired, cancellationToken).ConfigureAwait(false)).Select(Read)];
    }

    /// <summary>A version; the newest for null.</summary>
    /// <exception cref="RefusedException">There is none.</exception>
    public async Task<TemplateVersion> GetAsync(string name, int? version, Actor actor, CancellationToken cancellationToken)
    {
        ContentLibrary.RequireReader(actor);
        return Read(await _rows.FindAsync(name, version, cancellationToken).ConfigureAwait(false) ?? throw None(name, version));
    }

    /// <summary>A version by the template's number, as links name it; the newest for null.</summary>
    /// <exception cref="RefusedException">There is none.</exception>
    public async Task<TemplateVersion> GetAsync(long id, int? version, Actor actor, CancellationToken cancellationToken)
    {
        ContentLibrary.RequireReader(actor);
        return Read(await _rows.FindAsync(id, version, cancellationToken).ConfigureAwait(false) ?? throw new RefusedException("There is no such template.") { Kind = RefusalKind.NotFound });
    }

    /// <summary>Saves a new template. It may hold problems: a campaign cannot take it before they are mended.</summary>
    /// <exception cref="RefusedException">The name is taken or cannot be shown, or the texts are too long.</exception>
    public async Task<TemplateVersion> CreateAsync(string name, MessageDraft draft, Actor actor, CancellationToken cancellationToken)
    {
        ContentLibrary.RequireWriter(actor);
        var id = await _rows.AddAsync(LibraryRows.CheckName(name), Pack(draft), actor.Id, cancellationToken).ConfigureAwait(false);
        return await GetAsync(id, 1, actor, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Saves a version. The same texts again make no new version. The author's kept draft is done with.</summary>
    /// <param name="id">The template.</param>
    /// <param name="expected">Newest version as the author saw it.</param>
    /// <param name="draft">The texts.</param>
    /// <param name="actor">Author.</param>
    /// <param name="cancellationToken">Stops the operation.</param>
    /// <exception cref="RefusedException">Somebody else saved meanwhile: compare, then save again.</exception>
    public async Task<TemplateVersion> SaveAsync(long id, int expected, MessageDraft draft, Actor actor, CancellationToken cancellationToken)
    {
        ContentLibrary.RequireWriter(actor);
        var newest = await GetAsync(id, null, actor, cancellationToken).ConfigureAwait(false);
        if (newest.Version == expected && newest.Draft.SameAs(draft) && !newest.Retired)
        {
            await _drafts.DiscardAsync(id, actor.Id, cancellationToken).ConfigureAwait(false);
            return newest;
        }

        await _rows.SaveAsync(id, expected, Pack(draft), actor.Id, "saved", cancellationToken).ConfigureAwait(false);
        return await GetAsync(id, null, actor, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Every version, newest first.</summary>
    public async Task<IReadOnlyList<TemplateVersion>> HistoryAsync(string name, Actor actor, CancellationToken cancellationToken)
    {
        ContentLibrary.RequireReader(actor);
        var history = await _rows.HistoryAsync(name, cancellationToken).ConfigureAwait(false);
        return history.Count > 0 ? [.. history.Select(Read)] : throw None(name, null);
    }

    /// <summary>What differs between two versions.</summary>
    public async Task<IReadOnlyList<PartComparison>> CompareAsync(long id, int before, int after, Actor actor, CancellationToken cancellationToken)
    {
        var old = await GetAsync(id, before, actor, cancellationToken).ConfigureAwait(false);
        var now = await GetAsync(id, after, actor, cancellationToken).ConfigureAwait(false);
        return CompareVersions.Run(old.Draft, now.Draft);
    }

    /// <summary>What differs between a version and a text that is not saved yet.</summary>
    public async Task<IReadOnlyList<PartComparison>> CompareAsync(long id, int before, MessageDraft after, Actor actor, CancellationToken cancellationToken) =>
        CompareVersions.Run((await GetAsync(id, before, actor, cancellationToken).ConfigureAwait(false)).Draft, after);

    /// <summary>Makes the texts of an earlier version the newest version again; nothing is lost.</summary>
    public async Task<TemplateVersion> RestoreAsync(long id, int version, Actor actor, CancellationToken cancellationToken)
    {
        ContentLibrary.RequireWriter(actor);
        var old = await GetAsync(id, version, actor, cancellationToken).ConfigureAwait(false);
        if (old.Version != old.Newest)
            await _rows.SaveAsync(id, old.Newest, Pack(old.Draft), actor.Id, "restored", cancellationToken).ConfigureAwait(false);
        return await GetAsync(id, null, actor, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gives a template another name.</summary>
    public async Task RenameAsync(long id, string name, Actor actor, CancellationToken cancellationToken)
    {
        ContentLibrary.RequireWriter(actor);
        await _rows.RenameAsync(await RowAsync(id, cancellationToken).ConfigureAwait(false), LibraryRows.CheckName(name), actor.Id, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes a template out of lists, or puts it back. Campaigns that pinned a version go on.</summary>
    public async Task RetireAsync(long id, bool retired, Actor actor, CancellationToken cancellationToken)
    {
        ContentLibrary.RequireWriter(actor);
        await _rows.RetireAsync(await RowAsync(id, cancellationToken).ConfigureAwait(false), retired, actor.Id, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Keeps what an author has written so far; returns the revision to name next time.</summary>
    /// <param name="id">The template.</param>
    /// <param name="baseVersion">Version the author began from.</param>
    /// <param name="revision">Revision last returned; 0 for the first.</param>
    /// <param name="draft">The texts.</param>
    /// <param name="actor">Author.</param>
    /// <param name="cancellationToken">Stops the operation.</param>
    /// <exception cref="RefusedException">The same author changed the draft in another window.</exception>
    public async Task<long> KeepDraftAsync(long id, int baseVersion, long revision, MessageDraft draft, Actor actor, CancellationToken cancellationToken)
    {
        ContentLibrary.RequireWriter(actor);
        _ = Pack(draft);
        await RowAsync(id, cancellationToken).ConfigureAwait(false);
        return await _drafts.KeepAsync(id, baseVersion, revision, draft, actor.Id, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Kept drafts of a template, everybody's, newest first: whose they are tells that somebody is at work on it.</summary>
    public async Task<IReadOnlyList<KeptDraft>> DraftsAsync(long id, Actor actor, CancellationToken cancellationToken)
    {
        ContentLibrary.RequireReader(actor);
        return await _drafts.OfAsync(id, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Throws the actor's kept draft away.</summary>
    public async Task DiscardDraftAsync(long id, Actor actor, CancellationToken cancellationToken)
    {
        ContentLibrary.RequireWriter(actor);
        await _drafts.DiscardAsync(id, actor.Id, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A version as a campaign takes it, with today's blocks and brand values put in; later changes of those do not reach the campaign.</summary>
    /// <exception cref="RefusedException">There is none, or it holds problems; the first is named.</exception>
    public async Task<PinnedTemplate> PinAsync(string name, int? version, Actor actor, CancellationToken cancellationToken)
    {
        var template = await GetAsync(name, version, actor, cancellationToken).ConfigureAwait(false);
        var check = await _library.CheckAsync(template.Draft, actor, cancellationToken).ConfigureAwait(false);
        if (check.Problems is [var first, ..])
            throw new RefusedException($"The template \"{template.Name}\" holds {check.Problems.Count} problem{(check.Problems.Count == 1 ? "" : "s")}: {first.File}:{first.Line}: {first.Message} Mend it in the library first.");
        return new PinnedTemplate(template.Id, template.Version, check.Expanded);
    }

    private async Task<LibraryRow> RowAsync(long id, CancellationToken cancellationToken) =>
        await _rows.FindAsync(id, null, cancellationToken).ConfigureAwait(false) ?? throw new RefusedException("There is no such template.") { Kind = RefusalKind.NotFound };

    private static byte[] Pack(MessageDraft draft)
    {
        if (draft.All.Any(variant => variant.Body.Length > TemplateCompiler.MaxSource || variant.Text?.Length > TemplateCompiler.MaxSource))
            throw new RefusedException($"A body or text part is longer than {TemplateCompiler.MaxSource:N0} characters: shorten it.");
        if (draft.All.Any(variant => variant.Subject.Length > 2 * TemplateCompiler.MaxLine || variant.Preheader?.Length > 2 * TemplateCompiler.MaxLine))
            throw new RefusedException($"A subject or preview line is longer than {2 * TemplateCompiler.MaxLine:N0} characters: shorten it.");
        if (draft.Variants.Count > MessageDraft.MaxVariants)
            throw new RefusedException($"A message has at most {MessageDraft.MaxVariants} language variants besides its fallback.");
        return MemoryPackSerializer.Serialize(draft);
    }

    private static TemplateVersion Read(LibraryRow row) => new(
        row.Id, row.Name, row.Version, row.Newest, row.Author, row.SavedAt,
        MemoryPackSerializer.Deserialize<MessageDraft>(row.Content) ?? throw new InvalidDataException($"Template {row.Id} holds nothing. Restore it from a backup."))
    {
        Retired = row.Retired,
    };

    private static RefusedException None(string name, int? version) =>
        new(version is null ? $"There is no template \"{name}\". `sealpost template list` shows them." : $"There is no version {version} of a template \"{name}\". `sealpost template history` shows the versions.") { Kind = RefusalKind.NotFound };
}
