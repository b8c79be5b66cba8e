using System.Data.Common;

namespace Sealpost.Trust.Keys;

/// <summary>One organisation's keys, unwrapped in memory: organisation key, page keys, blind-index key.</summary>
/// <remarks>
/// Root key (key source) wraps the organisation key, which wraps page keys (4,096 patients each), which wrap patient keys.
/// Wrapped keys live in the schema <c>keys</c>, apart from the data. 45 CFR 164.312(a)(2)(iv).
/// </remarks>
public sealed class KeyRing : IDisposable
{
    /// <summary>Patients whose keys one page key wraps.</summary>
    public const int PatientsPerPage = 4_096;

    private KeyRing(OrganisationId organisation) => Organisation = organisation;

    /// <summary>The organisation these keys belong to.</summary>
    public OrganisationId Organisation { get; }

    /// <summary>Creates the keys of a new organisation and stores them wrapped, in the caller's transaction.</summary>
    public static Task<KeyRing> CreateAsync(OrganisationId organisation, IKeySource source, DbTransaction transaction, TimeProvider time, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Loads and unwraps an organisation's keys.</summary>
    /// <exception cref="Sealing.SealException">The key source does not open them.</exception>
    public static Task<KeyRing> OpenAsync(OrganisationId organisation, IKeySource source, DbConnection connection, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Makes sure the page keys for these patients exist, storing new ones in the caller's transaction. Call before <see cref="CreatePatientKey"/>.</summary>
    public Task EnsurePagesAsync(IReadOnlyCollection<PatientNumber> patients, DbTransaction transaction, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>A new random key for a patient; store <see cref="PatientKey.Wrapped"/> in <c>keys.patient_key</c>.</summary>
    public PatientKey CreatePatientKey(PatientNumber patient) => throw new NotImplementedException();

    /// <summary>Unwraps a patient's stored key. Thread-safe.</summary>
    /// <exception cref="Sealing.SealException">The bytes were altered or belong to another patient.</exception>
    public PatientKey UnwrapPatientKey(PatientNumber patient, ReadOnlySpan<byte> wrapped) => throw new NotImplementedException();

    /// <summary>Seals a value of the organisation (code dictionary, saved query, campaign name, DKIM key). <paramref name="context"/> is bound as associated data, so a value cannot be moved to another column or row.</summary>
    public byte[] Seal(string context, ReadOnlySpan<byte> clear) => throw new NotImplementedException();

    /// <summary>Opens what <see cref="Seal"/> made under the same context. Thread-safe.</summary>
    public byte[] Open(string context, ReadOnlySpan<byte> sealedBytes) => throw new NotImplementedException();

    /// <summary>A keyed hash (HMAC-SHA-256, 32 bytes) for equality look-ups of an already normalised value, apart per <paramref name="kind"/> (<c>email</c>, <c>identifier</c>, …).</summary>
    public byte[] BlindIndex(string kind, string normalisedValue) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
