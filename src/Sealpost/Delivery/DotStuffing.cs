namespace Sealpost.Delivery;

/// <summary>A message as DATA carries it. RFC 5321 §4.5.2.</summary>
internal static class DotStuffing
{
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
        var rest = message;
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOfAny((byte)'\r', (byte)'\n');
            if (end is < 0 or > 998 || rest[end] != '\r' || end + 1 >= rest.Length || rest[end + 1] != '\n')
                throw new ArgumentException("A message needs CRLF after every line, no other CR or LF, and lines of at most 998 octets.", nameof(message));
            rest = rest[(end + 2)..];
        }
    }
}
