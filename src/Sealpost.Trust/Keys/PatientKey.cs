using System.Security.Cryptography;
using Sealpost.Trust.Sealing;

namespace Sealpost.Trust.Keys;

/// <summary>One patient's data key. AES-256-GCM; organisation, patient, part and version are bound as associated data.</summary>
/// <remarks>Thread-safe. The key lives in native memory (about a kilobyte) that is zeroed on disposal: open what you need and dispose.</remarks>
public sealed class PatientKey : IDisposable
{
    private const byte Format = 1;
    private const int Header = 1;

    /// <summary>Bytes that sealing adds.</summary>
    public const int Overhead = Header + SealingKey.Overhead;

    private readonly OrganisationId _organisation;
    private readonly PatientNumber _patient;
    private readonly AesGcm _cipher;
    private readonly byte[] _wrapped;
    private readonly Lock _lock = new();

    internal PatientKey(OrganisationId organisation, PatientNumber patient, ReadOnlySpan<byte> key, byte[] wrapped)
    {
        _organisation = organisation;
        _patient = patient;
        _cipher = new AesGcm(key, SealingKey.TagLength);
        _wrapped = wrapped;
    }

    /// <summary>The key wrapped by its page key (65 bytes), for the store.</summary>
    public ReadOnlyMemory<byte> Wrapped => _wrapped;

    /// <summary>Seals one part of the chart; the result is <see cref="Overhead"/> bytes longer than the clear bytes.</summary>
    /// <param name="part"><c>head</c>, <c>page:0</c>, <c>consent</c>, <c>receipt:…</c>.</param>
    /// <param name="version">The part's version; opening asks for the same.</param>
    /// <param name="clear">Clear bytes.</param>
    public byte[] Seal(string part, long version, ReadOnlySpan<byte> clear)
    {
        var result = new byte[Overhead + clear.Length];
        result[0] = Format;
        var data = Bind(stackalloc byte[AssociatedData.StackLength], part, version);
        lock (_lock)
            SealingKey.Seal(_cipher, clear, data.Bytes, result.AsSpan(Header));
        return result;
    }

    /// <summary>Opens one part of the chart.</summary>
    /// <exception cref="SealException">Altered, or sealed for another patient, part or version. Stop; restore the row from a backup.</exception>
    public byte[] Open(string part, long version, ReadOnlySpan<byte> sealedBytes)
    {
        var clear = new byte[Math.Max(0, sealedBytes.Length - Overhead)];
        Open(part, version, sealedBytes, clear);
        return clear;
    }

    /// <summary>The same into the caller's buffer; how many bytes of it were filled: the sealed ones less <see cref="Overhead"/>. Wipe it after use.</summary>
    /// <exception cref="SealException">As for <see cref="Open(string, long, ReadOnlySpan{byte})"/>.</exception>
    public int Open(string part, long version, ReadOnlySpan<byte> sealedBytes, Span<byte> clear)
    {
        if (sealedBytes.Length < Overhead || sealedBytes[0] != Format)
            throw new SealException($"Part {part}, version {version}, of patient {_patient} of organisation {_organisation} is cut short or not a sealed value: restore the row from a backup.");
        clear = clear[..(sealedBytes.Length - Overhead)];
        var data = Bind(stackalloc byte[AssociatedData.StackLength], part, version);
        try
        {
            lock (_lock)
                SealingKey.Open(_cipher, sealedBytes[Header..], data.Bytes, clear);
        }
        catch (CryptographicException e)
        {
            throw new SealException($"Part {part}, version {version}, of patient {_patient} of organisation {_organisation} did not open: it was altered or belongs elsewhere. Restore the row from a backup.", e);
        }

        return clear.Length;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
            _cipher.Dispose();
    }

    private AssociatedData Bind(Span<byte> buffer, string part, long version) =>
        new(buffer, "sealpost/chart"u8, _organisation, _patient.Value, version, part);
}
