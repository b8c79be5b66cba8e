using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using MemoryPack;
using NSec.Cryptography;

namespace Sealpost.Delivery;

/// <summary>The sender domain's DKIM keys: RSA-2048, and Ed25519 beside it, never alone. RFC 6376, 8301 §3.2, 8463. Thread-safe.</summary>
public sealed class DkimKeys : IDisposable
{
    private const int RsaBits = 2048;
    private const string SelectorAlphabet = "abcdefghijklmnopqrstuvwxyz234567";

    private readonly DkimKeyRecord _record;
    private readonly Key _ed25519;

    // One RSA object per concurrent signer: the platform's object is not documented as thread-safe.
    private readonly ConcurrentBag<RSA> _idle = [];
    private volatile bool _disposed;

    private DkimKeys(DkimKeyRecord record)
    {
        _record = record;
        _ed25519 = Key.Import(SignatureAlgorithm.Ed25519, record.Ed25519Seed, KeyBlobFormat.RawPrivateKey);
        using var rsa = OpenRsa();
        if (rsa.KeySize < RsaBits)
            throw new CryptographicException($"The DKIM key of {record.Domain} has {rsa.KeySize} bits; {RsaBits} are needed. Create new keys.");
        DnsRecords =
        [
            ($"{record.RsaSelector}._domainkey.{record.Domain}", $"v=DKIM1; k=rsa; p={Convert.ToBase64String(rsa.ExportSubjectPublicKeyInfo())}"),
            // RFC 8463 §4: the raw key, without a SubjectPublicKeyInfo around it.
            ($"{record.Ed25519Selector}._domainkey.{record.Domain}", $"v=DKIM1; k=ed25519; p={Convert.ToBase64String(_ed25519.PublicKey.Export(KeyBlobFormat.RawPublicKey))}"),
        ];
    }

    /// <summary>Signing domain (<c>d=</c>), aligned with the header From.</summary>
    public string Domain => _record.Domain;

    /// <summary>DNS records to publish: name and TXT value, RSA first.</summary>
    public IReadOnlyList<(string Name, string Value)> DnsRecords { get; }

    internal string RsaSelector => _record.RsaSelector;

    internal string Ed25519Selector => _record.Ed25519Selector;

    /// <summary>New RSA-2048 and Ed25519 keys with fresh selectors.</summary>
    /// <param name="domain">Signing domain, a lower-case A-label.</param>
    /// <param name="time">Clock, for the selectors' date.</param>
    public static DkimKeys Create(string domain, TimeProvider time)
    {
        using var rsa = RSA.Create(RsaBits);
        var parameters = new KeyCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextExport };
        using var ed25519 = Key.Create(SignatureAlgorithm.Ed25519, parameters);
        // The date tells people which key is old; the random part keeps two keys of one day apart.
        var stem = string.Create(CultureInfo.InvariantCulture, $"sp{time.GetUtcNow():yyyyMMdd}{RandomNumberGenerator.GetString(SelectorAlphabet, 4)}");
        return new DkimKeys(new DkimKeyRecord
        {
            Domain = domain,
            RsaSelector = stem + "r",
            RsaPrivateKey = rsa.ExportPkcs8PrivateKey(),
            Ed25519Selector = stem + "e",
            Ed25519Seed = ed25519.Export(KeyBlobFormat.RawPrivateKey),
        });
    }

    /// <summary>Reads what <see cref="Export"/> wrote (the caller seals it with the organisation's key).</summary>
    /// <exception cref="CryptographicException">The bytes are no DKIM keys; restore them from the recovery kit or create new ones.</exception>
    public static DkimKeys Import(ReadOnlySpan<byte> exported)
    {
        try
        {
            return new DkimKeys(MemoryPackSerializer.Deserialize<DkimKeyRecord>(exported)
                ?? throw new CryptographicException("There are no DKIM keys in these bytes."));
        }
        catch (Exception e) when (e is MemoryPackSerializationException or FormatException)
        {
            throw new CryptographicException("These bytes are no exported DKIM keys.", e);
        }
    }

    /// <summary>Private keys and selectors as bytes; seal them.</summary>
    public byte[] Export() => MemoryPackSerializer.Serialize(_record);

    /// <summary>The records as lines of a zone file: values over 255 octets in several strings, which readers join without a space (RFC 6376 §3.6.2.2).</summary>
    public IReadOnlyList<string> ZoneLines() => [.. DnsRecords.Select(r =>
        $"{r.Name}. IN TXT {string.Join(' ', r.Value.Chunk(255).Select(part => $"\"{new string(part)}\""))}")];

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        while (_idle.TryTake(out var rsa))
            rsa.Dispose();
        _ed25519.Dispose();
        CryptographicOperations.ZeroMemory(_record.RsaPrivateKey);
        CryptographicOperations.ZeroMemory(_record.Ed25519Seed);
    }

    /// <summary>Signs a SHA-256 hash with RSASSA-PKCS1-v1_5 (<c>rsa-sha256</c>); 256 bytes.</summary>
    internal void SignRsa(ReadOnlySpan<byte> hash, Span<byte> signature)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!_idle.TryTake(out var rsa))
            rsa = OpenRsa();
        _ = rsa.SignHash(hash, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        if (_disposed)
            rsa.Dispose();
        else
            _idle.Add(rsa);
    }

    /// <summary>Signs a SHA-256 hash with Ed25519. RFC 8463 §3: PureEdDSA over the hash; 64 bytes.</summary>
    internal void SignEd25519(ReadOnlySpan<byte> hash, Span<byte> signature) =>
        SignatureAlgorithm.Ed25519.Sign(_ed25519, hash, signature);

    private RSA OpenRsa()
    {
        var rsa = RSA.Create();
        rsa.ImportPkcs8PrivateKey(_record.RsaPrivateKey, out _);
        return rsa;
    }
}

/// <summary>What is stored of a domain's DKIM keys.</summary>
[MemoryPackable(GenerateType.VersionTolerant)]
internal sealed partial record DkimKeyRecord
{
    [MemoryPackOrder(0)]
    public string Domain { get; init; } = "";

    [MemoryPackOrder(1)]
    public string RsaSelector { get; init; } = "";

    [MemoryPackOrder(2)]
    public byte[] RsaPrivateKey { get; init; } = [];

    [MemoryPackOrder(3)]
    public string Ed25519Selector { get; init; } = "";

    [MemoryPackOrder(4)]
    public byte[] Ed25519Seed { get; init; } = [];

    /// <summary>Never the keys.</summary>
    public override string ToString() => $"DKIM keys of {Domain}";
}
