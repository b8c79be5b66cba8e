using System.Globalization;

namespace Sealpost.Library.Images;

/// <summary>Formats that mail programs show.</summary>
internal enum ImageType
{
    /// <summary>PNG.</summary>
    Png = 1,

    /// <summary>JPEG.</summary>
    Jpeg = 2,

    /// <summary>GIF.</summary>
    Gif = 3,

    /// <summary>WebP; some mail programs do not show it.</summary>
    WebP = 4,
}

/// <summary>Words for formats.</summary>
internal static class ImageTypes
{
    public static string MediaType(ImageType type) => type switch { ImageType.Png => "image/png", ImageType.Jpeg => "image/jpeg", ImageType.Gif => "image/gif", _ => "image/webp" };

    public static string Extension(ImageType type) => type switch { ImageType.Png => ".png", ImageType.Jpeg => ".jpg", ImageType.Gif => ".gif", _ => ".webp" };
}

/// <summary>A picture rebuilt from its own parts alone.</summary>
internal sealed record CleanedImage(ImageType Type, int Width, int Height, byte[] Content);

/// <summary>
/// Reads an uploaded file strictly by its format's own structure and writes it anew from the parts that make the picture: metadata, comments and whatever follows its end are left behind.
/// Nothing is decoded to pixels, so a picture that would unfold to gigabytes costs nothing; its stated size is limited before anything else.
/// </summary>
internal static class CleanImage
{
    /// <summary>Bytes of a file. A message with pictures larger than that is slow on a telephone.</summary>
    public const int MaxBytes = 2_000_000;

    /// <summary>Pixels along one side.</summary>
    public const int MaxSide = 5_000;

    /// <summary>Pixels in all.</summary>
    public const int MaxPixels = 12_000_000;

    private const string Advice = "Save it as PNG or JPEG and upload that.";

    /// <summary>Cleans.</summary>
    /// <exception cref="RefusedException">Not such a picture, damaged, or too large.</exception>
    public static CleanedImage Of(ReadOnlySpan<byte> file) => Of(file, MaxBytes);

    /// <summary>Cleans a picture that may be of another size than one in a message.</summary>
    /// <inheritdoc cref="Of(ReadOnlySpan{byte})"/>
    public static CleanedImage Of(ReadOnlySpan<byte> file, int maxBytes)
    {
        if (file.Length > maxBytes)
            throw new RefusedException(string.Create(CultureInfo.InvariantCulture, $"The file has {file.Length / 1_000_000.0:0.0} MB; a picture has at most {maxBytes / 1_000_000} MB here. Make it smaller (a photo 1,200 pixels wide is enough)."));
        if (file.StartsWith<byte>([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
            return PngImage.Clean(file);
        if (file.StartsWith<byte>([0xFF, 0xD8, 0xFF]))
            return JpegImage.Clean(file);
        if (file.StartsWith("GIF87a"u8) || file.StartsWith("GIF89a"u8))
            return GifImage.Clean(file);
        if (file.Length >= 12 && file.StartsWith("RIFF"u8) && file[8..].StartsWith("WEBP"u8))
            return WebPImage.Clean(file);
        throw new RefusedException(IsMarkup(file)
            ? $"SVG and other markup are not taken: they can hold script and addresses, and most mail programs do not show them. {Advice}"
            : $"The file is no PNG, JPEG, GIF or WebP picture, whatever its name says. {Advice}");
    }

    /// <summary>Refuses a size that no message needs.</summary>
    public static void CheckSize(int width, int height)
    {
        if (width <= 0 || height <= 0)
            throw Damaged("it has no width or height");
        if (width > MaxSide || height > MaxSide || (long)width * height > MaxPixels)
            throw new RefusedException(string.Create(CultureInfo.InvariantCulture, $"The picture has {width:N0} × {height:N0} pixels; at most {MaxSide:N0} along a side and {MaxPixels / 1_000_000} million in all are taken. Make it smaller (a photo 1,200 pixels wide is enough)."));
    }

    /// <summary>The refusal of a file that breaks its own format.</summary>
    public static RefusedException Damaged(string why) => new($"The picture is damaged: {why}. Open it in a picture program, save it again and upload that.");

    private static bool IsMarkup(ReadOnlySpan<byte> file)
    {
        var head = file[..Math.Min(file.Length, 1_000)];
        return head.TrimStart<byte>([0xEF, 0xBB, 0xBF, (byte)' ', (byte)'\t', (byte)'\r', (byte)'\n']).StartsWith("<"u8) || head.IndexOf("<svg"u8) >= 0 || head.StartsWith<byte>([0x1F, 0x8B]);
    }
}
