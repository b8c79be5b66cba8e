namespace Sealpost.Trust.Keys;

/// <summary>One patient's data key. AES-256-GCM; organisation, patient, part and version are bound as associated data.</summary>
public sealed class PatientKey : IDisposable
{
    internal PatientKey()
    {
    }

    /// <summary>The key wrapped by its page key, for the store.</summary>
    public ReadOnlyMemory<byte> Wrapped => throw new NotImplementedException();

    /// <summary>Seals one part of the chart.</summary>
    /// <param name="part"><c>head</c>, <c>page:0</c>, <c>consent</c>, <c>receipt:…</c>.</param>
    /// <param name="version">The part's version; opening asks for the same.</param>
    /// <param name="clear">Clear bytes.</param>
    public byte[] Seal(string part, long version, ReadOnlySpan<byte> clear) => throw new NotImplementedException();

    /// <summary>Opens one part of the chart. Thread-safe.</summary>
    /// <exception cref="Sealing.SealException">Altered, or sealed for another patient, part or version.</exception>
    public byte[] Open(string part, long version, ReadOnlySpan<byte> sealedBytes) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
