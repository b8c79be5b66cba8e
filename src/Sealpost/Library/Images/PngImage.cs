using System.Buffers.Binary;
using System.IO.Compression;

namespace Sealpost.Library.Images;

/// <summary>PNG. W3C PNG (Third Edition) §5.</summary>
internal static class PngImage
{
    private const int SignatureLength = 8;

    /// <summary>Chunks that make the picture; text, time, EXIF, animation and private ones are left behind.</summary>
    private static readonly string[] Kept = ["IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM", "sRGB", "sBIT", "bKGD", "pHYs"];

    public static CleanedImage Clean(ReadOnlySpan<byte> file)
    {
        var output = new MemoryStream(file.Length);
        var data = new MemoryStream();
        output.Write(file[..SignatureLength]);
        PngHeader? header = null;
        for (var at = SignatureLength; ;)
        {
            if (file.Length - at < 12)
                throw CleanImage.Damaged("it ends too early");
            var length = BinaryPrimitives.ReadUInt32BigEndian(file[at..]);
            if (length > file.Length - at - 12)
                throw CleanImage.Damaged("a part is longer than the file");
            var chunk = file.Slice(at, (int)length + 12);
            var type = System.Text.Encoding.ASCII.GetString(chunk.Slice(4, 4));
            if (BinaryPrimitives.ReadUInt32BigEndian(chunk[^4..]) != Crc(chunk[4..^4]))
                throw CleanImage.Damaged("a checksum is wrong");
            if (header is null)
                header = type == "IHDR" ? PngHeader.Read(chunk[8..^4]) : throw CleanImage.Damaged("it does not begin with its size");
            else if (type == "IHDR")
                throw CleanImage.Damaged("it states its size twice");
            if (type == "IDAT")
                data.Write(chunk[8..^4]);
            if (Kept.Contains(type, StringComparer.Ordinal))
                output.Write(chunk);
            else if (char.IsAsciiLetterUpper(type[0]))
                throw CleanImage.Damaged("it holds a part that no program needs for it");
            at += chunk.Length;
            if (type == "IEND")
                break;
        }

        CheckData(data, header);
        return new CleanedImage(ImageType.Png, header.Width, header.Height, output.ToArray());
    }

    /// <summary>Unpacks the data without keeping it: as many bytes as the size asks for, no fewer and no more.</summary>
    private static void CheckData(MemoryStream data, PngHeader header)
    {
        var expected = header.DataLength();
        data.Position = 0;
        long unpacked = 0;
        var buffer = new byte[81_920];
        try
        {
            using var inflate = new ZLibStream(data, CompressionMode.Decompress);
            for (var read = inflate.Read(buffer); read > 0 && unpacked <= expected; read = inflate.Read(buffer))
                unpacked += read;
        }
        catch (InvalidDataException)
        {
            throw CleanImage.Damaged("its data cannot be unpacked");
        }

        if (unpacked != expected)
            throw CleanImage.Damaged("its data does not have the length that its size asks for");
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = 0xFFFF_FFFFu;
        foreach (var one in bytes)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB8_8320u : crc >> 1;
        }

        return ~crc;
    }
}

/// <summary>What a PNG says of its size.</summary>
internal sealed record PngHeader(int Width, int Height, int BitsPerPixel, bool Interlaced)
{
    public static PngHeader Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != 13 || BinaryPrimitives.ReadUInt32BigEndian(bytes) > int.MaxValue || BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]) > int.MaxValue)
            throw CleanImage.Damaged("its size cannot be read");
        var (width, height) = (BinaryPrimitives.ReadInt32BigEndian(bytes), BinaryPrimitives.ReadInt32BigEndian(bytes[4..]));
        CleanImage.CheckSize(width, height);
        var (depth, colour) = (bytes[8], bytes[9]);
        var samples = (colour, depth) switch
        {
            (0, 1 or 2 or 4 or 8 or 16) => 1,
            (2, 8 or 16) => 3,
            (3, 1 or 2 or 4 or 8) => 1,
            (4, 8 or 16) => 2,
            (6, 8 or 16) => 4,
            _ => throw CleanImage.Damaged("its colours cannot be read"),
        };
        if (bytes[10] != 0 || bytes[11] != 0 || bytes[12] > 1)
            throw CleanImage.Damaged("it is packed in an unknown way");
        return new PngHeader(width, height, samples * depth, bytes[12] == 1);
    }

    /// <summary>Bytes of the unpacked data: each row with its filter byte, in one pass or the seven of Adam7.</summary>
    public long DataLength()
    {
        if (!Interlaced)
            return Pass(Width, Height);
        ReadOnlySpan<(int X, int Y, int Dx, int Dy)> passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];
        long sum = 0;
        foreach (var (x, y, dx, dy) in passes)
            sum += Pass((Width - x + dx - 1) / dx, (Height - y + dy - 1) / dy);
        return sum;
    }

    private long Pass(int width, int height) => width <= 0 || height <= 0 ? 0 : height * (1 + (((long)width * BitsPerPixel) + 7) / 8);
}
