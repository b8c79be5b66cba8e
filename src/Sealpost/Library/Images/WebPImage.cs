using System.Buffers.Binary;

namespace Sealpost.Library.Images;

/// <summary>WebP. RFC 9649 §2.</summary>
internal static class WebPImage
{
    private const int MaxFrames = 300;

    public static CleanedImage Clean(ReadOnlySpan<byte> file)
    {
        var end = BinaryPrimitives.ReadUInt32LittleEndian(file[4..]) + 8L;
        if (end > file.Length)
            throw CleanImage.Damaged("it ends too early");
        var output = new MemoryStream(file.Length);
        output.Write(file[..12]);
        var ((width, height), frames, hasPicture) = ((0, 0), 0, false);
        for (var at = 12; at + 8 <= end;)
        {
            var length = BinaryPrimitives.ReadUInt32LittleEndian(file[(at + 4)..]);
            if (length > end - at - 8)
                throw CleanImage.Damaged("a part is longer than the file");
            var type = System.Text.Encoding.ASCII.GetString(file.Slice(at, 4));
            var content = file.Slice(at + 8, (int)length);
            at += 8 + (int)length + (int)(length & 1);
            switch (type)
            {
                case "VP8X" when content.Length >= 10 && width == 0:
                    (width, height) = (1 + Three(content[4..]), 1 + Three(content[7..]));
                    CleanImage.CheckSize(width, height);
                    var flags = content.ToArray();
                    flags[0] &= 0x12; // Alpha and animation; colour profile, EXIF and XMP are left behind.
                    Write(output, type, flags);
                    break;
                case "VP8 " or "VP8L":
                    var size = Frame(type, content);
                    (width, height) = width == 0 ? size : (width, height);
                    hasPicture = true;
                    Write(output, type, content);
                    break;
                case "ANMF" when content.Length >= 16:
                    CleanImage.CheckSize(1 + Three(content[6..]), 1 + Three(content[9..]));
                    if (++frames > MaxFrames)
                        throw new RefusedException($"The animation is too long: at most {MaxFrames} pictures. Shorten it.");
                    hasPicture = true;
                    Write(output, type, content);
                    break;
                case "ALPH" or "ANIM":
                    Write(output, type, content);
                    break;
            }
        }

        if (!hasPicture)
            throw CleanImage.Damaged("it holds no picture");
        var cleaned = output.ToArray();
        BinaryPrimitives.WriteUInt32LittleEndian(cleaned.AsSpan(4), (uint)cleaned.Length - 8);
        return new CleanedImage(ImageType.WebP, width, height, cleaned);
    }

    private static (int Width, int Height) Frame(string type, ReadOnlySpan<byte> content)
    {
        (int Width, int Height) size;
        if (type == "VP8L" && content.Length >= 5 && content[0] == 0x2F)
        {
            var bits = BinaryPrimitives.ReadUInt32LittleEndian(content[1..]);
            size = ((int)(bits & 0x3FFF) + 1, (int)((bits >> 14) & 0x3FFF) + 1);
        }
        else if (type == "VP8 " && content.Length >= 10 && content[3..].StartsWith<byte>([0x9D, 0x01, 0x2A]))
        {
            size = (BinaryPrimitives.ReadUInt16LittleEndian(content[6..]) & 0x3FFF, BinaryPrimitives.ReadUInt16LittleEndian(content[8..]) & 0x3FFF);
        }
        else
        {
            throw CleanImage.Damaged("its size cannot be read");
        }

        CleanImage.CheckSize(size.Width, size.Height);
        return size;
    }

    private static int Three(ReadOnlySpan<byte> bytes) => bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);

    private static void Write(MemoryStream output, string type, ReadOnlySpan<byte> content)
    {
        Span<byte> head = stackalloc byte[8];
        System.Text.Encoding.ASCII.GetBytes(type, head);
        BinaryPrimitives.WriteUInt32LittleEndian(head[4..], (uint)content.Length);
        output.Write(head);
        output.Write(content);
        if (content.Length % 2 == 1)
            output.WriteByte(0);
    }
}
