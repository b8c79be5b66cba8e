using System.Data.Common;
using Microsoft.Extensions.Time.Testing;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;
using Sealpost.Trust.Sealing;

namespace Sealpost.Tests.Trust;

public sealed class KeyRotationTests : IAsyncLifetime
{
    private static readonly OrganisationId Clinic = new(1);
    private static readonly PatientNumber[] Patients =
        [.. Enumerable.Range(0, 230).Select(i => new PatientNumber(i)), new(KeyRing.PatientsPerPage - 1), new(KeyRing.PatientsPerPage), new(5 * KeyRing.PatientsPerPage)];

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 24, 9, 0, 0, TimeSpan.Zero));
    private readonly Dictionary<PatientNumber, byte[]> _charts = [];
    private TrustDatabase _database = null!;
    private FileKeySource _source = null!;
    private KeyRing _keys = null!;
    private LedgerKey _ledgerKey = null!;
    private KeyRotation _rotation = null!;
    private byte[] _value = [];
    private byte[] _index = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await TrustDatabase.CreateAsync();
        _source = await FileKeySource.CreateAsync(_folder.File("root.key"), null, Cancel);
        _keys = await _database.InTransactionAsync(transaction => KeyRing.CreateAsync(Clinic, _source, transaction, _time, Cancel));
        _ledgerKey = await _database.InTransactionAsync(transaction => LedgerKey.CreateAsync(_source, transaction, _time, Cancel));
        _rotation = new KeyRotation(new Ledger(_ledgerKey, _time), _time);
        await AddPatientsAsync(Patients);
        _value = _keys.Seal("campaign:1:name", "eye-exam"u8);
        _index = _keys.BlindIndex("email", "ann@example.com");
        _time.Advance(TimeSpan.FromDays(90));
    }

    public async ValueTask DisposeAsync()
    {
        _keys.Dispose();
        _ledgerKey.Dispose();
        _source.Dispose();
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Everything_opens_after_a_rotation_and_no_chart_was_sealed_anew()
    {
        Assert.Equal(3, await RotateAsync());
        await AssertEverythingOpensAsync(_keys);
        using var again = await ReopenAsync();
        await AssertEverythingOpensAsync(again);
    }

    [Fact]
    public async Task A_rotation_wraps_every_patient_key_anew_and_seals_with_the_new_organisation_key()
    {
        var before = await WrappedAsync();
        await RotateAsync();
        var after = await WrappedAsync();
        Assert.Empty(before.Values.Select(Convert.ToHexString).Intersect(after.Values.Select(Convert.ToHexString)));
        Assert.Equal([1, 0, 0, 0, 2], _keys.Seal("x", [1])[..5]);
    }

    [Fact]
    public async Task Keys_copied_before_two_rotations_no_longer_open_todays_rows()
    {
        using var stolen = await ReopenAsync();
        await RotateAsync();
        await RotateAsync();
        Assert.Equal(3 * 2, await _database.ScalarAsync<long>("SELECT COUNT(*) FROM keys.page_key"));
        var wrapped = await WrappedAsync();
        Assert.Throws<SealException>(() => stolen.UnwrapPatientKey(Patients[0], wrapped[Patients[0]]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_rotation_torn_at_any_step_loses_nothing_and_is_resumed(int steps)
    {
        await Assert.ThrowsAsync<TimeoutException>(() => _rotation.RotateOrganisationAsync(_keys, _source, "user-1", FailingAfter(steps), Cancel));
        var sealedBetween = _keys.Seal("x", [7]);
        var late = new PatientNumber(6 * KeyRing.PatientsPerPage);
        await AddPatientsAsync([late, new PatientNumber(300)]);
        await AssertEverythingOpensAsync(_keys);

        using var again = await ReopenAsync();
        await AssertEverythingOpensAsync(again);
        Assert.Equal([7], again.Open("x", sealedBetween));
        await _rotation.ResumeAsync(again, "user-1", _database.WriteAsync, Cancel);
        await AssertEverythingOpensAsync(again);
        var status = await KeyStatus.ReadAsync(Clinic, _source, _database.Connection, Cancel);
        Assert.Equal((0, 4, steps == 0 ? 1 : 2), (status.PagesBehind, status.PageKeys, status.OrganisationKeys.Count));
    }

    [Fact]
    public async Task A_patient_erased_before_a_rotation_does_not_come_back()
    {
        await _database.RunAsync("DELETE FROM keys.patient_key WHERE patient = 3");
        await RotateAsync();
        Assert.DoesNotContain(new PatientNumber(3), (await WrappedAsync()).Keys);
    }

    [Fact]
    public async Task A_new_root_key_opens_everything_and_the_old_one_nothing()
    {
        File.Copy(_folder.File("root.key"), _folder.File("old.key"));
        var kit = await _rotation.RotateRootAsync(_source, "user-1", _database.WriteAsync, Cancel);
        using var old = await FileKeySource.OpenAsync(_folder.File("old.key"), null, Cancel);
        await Assert.ThrowsAsync<SealException>(() => KeyRing.OpenAsync(Clinic, old, _database.Connection, _time, Cancel));
        using var restored = await RecoveryKit.RestoreAsync(kit.ToText(), _folder.File("restored.key"), null, Cancel);
        using var again = await KeyRing.OpenAsync(Clinic, restored, _database.Connection, _time, Cancel);
        await AssertEverythingOpensAsync(again);
        using var ledgerKey = await LedgerKey.OpenAsync(restored, _database.Connection, Cancel);
        Assert.Equal(_ledgerKey.Origin, ledgerKey.Origin);
    }

    [Fact]
    public async Task A_root_rotation_torn_before_its_commit_goes_on_with_the_same_new_root()
    {
        await Assert.ThrowsAsync<TimeoutException>(() => _rotation.RotateRootAsync(_source, "user-1", FailingAfter(0), Cancel));
        using var restarted = await FileKeySource.OpenAsync(_folder.File("root.key"), null, Cancel);
        using (var between = await KeyRing.OpenAsync(Clinic, restarted, _database.Connection, _time, Cancel))
            await AssertEverythingOpensAsync(between);
        Assert.True((await KeyStatus.ReadAsync(Clinic, restarted, _database.Connection, Cancel)).RootUnfinished);
        var name = restarted.MakeRecoveryKit().Name;
        Assert.Equal(name, (await _rotation.RotateRootAsync(restarted, "user-1", _database.WriteAsync, Cancel)).Name);
        Assert.Equal(1, restarted.RootCount);
    }

    [Fact]
    public async Task Each_step_of_a_rotation_is_in_the_ledger()
    {
        await RotateAsync();
        await _rotation.RotateRootAsync(_source, "user-1", _database.WriteAsync, Cancel);
        Assert.Equal(
            "keys.organisation-rotated|2,keys.page-rotated|0,keys.page-rotated|1,keys.page-rotated|5,keys.root-rotated|",
            await _database.ScalarAsync<string>("SELECT GROUP_CONCAT(kind || '|' || COALESCE(subject, '')) FROM (SELECT * FROM ledger_entry ORDER BY seq)"));
        Assert.True((await LedgerVerifier.VerifyAsync(_database.Connection, _ledgerKey, null, Cancel)).IsIntact);
    }

    [Fact]
    public async Task The_status_tells_kind_versions_ages_and_counts()
    {
        await RotateAsync();
        var status = await KeyStatus.ReadAsync(Clinic, _source, _database.Connection, Cancel);
        Assert.Equal("file", status.SourceKind);
        Assert.Equal([new(1, _time.GetUtcNow().AddDays(-90)), new(2, _time.GetUtcNow())], status.OrganisationKeys);
        Assert.Equal((3, 0, Patients.Length, _time.GetUtcNow()), (status.PageKeys, status.PagesBehind, status.PatientKeys, status.OldestPageKeyAt));
        Assert.False(status.RootUnfinished);
    }

    [Fact]
    public async Task A_ring_open_elsewhere_reads_on_after_it_is_refreshed()
    {
        using var elsewhere = await ReopenAsync();
        await RotateAsync();
        var young = _keys.Seal("x", [1]);
        Assert.Throws<SealException>(() => elsewhere.Open("x", young));
        await elsewhere.RefreshAsync(_source, _database.Connection, Cancel);
        Assert.Equal([1], elsewhere.Open("x", young));
        await AssertEverythingOpensAsync(elsewhere);
    }

    private Task<int> RotateAsync() => _rotation.RotateOrganisationAsync(_keys, _source, "user-1", _database.WriteAsync, Cancel);

    private Task<KeyRing> ReopenAsync() => KeyRing.OpenAsync(Clinic, _source, _database.Connection, _time, Cancel);

    /// <summary>Commits some steps; the next one does its work and is lost with the process.</summary>
    private Func<Func<DbTransaction, CancellationToken, Task<bool>>, CancellationToken, Task<bool>> FailingAfter(int steps) =>
        async (work, cancellationToken) =>
        {
            if (steps-- > 0)
                return await _database.WriteAsync(work, cancellationToken);
            await using var transaction = await _database.BeginAsync();
            await work(transaction, cancellationToken);
            throw new TimeoutException();
        };

    private Task AddPatientsAsync(PatientNumber[] patients) =>
        _database.InTransactionAsync(async transaction =>
        {
            await _keys.EnsurePagesAsync(patients, transaction, Cancel);
            foreach (var patient in patients)
            {
                using var key = _keys.CreatePatientKey(patient);
                _charts[patient] = key.Seal("head", 1, BitConverter.GetBytes(patient.Value));
                await using DbCommand insert = _database.Connection.CreateCommand();
                insert.Transaction = transaction;
                insert.CommandText = "INSERT INTO keys.patient_key (org, patient, wrapped) VALUES (1, @patient, @wrapped)";
                AddParameter(insert, "@patient", patient.Value);
                AddParameter(insert, "@wrapped", key.Wrapped.ToArray());
                await insert.ExecuteNonQueryAsync(Cancel);
            }
        });

    private static void AddParameter(DbCommand command, string name, object value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value;
        command.Parameters.Add(parameter);
    }

    private async Task<Dictionary<PatientNumber, byte[]>> WrappedAsync()
    {
        await using var command = _database.Connection.CreateCommand();
        command.CommandText = "SELECT patient, wrapped FROM keys.patient_key";
        await using var reader = await command.ExecuteReaderAsync(Cancel);
        var rows = new Dictionary<PatientNumber, byte[]>();
        while (await reader.ReadAsync(Cancel))
            rows[new PatientNumber(reader.GetInt32(0))] = reader.GetFieldValue<byte[]>(1);
        return rows;
    }

    private async Task AssertEverythingOpensAsync(KeyRing keys)
    {
        foreach (var (patient, wrapped) in await WrappedAsync())
        {
            using var key = keys.UnwrapPatientKey(patient, wrapped);
            Assert.Equal(patient.Value, BitConverter.ToInt32(key.Open("head", 1, _charts[patient])));
        }

        Assert.Equal("eye-exam"u8.ToArray(), keys.Open("campaign:1:name", _value));
        Assert.Equal(_index, keys.BlindIndex("email", "ann@example.com"));
    }
}
