using MemoryPack;
using Sealpost.Content;
using Sealpost.Content.Drafts;
using Sealpost.Organisations;
using Sealpost.People;

namespace Sealpost.Library;

/// <summary>A block's text in each language, as stored.</summary>
[MemoryPackable(GenerateType.VersionTolerant)]
public sealed partial record BlockDraft
{
    /// <summary>How it is written.</summary>
    [MemoryPackOrder(0)]
    public BodyFormat Format { get; init; }

    /// <summary>Texts by language; the first is the fallback.</summary>
    [MemoryPackOrder(1)]
    public IReadOnlyList<MessageVariant> Texts { get; init; } = [new()];

    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>One version of a block.</summary>
/// <param name="Id">Number.</param>
/// <param name="Name">Name that templates call it by.</param>
/// <param name="Version">From 1.</param>
/// <param name="Author">User id of who saved this version.</param>
/// <param name="SavedAt">UTC.</param>
/// <param name="Draft">Its texts.</param>
public sealed record BlockVersion(long Id, string Name, int Version, string Author, DateTimeOffset SavedAt, BlockDraft Draft)
{
    /// <summary>Its number and version; never its name.</summary>
    public override string ToString() => $"block {Id} version {Version}";
}

/// <summary>Blocks that templates share: written once, put in before anything is compiled.</summary>
public sealed class BlockLibrary
{
    private readonly LibraryRows _rows;

    internal BlockLibrary(OrganisationContext context) => _rows = new LibraryRows(context, LibraryKind.Block);

    /// <summary>The newest version of each, by name.</summary>
    public async Task<IReadOnlyList<BlockVersion>> ListAsync(Actor actor, CancellationToken cancellationToken)
    {
        ContentLibrary.RequireReader(actor);
        return [.. (await _rows.ListAsync(retired: false, cancellationToken).ConfigureAwait(false)).Select(Read)];
    }

    /// <summary>Saves a block under a name, new or as a further version.</summary>
    /// <param name="name">Name that templates call it by.</param>
    /// <param name="expected">Newest version as the author saw it; 0 for a new block.</param>
    /// <param name="draft">The texts.</param>
    /// <param name="actor">Author.</param>
    /// <param name="cancellationToken">Stops the operation.</param>
    /// <exception cref="RefusedException">The name cannot be called, the texts are too long, or somebody else saved meanwhile.</exception>
    public async Task<int> SaveAsync(string name, int expected, BlockDraft draft, Actor actor, CancellationToken cancellationToken)
    {
        ContentLibrary.RequireWriter(actor);
        if (!BlockNames.IsName(name))
            throw new RefusedException($"\"{name}\" is no name for a block: {BlockNames.Rule}.");
        if (draft.Texts.Count == 0 || draft.Texts.Any(text => string.IsNullOrWhiteSpace(text.Body)))
            throw new RefusedException("A block needs text in every language it names.");
        if (draft.Texts.Any(text => text.Body.Length > TemplateCompiler.MaxSource))
            throw new RefusedException($"A block is longer than {TemplateCompiler.MaxSource:N0} characters: shorten it.");
        if (draft.Texts.Any(text => Languages.Normalise(text.Language) != text.Language) || draft.Texts.Select(text => text.Language).Distinct(StringComparer.OrdinalIgnoreCase).Count() < draft.Texts.Count)
            throw new RefusedException("Each text of a block has a language of its own, such as en or es.");
        var row = await _rows.FindAsync(name, null, cancellationToken).ConfigureAwait(false);
        if (row is null)
        {
            await _rows.AddAsync(name, MemoryPackSerializer.Serialize(draft), actor.Id, cancellationToken).ConfigureAwait(false);
            return 1;
        }

        if (expected == 0 && row.Retired)
            expected = row.Newest; // A retired name is free again, its versions stay.
        return await _rows.SaveAsync(row.Id, expected, MemoryPackSerializer.Serialize(draft), actor.Id, "saved", cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Every version of a block, newest first.</summary>
    public async Task<IReadOnlyList<BlockVersion>> HistoryAsync(string name, Actor actor, CancellationToken cancellationToken)
    {
        ContentLibrary.RequireReader(actor);
        return [.. (await _rows.HistoryAsync(name, cancellationToken).ConfigureAwait(false)).Select(Read)];
    }

    /// <summary>Takes a block away. Templates that still call it say so as a problem; campaigns are not touched.</summary>
    public async Task RetireAsync(string name, Actor actor, CancellationToken cancellationToken)
    {
        ContentLibrary.RequireWriter(actor);
        if (await _rows.FindAsync(name, null, cancellationToken).ConfigureAwait(false) is not { Retired: false } row)
            throw new RefusedException($"There is no block \"{name}\".") { Kind = RefusalKind.NotFound };
        await _rows.RetireAsync(row, retired: true, actor.Id, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What templates can call now.</summary>
    internal async Task<IReadOnlyDictionary<string, BlockText>> TextsAsync(CancellationToken cancellationToken) =>
        (await _rows.ListAsync(retired: false, cancellationToken).ConfigureAwait(false)).Select(Read).ToDictionary(
            block => block.Name,
            block => new BlockText(block.Draft.Format, [.. block.Draft.Texts.Select(text => KeyValuePair.Create(text.Language, text.Body))]),
            StringComparer.Ordinal);

    private static BlockVersion Read(LibraryRow row) => new(
        row.Id, row.Name, row.Version, row.Author, row.SavedAt,
        MemoryPackSerializer.Deserialize<BlockDraft>(row.Content) ?? throw new InvalidDataException($"Block {row.Id} holds nothing. Restore it from a backup."));
}
