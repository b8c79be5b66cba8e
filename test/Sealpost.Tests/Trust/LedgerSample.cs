using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Tests.Trust;

/// <summary>A ledger with events, three receipt batches and two checkpoints, to be copied and tampered with.</summary>
internal sealed class LedgerSample : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FileKeySource _source;

    private LedgerSample(TrustDatabase database, FileKeySource source, LedgerKey key, TemporaryFolder folder)
    {
        Database = database;
        Key = key;
        _source = source;
        _folder = folder;
        Ledger = new Ledger(key, Time);
    }

    public TrustDatabase Database { get; }

    public LedgerKey Key { get; }

    public FileKeySource Source => _source;

    public Ledger Ledger { get; }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 24, 9, 0, 0, TimeSpan.Zero));

    public List<Checkpoint> Checkpoints { get; } = [];

    public List<ReceiptLeaf> Receipts { get; } = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<LedgerSample> EmptyAsync()
    {
        var database = await TrustDatabase.CreateAsync();
        var folder = new TemporaryFolder();
        var source = await FileKeySource.CreateAsync(folder.File("root.key"), null, Cancel);
        var key = await database.InTransactionAsync(transaction => LedgerKey.CreateAsync(source, transaction, TimeProvider.System, Cancel));
        return new LedgerSample(database, source, key, folder);
    }

    public static async Task<LedgerSample> CreateAsync()
    {
        var sample = await EmptyAsync();
        await sample.AppendAsync(Event("patient.read", 4, null), Event("consent.revoked", 5, "withdrawn in person"));
        await sample.AppendReceiptsAsync(3);
        await sample.CheckpointAsync();
        await sample.AppendReceiptsAsync(1);
        await sample.AppendAsync(Event("campaign.approved", null, "second person") with { SealedDetail = new byte[] { 1, 2, 3, 4 } });
        await sample.CheckpointAsync();
        await sample.AppendReceiptsAsync(2);
        await sample.AppendAsync(Event("user.signed-in", null, null));
        return sample;
    }

    public static AuditEvent Event(string kind, int? patient, string? detail) =>
        new(new OrganisationId(1), kind, "user-1", patient is null ? null : new PatientNumber(patient.Value), "42", "done", detail);

    public Task AppendAsync(params AuditEvent[] auditEvents)
    {
        Time.Advance(TimeSpan.FromSeconds(1));
        return Database.InTransactionAsync(async transaction => await Ledger.AppendAsync(auditEvents, transaction, Cancel));
    }

    public Task AppendReceiptsAsync(int count)
    {
        var receipts = Enumerable.Range(0, count).Select(i => Receipt(new PatientNumber(i), "delivered"u8)).ToList();
        Receipts.AddRange(receipts);
        return Database.InTransactionAsync(async transaction => await Ledger.AppendReceiptsAsync(receipts, transaction, Cancel));
    }

    public async Task CheckpointAsync() =>
        Checkpoints.Add(await Database.InTransactionAsync(transaction => Ledger.CheckpointAsync(transaction, Cancel)));

    public async Task<LedgerVerification> VerifyAsync(Checkpoint? against = null) =>
        await LedgerVerifier.VerifyAsync(Database.Connection, Key, against, Cancel);

    /// <summary>Runs a tampering on a copy and returns what verification finds there; null where the database itself refused it.</summary>
    public async Task<IReadOnlyList<string>?> FindAsync(Func<SqliteConnection, Task> tamper, Checkpoint? against = null)
    {
        await using var copy = new SqliteConnection("Data Source=:memory:");
        await copy.OpenAsync(Cancel);
        lock (Database)
            Database.Connection.BackupDatabase(copy);
        await using (var pragma = copy.CreateCommand())
        {
            pragma.CommandText = "PRAGMA ignore_check_constraints = ON";
            await pragma.ExecuteNonQueryAsync(Cancel);
        }

        try
        {
            await tamper(copy);
        }
        catch (SqliteException)
        {
            return null;
        }

        return (await LedgerVerifier.VerifyAsync(copy, Key, against, Cancel)).Findings;
    }

    public Task<IReadOnlyList<string>?> FindAsync(string sql, Checkpoint? against = null) =>
        FindAsync(
            async copy =>
            {
                await using var command = copy.CreateCommand();
                command.CommandText = sql;
                Assert.NotEqual(0, await command.ExecuteNonQueryAsync(Cancel));
            },
            against);

    public async ValueTask DisposeAsync()
    {
        Key.Dispose();
        _source.Dispose();
        await Database.DisposeAsync();
        _folder.Dispose();
    }

    public static ReceiptLeaf Receipt(PatientNumber patient, ReadOnlySpan<byte> clear)
    {
        var salt = RandomNumberGenerator.GetBytes(32);
        return new ReceiptLeaf(
            new Guid(RandomNumberGenerator.GetBytes(16)), new OrganisationId(1), 42, patient, RandomNumberGenerator.GetBytes(60), salt, SHA256.HashData([.. salt, .. clear]));
    }
}
