using System.Globalization;
using System.Text;

namespace Sealpost.Trust.Ledger;

/// <summary>A signed statement of the ledger's size and root at a moment. Keep its text elsewhere: a ledger cut back behind it is found.</summary>
/// <param name="Origin">The ledger's name, <see cref="LedgerKey.Origin"/>.</param>
/// <param name="Size">Leaves covered.</param>
/// <param name="Root">RFC 6962 Merkle tree hash, 32 bytes.</param>
/// <param name="SignedAt">UTC, whole milliseconds.</param>
/// <param name="Signature">ECDSA P-256 with SHA-256 over the text's first four lines, as a DER sequence (RFC 3279 §2.2.3).</param>
public sealed record Checkpoint(string Origin, long Size, ReadOnlyMemory<byte> Root, DateTimeOffset SignedAt, ReadOnlyMemory<byte> Signature)
{
    private const string TimeLabel = "signed-at ";
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
    private const int BodyLines = 4;

    /// <summary>The signed note (C2SP tlog-checkpoint; the instant is an extension line): origin, size, root, instant, blank line, signature.</summary>
    public string ToText() => $"{Body()}\n— {Origin} {Convert.ToBase64String([.. KeyId(), .. Signature.Span])}\n";

    /// <summary>Reads <see cref="ToText"/>. The signature is checked by <see cref="LedgerVerifier"/>, not here.</summary>
    /// <exception cref="FormatException">Not a checkpoint of a Sealpost ledger; the text names the line.</exception>
    public static Checkpoint Parse(string text)
    {
        var lines = text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
        if (lines.Length != BodyLines + 2 || lines[BodyLines].Length != 0)
            throw new FormatException("A checkpoint has four lines, a blank one and a signature line.");
        var signatureWords = lines[^1].Split(' ');
        if (signatureWords.Length != 3 || signatureWords[0] != "—" || signatureWords[1] != lines[0])
            throw new FormatException("Line 6 of the checkpoint is not its signature.");
        if (!long.TryParse(lines[1], NumberStyles.None, CultureInfo.InvariantCulture, out var size))
            throw new FormatException("Line 2 of the checkpoint is not a size.");
        if (!lines[3].StartsWith(TimeLabel, StringComparison.Ordinal)
            || !DateTimeOffset.TryParseExact(lines[3][TimeLabel.Length..], TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
            throw new FormatException("Line 4 of the checkpoint is not the instant of signature.");
        var signature = Convert.FromBase64String(signatureWords[2]);
        if (signature.Length <= LedgerKey.KeyIdLength || !IsOrigin(lines[0]))
            throw new FormatException("Line 1 or 6 of the checkpoint is cut short.");
        var checkpoint = new Checkpoint(lines[0], size, Convert.FromBase64String(lines[2]), at, signature.AsMemory(LedgerKey.KeyIdLength));
        // One text for one checkpoint: base 64 and numbers have spellings that decode alike.
        return string.Equals(checkpoint.ToText().TrimEnd('\n'), string.Join('\n', lines), StringComparison.Ordinal)
            ? checkpoint
            : throw new FormatException("The checkpoint is not spelled as it was exported.");
    }

    internal byte[] SignedBytes() => Encoding.UTF8.GetBytes(Body());

    private static bool IsOrigin(string text) =>
        text.Length == LedgerKey.OriginLength && text.StartsWith(LedgerKey.OriginPrefix, StringComparison.Ordinal) && text[LedgerKey.OriginPrefix.Length..].All(char.IsAsciiHexDigitLower);

    private string Body() =>
        string.Create(CultureInfo.InvariantCulture, $"{Origin}\n{Size}\n{Convert.ToBase64String(Root.Span)}\n{TimeLabel}{SignedAt.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)}\n");

    // C2SP signed-note: the first four bytes of SHA-256 over the public key; the origin's hex digits are that same hash.
    private ReadOnlySpan<byte> KeyId() => Convert.FromHexString(Origin.AsSpan(LedgerKey.OriginPrefix.Length, LedgerKey.KeyIdLength * 2));
}
