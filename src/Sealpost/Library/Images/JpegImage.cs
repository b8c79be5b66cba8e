using System.Buffers.Binary;

namespace Sealpost.Library.Images;

/// <summary>JPEG. ITU-T T.81 Annex B.</summary>
internal static class JpegImage
{
    private const byte StartOfScan = 0xDA;
    private const byte EndOfImage = 0xD9;

    public static CleanedImage Clean(ReadOnlySpan<byte> file)
    {
        var output = new MemoryStream(file.Length);
        output.Write(file[..2]);
        var (width, height, orientation, written, scans) = (0, 0, 1, false, 0);
        for (var at = 2; ;)
        {
            var marker = NextMarker(file, ref at);
            if (marker == EndOfImage)
                break;
            if (file.Length - at < 2 || BinaryPrimitives.ReadUInt16BigEndian(file[at..]) is var length && (length < 2 || length > file.Length - at))
                throw CleanImage.Damaged("a part is longer than the file");
            var segment = file.Slice(at, length);
            at += length;
            if (marker == 0xE1)
                orientation = OrientationOf(segment[2..]) ?? orientation;
            if (IsFrame(marker))
                (width, height) = Size(marker, segment, width);
            if (!IsKept(marker))
                continue;
            if (!written && marker != 0xE0)
            {
                written = true;
                WriteOrientation(output, orientation);
            }

            output.Write([0xFF, marker]);
            output.Write(segment);
            if (marker != StartOfScan)
                continue;
            if (width == 0)
                throw CleanImage.Damaged("its data comes before its size");
            if (++scans > 100)
                throw CleanImage.Damaged("it has too many scans");
            var begin = at;
            at = EndOfScan(file, at);
            output.Write(file[begin..at]);
        }

        if (scans == 0)
            throw CleanImage.Damaged("it holds no data");
        output.Write([0xFF, EndOfImage]);
        return new CleanedImage(ImageType.Jpeg, width, height, output.ToArray());
    }

    private static byte NextMarker(ReadOnlySpan<byte> file, ref int at)
    {
        if (at >= file.Length || file[at] != 0xFF)
            throw CleanImage.Damaged("a part does not begin where it should");
        while (at < file.Length && file[at] == 0xFF)
            at++;
        return at < file.Length ? file[at++] : throw CleanImage.Damaged("it ends too early");
    }

    /// <summary>The tables, the frame and the scans; JFIF and Adobe say how colours are meant. EXIF, XMP, IPTC, profiles and comments are left behind.</summary>
    private static bool IsKept(byte marker) => marker is 0xE0 or 0xEE or 0xDB or 0xC4 or 0xDD or StartOfScan || IsFrame(marker);

    private static bool IsFrame(byte marker) => marker is >= 0xC0 and <= 0xCF and not 0xC4 and not 0xC8 and not 0xCC;

    private static (int Width, int Height) Size(byte marker, ReadOnlySpan<byte> segment, int before)
    {
        if (marker is not (0xC0 or 0xC1 or 0xC2) || segment.Length < 9 || segment[2] != 8 || segment[7] is not (1 or 3 or 4))
            throw new RefusedException("The picture is a kind of JPEG that mail programs do not show. Save it as an ordinary JPEG or PNG and upload that.");
        if (before != 0)
            throw CleanImage.Damaged("it states its size twice");
        var (height, width) = (BinaryPrimitives.ReadUInt16BigEndian(segment[3..]), BinaryPrimitives.ReadUInt16BigEndian(segment[5..]));
        CleanImage.CheckSize(width, height);
        return (width, height);
    }

    private static int EndOfScan(ReadOnlySpan<byte> file, int at)
    {
        for (; at + 1 < file.Length; at++)
        {
            if (file[at] == 0xFF && file[at + 1] is not 0 and not (>= 0xD0 and <= 0xD7) and not 0xFF)
                return at;
        }

        throw CleanImage.Damaged("it ends too early");
    }

    /// <summary>Which way up a camera held it: the one thing of EXIF without which the picture would lie on its side.</summary>
    private static int? OrientationOf(ReadOnlySpan<byte> exif)
    {
        if (exif.Length < 20 || !exif.StartsWith("Exif\0\0"u8))
            return null;
        var tiff = exif[6..];
        var little = tiff.StartsWith("II"u8);
        if (!little && !tiff.StartsWith("MM"u8))
            return null;
        int Short(ReadOnlySpan<byte> from) => little ? BinaryPrimitives.ReadUInt16LittleEndian(from) : BinaryPrimitives.ReadUInt16BigEndian(from);
        var directory = little ? BinaryPrimitives.ReadUInt32LittleEndian(tiff[4..]) : BinaryPrimitives.ReadUInt32BigEndian(tiff[4..]);
        if (directory > tiff.Length - 2)
            return null;
        var entries = tiff[((int)directory + 2)..];
        for (var i = 0; i < Short(tiff[(int)directory..]) && entries.Length >= (i + 1) * 12; i++)
        {
            var entry = entries.Slice(i * 12, 12);
            if (Short(entry) == 0x0112 && Short(entry[8..]) is >= 1 and <= 8 and var value)
                return value;
        }

        return null;
    }

    private static void WriteOrientation(MemoryStream output, int orientation)
    {
        if (orientation == 1)
            return;
        output.Write([0xFF, 0xE1, 0x00, 0x22]);
        output.Write("Exif\0\0MM\0*\0\0\0\u0008"u8);
        output.Write([0x00, 0x01, 0x01, 0x12, 0x00, 0x03, 0x00, 0x00, 0x00, 0x01, 0x00, (byte)orientation, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00]);
    }
}
