using MemoryPack;
using Sealpost.Organisations;
using Sealpost.People;

namespace Sealpost.Library;

/// <summary>One version of the brand kit.</summary>
/// <param name="Kit">Its values.</param>
/// <param name="Version">From 1; 0 is the kit that Sealpost brings.</param>
/// <param name="Author">User id; empty for version 0.</param>
/// <param name="SavedAt">UTC; null for version 0.</param>
public sealed record BrandVersion(BrandKit Kit, int Version, string Author, DateTimeOffset? SavedAt);

/// <summary>The organisation's brand kit, every version kept. The footer is not in it: name, postal address and unsubscribe link stand in every message whatever a template says. 15 USC 7704(a)(3), (5).</summary>
public sealed class BrandKits
{
    private const string Name = "brand";

    private readonly LibraryRows _rows;
    private readonly ImageRows _images;

    internal BrandKits(OrganisationContext context)
    {
        _rows = new LibraryRows(context, LibraryKind.Brand);
        _images = new ImageRows(context);
    }

    /// <summary>The newest version.</summary>
    public async Task<BrandVersion> GetAsync(Actor actor, CancellationToken cancellationToken)
    {
        ContentLibrary.RequireReader(actor);
        return await _rows.FindAsync(Name, null, cancellationToken).ConfigureAwait(false) is { } row ? Read(row) : new BrandVersion(new BrandKit(), 0, "", null);
    }

    /// <summary>Every version, newest first.</summary>
    public async Task<IReadOnlyList<BrandVersion>> HistoryAsync(Actor actor, CancellationToken cancellationToken)
    {
        ContentLibrary.RequireReader(actor);
        return [.. (await _rows.HistoryAsync(Name, cancellationToken).ConfigureAwait(false)).Select(Read)];
    }

    /// <summary>Saves a version.</summary>
    /// <exception cref="RefusedException">A value cannot be used or read by readers, the logo is no picture of the organisation, or somebody else saved meanwhile.</exception>
    public async Task<int> SaveAsync(int expected, BrandKit kit, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Marketer | Roles.Administrator, "change the brand kit");
        kit.Check();
        if (kit.Logo is { } logo && await _images.FindAsync(logo, cancellationToken).ConfigureAwait(false) is null)
            throw new RefusedException("The logo is not among the organisation's pictures. Upload it there first.");
        var content = MemoryPackSerializer.Serialize(kit);
        if (await _rows.FindAsync(Name, null, cancellationToken).ConfigureAwait(false) is { } row)
            return await _rows.SaveAsync(row.Id, expected, content, actor.Id, "saved", cancellationToken).ConfigureAwait(false);
        await _rows.AddAsync(Name, content, actor.Id, cancellationToken).ConfigureAwait(false);
        return 1;
    }

    /// <summary>The kit in use.</summary>
    internal async Task<BrandKit> CurrentAsync(CancellationToken cancellationToken) =>
        await _rows.FindAsync(Name, null, cancellationToken).ConfigureAwait(false) is { } row ? Read(row).Kit : new BrandKit();

    private static BrandVersion Read(LibraryRow row) =>
        new(MemoryPackSerializer.Deserialize<BrandKit>(row.Content) ?? new BrandKit(), row.Version, row.Author, row.SavedAt);
}
