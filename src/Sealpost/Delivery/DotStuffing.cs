using System.Numerics;
using System.Runtime.Intrinsics;

namespace Sealpost.Delivery;

/// <summary>A message as DATA carries it. RFC 5321 §4.5.2.</summary>
internal static class DotStuffing
{
    private const int LongestLine = 998;

    private static ReadOnlySpan<byte> LineDot => "\r\n."u8;

    /// <summary>Bytes needed for <see cref="Write"/>.</summary>
    public static int Measure(ReadOnlySpan<byte> message) =>
        message.Length + message.Count(LineDot) + (message is [(byte)'.', ..] ? 1 : 0) + 3;

    /// <summary>Writes the message, stuffed, and the final dot; returns the length.</summary>
    public static int Write(ReadOnlySpan<byte> message, Span<byte> to)
    {
        var written = 0;
        if (message is [(byte)'.', ..])
            to[written++] = (byte)'.';
        int at;
        while ((at = message.IndexOf(LineDot)) >= 0)
        {
            var through = at + LineDot.Length;
            message[..through].CopyTo(to[written..]);
            written += through;
            to[written++] = (byte)'.';
            message = message[through..];
        }

        message.CopyTo(to[written..]);
        written += message.Length;
        ".\r\n"u8.CopyTo(to[written..]);
        return written + 3;
    }

    /// <summary>Refuses what receivers read in different ways: a bare CR or LF, a line over 998 octets, no CRLF at the end. RFC 5321 §2.3.8, RFC 5322 §2.1.1.</summary>
    public static void Check(ReadOnlySpan<byte> message)
    {
        if (message.IsEmpty)
            return;
        var lineStart = 0;
        var at = 0;
        if (message[0] == '\n')
            throw Refused();
        // Each octet with the one behind it: CR and LF come together or not at all.
        for (; Vector256.IsHardwareAccelerated && at + Vector256<byte>.Count < message.Length; at += Vector256<byte>.Count)
        {
            var ends = Vector256.Equals(Vector256.Create(message[(at + 1)..]), Vector256.Create((byte)'\n')).ExtractMostSignificantBits();
            if (Vector256.Equals(Vector256.Create(message[at..]), Vector256.Create((byte)'\r')).ExtractMostSignificantBits() != ends)
                throw Refused();
            if (ends == 0)
                continue;
            if (at + BitOperations.TrailingZeroCount(ends) - lineStart > LongestLine)
                throw Refused();
            lineStart = at + BitOperations.Log2(ends) + 2;
        }

        for (; at < message.Length; at++)
        {
            var isEnd = at + 1 < message.Length && message[at + 1] == '\n';
            if ((message[at] == '\r') != isEnd || (isEnd && at - lineStart > LongestLine))
                throw Refused();
            if (isEnd)
                lineStart = at + 2;
        }

        if (lineStart != message.Length)
            throw Refused();
    }

    private static ArgumentException Refused() =>
        new("A message needs CRLF after every line, no other CR or LF, and lines of at most 998 octets.", "message");
}
