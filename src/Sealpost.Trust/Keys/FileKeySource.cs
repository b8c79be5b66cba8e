using System.Security.Cryptography;
using Sealpost.Trust.Sealing;

namespace Sealpost.Trust.Keys;

/// <summary>The root key in a file of mode 0600, optionally behind a passphrase (Argon2id). Kind <c>file</c> or <c>file+passphrase</c>.</summary>
/// <remarks>
/// Keep the file on another device or volume than the data and its backups: health information counts as secured only while the key
/// was not taken with it (74 FR 19006). Losing file and recovery kit loses all data. Thread-safe.
/// </remarks>
public sealed class FileKeySource : IKeySource, IDisposable
{
    private readonly string _path;
    private readonly PassphraseLock? _lock;
    private RootKeys _roots;

    private FileKeySource(string path, PassphraseLock? passphraseLock, RootKeys roots)
    {
        _path = path;
        _lock = passphraseLock;
        _roots = roots;
    }

    /// <inheritdoc/>
    public string Kind => _lock is null ? "file" : "file+passphrase";

    /// <summary>Root keys in the file: 1, or more while a rotation of the root is unfinished.</summary>
    public int RootCount => _roots.Count;

    /// <summary>Makes a new root key and writes its file. Show <see cref="MakeRecoveryKit"/> to the operator at once.</summary>
    /// <param name="path">File to create.</param>
    /// <param name="passphrase">Null for none; an empty one is refused.</param>
    /// <param name="cancellationToken">Stops before the file is written.</param>
    /// <exception cref="IOException">The file exists already: never overwritten, since data may depend on it.</exception>
    public static async Task<FileKeySource> CreateAsync(string path, string? passphrase, CancellationToken cancellationToken)
    {
        using var root = SealingKey.Random();
        return await CreateAsync(path, passphrase, root.Bytes, cancellationToken);
    }

    /// <summary>Reads the root key file.</summary>
    /// <exception cref="SealException">The file is readable by others, damaged, or the passphrase is wrong or missing; the text says how to mend it.</exception>
    /// <exception cref="FileNotFoundException">No such file: restore it, or use the recovery kit.</exception>
    public static async Task<FileKeySource> OpenAsync(string path, string? passphrase, CancellationToken cancellationToken)
    {
        var file = await RootKeyFile.ReadAsync(path, cancellationToken);
        if (file.Protection is null)
            return new FileKeySource(path, null, RootKeys.Read(file.Roots));
        if (string.IsNullOrEmpty(passphrase))
            throw new SealException($"The root key file {path} is behind a passphrase: give it.");
        var passphraseLock = PassphraseLock.Of(passphrase, file.Protection);
        try
        {
            return new FileKeySource(path, passphraseLock, RootKeys.Read(file.Roots.Select(passphraseLock.Open)));
        }
        catch (CryptographicException e)
        {
            passphraseLock.Dispose();
            throw new SealException($"The root key file {path} did not open: the passphrase is wrong or the file was altered. Try again, or use the recovery kit.", e);
        }
    }

    /// <inheritdoc/>
    public ValueTask<byte[]> WrapAsync(ReadOnlyMemory<byte> key, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_roots.Wrap(key.Span));

    /// <inheritdoc/>
    public ValueTask<byte[]> UnwrapAsync(ReadOnlyMemory<byte> wrapped, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_roots.Unwrap(wrapped.Span));

    /// <summary>The present root key in a form to print and lock away. Whoever holds it and the wrapped keys reads everything.</summary>
    public RecoveryKit MakeRecoveryKit() => RecoveryKit.Of(_roots.Current);

    /// <summary>First step of a root rotation: adds a new root key to the file and wraps with it from now on; the old ones still unwrap. The old recovery kit goes out of use with <see cref="RetireOldRootsAsync"/>.</summary>
    public async Task AddRootAsync(CancellationToken cancellationToken)
    {
        var next = _roots.With(SealingKey.Random());
        await RootKeyFile.WriteAsync(_path, FileOf(next), FileMode.Create, cancellationToken);
        _roots = next;
    }

    /// <summary>Last step of a root rotation, once every key is wrapped under the newest root: removes the older ones from the file.</summary>
    public async Task RetireOldRootsAsync(CancellationToken cancellationToken)
    {
        var next = _roots.CurrentOnly();
        await RootKeyFile.WriteAsync(_path, FileOf(next), FileMode.Create, cancellationToken);
        _roots = next;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _roots.Dispose();
        _lock?.Dispose();
    }

    internal static async Task<FileKeySource> CreateAsync(string path, string? passphrase, ReadOnlyMemory<byte> root, CancellationToken cancellationToken)
    {
        if (passphrase is { Length: 0 })
            throw new ArgumentException("An empty passphrase protects nothing: give one, or none at all.", nameof(passphrase));
        var source = new FileKeySource(path, passphrase is null ? null : PassphraseLock.New(passphrase), RootKeys.Read([root.ToArray()]));
        try
        {
            await RootKeyFile.WriteAsync(path, source.FileOf(source._roots), FileMode.CreateNew, cancellationToken);
        }
        catch (IOException)
        {
            source.Dispose();
            throw;
        }

        return source;
    }

    private RootKeyFile FileOf(RootKeys roots) =>
        new(_lock?.Parameters, [.. roots.Newest.Select(root => _lock is null ? root.ToArray() : _lock.Seal(root.Span))]);
}
