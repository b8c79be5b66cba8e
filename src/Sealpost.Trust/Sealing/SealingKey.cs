using System.Security.Cryptography;

namespace Sealpost.Trust.Sealing;

/// <summary>A 256-bit AES-GCM key held in pinned memory (the collector leaves no copies) and zeroed on disposal. Thread-safe.</summary>
/// <remarks>NIST SP 800-38D: 96-bit random nonces, 128-bit tags, so a key stays below 2^32 seals. Layout: nonce ‖ tag ‖ ciphertext.</remarks>
internal sealed class SealingKey : IDisposable
{
    public const int KeyLength = 32;
    public const int NonceLength = 12;
    public const int TagLength = 16;
    public const int Overhead = NonceLength + TagLength;

    private readonly byte[] _key = GC.AllocateArray<byte>(KeyLength, pinned: true);
    private AesGcm? _idle;
    private volatile bool _disposed;

    private SealingKey()
    {
    }

    public static SealingKey Random()
    {
        var key = new SealingKey();
        RandomNumberGenerator.Fill(key._key);
        return key;
    }

    public static SealingKey Of(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != KeyLength)
            throw new SealException($"A key has {bytes.Length} bytes instead of {KeyLength}.");
        var key = new SealingKey();
        bytes.CopyTo(key._key);
        return key;
    }

    /// <summary>The key itself, for wrapping it under another; do not copy it.</summary>
    public ReadOnlyMemory<byte> Bytes => _disposed ? throw new ObjectDisposedException(nameof(SealingKey)) : _key;

    /// <summary>Fills <paramref name="destination"/>, which is <see cref="Overhead"/> bytes longer than the clear bytes.</summary>
    public void Seal(ReadOnlySpan<byte> clear, ReadOnlySpan<byte> associatedData, Span<byte> destination)
    {
        var cipher = Rent();
        Seal(cipher, clear, associatedData, destination);
        Return(cipher);
    }

    /// <exception cref="CryptographicException">Altered, or sealed under another key or other associated data.</exception>
    public void Open(ReadOnlySpan<byte> sealedBytes, ReadOnlySpan<byte> associatedData, Span<byte> clear)
    {
        var cipher = Rent();
        try
        {
            Open(cipher, sealedBytes, associatedData, clear);
        }
        finally
        {
            Return(cipher);
        }
    }

    public static void Seal(AesGcm cipher, ReadOnlySpan<byte> clear, ReadOnlySpan<byte> associatedData, Span<byte> destination)
    {
        var nonce = destination[..NonceLength];
        Nonces.Next(nonce);
        cipher.Encrypt(nonce, clear, destination[Overhead..], destination[NonceLength..Overhead], associatedData);
    }

    public static void Open(AesGcm cipher, ReadOnlySpan<byte> sealedBytes, ReadOnlySpan<byte> associatedData, Span<byte> clear) =>
        cipher.Decrypt(sealedBytes[..NonceLength], sealedBytes[Overhead..], sealedBytes[NonceLength..Overhead], clear, associatedData);

    public void Dispose()
    {
        // Marked before zeroing: whoever still reads the key looks at the mark afterwards and never uses a zeroed key.
        _disposed = true;
        CryptographicOperations.ZeroMemory(_key);
        Interlocked.Exchange(ref _idle, null)?.Dispose();
    }

    // AesGcm keeps state during an operation, so each operation has one of its own; the last one is kept, since making one costs a microsecond.
    private AesGcm Rent()
    {
        var cipher = Interlocked.Exchange(ref _idle, null) ?? new AesGcm(_key, TagLength);
        if (!_disposed)
            return cipher;
        cipher.Dispose();
        throw new ObjectDisposedException(nameof(SealingKey));
    }

    private void Return(AesGcm cipher)
    {
        Interlocked.Exchange(ref _idle, cipher)?.Dispose();
        if (_disposed)
            Interlocked.Exchange(ref _idle, null)?.Dispose();
    }
}
