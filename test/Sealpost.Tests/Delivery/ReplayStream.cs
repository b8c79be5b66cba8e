using System.Text;
using System.Threading.Channels;

namespace Sealpost.Tests.Delivery;

/// <summary>The server's half of a recorded dialogue: once the client has written the expected bytes, the recorded answer can be read.</summary>
internal sealed class ReplayStream : Stream
{
    /// <summary>Instead of an answer: the connection ends.</summary>
    public const string Drop = "\0drop";

    /// <summary>Instead of an answer: writing fails, as after a reset.</summary>
    public const string Reset = "\0reset";

    /// <summary>Instead of an answer: silence.</summary>
    public const string Silence = "\0silence";

    private readonly Queue<(string Expected, string Answer)> _script;
    private readonly Channel<byte[]> _answers = Channel.CreateUnbounded<byte[]>();
    private readonly StringBuilder _written = new();
    private ReadOnlyMemory<byte> _rest;

    public ReplayStream(params (string Expected, string Answer)[] script) => _script = new(script);

    /// <summary>Everything the client wrote.</summary>
    public StringBuilder Transcript { get; } = new();

    /// <summary>Whether the whole script was played.</summary>
    public bool IsFinished => _script.Count == 0 && _written.Length == 0;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>The server closes the connection.</summary>
    public void End() => _answers.Writer.TryComplete();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_rest.IsEmpty)
        {
            if (!await _answers.Reader.WaitToReadAsync(cancellationToken) || !_answers.Reader.TryRead(out var next))
                return 0;
            _rest = next;
        }

        var take = Math.Min(buffer.Length, _rest.Length);
        _rest[..take].CopyTo(buffer);
        _rest = _rest[take..];
        return take;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var text = Encoding.UTF8.GetString(buffer.Span);
        Transcript.Append(text);
        _written.Append(text);
        if (!_script.TryPeek(out var step))
            throw new IOException("The script is at its end.");
        if (step.Answer == Reset)
            throw new IOException("Connection reset by peer.");
        if (_written.ToString() != step.Expected)
        {
            Assert.StartsWith(_written.ToString(), step.Expected);
            return ValueTask.CompletedTask;
        }

        _script.Dequeue();
        _written.Clear();
        if (step.Answer == Drop)
            _answers.Writer.Complete();
        else if (step.Answer != Silence)
            _answers.Writer.TryWrite(Encoding.UTF8.GetBytes(step.Answer));
        return ValueTask.CompletedTask;
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
