using Sealpost.Storage;
using Sealpost.Tests.Storage;

namespace Sealpost.Tests.Consent;

public sealed class AuthorizationStoreOnPostgresqlTests(PostgresServer server) : AuthorizationStoreCompliance
{
    private protected override Task<IDatabase> OpenDatabaseAsync() => ConsentPostgres.OpenAsync(server);
}

public sealed class SuppressionStoreOnPostgresqlTests(PostgresServer server) : SuppressionStoreCompliance
{
    private protected override Task<IDatabase> OpenDatabaseAsync() => ConsentPostgres.OpenAsync(server);
}

public sealed class RestrictionStoreOnPostgresqlTests(PostgresServer server) : RestrictionStoreCompliance
{
    private protected override Task<IDatabase> OpenDatabaseAsync() => ConsentPostgres.OpenAsync(server);

    /// <summary>Every text and byte column of every consent table and of the ledger, searched in the server.</summary>
    private protected override async Task<int> CanariesAsync()
    {
        var found = 0;
        await using var connection = await Database.OpenReadAsync(Token);
        List<(string Table, string Column, string Type)> columns = [];
        await using (var list = connection.Command("SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public' AND data_type IN ('text', 'bytea')"))
        await using (var reader = await list.ExecuteReaderAsync(Token))
        {
            while (await reader.ReadAsync(Token))
                columns.Add((reader.GetString(0), reader.GetString(1), reader.GetString(2)));
        }

        Assert.Contains(columns, column => column.Table == "consent_entry");
        foreach (var (table, column, type) in columns)
        {
            var condition = type == "text" ? $"{column} LIKE '%canary%'" : $"POSITION('canary'::bytea IN {column}) > 0";
            await using var search = connection.Command($"SELECT COUNT(*) FROM {table} WHERE {condition}");
            found += (int)(long)(await search.ExecuteScalarAsync(Token))!;
        }

        return found;
    }
}

internal static class ConsentPostgres
{
    public static async Task<IDatabase> OpenAsync(PostgresServer server)
    {
        var database = new PostgresDatabase(await server.CreateDatabaseAsync(TestContext.Current.CancellationToken));
        await database.MigrateAsync(TestContext.Current.CancellationToken);
        return database;
    }
}
