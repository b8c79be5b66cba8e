using System.Buffers;
using System.Security.Cryptography;

namespace Sealpost.Delivery;

/// <summary>Signs a message twice, rsa-sha256 and ed25519-sha256, for one set of headers. RFC 6376, 8463.</summary>
internal sealed class DkimSigner
{
    private static readonly string[] NeverTwice =
        ["Reply-To", "Sender", "Cc", "List-Unsubscribe", "List-Unsubscribe-Post", "Feedback-ID", "Content-Transfer-Encoding"];

    private readonly DkimKeys _keys;
    private readonly DkimHeader _rsa;
    private readonly DkimHeader _ed25519;

    /// <summary>Prepares for messages that carry exactly these header fields, each once.</summary>
    public DkimSigner(DkimKeys keys, IReadOnlyList<string> present)
    {
        _keys = keys;
        // RFC 6376 §8.15: a name listed once more than it occurs cannot be added later.
        string[] absent = [.. NeverTwice.Except(present)];
        var signed = string.Join(':', [.. present, .. present, .. absent]);
        _rsa = new DkimHeader("rsa-sha256", keys.Domain, keys.RsaSelector, signed, 256);
        _ed25519 = new DkimHeader("ed25519-sha256", keys.Domain, keys.Ed25519Selector, signed, 64);
    }

    /// <summary>Room to leave in front of the headers.</summary>
    public int Length => _rsa.Length + _ed25519.Length;

    /// <summary>Fills the room left at the start of <paramref name="message"/>.</summary>
    /// <param name="message">Room, headers in signing order, empty line, body.</param>
    /// <param name="headersEnd">Where the headers end, before the empty line.</param>
    /// <param name="unixSeconds">Time of signing (<c>t=</c>).</param>
    public void Sign(PooledBytes message, int headersEnd, long unixSeconds)
    {
        Span<byte> bodyHash = stackalloc byte[32];
        HashBody(message.Span[(headersEnd + 2)..], bodyHash);
        using var input = new PooledBytes(headersEnd + 2_048);
        DkimCanonicalisation.RelaxedHeaders(message.Span[Length..headersEnd], input);
        var headers = input.Length;
        Span<byte> signature = stackalloc byte[256];
        Span<byte> hash = stackalloc byte[32];

        _rsa.AppendHashed(input, unixSeconds, bodyHash);
        _ = SHA256.HashData(input.Span, hash);
        _keys.SignRsa(hash, signature);
        _rsa.Write(message.Written(0, _rsa.Length), unixSeconds, bodyHash, signature);

        input.Truncate(headers);
        _ed25519.AppendHashed(input, unixSeconds, bodyHash);
        _ = SHA256.HashData(input.Span, hash);
        _keys.SignEd25519(hash, signature[..64]);
        _ed25519.Write(message.Written(_rsa.Length, _ed25519.Length), unixSeconds, bodyHash, signature[..64]);
    }

    private static void HashBody(ReadOnlySpan<byte> body, Span<byte> hash)
    {
        using var canonical = new PooledBytes(body.Length + 2);
        canonical.Advance(DkimCanonicalisation.RelaxedBody(body, canonical.Reserve(0)));
        _ = SHA256.HashData(canonical.Span, hash);
    }
}
