using System.Globalization;

namespace Sealpost.Library;

/// <summary>The values of a brand kit by name, as templates and commands write them.</summary>
internal static class BrandFields
{
    /// <summary>What stands for no logo.</summary>
    public const string NoLogo = "none";

    /// <summary>Names and values, in order; the logo by its public name.</summary>
    public static IReadOnlyList<(string Name, string Value)> Of(BrandKit kit) =>
    [
        .. kit.Colours(),
        ("font", kit.Font), ("heading-font", kit.HeadingFont), ("radius", kit.Radius.ToString(CultureInfo.InvariantCulture)),
        ("logo", kit.Logo ?? NoLogo), ("logo-width", kit.LogoWidth.ToString(CultureInfo.InvariantCulture)),
    ];

    /// <summary>The kit with one value changed; whether it can be used is checked when the kit is saved.</summary>
    /// <param name="kit">The kit.</param>
    /// <param name="name">As <see cref="Of"/> names it.</param>
    /// <param name="value">Colours as #rrggbb, sizes in pixels, a logo by what authors call the picture, its public name, or <see cref="NoLogo"/>.</param>
    /// <param name="images">The organisation's pictures.</param>
    /// <exception cref="RefusedException">There is no such value or picture, or a size is no number.</exception>
    public static BrandKit With(BrandKit kit, string name, string value, IReadOnlyList<LibraryImage> images) => name switch
    {
        "primary" => kit with { Primary = value },
        "on-primary" => kit with { OnPrimary = value },
        "background" => kit with { Background = value },
        "surface" => kit with { Surface = value },
        "text" => kit with { Text = value },
        "muted" => kit with { Muted = value },
        "link" => kit with { Link = value },
        "dark-background" => kit with { DarkBackground = value },
        "dark-surface" => kit with { DarkSurface = value },
        "dark-text" => kit with { DarkText = value },
        "dark-link" => kit with { DarkLink = value },
        "font" => kit with { Font = value },
        "heading-font" => kit with { HeadingFont = value },
        "radius" => kit with { Radius = Pixels(name, value) },
        "logo" => kit with { Logo = value == NoLogo ? null : Picture(value, images) },
        "logo-width" => kit with { LogoWidth = Pixels(name, value) },
        _ => throw new RefusedException($"\"{name}\" is no value of the brand kit. There are {string.Join(", ", Of(kit).Select(one => one.Name))}."),
    };

    private static int Pixels(string name, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var pixels) ? pixels : throw new RefusedException($"{name} is a number of pixels, such as 6.");

    private static string Picture(string value, IReadOnlyList<LibraryImage> images) =>
        images.Where(image => image.Name == value || image.Label == value).Select(image => image.Name).Distinct(StringComparer.Ordinal).ToList() switch
        {
            [var only] => only,
            [] => throw new RefusedException("The logo is not among the organisation's pictures. Upload it on the content pages first, or write logo=none to show the name instead."),
            _ => throw new RefusedException("Several pictures are called so. Name the logo by the last part of its address, which tells them apart."),
        };
}
