using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Sealpost.Library.Images;

namespace Sealpost.Tests.Library;

public sealed class ImageTests
{
    [Fact]
    public void Metadata_and_what_follows_the_picture_are_left_behind()
    {
        var secret = "GPS 42.1,-71.2 Jane"u8.ToArray();
        byte[] polyglot = [.. Png(3, 2, ("tEXt", secret), ("eXIf", secret)), .. "<script>alert(1)</script>"u8];
        var clean = CleanImage.Of(polyglot);
        Assert.Equal((3, 2, ImageType.Png), (clean.Width, clean.Height, clean.Type));
        Assert.Equal(Png(3, 2), clean.Content);

        byte[] jpeg = [.. Jpeg(5, 4, (0xE1, [.. "Exif\0\0"u8, .. secret]), (0xFE, secret)), .. "PK\u0003\u0004zip"u8];
        var photo = CleanImage.Of(jpeg);
        Assert.Equal((5, 4), (photo.Width, photo.Height));
        Assert.Equal(-1, photo.Content.AsSpan().IndexOf("Jane"u8));
        Assert.Equal(-1, photo.Content.AsSpan().IndexOf("zip"u8));

        byte[] gif = [.. Gif(2, 2, secret), .. "trailer"u8];
        Assert.Equal(-1, CleanImage.Of(gif).Content.AsSpan().IndexOf("Jane"u8));

        var webp = WebP(("VP8X", [0x2C, 0, 0, 0, 1, 0, 0, 1, 0, 0]), ("VP8L", [0x2F, 1, 0x40, 0, 0, 0]), ("EXIF", secret));
        var clear = CleanImage.Of(webp);
        Assert.Equal(-1, clear.Content.AsSpan().IndexOf("Jane"u8));
        Assert.Equal(0, clear.Content[20]);
        Assert.Equal(clear.Content.Length - 8, BinaryPrimitives.ReadInt32LittleEndian(clear.Content.AsSpan(4)));
    }

    [Fact]
    public void A_photo_taken_sideways_stays_upright()
    {
        byte[] exif = [.. "Exif\0\0II*\0\u0008\0\0\0"u8, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0];
        var photo = CleanImage.Of(Jpeg(5, 4, (0xE1, exif)));
        var again = CleanImage.Of(photo.Content);
        Assert.Equal(photo.Content, again.Content);
        Assert.True(photo.Content.AsSpan().IndexOf<byte>([0x01, 0x12, 0x00, 0x03, 0x00, 0x00, 0x00, 0x01, 0x00, 0x06]) > 0);
    }

    [Theory]
    [InlineData("<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>", "SVG")]
    [InlineData("<?xml version=\"1.0\"?><svg/>", "SVG")]
    [InlineData("\uFEFF  <html><script>", "SVG")]
    [InlineData("%PDF-1.7", "no PNG")]
    [InlineData("BM", "no PNG")]
    [InlineData("", "no PNG")]
    public void What_is_no_picture_by_its_content_is_refused(string content, string says) =>
        Assert.Contains(says, Refusal(Encoding.UTF8.GetBytes(content)), StringComparison.Ordinal);

    [Fact]
    public void A_picture_that_unfolds_to_more_than_it_says_is_refused()
    {
        var rows = new byte[50_000_000];
        Assert.Contains("length", Refusal(Chunks(Header(3, 2), ("IDAT", Zlib(rows)))), StringComparison.Ordinal);
    }

    [Fact]
    public void Sizes_that_no_message_needs_are_refused_before_anything_is_unpacked()
    {
        Assert.Contains("pixels", Refusal(Chunks(Header(60_000, 60_000), ("IDAT", Zlib([0])))), StringComparison.Ordinal);
        Assert.Contains("pixels", Refusal(Chunks(Header(4_900, 4_900), ("IDAT", Zlib([0])))), StringComparison.Ordinal);
        Assert.Contains("pixels", Refusal(Jpeg(60_000, 60_000)), StringComparison.Ordinal);
        Assert.Contains("pixels", Refusal(Gif(60_000, 60_000, [])), StringComparison.Ordinal);
        Assert.Contains("MB", Refusal(new byte[CleanImage.MaxBytes + 1]), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_cut_and_every_changed_byte_is_cleaned_or_refused_and_never_fails_otherwise()
    {
        byte[][] files = [Png(9, 7, ("tEXt", [1, 2, 3])), Jpeg(5, 4, (0xE1, [.. "Exif\0\0II*\0\u0008\0\0\0"u8, 1, 0])), Gif(2, 2, [1, 2]), WebP(("VP8X", [0, 0, 0, 0, 1, 0, 0, 1, 0, 0]), ("VP8L", [0x2F, 1, 0x40, 0, 0, 0]))];
        foreach (var file in files)
        {
            for (var i = 0; i < file.Length; i++)
            {
                Try(file[..i]);
                foreach (var value in new byte[] { 0, 1, 0x7F, 0xFF })
                {
                    var changed = (byte[])file.Clone();
                    changed[i] = value;
                    Try(changed);
                }
            }
        }
    }

    private static void Try(byte[] file)
    {
        try
        {
            var clean = CleanImage.Of(file);
            Assert.Equal(clean.Content, CleanImage.Of(clean.Content).Content);
        }
        catch (RefusedException)
        {
        }
    }

    private static string Refusal(byte[] file) => Assert.Throws<RefusedException>(() => CleanImage.Of(file)).Message;

    internal static byte[] Png(int width, int height, params (string Type, byte[] Content)[] extra) =>
        Chunks(Header(width, height), [.. extra, ("IDAT", Zlib(new byte[height * (1 + (3 * width))]))]);

    private static (string, byte[]) Header(int width, int height)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, 2);
        return ("IHDR", header);
    }

