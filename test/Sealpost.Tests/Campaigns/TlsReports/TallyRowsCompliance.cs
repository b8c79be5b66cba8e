using Sealpost.Campaigns.TlsReports;
using Sealpost.Delivery.DomainReports;
using Sealpost.Tests.Storage;

namespace Sealpost.Tests.Campaigns.TlsReports;

/// <summary>Counted sessions as they are kept, on every database.</summary>
public abstract class TallyRowsCompliance : IAsyncLifetime
{
    private static readonly DateOnly Day = new(2026, 11, 23);

    private TestClinic _clinic = null!;

    private protected abstract Task<string?> UrlAsync();

    private TallyRows Rows => new(_clinic.Context);

    private static CancellationToken Token => TestClinic.Token;

    public async ValueTask InitializeAsync() => _clinic = await TestClinic.CreateAsync(await UrlAsync());

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return _clinic.DisposeAsync();
    }

    [Fact]
    public async Task Counts_of_one_day_and_domain_add_up_and_nothing_is_due_early()
    {
        var due = _clinic.Clock.GetUtcNow().AddHours(1);
        await AddAsync(Day, "hospital.example", 3, due);
        await AddAsync(Day, "hospital.example", 4, due);
        await AddAsync(Day, "clinic.example", 1, due);
        Assert.Empty(await Rows.DueAsync(10, Token));
        _clinic.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal([("clinic.example", 1), ("hospital.example", 7)], (await Rows.DueAsync(10, Token)).Select(day => (day.Domain, day.Policies.Sum(policy => policy.Successes))).Order());
    }

    [Fact]
    public async Task What_is_settled_is_not_due_again_and_can_be_seen_for_a_month()
    {
        await AddAsync(Day, "hospital.example", 3, _clinic.Clock.GetUtcNow());
        await Rows.SettleAsync(await Rows.DueAsync(10, Token), TlsReportState.Sent, _clinic.Clock.GetUtcNow(), Token);
        Assert.Empty(await Rows.DueAsync(10, Token));
        Assert.Equal(TlsReportState.Sent, Assert.Single(await new ListTlsReports(_clinic.Context).RunAsync(TestClinic.Author, Token)).State);
        _clinic.Clock.Advance(TimeSpan.FromDays(31));
        await AddAsync(new DateOnly(2026, 12, 25), "clinic.example", 1, _clinic.Clock.GetUtcNow());
        Assert.Equal("clinic.example", Assert.Single(await new ListTlsReports(_clinic.Context).RunAsync(TestClinic.Author, Token)).Domain);
    }

    private Task AddAsync(DateOnly day, string domain, int sessions, DateTimeOffset due) => Rows.AddAsync(
        new Dictionary<(DateOnly, string), IReadOnlyList<ReportedPolicy>> { [(day, domain)] = [new ReportedPolicy("no-policy-found", domain, [], [], sessions, 0, [])] }, _ => due, Token);
}

/// <inheritdoc cref="TallyRowsCompliance"/>
public sealed class TallyRowsOnSqliteTests : TallyRowsCompliance
{
    private protected override Task<string?> UrlAsync() => Task.FromResult<string?>(null);
}

/// <inheritdoc cref="TallyRowsCompliance"/>
public sealed class TallyRowsOnPostgresqlTests(PostgresServer server) : TallyRowsCompliance
{
    private protected override async Task<string?> UrlAsync() => await server.CreateDatabaseAsync(TestContext.Current.CancellationToken);
}
