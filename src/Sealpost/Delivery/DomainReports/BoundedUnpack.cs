using System.IO.Compression;

namespace Sealpost.Delivery.DomainReports;

/// <summary>Unpacks a report as it came by mail: gzip, a zip of one file, or plain. What unpacks to more than a report ever needs is none.</summary>
internal static class BoundedUnpack
{
    /// <summary>Most bytes of an unpacked report.</summary>
    public const int LargestBytes = 16 * 1024 * 1024;

    private const int MostEntries = 8;

    /// <summary>The bytes; null where they cannot be unpacked within bounds.</summary>
    public static async Task<byte[]?> RunAsync(byte[] packed, CancellationToken cancellationToken)
    {
        try
        {
            using var input = new MemoryStream(packed, writable: false);
            if (packed is [0x1f, 0x8b, ..])
            {
                await using var gzip = new GZipStream(input, CompressionMode.Decompress);
                return await ReadAsync(gzip, cancellationToken).ConfigureAwait(false);
            }

            if (!packed.AsSpan().StartsWith("PK"u8))
                return packed.Length <= LargestBytes ? packed : null;
            await using var zip = new ZipArchive(input, ZipArchiveMode.Read);
            if (zip.Entries.Count is 0 or > MostEntries || zip.Entries.FirstOrDefault(entry => entry.Length > 0) is not { } first)
                return null;
            await using var entry = await first.OpenAsync(cancellationToken).ConfigureAwait(false);
            return await ReadAsync(entry, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is InvalidDataException or NotSupportedException or IOException)
        {
            return null;
        }
    }

    // Counted as it comes out: the size that an archive claims is the sender's word.
    private static async Task<byte[]?> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        using var output = new MemoryStream();
        var piece = new byte[64 * 1024];
        int count;
        while ((count = await stream.ReadAsync(piece, cancellationToken).ConfigureAwait(false)) > 0)
        {
            if (output.Length + count > LargestBytes)
                return null;
            output.Write(piece, 0, count);
        }

        return output.ToArray();
    }
}
