using System.Collections.Concurrent;
using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Sealpost.Trust.Sealing;

namespace Sealpost.Trust.Keys;

/// <summary>One organisation's keys, unwrapped in memory: organisation key, page keys, blind-index key. Thread-safe.</summary>
/// <remarks>
/// Root key (key source) wraps the organisation key, which wraps page keys (4,096 patients each), which wrap patient keys.
/// Wrapped keys live in the schema <c>keys</c>, apart from the data. 45 CFR 164.312(a)(2)(iv).
/// </remarks>
public sealed class KeyRing : IDisposable
{
    /// <summary>Patients whose keys one page key wraps.</summary>
    public const int PatientsPerPage = 4_096;

    private readonly VersionedKeys _organisationKeys = new();
    private readonly ConcurrentDictionary<int, VersionedKeys> _pages = new();
    private readonly TimeProvider _time;
    private SealingKey? _blindIndexKey;

    private KeyRing(OrganisationId organisation, TimeProvider time)
    {
        Organisation = organisation;
        _time = time;
    }

    /// <summary>The organisation these keys belong to.</summary>
    public OrganisationId Organisation { get; }

    internal VersionedKeys OrganisationKeys => _organisationKeys;

    /// <summary>Creates the keys of a new organisation and stores them wrapped, in the caller's transaction.</summary>
    public static async Task<KeyRing> CreateAsync(OrganisationId organisation, IKeySource source, DbTransaction transaction, TimeProvider time, CancellationToken cancellationToken)
    {
        var ring = new KeyRing(organisation, time);
        var key = SealingKey.Random();
        ring._organisationKeys.Add(1, key, current: true);
        await KeyTables.InsertOrganisationKeyAsync(organisation, 1, await source.WrapAsync(key.Bytes, cancellationToken), time, transaction, cancellationToken);
        ring._blindIndexKey = SealingKey.Random();
        await KeyTables.InsertBlindIndexKeyAsync(organisation, ring.WrapBlindIndexKey(1, key), time, transaction, cancellationToken);
        return ring;
    }

    /// <summary>Loads and unwraps an organisation's keys.</summary>
    /// <exception cref="SealException">The organisation has no keys here, or the key source does not open them: restore the right key file.</exception>
    public static async Task<KeyRing> OpenAsync(OrganisationId organisation, IKeySource source, DbConnection connection, TimeProvider time, CancellationToken cancellationToken)
    {
        var ring = new KeyRing(organisation, time);
        await ring.RefreshAsync(source, connection, cancellationToken);
        return ring;
    }

    /// <summary>Takes up keys that another process has made since (rotation, new pages). What was readable stays readable.</summary>
    /// <exception cref="SealException">As for <see cref="OpenAsync"/>.</exception>
    public async Task RefreshAsync(IKeySource source, DbConnection connection, CancellationToken cancellationToken)
    {
        var versions = await KeyTables.OrganisationKeysAsync(Organisation, connection, cancellationToken);
        if (versions.Count == 0)
            throw new SealException($"Organisation {Organisation} has no keys in this database: restore the latest copy of the schema \"keys\".");
        foreach (var row in versions)
        {
            var clear = await source.UnwrapAsync(row.Wrapped, cancellationToken);
            _organisationKeys.Add(row.Version, SealingKey.Of(clear), current: true);
            CryptographicOperations.ZeroMemory(clear);
        }

        var wrapped = await KeyTables.BlindIndexKeyAsync(Organisation, connection, cancellationToken)
            ?? throw new SealException($"Organisation {Organisation} has no blind-index key: restore the latest copy of the schema \"keys\".");
        _blindIndexKey ??= UnwrapKey(_organisationKeys, new Binding(BindingKind.BlindIndexKey, Organisation), wrapped);
        foreach (var row in await KeyTables.PageKeysAsync(Organisation, 0, int.MaxValue, connection.Command, cancellationToken))
            Install(row);
    }

    /// <summary>Makes sure the page keys for these patients exist, storing new ones in the caller's transaction. Call in the same transaction that stores the keys of <see cref="CreatePatientKey"/>, before it.</summary>
    /// <remarks>Asks the database each time (one small read): a page key made in a transaction that was rolled back must not be used again.</remarks>
    public async Task EnsurePagesAsync(IReadOnlyCollection<PatientNumber> patients, DbTransaction transaction, CancellationToken cancellationToken)
    {
        if (patients.Count == 0)
            return;
        var pages = patients.Select(PageOf).Distinct().Order().ToList();
        if (await InstallStoredAsync(pages, transaction, cancellationToken) is { Count: > 0 } missing)
        {
            foreach (var page in missing)
                await InsertPageAsync(page, transaction, cancellationToken);
            // Another writer may have been first: what is stored is what counts.
            await InstallStoredAsync(missing, transaction, cancellationToken);
        }
    }

