using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Sealpost.Delivery;

/// <summary>Random bytes of the system's generator, drawn many at a time: a call costs about as much as a hash. Each is given out once and then wiped here.</summary>
internal static class RandomAhead
{
    private const int Drawn = 4_096;

    [ThreadStatic]
    private static byte[]? t_bytes;

    [ThreadStatic]
    private static int t_used;

    /// <summary>Fills at most 1,024 bytes.</summary>
    public static void Fill(Span<byte> to)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(to.Length, 1_024);
        var bytes = t_bytes;
        if (bytes is null || t_used + to.Length > bytes.Length)
        {
            bytes = t_bytes ??= GC.AllocateUninitializedArray<byte>(Drawn);
            RandomNumberGenerator.Fill(bytes);
            t_used = 0;
        }

        var next = bytes.AsSpan(t_used, to.Length);
        next.CopyTo(to);
        next.Clear();
        t_used += to.Length;
    }

    /// <summary>Fills with the time in milliseconds, then random bytes: what is made later sorts later, so that an index over it grows at its end.</summary>
    public static void FillInOrder(Span<byte> to, DateTimeOffset now)
    {
        Span<byte> time = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(time, now.ToUnixTimeMilliseconds());
        time[2..].CopyTo(to);
        Fill(to[6..]);
    }
}
