using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Sealpost.People;

/// <summary>Codes of an authenticator app: RFC 6238 with SHA-1, 30 seconds, six digits, which is what every app knows.</summary>
internal static class TimeCode
{
    private const string Base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private const int KeyBytes = 20; // RFC 4226 §4 R6: 160 bits recommended.
    private const int Period = 30;
    private const int Modulus = 1_000_000;

    /// <summary>A new key, in base 32 as apps take it.</summary>
    public static string NewKey()
    {
        var text = new StringBuilder();
        var (held, bits) = (0, 0);
        foreach (var one in RandomNumberGenerator.GetBytes(KeyBytes))
        {
            (held, bits) = ((held << 8) | one, bits + 8);
            for (; bits >= 5; bits -= 5)
                text.Append(Base32[(held >> (bits - 5)) & 31]);
            held &= (1 << bits) - 1;
        }

        return text.ToString();
    }

    /// <summary>The address an app reads from the QR code.</summary>
    public static string Address(string key, string email) =>
        $"otpauth://totp/Sealpost:{Uri.EscapeDataString(email)}?secret={key}&issuer=Sealpost&digits=6&period={Period.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>The time step whose code this is, one step early or late at most (RFC 6238 §5.2); null where it is none.</summary>
    public static long? StepOf(string key, string typed, DateTimeOffset now)
    {
        var digits = string.Concat(typed.Where(char.IsAsciiDigit));
        if (digits.Length != 6)
            return null;
        var step = now.ToUnixTimeSeconds() / Period;
        long? found = null;
        foreach (var one in new[] { step - 1, step, step + 1 })
        {
            if (CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(digits), Encoding.ASCII.GetBytes(At(key, one))))
                found = one;
        }

        return found;
    }

    /// <summary>The code of an instant.</summary>
    public static string At(string key, DateTimeOffset now) => At(key, now.ToUnixTimeSeconds() / Period);

    private static string At(string key, long step)
    {
        var counter = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
#pragma warning disable CA5350 // RFC 6238: apps know HMAC-SHA-1 alone; HMAC does not rest on collisions.
        var mac = HMACSHA1.HashData(Bytes(key), counter);
#pragma warning restore CA5350
        var number = BinaryPrimitives.ReadInt32BigEndian(mac.AsSpan(mac[^1] & 15)) & int.MaxValue; // RFC 4226 §5.3
        return (number % Modulus).ToString("D6", CultureInfo.InvariantCulture);
    }

    private static byte[] Bytes(string key)
    {
        var bytes = new List<byte>(KeyBytes);
        var (held, bits) = (0, 0);
        foreach (var letter in key)
        {
            (held, bits) = ((held << 5) | Base32.IndexOf(letter, StringComparison.Ordinal), bits + 5);
            if (bits < 8)
                continue;
            bits -= 8;
            bytes.Add((byte)((held >> bits) & 255));
            held &= (1 << bits) - 1;
        }

        return [.. bytes];
    }
}
