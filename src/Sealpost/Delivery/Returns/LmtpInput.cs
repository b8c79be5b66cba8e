using System.Text;

namespace Sealpost.Delivery.Returns;

/// <summary>Reads commands and mail from an LMTP client, within bounds whatever it sends.</summary>
internal sealed class LmtpInput(Stream stream, LmtpRules rules)
{
    /// <summary>RFC 5321 §4.5.3.1.4 asks for 512; extensions make commands longer.</summary>
    private const int LongestCommand = 2_048;

    private readonly byte[] _buffer = new byte[16 * 1024];
    private int _at;
    private int _end;

    /// <summary>The next command without its CRLF; null where the client has gone; an empty text where the line was too long or no ASCII.</summary>
    public async Task<string?> CommandAsync(CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        var tooLong = false;
        var last = (byte)0;
        while (await NextAsync(cancellationToken).ConfigureAwait(false) is { } one)
        {
            if (one == '\n' && last == '\r')
                return tooLong ? "" : line.ToString(0, line.Length - 1);
            tooLong |= line.Length >= LongestCommand;
            if (!tooLong)
                line.Append((char)one);
            last = one;
        }

        return null;
    }

    /// <summary>Reads a mail up to its final dot and undoes the dot-stuffing. Only CRLF ends a line, so that no other line end can smuggle a command (RFC 5321 §4.1.1.4).</summary>
    /// <returns>The mail; null where it was too large, and read to its end all the same.</returns>
    /// <exception cref="IOException">The client went away before the final dot.</exception>
    public async Task<byte[]?> DataAsync(CancellationToken cancellationToken)
    {
        using var mail = new MemoryStream();
        var place = Place.LineStart;
        while (await NextAsync(cancellationToken).ConfigureAwait(false) is { } one)
        {
            if (place == Place.DotCr && one == '\n')
                return mail.Length > rules.LargestBytes ? null : mail.ToArray();
            if (place == Place.DotCr)
                Write('\r');
            if (place == Place.LineStart && one == '.')
            {
                place = Place.Dot;
                continue;
            }

            if (place == Place.Dot && one == '\r')
            {
                place = Place.DotCr;
                continue;
            }

            Write((char)one);
            place = one == '\n' && place == Place.Cr ? Place.LineStart : one == '\r' ? Place.Cr : Place.Line;
        }

        throw new IOException("The client went away before the final dot.");

        void Write(char one)
        {
            // Counted one past the limit, never kept beyond it.
            if (mail.Length <= rules.LargestBytes)
                mail.WriteByte((byte)one);
        }
    }

    private ValueTask<byte?> NextAsync(CancellationToken cancellationToken) =>
        _at < _end ? ValueTask.FromResult<byte?>(_buffer[_at++]) : FillAsync(cancellationToken);

    private async ValueTask<byte?> FillAsync(CancellationToken cancellationToken)
    {
        using var idle = new CancellationTokenSource(rules.IdleFor, rules.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(idle.Token, cancellationToken);
        (_at, _end) = (0, await stream.ReadAsync(_buffer, linked.Token).ConfigureAwait(false));
        return _end == 0 ? null : _buffer[_at++];
    }

    private enum Place
    {
        LineStart,
        Line,
        Cr,
        Dot,
        DotCr,
    }
}