    /// <summary>A new random key for a patient; store <see cref="PatientKey.Wrapped"/> in <c>keys.patient_key</c>.</summary>
    /// <exception cref="InvalidOperationException">The patient's page has no key yet: call <see cref="EnsurePagesAsync"/> first.</exception>
    public PatientKey CreatePatientKey(PatientNumber patient)
    {
        if (!_pages.TryGetValue(PageOf(patient), out var keys))
            throw new InvalidOperationException($"Page {PageOf(patient)} has no key yet: call EnsurePagesAsync first.");
        Span<byte> key = stackalloc byte[SealingKey.KeyLength];
        RandomNumberGenerator.Fill(key);
        var (version, pageKey) = keys.Current;
        var wrapped = VersionedSeal.Seal(pageKey, version, PatientBinding(patient), key);
        var result = new PatientKey(Organisation, patient, key, wrapped);
        CryptographicOperations.ZeroMemory(key);
        return result;
    }

    /// <summary>Unwraps a patient's stored key.</summary>
    /// <exception cref="SealException">The bytes were altered or belong to another patient.</exception>
    public PatientKey UnwrapPatientKey(PatientNumber patient, ReadOnlySpan<byte> wrapped)
    {
        Span<byte> key = stackalloc byte[SealingKey.KeyLength];
        OpenPatientKey(patient, wrapped, key);
        var result = new PatientKey(Organisation, patient, key, wrapped.ToArray());
        CryptographicOperations.ZeroMemory(key);
        return result;
    }

    /// <summary>Seals a value of the organisation (code dictionary, saved query, campaign name, DKIM key). <paramref name="context"/> is bound as associated data, so a value cannot be moved to another column or row.</summary>
    /// <remarks>The result names its key version, so it opens after rotations too; it is <see cref="SealOverhead"/> bytes longer than the clear bytes.</remarks>
    public byte[] Seal(string context, ReadOnlySpan<byte> clear)
    {
        var (version, key) = _organisationKeys.Current;
        return VersionedSeal.Seal(key, version, new Binding(BindingKind.Value, Organisation, Context: context), clear);
    }

    /// <summary>Bytes that <see cref="Seal(string, ReadOnlySpan{byte})"/> adds.</summary>
    public const int SealOverhead = VersionedSeal.Overhead;

    /// <summary>The same into the caller's buffer, which is exactly <see cref="SealOverhead"/> bytes longer than the clear bytes.</summary>
    public void Seal(string context, ReadOnlySpan<byte> clear, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(destination.Length, clear.Length + SealOverhead);
        var (version, key) = _organisationKeys.Current;
        VersionedSeal.Seal(key, version, new Binding(BindingKind.Value, Organisation, Context: context), clear, destination);
    }

    /// <summary>Opens what <see cref="Seal(string, ReadOnlySpan{byte})"/> made under the same context.</summary>
    /// <exception cref="SealException">Altered, sealed under another context or organisation, or under a key version made elsewhere since: then call <see cref="RefreshAsync"/>.</exception>
    public byte[] Open(string context, ReadOnlySpan<byte> sealedBytes)
    {
        var binding = new Binding(BindingKind.Value, Organisation, Context: context);
        return VersionedSeal.Open(_organisationKeys.Find(VersionedSeal.VersionOf(sealedBytes, binding), binding), binding, sealedBytes);
    }

    /// <summary>A keyed hash (HMAC-SHA-256, 32 bytes) for equality look-ups of an already normalised value, apart per <paramref name="kind"/> (<c>email</c>, <c>identifier</c>, …).</summary>
    /// <remarks>Under a key of its own that rotation leaves alone, so look-ups never change.</remarks>
    public byte[] BlindIndex(string kind, string normalisedValue)
    {
        var kindLength = Encoding.UTF8.GetByteCount(kind);
        var length = 1 + kindLength + Encoding.UTF8.GetByteCount(normalisedValue);
        var buffer = length <= AssociatedData.StackLength ? stackalloc byte[length] : new byte[length];
        buffer[0] = (byte)kindLength;
        Encoding.UTF8.GetBytes(kind, buffer[1..]);
        Encoding.UTF8.GetBytes(normalisedValue, buffer[(1 + kindLength)..]);
        var hash = HMACSHA256.HashData(_blindIndexKey!.Bytes.Span, buffer);
        CryptographicOperations.ZeroMemory(buffer);
        return hash;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _organisationKeys.Dispose();
        _blindIndexKey?.Dispose();
        foreach (var page in _pages.Values)
            page.Dispose();
    }

