using System.Buffers;

namespace Sealpost.Patients;

/// <summary>Some whole lines of one file, in a rented buffer; or a whole document as one line.</summary>
internal sealed class LineBatch(ImportFile file, byte[] buffer) : IDisposable
{
    private byte[]? _buffer = buffer;

    public ImportFile File => file;

    /// <summary>Offset, length and number of each line, blank ones left out.</summary>
    public List<(int Offset, int Length, long Line)> Lines { get; } = [];

    public ReadOnlyMemory<byte> Text(int offset, int length) =>
        (_buffer ?? throw new ObjectDisposedException(nameof(LineBatch))).AsMemory(offset, length);

    public void Dispose()
    {
        // Clinical text does not linger in the pool.
        if (Interlocked.Exchange(ref _buffer, null) is { } rented)
            ArrayPool<byte>.Shared.Return(rented, clearArray: true);
    }
}
