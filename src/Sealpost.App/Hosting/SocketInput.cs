using System.Threading.Channels;

namespace Sealpost.App.Hosting;

/// <summary>Standard input of a command that runs in the owner; asked for only when the command reads. Also notices when the client hangs up.</summary>
internal sealed class SocketInput : Stream
{
    private readonly Stream _stream;
    private readonly SemaphoreSlim _gate;
    private readonly CancellationTokenSource _hangUp;
    private readonly Channel<byte[]> _pieces = Channel.CreateBounded<byte[]>(16);
    private ReadOnlyMemory<byte> _rest;
    private bool _asked;
    private bool _ended;

    public SocketInput(Stream stream, SemaphoreSlim gate, CancellationTokenSource hangUp)
    {
        (_stream, _gate, _hangUp) = (stream, gate, hangUp);
        Pump = PumpAsync();
    }

    /// <summary>Ends when the client hangs up or the stream is closed.</summary>
    public Task Pump { get; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!_asked)
        {
            _asked = true;
            await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                await Frames.WriteAsync(_stream, FrameKind.WantInput, default, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                _gate.Release();
            }
        }

        while (_rest.IsEmpty && !_ended)
        {
            _ended = !await _pieces.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false);
            if (!_ended && _pieces.Reader.TryRead(out var piece))
                _rest = piece;
        }

        var count = Math.Min(buffer.Length, _rest.Length);
        _rest[..count].CopyTo(buffer);
        _rest = _rest[count..];
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _pieces.Writer.TryComplete(); // A piece that nobody will read holds the pump no longer.
        base.Dispose(disposing);
    }

    private async Task PumpAsync()
    {
        await Task.Yield();
        try
        {
            while (await Frames.ReadAsync(_stream, CancellationToken.None).ConfigureAwait(false) is var (kind, payload))
            {
                if (kind != FrameKind.Input)
                    continue;
                if (payload.Length == 0)
                    _pieces.Writer.TryComplete();
                else
                    await _pieces.Writer.WriteAsync(payload, _hangUp.Token).ConfigureAwait(false);
            }

            await _hangUp.CancelAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or OperationCanceledException or ChannelClosedException)
        {
            // The command ended first and closed the stream, or the client broke off.
        }

        _pieces.Writer.TryComplete();
    }
}
