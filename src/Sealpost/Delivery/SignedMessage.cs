namespace Sealpost.Delivery;

/// <summary>A message ready for DATA: CRLF lines, 7-bit, DKIM-signed twice. In memory only, in a pooled buffer: dispose it after its last use.</summary>
public sealed class SignedMessage : IDisposable
{
    private readonly PooledBytes _bytes;

    internal SignedMessage(PooledBytes bytes, byte[] contentHash)
    {
        _bytes = bytes;
        ContentHash = contentHash;
    }

    /// <summary>The message without dot-stuffing; empty once disposed.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes.Memory;

    /// <summary>SHA-256 of <see cref="Bytes"/>, for the receipt; stays after disposal.</summary>
    public ReadOnlyMemory<byte> ContentHash { get; }

    /// <summary>Wipes the buffer and gives it back. Only after the session is done with <see cref="Bytes"/>.</summary>
    public void Dispose() => _bytes.Dispose();

    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}
