using System.Buffers;
using System.Text;

namespace Sealpost.Delivery;

/// <summary>A growing buffer from the shared pool; what was used of it is wiped when it is returned, since it holds a message.</summary>
internal sealed class PooledBytes : IDisposable
{
    private byte[] _bytes;
    private int _used;

    public PooledBytes(int capacity) => _bytes = ArrayPool<byte>.Shared.Rent(capacity);

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, Length);

    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, Length);

    /// <summary>Room for at least <paramref name="count"/> bytes after the present end.</summary>
    public Span<byte> Reserve(int count)
    {
        if (_bytes.Length - Length < count)
            Grow(count);
        return _bytes.AsSpan(Length);
    }

    public void Advance(int count) => Length += count;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        Length += bytes.Length;
    }

    public void Append(ReadOnlySpan<char> text)
    {
        var room = Reserve(Encoding.UTF8.GetMaxByteCount(text.Length));
        Length += Encoding.UTF8.GetBytes(text, room);
    }

    /// <summary>Drops what follows <paramref name="length"/>.</summary>
    public void Truncate(int length)
    {
        _used = Math.Max(_used, Length);
        Length = Math.Min(Length, length);
    }

    /// <summary>Bytes already written, to be filled in later.</summary>
    public Span<byte> Written(int start, int count) => _bytes.AsSpan(start, count);

    public void Dispose()
    {
        var bytes = Interlocked.Exchange(ref _bytes, []);
        if (bytes.Length > 0)
            Return(bytes);
        Length = 0;
    }

    private void Grow(int count)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_bytes.Length * 2, Length + count));
        Span.CopyTo(larger);
        Return(_bytes);
        _bytes = larger;
    }

    private void Return(byte[] bytes)
    {
        bytes.AsSpan(0, Math.Max(_used, Length)).Clear();
        ArrayPool<byte>.Shared.Return(bytes);
    }
}
