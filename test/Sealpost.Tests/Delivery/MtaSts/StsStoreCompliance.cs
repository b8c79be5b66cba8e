using System.Text;
using Sealpost.Delivery.MtaSts;
using Sealpost.Storage;
using Sealpost.Tests.Campaigns;
using Sealpost.Tests.Storage;

namespace Sealpost.Tests.Delivery.MtaSts;

/// <summary>Policies on disk, on every database.</summary>
public abstract class StsStoreCompliance : IAsyncLifetime
{
    private TestClinic _clinic = null!;

    private protected TestClinic Clinic => _clinic;

    private protected abstract Task<string?> UrlAsync();

    public async ValueTask InitializeAsync() => _clinic = await TestClinic.CreateAsync(await UrlAsync());

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return _clinic.DisposeAsync();
    }

    [Fact]
    public async Task A_policy_outlives_a_restart()
    {
        var now = _clinic.Context.Time.GetUtcNow();
        await new StsCache(Store()).KeepAsync(Entry("clinic.example", "1", now), TestClinic.Token);
        await new StsCache(Store()).KeepAsync(Entry("clinic.example", "2", now), TestClinic.Token);
        var kept = await new StsCache(Store()).FindAsync("clinic.example", TestClinic.Token);
        Assert.Equal(("clinic.example", "2", MtaStsMode.Enforce), (kept!.Domain, kept.Id, kept.Policy.Mode));
        Assert.Equal(now.ToUnixTimeMilliseconds(), kept.FetchedAt.ToUnixTimeMilliseconds());
        Assert.True(kept.Policy.Allows("mx.clinic.example"));
        Assert.Null(await new StsCache(Store()).FindAsync("other.example", TestClinic.Token));
    }

    [Fact]
    public async Task What_is_due_for_a_refresh_is_found_and_what_expired_is_not()
    {
        var now = _clinic.Context.Time.GetUtcNow();
        await Store().KeepAsync(Entry("fresh.example", "1", now), TestClinic.Token);
        await Store().KeepAsync(Entry("stale.example", "1", now.AddDays(-2)), TestClinic.Token);
        await Store().KeepAsync(Entry("over.example", "1", now.AddDays(-8)), TestClinic.Token);
        Assert.Equal(["stale.example"], (await Store().StaleAsync(now.AddDays(-1), now, TestClinic.Token)).Select(e => e.Domain));
    }

    private protected StsStore Store() => new(_clinic.Context.Database, _clinic.Context.Keys);

    private protected static StsEntry Entry(string domain, string id, DateTimeOffset at)
    {
        var raw = $"version: STSv1\nmode: enforce\nmx: mx.{domain}\nmax_age: 604800\n";
        return new StsEntry(domain, id, at, raw, MtaStsPolicy.Read(raw)!);
    }
}

public sealed class StsStoreOnSqliteTests : StsStoreCompliance
{
    [Fact]
    public async Task The_store_does_not_tell_to_whom_one_writes()
    {
        await Store().KeepAsync(Entry("hiv-clinic.example", "1", Clinic.Context.Time.GetUtcNow()), TestClinic.Token);
        foreach (var file in Directory.EnumerateFiles(Clinic.Folder, "*", SearchOption.AllDirectories))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var memory = new MemoryStream();
            await stream.CopyToAsync(memory, TestClinic.Token);
            Assert.DoesNotContain("hiv-clinic", Encoding.Latin1.GetString(memory.ToArray()), StringComparison.OrdinalIgnoreCase);
        }
    }

    private protected override Task<string?> UrlAsync() => Task.FromResult<string?>(null);
}

public sealed class StsStoreOnPostgresqlTests(PostgresServer server) : StsStoreCompliance
{
    private protected override async Task<string?> UrlAsync() => await server.CreateDatabaseAsync(TestClinic.Token);
}
