using System.Numerics;
using System.Runtime.Intrinsics;

namespace Sealpost.Delivery;

/// <summary>"relaxed" for headers and bodies. RFC 6376 §3.4.2, §3.4.4.</summary>
internal static class DkimCanonicalisation
{
    /// <summary>Writes header fields (each ending in CRLF, folded or not) in relaxed form, each ending in CRLF.</summary>
    public static void RelaxedHeaders(ReadOnlySpan<byte> fields, PooledBytes to)
    {
        while (!fields.IsEmpty)
        {
            var end = EndOfField(fields);
            RelaxedHeader(fields[..end], to);
            fields = fields[end..];
        }
    }

    /// <summary>Length of the canonical body written to <paramref name="to"/>, which must be at least two bytes longer than the body.</summary>
    public static int RelaxedBody(ReadOnlySpan<byte> body, Span<byte> to)
    {
        var written = 0;
        while (true)
        {
            var at = NextReducible(body);
            body[..at].CopyTo(to[written..]);
            written += at;
            body = body[at..];
            if (body.IsEmpty)
                break;
            var run = body.IndexOfAnyExcept((byte)' ', (byte)'\t');
            if (run < 0)
                break;
            // White space before a line end goes; elsewhere a run becomes one space.
            if (!body[run..].StartsWith("\r\n"u8))
                to[written++] = (byte)' ';
            body = body[run..];
        }

        while (written >= 4 && to[..written].EndsWith("\r\n\r\n"u8))
            written -= 2;
        if (written == 2 && to[..2].SequenceEqual("\r\n"u8))
            return 0;
        if (written > 0 && !to[..written].EndsWith("\r\n"u8))
        {
            "\r\n"u8.CopyTo(to[written..]);
            written += 2;
        }

        return written;
    }

    private static void RelaxedHeader(ReadOnlySpan<byte> field, PooledBytes to)
    {
        var colon = field.IndexOf((byte)':');
        var name = field[..colon].TrimEnd(" \t"u8);
        var room = to.Reserve(field.Length + 4);
        var written = 0;
        foreach (var b in name)
            room[written++] = b is >= (byte)'A' and <= (byte)'Z' ? (byte)(b | 0x20) : b;
        room[written++] = (byte)':';
        var valueStart = written;
        var pending = false;
        foreach (var b in field[(colon + 1)..])
        {
            if (b is (byte)' ' or (byte)'\t')
            {
                pending = true;
                continue;
            }

            if (b is (byte)'\r' or (byte)'\n')
                continue;
            if (pending && written > valueStart)
                room[written++] = (byte)' ';
            pending = false;
            room[written++] = b;
        }

        room[written++] = (byte)'\r';
        room[written++] = (byte)'\n';
        to.Advance(written);
    }

    private static int EndOfField(ReadOnlySpan<byte> fields)
    {
        var at = 0;
        while (true)
        {
            var end = fields[at..].IndexOf("\r\n"u8);
            if (end < 0)
                return fields.Length;
            at += end + 2;
            if (at >= fields.Length || fields[at] is not ((byte)' ' or (byte)'\t'))
                return at;
        }
    }

    // First tab, or first space that another white space or a CR follows; the length where there is none.
    private static int NextReducible(ReadOnlySpan<byte> body)
    {
        var i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            var space = Vector256.Create((byte)' ');
            var tab = Vector256.Create((byte)'\t');
            var cr = Vector256.Create((byte)'\r');
            for (; i + Vector256<byte>.Count < body.Length; i += Vector256<byte>.Count)
            {
                var here = Vector256.Create(body[i..]);
                var next = Vector256.Create(body[(i + 1)..]);
                var nextEnds = Vector256.Equals(next, space) | Vector256.Equals(next, tab) | Vector256.Equals(next, cr);
                var hits = Vector256.Equals(here, tab) | (Vector256.Equals(here, space) & nextEnds);
                var mask = hits.ExtractMostSignificantBits();
                if (mask != 0)
                    return i + BitOperations.TrailingZeroCount(mask);
            }
        }

        for (; i < body.Length; i++)
        {
            if (body[i] == '\t' || (body[i] == ' ' && (i + 1 == body.Length || body[i + 1] is (byte)' ' or (byte)'\t' or (byte)'\r')))
                return i;
        }

        return body.Length;
    }
}
