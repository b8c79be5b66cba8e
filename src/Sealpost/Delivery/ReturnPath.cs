using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Sealpost.Delivery;

/// <summary>Return paths that come back with a bounce and prove that we made them; they hold no address, patient or campaign. Thread-safe.</summary>
/// <remarks><c>b+TOKEN@bounce.domain</c>, TOKEN being 16 bytes (the time it was made and 80 random bits) and 8 of their HMAC-SHA-256 in base32. 41 characters before the at sign, within the 64 of RFC 5321 §4.5.3.1.1.</remarks>
public sealed class ReturnPath
{
    private const string Prefix = "b+";
    private const int TokenBytes = 16;
    private const int MacBytes = 8;
    private const string MessageIdUse = " message-id"; // No domain begins with a space, so no return path has this MAC.
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";
    private const int Characters = ((TokenBytes + MacBytes) * 8 + 4) / 5;

    private readonly byte[] _key;
    private readonly string _sender;
    private readonly string _domain;

    /// <summary>Creates it for one organisation.</summary>
    /// <param name="key">32 bytes of the organisation, used for nothing else.</param>
    /// <param name="sender">Sender domain, a lower-case A-label. Message-IDs are in it, return paths below it.</param>
    public ReturnPath(ReadOnlySpan<byte> key, string sender)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(key.Length, 32);
        EnvelopeCommands.Check(sender, nameof(sender));
        _key = key.ToArray();
        _sender = sender;
        _domain = DomainOf(sender);
    }

    /// <summary>Where a sender domain's mail comes back to; its MX is ours. A name of its own, so that the sender domain's MX may be anybody's; below the sender domain, so that SPF stays aligned for DMARC's relaxed mode (RFC 9989).</summary>
    public static string DomainOf(string sender) => "bounce." + sender;

    /// <summary>A new return path and the token to store beside the attempt. Tokens made later sort later.</summary>
    /// <param name="now">UTC.</param>
    public (string Address, byte[] Token) Create(DateTimeOffset now)
    {
        var token = new byte[TokenBytes];
        RandomAhead.FillInOrder(token, now);
        return (Of(token), token);
    }

    /// <summary>The return path of a stored token.</summary>
    public string Of(ReadOnlySpan<byte> token)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(token.Length, TokenBytes);
        Span<byte> bytes = stackalloc byte[TokenBytes + MacBytes];
        token.CopyTo(bytes);
        Authenticate(token, bytes[TokenBytes..], _domain, "");
        Span<char> text = stackalloc char[Characters];
        Encode(bytes, text);
        return string.Concat(Prefix, text, "@", _domain);
    }

    /// <summary>The token of a bounce's recipient; null where it is not one of ours (backscatter: drop it). Letter case does not matter.</summary>
    public byte[]? Read(string recipient)
    {
        var at = recipient.LastIndexOf('@');
        if (at != Prefix.Length + Characters || !recipient.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) || Ours(recipient.AsSpan(at + 1)) is not { } domain)
            return null;
        Span<byte> bytes = stackalloc byte[TokenBytes + MacBytes];
        return TryDecode(recipient.AsSpan(Prefix.Length, Characters), bytes) ? Check(bytes, domain, "") : null;
    }

    /// <summary>The Message-ID of the message that a token belongs to, without angle brackets. Whoever has it cannot make the return path of it.</summary>
    public string MessageIdOf(ReadOnlySpan<byte> token)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(token.Length, TokenBytes);
        Span<byte> bytes = stackalloc byte[TokenBytes + MacBytes];
        token.CopyTo(bytes);
        Authenticate(token, bytes[TokenBytes..], _sender, MessageIdUse);
        Span<char> text = stackalloc char[Base64Url.GetEncodedLength(bytes.Length)];
        _ = Base64Url.EncodeToChars(bytes, text);
        return string.Concat(text, "@", _sender);
    }

    /// <summary>The token of a Message-ID; null where it is not one of ours.</summary>
    public byte[]? ReadMessageId(string id)
    {
        var at = id.LastIndexOf('@');
        Span<byte> bytes = stackalloc byte[TokenBytes + MacBytes];
        return at > 0 && id.AsSpan(at + 1).Equals(_sender, StringComparison.OrdinalIgnoreCase)
            && Base64Url.TryDecodeFromChars(id.AsSpan(0, at), bytes, out var written) && written == bytes.Length
            ? Check(bytes, _sender, MessageIdUse)
            : null;
    }

    /// <summary>An address has the shape of our return paths, genuine or not.</summary>
    public bool LooksOurs(string recipient) =>
        recipient.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && IsOurs(recipient);

    /// <summary>An address is in the sender domain or in that of its return paths.</summary>
    public bool IsOurs(string address) => Ours(address.AsSpan(address.LastIndexOf('@') + 1)) is not null;

    // Messages sent before return paths had a domain of their own come back to the sender domain.
    private string? Ours(ReadOnlySpan<char> domain) =>
        domain.Equals(_domain, StringComparison.OrdinalIgnoreCase) ? _domain : domain.Equals(_sender, StringComparison.OrdinalIgnoreCase) ? _sender : null;

    private byte[]? Check(ReadOnlySpan<byte> bytes, string domain, string use)
    {
        Span<byte> mac = stackalloc byte[MacBytes];
        Authenticate(bytes[..TokenBytes], mac, domain, use);
        return CryptographicOperations.FixedTimeEquals(mac, bytes[TokenBytes..]) ? bytes[..TokenBytes].ToArray() : null;
    }

    private void Authenticate(ReadOnlySpan<byte> token, Span<byte> mac, string domain, string use)
    {
        Span<byte> input = stackalloc byte[TokenBytes + 320];
        token.CopyTo(input);
        var length = TokenBytes + Encoding.UTF8.GetBytes(domain, input[TokenBytes..]);
        length += Encoding.UTF8.GetBytes(use, input[length..]);
        Span<byte> hash = stackalloc byte[32];
        _ = HMACSHA256.HashData(_key, input[..length], hash);
        hash[..MacBytes].CopyTo(mac);
    }

    private static void Encode(ReadOnlySpan<byte> bytes, Span<char> text)
    {
        for (var i = 0; i < Characters; i++)
        {
            var value = 0;
            for (var bit = i * 5; bit < (i * 5) + 5; bit++)
                value = (value << 1) | (bit < bytes.Length * 8 ? (bytes[bit / 8] >> (7 - (bit % 8))) & 1 : 0);
            text[i] = Alphabet[value];
        }
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
