using System.Data.Common;
using System.Security.Cryptography;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Sealing;

namespace Sealpost.Trust.Ledger;

/// <summary>The installation's ledger signing key (ECDSA P-256, SHA-256); the private part is wrapped by the key source, the public part is exported for auditors. Thread-safe.</summary>
/// <remarks>FIPS 186-5 §6.</remarks>
public sealed class LedgerKey : IDisposable
{
    internal const int KeyIdLength = 4;
    internal const string OriginPrefix = "sealpost/ledger/";
    internal const int OriginHashLength = 16;
    internal static readonly int OriginLength = OriginPrefix.Length + (2 * OriginHashLength);

    private readonly ECDsa _key;
    private readonly bool _canSign;
    private readonly Lock _lock = new();

    private LedgerKey(ECDsa key, bool canSign)
    {
        _key = key;
        _canSign = canSign;
        Origin = OriginPrefix + Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()).AsSpan(0, OriginHashLength));
    }

    /// <summary>Name of the ledger in checkpoints, derived from the public key: <c>sealpost/ledger/</c> and 32 hex digits.</summary>
    public string Origin { get; }

    /// <summary>Makes the installation's key and stores it in the caller's transaction.</summary>
    public static async Task<LedgerKey> CreateAsync(IKeySource source, DbTransaction transaction, TimeProvider time, CancellationToken cancellationToken)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var secret = key.ExportParameters(includePrivateParameters: true).D!;
        var wrapped = await source.WrapAsync(secret, cancellationToken);
        CryptographicOperations.ZeroMemory(secret);
        await transaction.ExecuteAsync(
            "INSERT INTO keys.ledger_key (id, wrapped, public_key, created_at) VALUES (1, @wrapped, @public, @at)",
            [("@wrapped", wrapped), ("@public", key.ExportSubjectPublicKeyInfo()), ("@at", time.GetUtcNow().ToUnixTimeMilliseconds())],
            cancellationToken);
        return new LedgerKey(key, canSign: true);
    }

    /// <summary>Loads the installation's key.</summary>
    /// <exception cref="SealException">There is none, the key source does not open it, or its two parts do not fit: restore the latest copy of the schema <c>keys</c> and the right key file.</exception>
    public static async Task<LedgerKey> OpenAsync(IKeySource source, DbConnection connection, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("SELECT wrapped, public_key FROM keys.ledger_key WHERE id = 1");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            throw new SealException("This database has no ledger key: restore the latest copy of the schema \"keys\".");
        var secret = await source.UnwrapAsync(reader.Bytes(0), cancellationToken);
        try
        {
            return Join(secret, reader.Bytes(1));
        }
        catch (CryptographicException e)
        {
            throw new SealException("The ledger key's public part does not fit its private part: restore the latest copy of the schema \"keys\".", e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <summary>A key that only verifies, from <see cref="ExportPublicPem"/>.</summary>
    /// <exception cref="ArgumentException">Not a PEM public key.</exception>
    /// <exception cref="CryptographicException">Not an elliptic-curve key.</exception>
    public static LedgerKey FromPublicPem(string pem)
    {
        var key = ECDsa.Create();
        key.ImportFromPem(pem);
        return new LedgerKey(key, canSign: false);
    }

    /// <summary>The public key as PEM; give it to auditors together with an exported checkpoint.</summary>
    public string ExportPublicPem() => _key.ExportSubjectPublicKeyInfoPem();

    /// <summary>Signs the SHA-256 of a document for auditors, so that <c>openssl dgst -sha256 -verify</c> checks it with the public key; a DER sequence.</summary>
    /// <param name="hash">32 bytes. A document starts with <c>{</c>, which no checkpoint does, so neither passes for the other.</param>
    /// <exception cref="InvalidOperationException">The ledger was opened with a public key only.</exception>
    public byte[] SignDocument(ReadOnlySpan<byte> hash)
    {
        if (!_canSign)
            throw new InvalidOperationException("This ledger key holds the public part only: open the installation's key to sign.");
        lock (_lock)
            return _key.SignHash(hash, DSASignatureFormat.Rfc3279DerSequence);
    }

    /// <summary>Whether <see cref="SignDocument"/> made this signature.</summary>
    public bool VerifiesDocument(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        lock (_lock)
            return _key.VerifyHash(hash, signature, DSASignatureFormat.Rfc3279DerSequence);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
            _key.Dispose();
    }

    internal Checkpoint Sign(long size, byte[] root, DateTimeOffset at)
    {
        if (!_canSign)
            throw new InvalidOperationException("This ledger key holds the public part only: open the installation's key to sign.");
        // The stored instant has milliseconds; what is signed must be what is stored.
        var unsigned = new Checkpoint(Origin, size, root, DateTimeOffset.FromUnixTimeMilliseconds(at.ToUnixTimeMilliseconds()), default);
        lock (_lock)
            return unsigned with { Signature = _key.SignData(unsigned.SignedBytes(), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence) };
    }

    internal bool Verifies(Checkpoint checkpoint)
    {
        if (!string.Equals(checkpoint.Origin, Origin, StringComparison.Ordinal))
            return false;
        lock (_lock)
            return _key.VerifyData(checkpoint.SignedBytes(), checkpoint.Signature.Span, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }

    private static LedgerKey Join(byte[] secret, byte[] publicKey)
    {
        using var publicPart = ECDsa.Create();
        publicPart.ImportSubjectPublicKeyInfo(publicKey, out _);
        var parameters = publicPart.ExportParameters(includePrivateParameters: false);
        parameters.D = secret;
        var key = ECDsa.Create(parameters);
        var probe = key.SignData("sealpost"u8, HashAlgorithmName.SHA256);
        return publicPart.VerifyData("sealpost"u8, probe, HashAlgorithmName.SHA256)
            ? new LedgerKey(key, canSign: true)
            : throw new CryptographicException("The parts do not fit.");
    }
}
