using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;

namespace Sealpost.Delivery;

/// <summary>Commands out, replies in, over a stream that STARTTLS exchanges once. Not thread-safe.</summary>
/// <remarks>
/// Every failure closes the channel, since the position in the dialogue is then unknown. Failures and time limits are
/// <see cref="SmtpConnectionException"/>; the caller's cancellation stays <see cref="OperationCanceledException"/>.
/// </remarks>
internal sealed class SmtpChannel : IAsyncDisposable
{
    // RFC 5321 §4.5.3.1.5 allows 512 octets a line; servers exceed it, none needs more than this for a whole reply.
    private const int MaxReplyBytes = 65_536;

    private const int KnownReplies = 4;
    private const int LongestKnown = 128;

    private readonly StageLimit _limit;
    private Stream _stream;
    private byte[] _buffer = new byte[2_048];

    // A server answers MAIL and RCPT in the same words each time: those are read once.
    private readonly (byte[] Bytes, SmtpReply Reply)?[] _known = new (byte[] Bytes, SmtpReply Reply)?[KnownReplies];
    private int _nextKnown;
    private int _start;
    private int _end;

    // A reply that is not whole yet: how far its lines were read and looked at, so that a server that sends it byte by byte has each byte looked at once.
    private int _read;
    private int _looked;
    private int _code;
    private StringBuilder? _lines;

    public SmtpChannel(Stream stream, TimeProvider time)
    {
        _stream = stream;
        _limit = new StageLimit(time);
    }

    /// <summary>False once the peer closed, said 421, or anything failed.</summary>
    public bool IsOpen { get; private set; } = true;

    /// <summary>Bytes came that no command asked for yet.</summary>
    public bool HasBufferedBytes => _start < _end;

    /// <summary>The stream now in use, for the handshake.</summary>
    public Stream Stream => _stream;

    /// <summary>Goes on over TLS. RFC 3207 §4.2: what was received in clear is forgotten.</summary>
    public void Upgrade(Stream tls)
    {
        _stream = tls;
        _start = _end = 0;
        Begin();
    }

    /// <summary>Marks the channel as no longer usable.</summary>
    public void Close() => IsOpen = false;

    /// <summary>A reply before its command: the server is broken or hostile, and each later reply would answer the wrong command.</summary>
    public void RefuseUnasked()
    {
        if (HasBufferedBytes)
            throw OutOfStep();
    }

    /// <summary>Closes the channel for a reply that no command asked for.</summary>
    public SmtpConnectionException OutOfStep()
    {
        Close();
        return new SmtpConnectionException("The server sent a reply that no command asked for; reconnect.");
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, SmtpStage stage, CancellationToken cancellationToken)
    {
        if (!IsOpen)
            throw new SmtpConnectionException("The connection is closed; reconnect.");
        try
        {
            await _stream.WriteAsync(bytes, _limit.Begin(stage, cancellationToken));
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            IsOpen = false;
            throw new SmtpConnectionException($"The connection broke while sending ({stage}); reconnect.", e);
        }
        catch (OperationCanceledException e)
        {
            IsOpen = false;
            cancellationToken.ThrowIfCancellationRequested();
            throw TooSlow(stage, e);
        }
        finally
        {
            _limit.End();
        }
    }

    /// <summary>Reads one reply of one or more lines.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<SmtpReply> ReadReplyAsync(SmtpStage stage, CancellationToken cancellationToken)
    {
        // Several replies often come at once: then nothing is waited for.
        if (TakeReply(stage) is { } here)
            return Heard(here);
        try
        {
            var limit = _limit.Begin(stage, cancellationToken);
            SmtpReply? reply;
            do
                await FillAsync(stage, limit);
            while ((reply = TakeReply(stage)) is null);
            return Heard(reply);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            IsOpen = false;
            throw new SmtpConnectionException($"The connection broke while waiting for a reply ({stage}); reconnect.", e);
        }
        catch (OperationCanceledException e)
        {
            IsOpen = false;
            cancellationToken.ThrowIfCancellationRequested();
            throw TooSlow(stage, e);
        }
        finally
        {
            _limit.End();
        }
    }

