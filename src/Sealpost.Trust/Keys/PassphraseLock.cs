using System.Security.Cryptography;
using NSec.Cryptography;
using Sealpost.Trust.Sealing;

namespace Sealpost.Trust.Keys;

/// <summary>A key derived from a passphrase, sealing the root keys in their file.</summary>
internal sealed class PassphraseLock : IDisposable
{
    // RFC 9106 §4, the second recommended option: 64 MiB, 3 passes; libsodium computes one lane.
    private const int MemoryKibibytes = 64 * 1024;
    private const int Passes = 3;
    private const int SaltLength = 16;

    private readonly SealingKey _key;

    private PassphraseLock(SealingKey key, Argon2idSetting parameters)
    {
        _key = key;
        Parameters = parameters;
    }

    public Argon2idSetting Parameters { get; }

    public static PassphraseLock New(string passphrase) =>
        Of(passphrase, new Argon2idSetting(MemoryKibibytes, Passes, RandomNumberGenerator.GetBytes(SaltLength)));

    public static PassphraseLock Of(string passphrase, Argon2idSetting setting)
    {
        var parameters = new Argon2Parameters { DegreeOfParallelism = 1, MemorySize = setting.MemoryKibibytes, NumberOfPasses = setting.Passes };
        var bytes = PasswordBasedKeyDerivationAlgorithm.Argon2id(parameters).DeriveBytes(passphrase, setting.Salt, SealingKey.KeyLength);
        var key = SealingKey.Of(bytes);
        CryptographicOperations.ZeroMemory(bytes);
        return new PassphraseLock(key, setting);
    }

    public byte[] Seal(ReadOnlySpan<byte> root)
    {
        var result = new byte[root.Length + SealingKey.Overhead];
        _key.Seal(root, "sealpost/root"u8, result);
        return result;
    }

    /// <exception cref="CryptographicException">Wrong passphrase or altered bytes.</exception>
    public byte[] Open(byte[] sealedRoot)
    {
        if (sealedRoot.Length != SealingKey.KeyLength + SealingKey.Overhead)
            throw new CryptographicException("A sealed root key has the wrong length.");
        var root = new byte[SealingKey.KeyLength];
        _key.Open(sealedRoot, "sealpost/root"u8, root);
        return root;
    }

    public void Dispose() => _key.Dispose();
}
