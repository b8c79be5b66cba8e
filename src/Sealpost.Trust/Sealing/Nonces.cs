using System.Security.Cryptography;

namespace Sealpost.Trust.Sealing;

/// <summary>Random nonces, drawn many at a time: a call to the system's generator costs two microseconds, more than sealing a chart.</summary>
/// <remarks>Nonces are public, so the ones drawn ahead are no secret; each is given out once. NIST SP 800-38D §8.2.2.</remarks>
internal static class Nonces
{
    private const int Ahead = 256;

    [ThreadStatic]
    private static byte[]? t_drawn;

    [ThreadStatic]
    private static int t_used;

    public static void Next(Span<byte> nonce)
    {
        var drawn = t_drawn;
        if (drawn is null || t_used == drawn.Length)
        {
            drawn = t_drawn ??= new byte[Ahead * SealingKey.NonceLength];
            RandomNumberGenerator.Fill(drawn);
            t_used = 0;
        }

        drawn.AsSpan(t_used, SealingKey.NonceLength).CopyTo(nonce);
        t_used += SealingKey.NonceLength;
    }
}
