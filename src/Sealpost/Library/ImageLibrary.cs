using System.Globalization;
using Sealpost.Library.Images;
using Sealpost.Organisations;
using Sealpost.People;

namespace Sealpost.Library;

/// <summary>A picture of the organisation.</summary>
/// <param name="Name">Public file name: a keyed hash of the picture, so it tells nothing and the same picture has one name.</param>
/// <param name="Url">Where messages load it from.</param>
/// <param name="MediaType">Such as <c>image/png</c>.</param>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="Bytes">Size.</param>
/// <param name="Label">What authors call it.</param>
/// <param name="Alt">Alternative text to begin with.</param>
/// <param name="Actor">User id of who added it.</param>
/// <param name="AddedAt">UTC.</param>
public sealed record LibraryImage(string Name, string Url, string MediaType, int Width, int Height, long Bytes, string Label, string Alt, string Actor, DateTimeOffset AddedAt)
{
    /// <summary>Its public name.</summary>
    public override string ToString() => Name;
}

/// <summary>A picture's bytes as they are served.</summary>
/// <param name="MediaType">Such as <c>image/png</c>.</param>
/// <param name="Content">The bytes.</param>
public sealed record ServedImage(string MediaType, byte[] Content);

/// <summary>Pictures that messages show: checked by content, freed of metadata, stored sealed, served from the organisation's own host. Third parties never learn who read what.</summary>
public sealed class ImageLibrary
{
    /// <summary>Path of pictures below the organisation's public URL: <c>i/ORGANISATION/NAME</c>.</summary>
    public const string Path = "i/";

    private readonly ImageRows _rows;

    internal ImageLibrary(OrganisationContext context) => _rows = new ImageRows(context);

    /// <summary>Bytes an uploaded file may have.</summary>
    public static int MaxBytes => CleanImage.MaxBytes;

    /// <summary>Where a picture is served.</summary>
    public static string UrlOf(Organisation organisation, string name)
    {
        var root = organisation.PublicUrl.AbsoluteUri;
        return (root.EndsWith('/') ? root : root + "/") + string.Create(CultureInfo.InvariantCulture, $"{Path}{organisation.Id}/{name}");
    }

    /// <summary>Pictures on offer, newest first.</summary>
    public async Task<IReadOnlyList<LibraryImage>> ListAsync(Actor actor, CancellationToken cancellationToken)
    {
        ContentLibrary.RequireReader(actor);
        return await _rows.ListAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Adds a picture: PNG, JPEG, GIF or WebP by its content, whatever its name says. Metadata (place, camera, comments) and whatever follows the picture are taken out. The same picture again is not stored twice.</summary>
    /// <param name="content">The file.</param>
    /// <param name="label">What authors call it.</param>
    /// <param name="alt">Alternative text; empty for a picture that only decorates.</param>
    /// <param name="actor">Who adds it.</param>
    /// <param name="cancellationToken">Stops the operation.</param>
    /// <exception cref="RefusedException">Not a picture that mail can show, damaged, or too large; says what to do.</exception>
    public async Task<LibraryImage> AddAsync(ReadOnlyMemory<byte> content, string label, string alt, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Marketer | Roles.Administrator, "add pictures");
        var name = LibraryRows.CheckName(label);
        if (alt.Length > 500 || alt.Any(char.IsControl))
            throw new RefusedException("Alternative text has at most 500 characters on one line.");
        var image = await Task.Run(() => CleanImage.Of(content.Span), cancellationToken).ConfigureAwait(false);
        return await _rows.AddAsync(image, name, alt.Trim(), actor.Id, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes a picture off offer, or puts it back. Messages already sent and campaigns that show it load it either way.</summary>
    public Task RetireAsync(string name, bool retired, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Marketer | Roles.Administrator, "retire pictures");
        return _rows.RetireAsync(name, retired, actor.Id, cancellationToken);
    }

    /// <summary>Deletes a picture for good, for one that should never have been uploaded. Every message that shows it loses it.</summary>
    public Task EraseAsync(string name, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Compliance | Roles.Administrator, "erase pictures");
        return _rows.EraseAsync(name, actor.Id, cancellationToken);
    }

    /// <summary>A picture for whoever has its address; null where there is none. Public, since mail programs fetch it without signing in; it holds nothing of a patient.</summary>
    public Task<ServedImage?> ServeAsync(string name, CancellationToken cancellationToken) => _rows.ServeAsync(name, cancellationToken);
}
