using Sealpost.Storage;
using Sealpost.Tests.Storage;
using Sealpost.Trust.Agreements;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Tests.Trust;

/// <summary>What runs on SQLite in the other tests, on PostgreSQL.</summary>
public sealed class PostgresTrustTests(PostgresServer server) : IAsyncLifetime
{
    private static readonly OrganisationId Clinic = new(1);
    private readonly TemporaryFolder _folder = new();
    private PostgresDatabase _database = null!;
    private FileKeySource _source = null!;
    private KeyRing _keys = null!;
    private LedgerKey _key = null!;
    private Ledger _ledger = null!;
    private string _url = "";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _url = await server.CreateDatabaseAsync(Cancel);
        _database = new PostgresDatabase(_url);
        await _database.MigrateAsync(Cancel);
        _source = await FileKeySource.CreateAsync(_folder.File("root.key"), null, Cancel);
        _keys = await _database.WriteAsync((transaction, token) => KeyRing.CreateAsync(Clinic, _source, transaction, TimeProvider.System, token), Cancel);
        _key = await _database.WriteAsync((transaction, token) => LedgerKey.CreateAsync(_source, transaction, TimeProvider.System, token), Cancel);
        _ledger = new Ledger(_key, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        _keys?.Dispose();
        _key?.Dispose();
        _source?.Dispose();
        if (_database is not null)
            await _database.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Two_processes_that_append_at_once_leave_one_log_without_gaps()
    {
        await using var second = new PostgresDatabase(_url);
        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => (i % 2 == 0 ? _database : second).WriteAsync(
            (transaction, token) => _ledger.AppendAsync([LedgerSample.Event("a.b", i, null), LedgerSample.Event("a.c", null, "x")], transaction, token), Cancel)));
        var verification = await VerifyAsync();
        Assert.Empty(verification.Findings);
        Assert.Equal(80, verification.Entries);
    }

    [Fact]
    public async Task A_receipt_is_proven_and_a_changed_one_named()
    {
        var leaf = LedgerSample.Receipt(new PatientNumber(1), "delivered"u8);
        await _database.WriteAsync((transaction, token) => _ledger.AppendReceiptsAsync([LedgerSample.Receipt(new PatientNumber(0), "x"u8), leaf], transaction, token), Cancel);
        var checkpoint = await _database.WriteAsync((transaction, token) => _ledger.CheckpointAsync(transaction, token), Cancel);
        await using (var connection = await _database.OpenReadAsync(Cancel))
            Assert.Empty((await ReceiptProof.CreateAsync(leaf.Id, _key, connection, Cancel))!.Verify(_key, "delivered"u8));
        Assert.Empty((await VerifyAsync(checkpoint)).Findings);
        await _database.WriteAsync((transaction, token) => transaction.ExecuteAsync("UPDATE ledger_receipt SET patient = 7 WHERE position = 1", [], token), Cancel);
        Assert.Equal("ledger_receipt of entry 0, position 1, column patient: changed.", Assert.Single((await VerifyAsync()).Findings));
    }

    [Fact]
    public async Task Keys_rotate_and_open_after_a_restart()
    {
        byte[] chart = [];
        await _database.WriteAsync(
            async (transaction, token) =>
            {
                var patients = Enumerable.Range(0, 150).Select(i => new PatientNumber(i)).ToList();
                await _keys.EnsurePagesAsync(patients, transaction, token);
                foreach (var patient in patients)
                {
                    using var key = _keys.CreatePatientKey(patient);
                    chart = key.Seal("head", 1, [1, 2, 3]);
                    await transaction.ExecuteAsync("INSERT INTO keys.patient_key (org, patient, wrapped) VALUES (1, @patient, @wrapped)", [("patient", (long)patient.Value), ("wrapped", key.Wrapped.ToArray())], token);
                }

                return true;
            },
            Cancel);
        var rotation = new KeyRotation(_ledger, TimeProvider.System);
        Assert.Equal(1, await rotation.RotateOrganisationAsync(_keys, _source, "user-1", _database.WriteAsync, Cancel));
        await rotation.RotateRootAsync(_source, "user-1", _database.WriteAsync, Cancel);
        await using var connection = await _database.OpenReadAsync(Cancel);
        using var again = await KeyRing.OpenAsync(Clinic, _source, connection, TimeProvider.System, Cancel);
        await using var command = connection.Command("SELECT wrapped FROM keys.patient_key WHERE patient = 149");
        using var opened = again.UnwrapPatientKey(new PatientNumber(149), (byte[])(await command.ExecuteScalarAsync(Cancel))!);
        Assert.Equal([1, 2, 3], opened.Open("head", 1, chart));
        var status = await KeyStatus.ReadAsync(Clinic, _source, connection, Cancel);
        Assert.Equal((2, 1, 0, 150), (status.OrganisationKeys.Count, status.PageKeys, status.PagesBehind, status.PatientKeys));
    }

    [Fact]
    public async Task An_agreement_is_added_signed_and_listed()
    {
        var register = new AgreementRegister(_ledger, TimeProvider.System);
        var draft = new BusinessAssociateAgreement(0, "Relay Inc", "relay.example.com:587", [PhiFlow.Send], new DateOnly(2026, 1, 1), null, null, null, null);
        var added = await _database.WriteAsync((transaction, token) => register.AddAsync(Clinic, draft, "user-1", transaction, token), Cancel);
        await _database.WriteAsync(
            async (transaction, token) =>
            {
                await register.SignAsync(Clinic, added.Id, AgreementTerms.Required, "officer-1", transaction, token);
                return true;
            },
            Cancel);
        await using var connection = await _database.OpenReadAsync(Cancel);
        Assert.True(Assert.Single(await AgreementRegister.ListAsync(Clinic, connection, Cancel)).Covers(PhiFlow.Send, "relay.example.com:587", new DateOnly(2027, 1, 1)));
    }

    private async Task<LedgerVerification> VerifyAsync(Checkpoint? against = null)
    {
        await using var connection = await _database.OpenReadAsync(Cancel);
        return await LedgerVerifier.VerifyAsync(connection, _key, against, Cancel);
    }
}
