namespace Sealpost.App.Demo;

/// <summary>Lines and bodies from a connection.</summary>
internal sealed class MailboxReader
{
    private const int MaxLine = 4_096;
    private byte[] _buffer = new byte[65_536];
    private int _start;
    private int _end;

    public required Stream Stream { get; set; }

    /// <summary>Bytes read and not used yet; STARTTLS refuses them.</summary>
    public bool HasBuffered => _start < _end;

    /// <summary>A line without its CRLF; null at the end.</summary>
    public async ValueTask<string?> ReadLineAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var end = _buffer.AsSpan(_start.._end).IndexOf("\r\n"u8);
            if (end >= 0)
            {
                var line = System.Text.Encoding.UTF8.GetString(_buffer, _start, end);
                _start += end + 2;
                return line;
            }

            if (_end - _start > MaxLine || !await FillAsync(cancellationToken))
                return null;
        }
    }

    /// <summary>Exactly so many bytes; null where the connection ends first. <paramref name="count"/> hears of bytes as they come.</summary>
    public async ValueTask<byte[]?> ReadChunkAsync(int length, Action<int> count, CancellationToken cancellationToken)
    {
        var chunk = new byte[length];
        var have = Math.Min(length, _end - _start);
        _buffer.AsSpan(_start, have).CopyTo(chunk);
        _start += have;
        count(have);
        while (have < length)
        {
            var read = await Stream.ReadAsync(chunk.AsMemory(have), cancellationToken);
            if (read == 0)
                return null;
            have += read;
            count(read);
        }

        return chunk;
    }

    /// <summary>A DATA body through the final dot, dots removed; null where the connection ends first or the body is over the limit.</summary>
    public async ValueTask<byte[]?> ReadDataAsync(int maxBytes, Action<int> count, CancellationToken cancellationToken)
    {
        var counted = 0;
        while (true)
        {
            var bytes = _buffer.AsSpan(_start.._end);
            var end = bytes.StartsWith(".\r\n"u8) ? 0 : bytes.IndexOf("\r\n.\r\n"u8);
            var arrived = end < 0 ? bytes.Length : end == 0 ? 0 : end + 2;
            count(arrived - counted);
            counted = arrived;
            if (end >= 0)
            {
                var body = Unstuff(bytes[..arrived]);
                _start += arrived + 3;
                return body;
            }

            if (bytes.Length > maxBytes || !await FillAsync(cancellationToken))
                return null;
        }
    }

    private static byte[] Unstuff(ReadOnlySpan<byte> stuffed)
    {
        var body = new byte[stuffed.Length];
        var written = 0;
        while (!stuffed.IsEmpty)
        {
            if (stuffed[0] == '.')
                stuffed = stuffed[1..];
            var dot = stuffed.IndexOf("\r\n."u8);
            var line = dot < 0 ? stuffed : stuffed[..(dot + 2)];
            line.CopyTo(body.AsSpan(written));
            written += line.Length;
            stuffed = stuffed[line.Length..];
        }

        return body.AsSpan(0, written).ToArray();
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start.._end).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
            Array.Resize(ref _buffer, _buffer.Length * 2);
        var read = await Stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
        _end += read;
        return read > 0;
    }
}
