using Sealpost.Storage;
using Sealpost.Tests.Storage;

namespace Sealpost.Tests.Patients;

public sealed class PatientStoreOnSqliteTests : PatientStoreCompliance
{
    private protected override async Task<IDatabase> OpenDatabaseAsync()
    {
        var database = SqliteDatabase.OpenTemporary();
        await database.MigrateAsync(TestContext.Current.CancellationToken);
        return database;
    }

    [Fact]
    public async Task An_erased_key_and_chart_are_in_no_file_of_the_folder()
    {
        var token = TestContext.Current.CancellationToken;
        var (patient, secrets) = await SecretsOfOneAsync();
        var folder = ((SqliteDatabase)Database).Folder;
        Assert.All(secrets, secret => Assert.True(Occurs(folder, secret)));
        await EraseAsync(patient);
        await Database.ScrubAsync("chart_part", token);
        Assert.All(secrets, secret => Assert.False(Occurs(folder, secret)));
    }

    private static bool Occurs(string folder, byte[] bytes) =>
        Directory.GetFiles(folder).Any(file =>
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            return content.AsSpan().IndexOf(bytes) >= 0;
        });
}

public sealed class PatientStoreOnPostgresqlTests(PostgresServer server) : PatientStoreCompliance
{
    private protected override async Task<IDatabase> OpenDatabaseAsync()
    {
        var database = new PostgresDatabase(await server.CreateDatabaseAsync(TestContext.Current.CancellationToken));
        await database.MigrateAsync(TestContext.Current.CancellationToken);
        return database;
    }
}
