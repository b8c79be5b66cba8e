namespace Sealpost.Trust.Keys;

/// <summary>Where the root key lives: a file of mode 0600 (optionally behind a passphrase) or a key service.</summary>
/// <remarks>Only wraps and unwraps; the root key itself never leaves the source's own class.</remarks>
public interface IKeySource
{
    /// <summary>One word for <c>keys status</c>: <c>file</c>, <c>file+passphrase</c>, <c>aws-kms</c>.</summary>
    string Kind { get; }

    /// <summary>Wraps a 32-byte organisation key.</summary>
    ValueTask<byte[]> WrapAsync(ReadOnlyMemory<byte> key, CancellationToken cancellationToken);

    /// <summary>Unwraps an organisation key.</summary>
    /// <exception cref="Sealing.SealException">The source holds another root key, or the bytes were altered: restore the right key file or use the recovery kit.</exception>
    ValueTask<byte[]> UnwrapAsync(ReadOnlyMemory<byte> wrapped, CancellationToken cancellationToken);
}
