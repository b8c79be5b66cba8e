namespace Sealpost.Patients;

/// <summary>A file that came over the network, kept until it is imported: in memory while it is small, beyond that in a file sealed with a key that never leaves memory.</summary>
/// <remarks>45 CFR 164.312(a)(2)(iv): nothing clear reaches the disk. When the process ends, nobody can open what is left.</remarks>
internal sealed class SealedUpload : IDisposable
{
    private const int ChunkBytes = 256 << 10;
    private const long MemoryBytes = 4L << 20;

    private readonly SpillStore _chunks;
    private long _readBytes;

    private SealedUpload(string name, SpillStore chunks) => (Name, _chunks) = (name, chunks);

    /// <summary>Name of the file, as its owner calls it; it may tell who is in it, so it is shown to the importing person alone.</summary>
    public string Name { get; }

    /// <summary>Size.</summary>
    public long Bytes { get; private set; }

    /// <summary>It begins as gzip does. RFC 1952 §2.3.1.</summary>
    public bool IsCompressed { get; private set; }

    /// <summary>How much of it the present reader has read.</summary>
    public long ReadBytes => Interlocked.Read(ref _readBytes);

    /// <summary>Takes a stream to its end.</summary>
    /// <param name="folder">Folder for the sealed file.</param>
    /// <param name="name">Name of the file.</param>
    /// <param name="content">Its content.</param>
    /// <param name="limitBytes">Longest file.</param>
    /// <param name="cancellationToken">Stops it; what was taken is dropped.</param>
    /// <exception cref="RefusedException">It is longer than the limit.</exception>
    public static async Task<SealedUpload> TakeAsync(string folder, string name, Stream content, long limitBytes, CancellationToken cancellationToken)
    {
        var upload = new SealedUpload(name, new SpillStore(folder, partitions: 1, MemoryBytes));
        try
        {
            var chunk = new byte[ChunkBytes];
            while (await content.ReadAtLeastAsync(chunk, ChunkBytes, throwOnEndOfStream: false, cancellationToken) is var read and > 0)
            {
                if (upload.Bytes + read > limitBytes)
                    throw new RefusedException($"The file is longer than {limitBytes >> 30} GiB. Split it, or import it on the server with `sealpost import`.");
                if (upload.Bytes == 0)
                    upload.IsCompressed = read > 2 && chunk[0] == 0x1f && chunk[1] == 0x8b;
                upload._chunks.Append(0, chunk.AsSpan(0, read));
                upload.Bytes += read;
            }

            Array.Clear(chunk);
            return upload;
        }
        catch
        {
            upload.Dispose();
            throw;
        }
    }

    /// <summary>Reads it from its beginning; may be opened again.</summary>
    public Stream Open()
    {
        Interlocked.Exchange(ref _readBytes, 0);
        return new ChunkStream(_chunks.Read(0).GetEnumerator(), read => Interlocked.Add(ref _readBytes, read));
    }

    /// <summary>As a file of an import.</summary>
    public ImportFile ToFile(int ordinal) => new(ordinal, Name, IsCompressed) { Bytes = Bytes, Content = Open };

    public void Dispose() => _chunks.Dispose();

    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";

    private sealed class ChunkStream(IEnumerator<byte[]> chunks, Action<int> tell) : Stream
    {
        private byte[] _chunk = [];
        private int _at;
        private long _position;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => _position;
            set => throw new NotSupportedException();
        }

        public override int Read(Span<byte> buffer)
        {
            if (_at == _chunk.Length)
            {
                if (!chunks.MoveNext())
                    return 0;
                (_chunk, _at) = (chunks.Current, 0);
            }

            var read = Math.Min(buffer.Length, _chunk.Length - _at);
            _chunk.AsSpan(_at, read).CopyTo(buffer);
            _at += read;
            _position += read;
            tell(read);
            return read;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return ValueTask.FromResult(Read(buffer.Span));
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                chunks.Dispose();
            base.Dispose(disposing);
        }
    }
}
