using System.Globalization;
using System.Text;

namespace Sealpost.Delivery;

/// <summary>
/// A DKIM-Signature field prepared for one key and one set of headers: as sent, and as hashed. Per message only time, body hash and
/// signature are filled in, all of fixed length.
/// </summary>
internal sealed class DkimHeader
{
    private const int SignatureLine = 72;
    private const string TimePlace = "1111111111";
    private static readonly string BodyHashPlace = new('B', 44);

    private readonly byte[] _sent;
    private readonly byte[] _hashed;
    private readonly int _sentTime;
    private readonly int _sentBodyHash;
    private readonly int _hashedTime;
    private readonly int _hashedBodyHash;
    private readonly int _signatureChars;

    public DkimHeader(string algorithm, string domain, string selector, string signedHeaders, int signatureBytes)
    {
        // RFC 6376 §3.5: no l=, so that nothing can be appended; c= relaxed for both.
        var text = $"DKIM-Signature: v=1; a={algorithm}; c=relaxed/relaxed;\r\n d={domain};\r\n s={selector}; t={TimePlace};\r\n"
            + $" h={Fold(signedHeaders)};\r\n bh={BodyHashPlace};\r\n b=";
        _sent = Encoding.ASCII.GetBytes(text);
        _hashed = Canonical(text);
        _sentTime = _sent.AsSpan().IndexOf(Encoding.ASCII.GetBytes($"t={TimePlace}")) + 2;
        _sentBodyHash = _sent.AsSpan().IndexOf(Encoding.ASCII.GetBytes(BodyHashPlace));
        _hashedTime = _hashed.AsSpan().IndexOf(Encoding.ASCII.GetBytes($"t={TimePlace}")) + 2;
        _hashedBodyHash = _hashed.AsSpan().IndexOf(Encoding.ASCII.GetBytes(BodyHashPlace));
        _signatureChars = (signatureBytes + 2) / 3 * 4;
        SignatureBytes = signatureBytes;
    }

    /// <summary>Bytes of a signature.</summary>
    public int SignatureBytes { get; }

    /// <summary>Length as sent, with CRLF.</summary>
    public int Length => _sent.Length + _signatureChars + ((_signatureChars - 1) / SignatureLine * 3) + 2;

    /// <summary>Appends the field as it is hashed: relaxed, b= empty, no CRLF (RFC 6376 §3.7).</summary>
    public void AppendHashed(PooledBytes to, long unixSeconds, ReadOnlySpan<byte> bodyHash)
    {
        var start = to.Length;
        to.Append(_hashed);
        Fill(to.Written(start + _hashedTime, 10), to.Written(start + _hashedBodyHash, 44), unixSeconds, bodyHash);
    }

    /// <summary>Writes the field as sent to exactly <see cref="Length"/> bytes.</summary>
    public void Write(Span<byte> to, long unixSeconds, ReadOnlySpan<byte> bodyHash, ReadOnlySpan<byte> signature)
    {
        _sent.CopyTo(to);
        Fill(to.Slice(_sentTime, 10), to.Slice(_sentBodyHash, 44), unixSeconds, bodyHash);
        Span<byte> encoded = stackalloc byte[_signatureChars];
        _ = System.Buffers.Text.Base64.EncodeToUtf8(signature, encoded, out _, out _);
        to = to[_sent.Length..];
        while (encoded.Length > SignatureLine)
        {
            encoded[..SignatureLine].CopyTo(to);
            "\r\n "u8.CopyTo(to[SignatureLine..]);
            to = to[(SignatureLine + 3)..];
            encoded = encoded[SignatureLine..];
        }

        encoded.CopyTo(to);
        "\r\n"u8.CopyTo(to[encoded.Length..]);
    }

    private static void Fill(Span<byte> time, Span<byte> hash, long unixSeconds, ReadOnlySpan<byte> bodyHash)
    {
        if (!unixSeconds.TryFormat(time, out var written, "D10", CultureInfo.InvariantCulture) || written != 10)
            throw new ArgumentOutOfRangeException(nameof(unixSeconds), unixSeconds, "The Date must lie between 1970 and 2286.");
        _ = System.Buffers.Text.Base64.EncodeToUtf8(bodyHash, hash, out _, out _);
    }

    private static byte[] Canonical(string text)
    {
        using var canonical = new PooledBytes(text.Length + 8);
        DkimCanonicalisation.RelaxedHeaders(Encoding.ASCII.GetBytes(text + "\r\n"), canonical);
        return canonical.Span[..^2].ToArray();
    }

    private static string Fold(string signedHeaders)
    {
        var folded = new StringBuilder();
        var column = 3;
        foreach (var name in signedHeaders.Split(':'))
        {
            if (column + name.Length + 1 > SignatureLine)
            {
                folded.Append("\r\n ");
                column = 1;
            }

            folded.Append(name).Append(':');
            column += name.Length + 1;
        }

        return folded.ToString(0, folded.Length - 1);
    }
}