    public async ValueTask DisposeAsync()
    {
        IsOpen = false;
        await _stream.DisposeAsync();
        _limit.Dispose();
    }

    private SmtpReply Heard(SmtpReply reply)
    {
        if (reply.ClosesConnection)
            IsOpen = false;
        return reply;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask FillAsync(SmtpStage stage, CancellationToken cancellationToken)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start.._end).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
        {
            if (_end >= MaxReplyBytes)
                throw Malformed("is longer than 64 KiB");
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        var read = await _stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
        if (read == 0)
        {
            IsOpen = false;
            throw new SmtpConnectionException($"The server closed the connection ({stage}); reconnect.");
        }

        _end += read;
    }

    // A complete reply from the buffer, or null where more bytes are needed.
    private SmtpReply? TakeReply(SmtpStage stage)
    {
        var bytes = _buffer.AsSpan(_start.._end);
        foreach (var known in _known)
        {
            // A last line alone, with its end: what follows is another reply.
            if (known is { } one && _read == 0 && bytes.StartsWith(one.Bytes))
            {
                _start += one.Bytes.Length;
                Begin();
                return one.Reply;
            }
        }

        while (true)
        {
            var newline = bytes[_looked..].IndexOf((byte)'\n');
            if (newline < 0)
            {
                _looked = bytes.Length;
                return null;
            }

            var line = bytes[_read..(_looked + newline)];
            _read = _looked += newline + 1;
            if (line is [.., (byte)'\r'])
                line = line[..^1];
            var isLast = ReadLine(line, ref _code, out var text);
            if (isLast && _lines is null)
                return stage == SmtpStage.Envelope ? Remember(bytes[.._read], Take(text)) : Take(text);
            _lines = _lines is null ? new StringBuilder(text) : _lines.Append('\n').Append(text);
            if (isLast)
                return Take(_lines.ToString());
        }
    }

    private void Begin() => (_read, _looked, _code, _lines) = (0, 0, 0, null);

    private SmtpReply Remember(ReadOnlySpan<byte> bytes, SmtpReply reply)
    {
        if (bytes.Length > LongestKnown || reply.ClosesConnection)
            return reply;
        _known[_nextKnown] = (bytes.ToArray(), reply);
        _nextKnown = (_nextKnown + 1) % KnownReplies;
        return reply;
    }

    private SmtpReply Take(string text)
    {
        _start += _read;
        var reply = new SmtpReply(_code, SmtpReply.ReadEnhanced(_code, text.AsSpan()), text);
        Begin();
        return reply;
    }

    // RFC 5321 §4.2.1: three digits, then a hyphen on every line but the last, a space or nothing on that one.
    private bool ReadLine(ReadOnlySpan<byte> line, ref int code, out string text)
    {
        if (line.Length < 3 || line[..3].ContainsAnyExceptInRange((byte)'0', (byte)'9') || line is [_, _, _, not ((byte)' ' or (byte)'-'), ..])
            throw Malformed("does not begin with a reply code");
        var lineCode = ((line[0] - '0') * 100) + ((line[1] - '0') * 10) + line[2] - '0';
        if (lineCode is < 200 or > 599 || (code != 0 && code != lineCode))
            throw Malformed("changes its code or is outside 200 to 599");
        code = lineCode;
        // RFC 5321 §4.2: a textstring has no control characters; what a server sends all the same must not reach a terminal.
        text = line.Length > 4 ? PlainText.Of(Encoding.UTF8.GetString(line[4..])) : "";
        return line.Length == 3 || line[3] == ' ';
    }

    private static SmtpConnectionException TooSlow(SmtpStage stage, OperationCanceledException e) =>
        new($"The server did not answer within {SmtpLimits.Of(stage).TotalSeconds:0} seconds ({stage}); reconnect later.", e);

    private SmtpConnectionException Malformed(string how)
    {
        IsOpen = false;
        return new SmtpConnectionException($"The server's reply {how}; reconnect.");
    }
}
