using System.Buffers.Text;
using System.Text;

namespace Sealpost.Delivery;

/// <summary>Writes header fields: folded, and encoded by RFC 2047 where they are not plain ASCII.</summary>
internal static class HeaderText
{
    private const int MaxLine = 76;

    // RFC 2047 §2: 75 characters with the 12 of "=?utf-8?B?" and "?="; 45 octets make 60 in base64.
    private const int OctetsPerWord = 45;

    /// <summary>Refuses CR, LF and other controls: text from data must not begin a header of its own.</summary>
    /// <exception cref="ArgumentException">The value holds one; it is not repeated in the message.</exception>
    public static void Check(string value, string header)
    {
        foreach (var c in value)
        {
            if (char.IsControl(c) || c is '\u2028' or '\u2029')
                throw new ArgumentException($"The value of the header {header} holds a line break or another control character; remove it where the value comes from.", header);
        }
    }

    /// <summary>A field of free text, such as Subject.</summary>
    public static void WriteUnstructured(PooledBytes to, ReadOnlySpan<byte> name, string value)
    {
        to.Append(name);
        to.Append(": "u8);
        WriteText(to, value, name.Length + 2);
        to.Append("\r\n"u8);
    }

    /// <summary>A field whose value is ASCII already; moved to a line of its own where it is long.</summary>
    public static void WriteToken(PooledBytes to, ReadOnlySpan<byte> name, ReadOnlySpan<char> value)
    {
        to.Append(name);
        to.Append(name.Length + 2 + value.Length > MaxLine ? ":\r\n "u8 : ": "u8);
        to.Append(value);
        to.Append("\r\n"u8);
    }

    /// <summary>The same in angle brackets.</summary>
    public static void WriteBracketed(PooledBytes to, ReadOnlySpan<byte> name, ReadOnlySpan<char> value)
    {
        to.Append(name);
        to.Append(name.Length + 4 + value.Length > MaxLine ? ":\r\n <"u8 : ": <"u8);
        to.Append(value);
        to.Append(">\r\n"u8);
    }

    /// <summary>A phrase or text, from a column on.</summary>
    public static int WriteText(PooledBytes to, string value, int column)
    {
        if (IsPlain(value))
            return WriteFolded(to, value, column);
        var bytes = Encoding.UTF8.GetBytes(value).AsSpan();
        var isFirst = true;
        while (!bytes.IsEmpty || isFirst)
        {
            var take = Take(bytes, isFirst ? Math.Max(3, Math.Min(OctetsPerWord, (MaxLine - column - 12) / 4 * 3)) : OctetsPerWord);
            if (!isFirst)
            {
                to.Append("\r\n "u8);
                column = 1;
            }

            column += WriteWord(to, bytes[..take]);
            bytes = bytes[take..];
            isFirst = false;
        }

        return column;
    }

    private static int WriteWord(PooledBytes to, ReadOnlySpan<byte> bytes)
    {
        to.Append("=?utf-8?B?"u8);
        var room = to.Reserve(Base64.GetMaxEncodedToUtf8Length(bytes.Length));
        _ = Base64.EncodeToUtf8(bytes, room, out _, out var written);
        to.Advance(written);
        to.Append("?="u8);
        return written + 12;
    }

    // RFC 2047 §5: a character is never split over two words.
    private static int Take(ReadOnlySpan<byte> bytes, int limit)
    {
        if (bytes.Length <= limit)
            return bytes.Length;
        while (limit > 1 && (bytes[limit] & 0xC0) == 0x80)
            limit--;
        return limit;
    }

    private static bool IsPlain(string value)
    {
        // What reads as an encoded word must be one; a word that cannot be folded is encoded so that it can; folding keeps single inner spaces only.
        if (!Ascii.IsValid(value) || value.Contains("=?", StringComparison.Ordinal) || value.Contains("  ", StringComparison.Ordinal)
            || value.StartsWith(' ') || value.EndsWith(' '))
            return false;
        foreach (var word in value.AsSpan().Split(' '))
        {
            var (start, length) = word.GetOffsetAndLength(value.Length);
            if (length > MaxLine - 12 || start < 0)
                return false;
        }

        return true;
    }

    private static int WriteFolded(PooledBytes to, ReadOnlySpan<char> value, int column)
    {
        var isFirst = true;
        foreach (var range in value.Split(' '))
        {
            var word = value[range];
            if (!isFirst)
            {
                var folds = column + 1 + word.Length > MaxLine;
                to.Append(folds ? "\r\n "u8 : " "u8);
                column = folds ? 1 : column + 1;
            }

            to.Append(word);
            column += word.Length;
            isFirst = false;
        }

        return column;
    }
}
