using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Sealpost.Patients;

/// <summary>Holds the packed records of a running import by partition: in memory up to a budget, beyond it in a file sealed with a key that never leaves memory.</summary>
/// <remarks>
/// 45 CFR 164.312(a)(2)(iv): nothing clear reaches the disk. The file is unlinked as soon as it is open where the system allows it,
/// so that even a killed process leaves none; a file that is left anyway cannot be opened by anyone.
/// </remarks>
internal sealed class SpillStore : IDisposable
{
    private const string Pattern = "spill-*.sealed";
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private readonly string _folder;
    private readonly long _memoryBudgetBytes;
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly List<Chunk>[] _partitions;
    private readonly Lock _gate = new();
    private FileStream? _file;
    private long _inMemoryBytes;
    private long _nonce;
    private long _end;

    public SpillStore(string folder, int partitions, long memoryBudgetBytes)
    {
        _folder = folder;
        _memoryBudgetBytes = memoryBudgetBytes;
        _partitions = [.. Enumerable.Range(0, partitions).Select(_ => new List<Chunk>())];
    }

    public int Partitions => _partitions.Length;

    /// <summary>Bytes on disk.</summary>
    public long SpilledBytes => _end;

    /// <summary>Removes what an earlier process left.</summary>
    public static void DeleteLeftovers(string folder)
    {
        if (!Directory.Exists(folder))
            return;
        foreach (var file in Directory.EnumerateFiles(folder, Pattern))
            File.Delete(file);
    }

    /// <summary>Adds packed records to a partition. Thread-safe.</summary>
    public void Append(int partition, ReadOnlySpan<byte> packed)
    {
        lock (_gate)
        {
            if (_inMemoryBytes + packed.Length <= _memoryBudgetBytes)
            {
                _inMemoryBytes += packed.Length;
                _partitions[partition].Add(new Chunk(packed.ToArray(), 0, 0, 0));
                return;
            }

            _partitions[partition].Add(Spill(partition, packed));
        }
    }

    /// <summary>The chunks of a partition in order of arrival; each can be read once more, from any thread, after the last append.</summary>
    public IEnumerable<byte[]> Read(int partition)
    {
        foreach (var chunk in _partitions[partition])
            yield return chunk.Clear ?? Open(partition, chunk);
    }

    /// <summary>Lets go of a partition's memory.</summary>
    public void Forget(int partition)
    {
        lock (_gate)
        {
            _partitions[partition].Clear();
            _partitions[partition].TrimExcess();
        }
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_key);
        _file?.Dispose();
    }

    private static byte[] Nonce(long number)
    {
        var nonce = new byte[NonceBytes];
        BinaryPrimitives.WriteInt64LittleEndian(nonce, number);
        return nonce;
    }

    private static byte[] Owner(int partition)
    {
        var owner = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(owner, partition);
        return owner;
    }

    private Chunk Spill(int partition, ReadOnlySpan<byte> packed)
    {
        _file ??= Create();
        var sealedBytes = new byte[packed.Length + TagBytes];
        var number = _nonce++;
        using (var gcm = new AesGcm(_key, TagBytes))
            gcm.Encrypt(Nonce(number), packed, sealedBytes.AsSpan(0, packed.Length), sealedBytes.AsSpan(packed.Length), Owner(partition));
        RandomAccess.Write(_file.SafeFileHandle, sealedBytes, _end);
        var chunk = new Chunk(null, _end, packed.Length, number);
        _end += sealedBytes.Length;
        return chunk;
    }

    private byte[] Open(int partition, Chunk chunk)
    {
        var sealedBytes = new byte[chunk.Length + TagBytes];
        var read = 0;
        while (read < sealedBytes.Length)
        {
            var more = RandomAccess.Read(_file!.SafeFileHandle, sealedBytes.AsSpan(read), chunk.Offset + read);
            if (more == 0)
                throw new ImportException("The import's own spill file is shorter than written: is the disk full? Free space and run the import again.");
            read += more;
        }

        var clear = new byte[chunk.Length];
        using var gcm = new AesGcm(_key, TagBytes);
        gcm.Decrypt(Nonce(chunk.Nonce), sealedBytes.AsSpan(0, chunk.Length), sealedBytes.AsSpan(chunk.Length), clear, Owner(partition));
        return clear;
    }

    private FileStream Create()
    {
        Directory.CreateDirectory(_folder);
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.Delete,
            Options = FileOptions.DeleteOnClose | FileOptions.RandomAccess,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var file = new FileStream(Path.Combine(_folder, $"spill-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}.sealed"), options);
        if (!OperatingSystem.IsWindows())
            File.Delete(file.Name);
        return file;
    }

    private sealed record Chunk(byte[]? Clear, long Offset, int Length, long Nonce);
}
