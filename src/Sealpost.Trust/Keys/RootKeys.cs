using System.Security.Cryptography;
using Sealpost.Trust.Sealing;

namespace Sealpost.Trust.Keys;

/// <summary>The root keys of a file, newest first. A wrapped key names its root: format 1 ‖ root id ‖ nonce ‖ tag ‖ key.</summary>
internal sealed class RootKeys : IDisposable
{
    public const int IdLength = 8;
    private const int Header = 1 + IdLength;
    private const byte Format = 1;

    private readonly IReadOnlyList<SealingKey> _roots;

    private RootKeys(IReadOnlyList<SealingKey> roots) => _roots = roots;

    public int Count => _roots.Count;

    public ReadOnlyMemory<byte> Current => _roots[0].Bytes;

    public IEnumerable<ReadOnlyMemory<byte>> Newest => _roots.Select(root => root.Bytes);

    /// <summary>Takes clear keys, newest first, and zeroes the arrays.</summary>
    public static RootKeys Read(IEnumerable<byte[]> clear)
    {
        var roots = new List<SealingKey>();
        foreach (var bytes in clear)
        {
            roots.Add(SealingKey.Of(bytes));
            CryptographicOperations.ZeroMemory(bytes);
        }

        return roots.Count > 0 ? new RootKeys(roots) : throw new SealException("The root key file holds no key: restore it, or use the recovery kit.");
    }

    /// <summary>A public name for a root key, derived from it, so that kit and file can be matched.</summary>
    public static byte[] IdOf(ReadOnlySpan<byte> root) => HMACSHA256.HashData(root, "sealpost/root-id"u8)[..IdLength];

    public RootKeys With(SealingKey newest) => new([newest, .. _roots]);

    public RootKeys CurrentOnly()
    {
        foreach (var old in _roots.Skip(1))
            old.Dispose();
        return new RootKeys([_roots[0]]);
    }

    public byte[] Wrap(ReadOnlySpan<byte> key)
    {
        var root = _roots[0];
        var wrapped = new byte[Header + SealingKey.Overhead + key.Length];
        wrapped[0] = Format;
        IdOf(root.Bytes.Span).CopyTo(wrapped, 1);
        root.Seal(key, wrapped.AsSpan(0, Header), wrapped.AsSpan(Header));
        return wrapped;
    }

    public byte[] Unwrap(ReadOnlySpan<byte> wrapped)
    {
        if (wrapped.Length < Header + SealingKey.Overhead || wrapped[0] != Format)
            throw new SealException("A wrapped organisation key is cut short or of another kind of key source: restore the latest copy of the schema \"keys\".");
        var root = FindRoot(wrapped[1..Header]);
        var key = new byte[wrapped.Length - Header - SealingKey.Overhead];
        try
        {
            root.Open(wrapped[Header..], wrapped[..Header], key);
        }
        catch (CryptographicException e)
        {
            throw new SealException("A wrapped organisation key was altered: restore the latest copy of the schema \"keys\".", e);
        }

        return key;
    }

    public void Dispose()
    {
        foreach (var root in _roots)
            root.Dispose();
    }

    private SealingKey FindRoot(ReadOnlySpan<byte> id)
    {
        foreach (var root in _roots)
        {
            if (id.SequenceEqual(IdOf(root.Bytes.Span)))
                return root;
        }

        throw new SealException($"The data was sealed under root key {Convert.ToHexStringLower(id)}, and the key file holds {string.Join(", ", _roots.Select(root => Convert.ToHexStringLower(IdOf(root.Bytes.Span))))}: restore the right key file, or use the recovery kit of that name.");
    }
}
