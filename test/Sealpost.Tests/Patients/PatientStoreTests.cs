using Sealpost.Storage;

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
