using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Sealpost.Patients;

/// <summary>Reads a file as lines, or as one document where its first line is no whole JSON value.</summary>
internal sealed class LineReader(ImportFile file, ImportTally tally)
{
    /// <summary>Longest line, 16 MiB: a longer one is skipped and reported, and reading goes on behind it.</summary>
    public const int MaxLineBytes = 16 << 20;

    /// <summary>Longest document, 64 MiB; a larger bundle is to be exported as NDJSON.</summary>
    public const int MaxDocumentBytes = 64 << 20;

    private const int BatchBytes = 256 << 10;
    private const int FirstLine = 1;

    private readonly int _limitBytes = file.Path.Contains(".json", StringComparison.OrdinalIgnoreCase) ? MaxDocumentBytes : MaxLineBytes;
    private byte[] _buffer = [];
    private int _filled;
    private long _line = FirstLine;
    private bool _ended;
    private bool _damaged;
    private bool _skipping;

    /// <summary>Reads to the end; a file that breaks off or is damaged is reported and the whole lines before it are kept.</summary>
    public async IAsyncEnumerable<LineBatch> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var stream = Open();
        if (stream is null)
            yield break;
        _buffer = ArrayPool<byte>.Shared.Rent(BatchBytes);
        var first = true;
        while (!_ended)
        {
            await FillAsync(stream, cancellationToken);
            if (first && (_ended || Filled.Contains((byte)'\n')))
            {
                first = false;
                if (!StartsWithWholeValue(Filled))
                {
                    // Pretty-printed: the file is one document.
                    if (await ReadDocumentAsync(stream, cancellationToken))
                        yield return Document();
                    break;
                }
            }

            if (_skipping && !FindEndOfLongLine())
                continue;
            var cut = _ended && !_damaged ? _filled : Filled.LastIndexOf((byte)'\n') + 1;
            if (cut > 0)
                yield return TakeLines(cut);
            else if (!_ended && _filled == _buffer.Length)
                MakeRoom();
        }

        ArrayPool<byte>.Shared.Return(_buffer, clearArray: true);
    }

    private Span<byte> Filled => _buffer.AsSpan(0, _filled);

    private static bool StartsWithWholeValue(ReadOnlySpan<byte> text)
    {
        text = TrimMark(text);
        while (true)
        {
            var end = text.IndexOf((byte)'\n');
            var line = (end < 0 ? text : text[..end]).Trim(" \t\r"u8);
            if (line.Length > 0)
                return IsWholeValue(line);
            if (end < 0)
                return true;
            text = text[(end + 1)..];
        }
    }

    // A line that does not even begin as an object belongs to line reading, where it is reported by itself.
    private static bool IsWholeValue(ReadOnlySpan<byte> line)
    {
        if (line[0] != (byte)'{')
            return true;
        try
        {
            var reader = new Utf8JsonReader(line, isFinalBlock: false, new JsonReaderState(new JsonReaderOptions { MaxDepth = 1_000 }));
            while (reader.Read())
            {
                if (reader.CurrentDepth == 0 && reader.TokenType == JsonTokenType.EndObject)
                    return true;
            }

            return false;
        }
        catch (JsonException)
        {
            return true;
        }
    }

    private static ReadOnlySpan<byte> TrimMark(ReadOnlySpan<byte> text) => text.StartsWith("\uFEFF"u8) ? text[3..] : text;

    private Stream? Open()
    {
        try
        {
            var stream = file.Open(bufferBytes: 64 << 10);
            return file.Compressed ? new GuardedGzipStream(stream) : stream;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            tally.Skip(file.At(0), "", ImportReason.Unreadable);
            return null;
        }
    }

    // Fills the buffer to its end, or notes that the file ended or is damaged.
    private async Task FillAsync(Stream stream, CancellationToken cancellationToken)
    {
        try
        {
            while (_filled < _buffer.Length && !_ended)
            {
                var read = await stream.ReadAsync(_buffer.AsMemory(_filled), cancellationToken);
                _filled += read;
                _ended = read == 0;
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            tally.Skip(file.At(_line), "", exception is InvalidDataException ? ImportReason.BadCompression : ImportReason.Unreadable);
            _ended = _damaged = true;
        }
    }

    private async Task<bool> ReadDocumentAsync(Stream stream, CancellationToken cancellationToken)
    {
        while (!_ended)
        {
            if (_filled == _buffer.Length && _filled >= MaxDocumentBytes)
            {
                tally.Skip(file.At(FirstLine), "", ImportReason.TooLong);
                return false;
            }

            if (_filled == _buffer.Length)
                Resize(2 * _buffer.Length);
            await FillAsync(stream, cancellationToken);
        }

        return !_damaged;
    }

    private LineBatch Document()
    {
        var batch = new LineBatch(file, _buffer);
        var start = _filled - TrimMark(Filled).Length;
        if (_filled > start)
            batch.Lines.Add((start, _filled - start, FirstLine));
        _buffer = [];
        return batch;
    }

    private LineBatch TakeLines(int cut)
    {
        var batch = Split(_buffer, cut);
        var rest = ArrayPool<byte>.Shared.Rent(Math.Max(BatchBytes, 2 * (_filled - cut)));
        _buffer.AsSpan(cut, _filled - cut).CopyTo(rest);
        _filled -= cut;
        _buffer = rest;
        return batch;
    }

    // Behind a line that is too long everything up to its end is let go.
    private bool FindEndOfLongLine()
    {
        var end = Filled.IndexOf((byte)'\n') + 1;
        if (end == 0)
        {
            _filled = 0;
            return false;
        }

        Filled[end..].CopyTo(_buffer);
        _filled -= end;
        _line++;
        _skipping = false;
        return true;
    }

    private void MakeRoom()
    {
        if (_filled < _limitBytes)
        {
            Resize(2 * _buffer.Length);
            return;
        }

        tally.Skip(file.At(_line), "", ImportReason.TooLong);
        _filled = 0;
        _skipping = true;
    }

    private void Resize(int length)
    {
        var larger = ArrayPool<byte>.Shared.Rent(length);
        Filled.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer, clearArray: true);
        _buffer = larger;
    }

    private LineBatch Split(byte[] buffer, int length)
    {
        var batch = new LineBatch(file, buffer);
        var start = 0;
        while (start < length)
        {
            var end = buffer.AsSpan(start, length - start).IndexOf((byte)'\n');
            var next = end < 0 ? length : start + end + 1;
            var text = buffer.AsSpan(start, next - start);
            var from = start + (_line == FirstLine ? text.Length - TrimMark(text).Length : 0);
            var line = buffer.AsSpan(from, next - from).Trim(" \t\r\n"u8);
            if (line.Length > _limitBytes)
                tally.Skip(file.At(_line), "", ImportReason.TooLong);
            else if (line.Length > 0)
                batch.Lines.Add((from + buffer.AsSpan(from, next - from).IndexOf(line[0]), line.Length, _line));
            _line++;
            start = next;
        }

        return batch;
    }
}
