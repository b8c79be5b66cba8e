using System.Text;
using Sealpost.Campaigns;
using Sealpost.Storage;
using Sealpost.Tests.Storage;

namespace Sealpost.Tests.Campaigns;

public sealed class CampaignStoreOnSqliteTests : CampaignStoreCompliance
{
    [Fact]
    public async Task The_store_holds_no_readable_name_query_or_content()
    {
        await new CampaignStore(Clinic.Context).AddAsync(TestClinic.Content("hiv-follow-up") with { Audience = "condition in (icd10:B20)", Body = "canary-body" }, "u1", TestClinic.Token);
        await Clinic.Context.Database.WriteAsync((transaction, token) => Sql.ExecuteAsync(transaction, "SELECT 1", [], token), TestClinic.Token);
        var files = Directory.EnumerateFiles(Clinic.Folder, "*", SearchOption.AllDirectories).Select(file =>
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var memory = new MemoryStream();
            stream.CopyTo(memory);
            return Encoding.Latin1.GetString(memory.ToArray());
        }).ToList();
        Assert.Contains(files, text => text.Contains("campaign_version", StringComparison.Ordinal));
        Assert.All(files, text => Assert.DoesNotContain("hiv-follow-up", text, StringComparison.OrdinalIgnoreCase));
        Assert.All(files, text => Assert.DoesNotContain("B20)", text, StringComparison.Ordinal));
        Assert.All(files, text => Assert.DoesNotContain("canary-body", text, StringComparison.Ordinal));
    }

    private protected override Task<string?> UrlAsync() => Task.FromResult<string?>(null);
}

public sealed class CampaignStoreOnPostgresqlTests(PostgresServer server) : CampaignStoreCompliance
{
    private protected override async Task<string?> UrlAsync() => await server.CreateDatabaseAsync(TestClinic.Token);
}
