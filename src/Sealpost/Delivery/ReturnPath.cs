using System.Security.Cryptography;
using System.Text;

namespace Sealpost.Delivery;

/// <summary>Return paths that come back with a bounce and prove that we made them; they hold no address, patient or campaign. Thread-safe.</summary>
/// <remarks><c>b+TOKEN@domain</c>, TOKEN being 16 random bytes and 8 of their HMAC-SHA-256 in base32. 41 characters before the at sign, within the 64 of RFC 5321 §4.5.3.1.1.</remarks>
public sealed class ReturnPath
{
    private const string Prefix = "b+";
    private const int TokenBytes = 16;
    private const int MacBytes = 8;
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";
    private const int Characters = ((TokenBytes + MacBytes) * 8 + 4) / 5;

    private readonly byte[] _key;
    private readonly string _domain;

    /// <summary>Creates it for one organisation.</summary>
    /// <param name="key">32 bytes of the organisation, used for nothing else.</param>
    /// <param name="domain">Return-path domain, a lower-case A-label; its MX is ours.</param>
    public ReturnPath(ReadOnlySpan<byte> key, string domain)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(key.Length, 32);
        EnvelopeCommands.Check(domain, nameof(domain));
        _key = key.ToArray();
        _domain = domain;
    }

    /// <summary>A new return path and the token to store beside the attempt.</summary>
    public (string Address, byte[] Token) Create()
    {
        var token = RandomNumberGenerator.GetBytes(TokenBytes);
        return (Of(token), token);
    }

    /// <summary>The return path of a stored token.</summary>
    public string Of(ReadOnlySpan<byte> token)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(token.Length, TokenBytes);
        Span<byte> bytes = stackalloc byte[TokenBytes + MacBytes];
        token.CopyTo(bytes);
        Authenticate(token, bytes[TokenBytes..]);
        return $"{Prefix}{Encode(bytes)}@{_domain}";
    }

    /// <summary>The token of a bounce's recipient; null where it is not one of ours (backscatter: drop it). Letter case does not matter.</summary>
    public byte[]? Read(string recipient)
    {
        var at = recipient.LastIndexOf('@');
        if (at != Prefix.Length + Characters || !recipient.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
            || !recipient.AsSpan(at + 1).Equals(_domain, StringComparison.OrdinalIgnoreCase))
            return null;
        Span<byte> bytes = stackalloc byte[TokenBytes + MacBytes];
        if (!TryDecode(recipient.AsSpan(Prefix.Length, Characters), bytes))
            return null;
        Span<byte> mac = stackalloc byte[MacBytes];
        Authenticate(bytes[..TokenBytes], mac);
        return CryptographicOperations.FixedTimeEquals(mac, bytes[TokenBytes..]) ? bytes[..TokenBytes].ToArray() : null;
    }

    private void Authenticate(ReadOnlySpan<byte> token, Span<byte> mac)
    {
        Span<byte> input = stackalloc byte[TokenBytes + 256];
        token.CopyTo(input);
        var length = TokenBytes + Encoding.UTF8.GetBytes(_domain, input[TokenBytes..]);
        Span<byte> hash = stackalloc byte[32];
        _ = HMACSHA256.HashData(_key, input[..length], hash);
        hash[..MacBytes].CopyTo(mac);
    }

    private static string Encode(ReadOnlySpan<byte> bytes)
    {
        Span<char> text = stackalloc char[Characters];
        for (var i = 0; i < Characters; i++)
        {
            var value = 0;
            for (var bit = i * 5; bit < (i * 5) + 5; bit++)
                value = (value << 1) | (bit < bytes.Length * 8 ? (bytes[bit / 8] >> (7 - (bit % 8))) & 1 : 0);
            text[i] = Alphabet[value];
        }

        return new string(text);
    }

    private static bool TryDecode(ReadOnlySpan<char> text, Span<byte> bytes)
    {
        bytes.Clear();
        for (var i = 0; i < text.Length; i++)
        {
            var value = Alphabet.IndexOf(char.ToLowerInvariant(text[i]), StringComparison.Ordinal);
            if (value < 0)
                return false;
            for (var b = 0; b < 5; b++)
            {
                var bit = (i * 5) + b;
                var isSet = ((value >> (4 - b)) & 1) != 0;
                if (isSet && bit >= bytes.Length * 8)
                    return false; // two spellings of one token
                if (isSet)
                    bytes[bit / 8] |= (byte)(1 << (7 - (bit % 8)));
            }
        }

        return true;
    }
}
