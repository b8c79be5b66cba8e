using System.Buffers;

namespace Sealpost.Delivery;

/// <summary>Quoted-printable for text parts. RFC 2045 §6.7. Runs of plain characters are found with vector instructions.</summary>
/// <remarks>Besides what must be escaped, a dot and "From " at the start of a line are, so that neither dot-stuffing nor an mbox changes the body under the signature.</remarks>
internal static class QuotedPrintable
{
    private const int MaxLine = 76;

    private static readonly SearchValues<byte> Plain =
        SearchValues.Create([(byte)'\t', .. Enumerable.Range(0x20, 0x5f).Select(b => (byte)b).Where(b => b != '=')]);

    private static ReadOnlySpan<byte> Hex => "0123456789ABCDEF"u8;

    /// <summary>Encodes UTF-8 text with any line ends; every line ends in CRLF, the last too.</summary>
    public static void Encode(ReadOnlySpan<byte> text, PooledBytes to)
    {
        while (!text.IsEmpty)
        {
            var end = text.IndexOfAny((byte)'\n', (byte)'\r');
            var line = end < 0 ? text : text[..end];
            EncodeLine(line, to);
            to.Append("\r\n"u8);
            if (end < 0)
                return;
            var isPair = text[end] == '\r' && end + 1 < text.Length && text[end + 1] == '\n';
            text = text[(end + (isPair ? 2 : 1))..];
        }
    }

    private static void EncodeLine(ReadOnlySpan<byte> line, PooledBytes to)
    {
        if (line.IsEmpty)
            return;
        // RFC 2045 §6.7 (3): white space may not end a line.
        var last = line[^1];
        var tail = last is (byte)' ' or (byte)'\t';
        if (tail)
            line = line[..^1];
        var column = WriteLineStart(ref line, to);
        var after = tail ? 3 : 0;
        while (!line.IsEmpty)
        {
            var run = line.IndexOfAnyExcept(Plain);
            if (run < 0)
                run = line.Length;
            if (run == 0)
            {
                column = WriteEscape(line[0], to, column, line.Length == 1 ? after : 1);
                line = line[1..];
                continue;
            }

            column = WriteRun(line[..run], run == line.Length ? after : 1, to, column);
            line = line[run..];
        }

        if (tail)
            WriteEscape(last, to, column, 0);
    }

    // "after" is what must still fit behind the last character: nothing at a line's end, else at least the soft break's "=".
    private static int WriteRun(ReadOnlySpan<byte> run, int after, PooledBytes to, int column)
    {
        while (column + run.Length + Math.Min(after, 1) > MaxLine)
        {
            var take = Math.Min(MaxLine - 1 - column, run.Length);
            to.Append(run[..take]);
            SoftBreak(to);
            run = run[take..];
            column = 0;
            // A soft break begins a new line of the encoded text, where a dot is a dot again.
            column = WriteLineStart(ref run, to);
        }

        to.Append(run);
        return column + run.Length;
    }

    private static int WriteLineStart(ref ReadOnlySpan<byte> line, PooledBytes to)
    {
        if (!line.StartsWith("."u8) && !line.StartsWith("From "u8))
            return 0;
        var column = WriteEscape(line[0], to, 0, 0);
        line = line[1..];
        return column;
    }

    private static int WriteEscape(byte value, PooledBytes to, int column, int after)
    {
        if (column + 3 + Math.Min(after, 1) > MaxLine)
        {
            SoftBreak(to);
            column = 0;
        }

        var room = to.Reserve(3);
        room[0] = (byte)'=';
        room[1] = Hex[value >> 4];
        room[2] = Hex[value & 15];
        to.Advance(3);
        return column + 3;
    }

    private static void SoftBreak(PooledBytes to) => to.Append("=\r\n"u8);
}
