using System.Text;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Sealing;

namespace Sealpost.Tests.Trust;

public sealed class KeyRingTests : IAsyncLifetime
{
    private static readonly PatientNumber Ann = new(7);
    private static readonly PatientNumber Far = new(3 * KeyRing.PatientsPerPage);
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new();
    private TrustDatabase _database = null!;
    private FileKeySource _source = null!;
    private KeyRing _keys = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await TrustDatabase.CreateAsync();
        _source = await FileKeySource.CreateAsync(_folder.File("root.key"), null, Cancel);
        _keys = await CreateAsync(new OrganisationId(1));
        await _database.InTransactionAsync(transaction => _keys.EnsurePagesAsync([Ann, Far], transaction, Cancel));
    }

    public async ValueTask DisposeAsync()
    {
        _keys.Dispose();
        _source.Dispose();
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public void What_is_sealed_opens_again_under_the_same_part_and_version() =>
        Gen.Select(Gen.String, Gen.Long, Gen.Byte.Array).Sample((part, version, clear) =>
        {
            using var key = _keys.CreatePatientKey(Ann);
            return key.Open(part, version, key.Seal(part, version, clear)).AsSpan().SequenceEqual(clear);
        });

    [Fact]
    public void A_sealed_part_with_any_byte_changed_does_not_open() =>
        Gen.Select(Gen.Byte.Array[0, 40], Gen.Int[0, 1_000], Gen.Byte[1, 255]).Sample((clear, place, mask) =>
        {
            using var key = _keys.CreatePatientKey(Ann);
            var bytes = key.Seal("head", 1, clear);
            bytes[place % bytes.Length] ^= mask;
            Assert.Throws<SealException>(() => key.Open("head", 1, bytes));
        });

    [Theory]
    [InlineData("page:0", 1)]
    [InlineData("head", 2)]
    public void A_part_does_not_open_as_another_part_or_version(string part, long version)
    {
        using var key = _keys.CreatePatientKey(Ann);
        var bytes = key.Seal("head", 1, [1, 2, 3]);
        Assert.Throws<SealException>(() => key.Open(part, version, bytes));
    }

    [Fact]
    public async Task A_patient_key_opens_after_a_restart()
    {
        using var key = _keys.CreatePatientKey(Far);
        var bytes = key.Seal("head", 1, [1, 2, 3]);
        using var again = await KeyRing.OpenAsync(new OrganisationId(1), _source, _database.Connection, _time, Cancel);
        using var unwrapped = again.UnwrapPatientKey(Far, key.Wrapped.Span);
        Assert.Equal([1, 2, 3], unwrapped.Open("head", 1, bytes));
    }

    [Fact]
    public void A_wrapped_key_put_in_another_patients_row_does_not_open()
    {
        using var key = _keys.CreatePatientKey(Ann);
        var wrapped = key.Wrapped.ToArray();
        Assert.Throws<SealException>(() => _keys.UnwrapPatientKey(new PatientNumber(8), wrapped));
    }

    [Fact]
    public async Task An_organisations_keys_do_not_open_anothers_values()
    {
        using var other = await CreateAsync(new OrganisationId(2));
        var bytes = other.Seal("campaign:1:name", "eye-exam"u8);
        Assert.Throws<SealException>(() => _keys.Open("campaign:1:name", bytes));
    }

    [Fact]
    public void A_value_does_not_open_in_another_row()
    {
        var bytes = _keys.Seal("campaign:1:name", "eye-exam"u8);
        Assert.Equal("eye-exam", Encoding.UTF8.GetString(_keys.Open("campaign:1:name", bytes)));
        Assert.Throws<SealException>(() => _keys.Open("campaign:2:name", bytes));
    }

    [Fact]
    public async Task A_blind_index_stays_the_same_over_a_restart_and_differs_by_kind_and_organisation()
    {
        var hash = _keys.BlindIndex("email", "ann@example.com");
        using var again = await KeyRing.OpenAsync(new OrganisationId(1), _source, _database.Connection, _time, Cancel);
        using var other = await CreateAsync(new OrganisationId(2));
        Assert.Equal(hash, again.BlindIndex("email", "ann@example.com"));
        Assert.NotEqual(hash, _keys.BlindIndex("value", "ann@example.com"));
        Assert.NotEqual(hash, other.BlindIndex("email", "ann@example.com"));
    }

    [Fact]
    public void A_long_value_has_a_blind_index_too() =>
        Assert.Equal(32, _keys.BlindIndex("identifier", new string('x', 5_000)).Length);

    [Fact]
    public async Task A_page_key_of_a_rolled_back_transaction_is_not_used_again()
    {
        var late = new PatientNumber(9 * KeyRing.PatientsPerPage);
        await using (var transaction = await _database.BeginAsync())
            await _keys.EnsurePagesAsync([late], transaction, Cancel);
        await _database.InTransactionAsync(transaction => _keys.EnsurePagesAsync([late], transaction, Cancel));
        using var key = _keys.CreatePatientKey(late);
        using var again = await KeyRing.OpenAsync(new OrganisationId(1), _source, _database.Connection, _time, Cancel);
        using var unwrapped = again.UnwrapPatientKey(late, key.Wrapped.Span);
        Assert.Equal([5], unwrapped.Open("head", 1, key.Seal("head", 1, [5])));
    }

    [Fact]
    public void A_patient_without_a_page_key_gets_no_key() =>
        Assert.Throws<InvalidOperationException>(() => _keys.CreatePatientKey(new PatientNumber(50 * KeyRing.PatientsPerPage)));

    [Fact]
    public async Task Keys_moved_between_pages_or_organisations_do_not_open()
    {
        using var other = await CreateAsync(new OrganisationId(2));
        await _database.RunAsync("UPDATE keys.page_key SET wrapped = (SELECT wrapped FROM keys.page_key WHERE page = 3) WHERE page = 0");
        await Assert.ThrowsAsync<SealException>(() => KeyRing.OpenAsync(new OrganisationId(1), _source, _database.Connection, _time, Cancel));
    }

    [Fact]
    public async Task Another_root_key_does_not_open_the_organisation()
    {
        using var other = await FileKeySource.CreateAsync(_folder.File("other.key"), null, Cancel);
        var error = await Assert.ThrowsAsync<SealException>(() => KeyRing.OpenAsync(new OrganisationId(1), other, _database.Connection, _time, Cancel));
        Assert.Contains(_source.MakeRecoveryKit().Name, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_threads_open_with_one_ring()
    {
        using var key = _keys.CreatePatientKey(Ann);
        var bytes = key.Seal("head", 1, [1, 2, 3]);
        var wrapped = key.Wrapped.ToArray();
        await Parallel.ForEachAsync(Enumerable.Range(0, 2_000), Cancel, (_, _) =>
        {
            using var own = _keys.UnwrapPatientKey(Ann, wrapped);
            Assert.Equal([1, 2, 3], own.Open("head", 1, bytes));
            Assert.Equal([1, 2, 3], key.Open("head", 1, bytes));
            return ValueTask.CompletedTask;
        });
    }

    [Fact]
    public void A_disposed_ring_neither_seals_nor_opens()
    {
        var bytes = _keys.Seal("x", [1]);
        _keys.Dispose();
        Assert.Throws<ObjectDisposedException>(() => _keys.Seal("x", [1]));
        Assert.Throws<ObjectDisposedException>(() => _keys.Open("x", bytes));
        Assert.Throws<ObjectDisposedException>(() => _keys.BlindIndex("email", "ann@example.com"));
    }

    private Task<KeyRing> CreateAsync(OrganisationId organisation) =>
        _database.InTransactionAsync(transaction => KeyRing.CreateAsync(organisation, _source, transaction, _time, Cancel));
}
