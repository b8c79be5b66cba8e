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
