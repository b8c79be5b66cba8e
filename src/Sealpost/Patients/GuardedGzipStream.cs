using System.IO.Compression;

namespace Sealpost.Patients;

/// <summary>Unpacks gzip and stops when the output grows out of all proportion to the input.</summary>
/// <param name="compressed">The file; its position tells how much of it was used.</param>
internal sealed class GuardedGzipStream(Stream compressed) : Stream
{
    // FHIR NDJSON packs 10 to 40 times; deflate can do 1,032, which only filler reaches.
    private const long MaxRatio = 250;

    // Below this a ratio says nothing: one short file of spaces is harmless.
    private const long FreeBytes = 32L << 20;

    private readonly GZipStream _gzip = new(compressed, CompressionMode.Decompress);
    private long _unpacked;

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
        var read = await _gzip.ReadAsync(buffer, cancellationToken);
        _unpacked += read;
        if (_unpacked > FreeBytes && _unpacked > MaxRatio * Math.Max(1, compressed.Position))
            throw new InvalidDataException("The file unpacks to far more than its size allows.");
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _gzip.Dispose();
        base.Dispose(disposing);
    }
}