    internal static int PageOf(PatientNumber patient) => patient.Value / PatientsPerPage;

    internal VersionedKeys Page(int page) => _pages.GetOrAdd(page, _ => new VersionedKeys());

    internal byte[] WrapBlindIndexKey(int version, SealingKey organisationKey) =>
        VersionedSeal.Seal(organisationKey, version, new Binding(BindingKind.BlindIndexKey, Organisation), _blindIndexKey!.Bytes.Span);

    internal byte[] WrapPageKey(int page, SealingKey pageKey, int version, SealingKey organisationKey) =>
        VersionedSeal.Seal(organisationKey, version, PageBinding(page), pageKey.Bytes.Span);

    internal SealingKey UnwrapPageKey(int page, ReadOnlySpan<byte> wrapped) => UnwrapKey(_organisationKeys, PageBinding(page), wrapped);

    /// <summary>The same patient key under another page key.</summary>
    internal byte[] RewrapPatientKey(PatientNumber patient, ReadOnlySpan<byte> wrapped, int version, SealingKey pageKey)
    {
        Span<byte> key = stackalloc byte[SealingKey.KeyLength];
        OpenPatientKey(patient, wrapped, key);
        var result = VersionedSeal.Seal(pageKey, version, PatientBinding(patient), key);
        CryptographicOperations.ZeroMemory(key);
        return result;
    }

    private static SealingKey UnwrapKey(VersionedKeys keys, Binding binding, ReadOnlySpan<byte> wrapped)
    {
        Span<byte> clear = stackalloc byte[SealingKey.KeyLength];
        OpenKey(keys, binding, wrapped, clear);
        var key = SealingKey.Of(clear);
        CryptographicOperations.ZeroMemory(clear);
        return key;
    }

    private static void OpenKey(VersionedKeys keys, Binding binding, ReadOnlySpan<byte> wrapped, Span<byte> clear)
    {
        if (wrapped.Length != VersionedSeal.WrappedKeyLength)
            throw new SealException($"{binding} has {wrapped.Length} bytes instead of {VersionedSeal.WrappedKeyLength}: restore the latest copy of the schema \"keys\".");
        VersionedSeal.Open(keys.Find(VersionedSeal.VersionOf(wrapped, binding), binding), binding, wrapped, clear);
    }

    private void OpenPatientKey(PatientNumber patient, ReadOnlySpan<byte> wrapped, Span<byte> clear)
    {
        if (!_pages.TryGetValue(PageOf(patient), out var keys))
            throw new SealException($"Page {PageOf(patient)} of organisation {Organisation} has no key here: refresh the key ring, or restore the latest copy of the schema \"keys\".");
        OpenKey(keys, PatientBinding(patient), wrapped, clear);
    }

    private Binding PatientBinding(PatientNumber patient) => new(BindingKind.PatientKey, Organisation, patient.Value);

    private Binding PageBinding(int page) => new(BindingKind.PageKey, Organisation, page);

    private void Install(PageKeyRow row) =>
        Page(row.Page).Add(row.Version, UnwrapPageKey(row.Page, row.Wrapped), current: true);

    private async Task<List<int>> InstallStoredAsync(List<int> pages, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var stored = await KeyTables.PageKeysAsync(Organisation, pages[0], pages[^1], transaction.Command, cancellationToken);
        var missing = pages.ToHashSet();
        foreach (var row in stored.Where(row => pages.BinarySearch(row.Page) >= 0))
        {
            Install(row);
            missing.Remove(row.Page);
        }

        return [.. missing.Order()];
    }

    private async Task InsertPageAsync(int page, DbTransaction transaction, CancellationToken cancellationToken)
    {
        using var key = SealingKey.Random();
        var (version, organisationKey) = _organisationKeys.Current;
        var row = new PageKeyRow(page, 1, WrapPageKey(page, key, version, organisationKey), version);
        await KeyTables.InsertPageKeyAsync(Organisation, row, _time, transaction, cancellationToken);
    }
}