    private static byte[] Chunks((string, byte[]) header, params (string Type, byte[] Content)[] chunks)
    {
        var file = new MemoryStream();
        file.Write([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]);
        foreach (var (type, content) in (IEnumerable<(string, byte[])>)[header, .. chunks, ("IEND", [])])
        {
            byte[] named = [.. Encoding.ASCII.GetBytes(type), .. content];
            file.Write(BigEndian((uint)content.Length));
            file.Write(named);
            file.Write(BigEndian(Crc(named)));
        }

        return file.ToArray();
    }

    private static byte[] Zlib(byte[] content)
    {
        var packed = new MemoryStream();
        using (var deflate = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            deflate.Write(content);
        return packed.ToArray();
    }

    private static byte[] Jpeg(int width, int height, params (byte Marker, byte[] Content)[] extra)
    {
        var file = new MemoryStream();
        void Segment(byte marker, ReadOnlySpan<byte> content)
        {
            file.Write([0xFF, marker, (byte)((content.Length + 2) >> 8), (byte)((content.Length + 2) & 255)]);
            file.Write(content);
        }

        file.Write([0xFF, 0xD8]);
        foreach (var (marker, content) in extra)
            Segment(marker, content);
        Segment(0xDB, new byte[65]);
        Segment(0xC0, [8, (byte)(height >> 8), (byte)(height & 255), (byte)(width >> 8), (byte)(width & 255), 1, 1, 0x11, 0]);
        Segment(0xDA, [1, 1, 0, 0, 63, 0]);
        file.Write([0x12, 0xFF, 0x00, 0x34, 0xFF, 0xD9]);
        return file.ToArray();
    }

    private static byte[] Gif(int width, int height, byte[] comment)
    {
        var file = new MemoryStream();
        file.Write("GIF89a"u8);
        file.Write([(byte)(width & 255), (byte)(width >> 8), (byte)(height & 255), (byte)(height >> 8), 0x80, 0, 0, 0, 0, 0, 255, 255, 255]);
        if (comment.Length > 0)
            file.Write([0x21, 0xFE, (byte)comment.Length, .. comment, 0]);
        file.Write([0x21, 0xF9, 4, 0, 0, 0, 0, 0, 0x2C, 0, 0, 0, 0, 2, 0, 2, 0, 0, 2, 2, 0x4C, 0x01, 0, 0x3B]);
        return file.ToArray();
    }

    private static byte[] WebP(params (string Type, byte[] Content)[] chunks)
    {
        var body = new MemoryStream();
        foreach (var (type, content) in chunks)
        {
            body.Write(Encoding.ASCII.GetBytes(type));
            body.Write([(byte)content.Length, 0, 0, 0]);
            body.Write(content);
            if (content.Length % 2 == 1)
                body.WriteByte(0);
        }

        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, (int)body.Length + 4);
        return [.. "RIFF"u8, .. length, .. "WEBP"u8, .. body.ToArray()];
    }

    private static byte[] BigEndian(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    private static uint Crc(byte[] bytes)
    {
        var table = Enumerable.Range(0, 256).Select(n => Enumerable.Range(0, 8).Aggregate((uint)n, (c, _) => (c & 1) != 0 ? 0xEDB88320 ^ (c >> 1) : c >> 1)).ToArray();
        return ~bytes.Aggregate(0xFFFFFFFFu, (crc, one) => table[(crc ^ one) & 255] ^ (crc >> 8));
    }
}
