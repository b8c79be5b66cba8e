using Sealpost.Tests.Storage;

namespace Sealpost.Tests.Campaigns;

public sealed class TakeReturnOnSqliteTests : TakeReturnCompliance
{
    private protected override Task<string?> UrlAsync() => Task.FromResult<string?>(null);
}

public sealed class TakeReturnOnPostgresqlTests(PostgresServer server) : TakeReturnCompliance
{
    private protected override async Task<string?> UrlAsync() => await server.CreateDatabaseAsync(TestClinic.Token);
}
