using System.Buffers;

namespace Sealpost.Content.Liquid;

/// <summary>Text of a message in a buffer of the shared pool; wiped when it goes back.</summary>
/// <param name="buffer">The buffer, now this object's own.</param>
/// <param name="length">Characters of the text.</param>
/// <param name="used">Characters that ever held text.</param>
internal sealed class RentedText(char[] buffer, int length, int used) : IDisposable
{
    private char[]? _buffer = buffer;

    /// <summary>Characters.</summary>
    public int Length => length;

    /// <summary>The text.</summary>
    /// <exception cref="ObjectDisposedException">It was given back.</exception>
    public ReadOnlySpan<char> Span => (_buffer ?? throw new ObjectDisposedException(nameof(RentedText))).AsSpan(0, length);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is not { } rented)
            return;
        rented.AsSpan(0, used).Clear();
        ArrayPool<char>.Shared.Return(rented);
    }

    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}
