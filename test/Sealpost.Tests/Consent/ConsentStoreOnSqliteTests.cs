using System.Text;
using Sealpost.Storage;

namespace Sealpost.Tests.Consent;

public sealed class AuthorizationStoreOnSqliteTests : AuthorizationStoreCompliance
{
    private protected override Task<IDatabase> OpenDatabaseAsync() => ConsentSqlite.OpenAsync();
}

public sealed class SuppressionStoreOnSqliteTests : SuppressionStoreCompliance
{
    private protected override Task<IDatabase> OpenDatabaseAsync() => ConsentSqlite.OpenAsync();
}

public sealed class RestrictionStoreOnSqliteTests : RestrictionStoreCompliance
{
    private protected override Task<IDatabase> OpenDatabaseAsync() => ConsentSqlite.OpenAsync();

    private protected override async Task<int> CanariesAsync()
    {
        var found = 0;
        foreach (var file in Directory.GetFiles(((SqliteDatabase)Database).Folder))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var bytes = new byte[stream.Length];
            await stream.ReadExactlyAsync(bytes, Token);
            if (bytes.AsSpan().IndexOf("canary"u8) >= 0 || bytes.AsSpan().IndexOf(Encoding.Unicode.GetBytes("canary")) >= 0)
                found++;
        }

        return found;
    }
}

internal static class ConsentSqlite
{
    public static async Task<IDatabase> OpenAsync()
    {
        var database = SqliteDatabase.OpenTemporary();
        await database.MigrateAsync(TestContext.Current.CancellationToken);
        return database;
    }
}
