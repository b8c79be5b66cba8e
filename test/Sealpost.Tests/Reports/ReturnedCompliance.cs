using System.Text;
using Sealpost.Campaigns.Returned;
using Sealpost.Delivery.DomainReports;
using Sealpost.People;
using Sealpost.Reports;
using Sealpost.Storage;
using Sealpost.Tests.Campaigns;
using Sealpost.Tests.Delivery.DomainReports;
using Sealpost.Tests.Storage;

namespace Sealpost.Tests.Reports;

/// <summary>Numbers about what came back, on every database.</summary>
public abstract class ReturnedCompliance : IAsyncLifetime
{
    private TestClinic _clinic = null!;

    private protected abstract Task<string?> UrlAsync();

    private static CancellationToken Token => TestClinic.Token;

    public async ValueTask InitializeAsync() => _clinic = await TestClinic.CreateAsync(await UrlAsync());

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return _clinic.DisposeAsync();
    }

    [Fact]
    public async Task Each_day_shows_what_came_back()
    {
        await TallyAsync(ReturnDone.AddressStopped, ReturnDone.Complaint, ReturnDone.AutoReply);
        _clinic.Clock.Advance(TimeSpan.FromDays(1));
        await TallyAsync(ReturnDone.AddressStopped, ReturnDone.Backscatter);
        var found = await new ReadReturned(_clinic.Context).RunAsync(3, TestClinic.Author, Token);
        Assert.Equal([(0, 0, 0), (1, 1, 1), (1, 0, 1)], found.Days.Select(day => ((int)day.Failures, (int)day.Complaints, (int)day.Others)));
        Assert.Equal(("address stopped, staff asked", 2), (found.Kinds[0].Words, (int)found.Kinds[0].Count));
    }

    [Fact]
    public async Task A_domain_report_is_kept_once_and_shown_by_day_and_source()
    {
        var report = Report(3);
        Assert.True(KeepDomainReport.IsAbout(_clinic.Context, report));
        Assert.True(await new KeepDomainReport(_clinic.Context).RunAsync(report, Token));
        Assert.False(await new KeepDomainReport(_clinic.Context).RunAsync(report, Token));
        _clinic.Clock.SetUtcNow(report.End + TimeSpan.FromHours(12));
        var found = await new ReadReturned(_clinic.Context).DomainsAsync(3, TestClinic.Author, Token);
        Assert.Equal((4, 2), (found.Dmarc.Sum(day => day.Good), found.Dmarc.Sum(day => day.Bad)));
        Assert.Equal(("192.0.2.1", 2, 2), (found.Sources[0].Ip, found.Sources[0].Count, found.Sources[0].Failed));
        Assert.Equal("receiver.example", Assert.Single(found.Reporters).Words);
    }

    [Fact]
    public async Task A_report_that_claims_more_than_a_number_holds_overflows_nothing()
    {
        var report = Report(2);
        report = report with { Rows = [.. report.Rows.Select(row => row with { Count = long.MaxValue })] };
        Assert.True(await new KeepDomainReport(_clinic.Context).RunAsync(report, Token));
        _clinic.Clock.SetUtcNow(report.End + TimeSpan.FromHours(12));
        Assert.NotEmpty((await new ReadReturned(_clinic.Context).DomainsAsync(3, TestClinic.Author, Token)).Sources);
    }

    [Theory]
    [InlineData("mail.greenvalley.example", true)]
    [InlineData("greenvalley.example", true)]
    [InlineData("news.mail.greenvalley.example", true)]
    [InlineData("example", false)]
    [InlineData("othervalley.example", false)]
    [InlineData("notmail.greenvalley.example.evil.example", false)]
    public void Only_reports_about_our_domains_are_kept(string domain, bool ours) => Assert.Equal(ours, KeepDomainReport.IsAbout(_clinic.Context, Report(1) with { Domain = domain }));

    [Fact]
    public async Task Somebody_without_a_role_sees_nothing() =>
        await Assert.ThrowsAsync<RefusedException>(() => new ReadReturned(_clinic.Context).RunAsync(3, new Actor("u9", "Nobody", Roles.None), Token));

    private static DomainReport.Dmarc Report(int rows) => (DomainReport.Dmarc)ReadDomainReport.Read(Encoding.UTF8.GetBytes(DomainReportTests.Xml(rows)))!;

    private async Task TallyAsync(params ReturnDone[] all)
    {
        foreach (var done in all)
            await _clinic.Context.Database.WriteAsync((transaction, token) => new ReturnRows(_clinic.Context).TallyAsync(done, transaction, token), Token);
    }
}

public sealed class ReturnedOnSqliteTests : ReturnedCompliance
{
    private protected override Task<string?> UrlAsync() => Task.FromResult<string?>(null);
}

public sealed class ReturnedOnPostgresqlTests(PostgresServer server) : ReturnedCompliance
{
    private protected override async Task<string?> UrlAsync() => await server.CreateDatabaseAsync(TestClinic.Token);
}
