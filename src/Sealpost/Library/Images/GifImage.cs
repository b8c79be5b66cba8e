using System.Buffers.Binary;

namespace Sealpost.Library.Images;

/// <summary>GIF. CompuServe GIF89a §17-27.</summary>
internal static class GifImage
{
    private const int MaxFrames = 300;
    private const long MaxPixelsInAll = 100_000_000;

    public static CleanedImage Clean(ReadOnlySpan<byte> file)
    {
        if (file.Length < 13)
            throw CleanImage.Damaged("it ends too early");
        var (width, height) = (BinaryPrimitives.ReadUInt16LittleEndian(file[6..]), BinaryPrimitives.ReadUInt16LittleEndian(file[8..]));
        CleanImage.CheckSize(width, height);
        var output = new MemoryStream(file.Length);
        var at = 13 + TableLength(file[10]);
        Copy(output, file, 0, at);
        var (frames, pixels) = (0, 0L);
        while (true)
        {
            if (at >= file.Length)
                throw CleanImage.Damaged("it ends too early");
            var begin = at;
            switch (file[at])
            {
                case 0x3B:
                    output.WriteByte(0x3B);
                    return frames > 0 ? new CleanedImage(ImageType.Gif, width, height, output.ToArray()) : throw CleanImage.Damaged("it holds no picture");
                case 0x21 when at + 2 < file.Length:
                    var keep = file[at + 1] == 0xF9 || (file[at + 1] == 0xFF && IsLoop(file[(at + 2)..]));
                    at = SkipBlocks(file, at + 2);
                    if (keep)
                        Copy(output, file, begin, at);
                    break;
                case 0x2C when at + 10 < file.Length:
                    var (w, h) = (BinaryPrimitives.ReadUInt16LittleEndian(file[(at + 5)..]), BinaryPrimitives.ReadUInt16LittleEndian(file[(at + 7)..]));
                    CleanImage.CheckSize(w, h);
                    pixels += (long)w * h;
                    if (++frames > MaxFrames || pixels > MaxPixelsInAll)
                        throw new RefusedException($"The animation is too long: at most {MaxFrames} pictures and {MaxPixelsInAll / 1_000_000} million pixels in all. Shorten it or make it smaller.");
                    at = SkipBlocks(file, at + 10 + TableLength(file[at + 9]) + 1);
                    Copy(output, file, begin, at);
                    break;
                default:
                    throw CleanImage.Damaged("it holds an unknown part");
            }
        }
    }

    private static int TableLength(byte flags) => (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);

    /// <summary>How often an animation repeats; every other application block, comment and text is left behind.</summary>
    private static bool IsLoop(ReadOnlySpan<byte> block) => block.Length > 12 && block[0] == 11 && (block[1..12].SequenceEqual("NETSCAPE2.0"u8) || block[1..12].SequenceEqual("ANIMEXTS1.0"u8));

    private static int SkipBlocks(ReadOnlySpan<byte> file, int at)
    {
        while (at < file.Length && file[at] != 0)
            at += 1 + file[at];
        return at < file.Length ? at + 1 : throw CleanImage.Damaged("it ends too early");
    }

    private static void Copy(MemoryStream output, ReadOnlySpan<byte> file, int from, int to)
    {
        if (to > file.Length)
            throw CleanImage.Damaged("it ends too early");
        output.Write(file[from..to]);
    }
}
