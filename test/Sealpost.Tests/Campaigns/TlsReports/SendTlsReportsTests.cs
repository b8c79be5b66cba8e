using System.Globalization;
using System.Text;
using Sealpost.Campaigns;
using Sealpost.Campaigns.TlsReports;
using Sealpost.Delivery;
using Sealpost.Delivery.Domains;
using Sealpost.Delivery.DomainReports;
using Sealpost.Storage;
using Sealpost.Tests.Delivery;
using Sealpost.Tests.Delivery.Lab;
using TlsReport = Sealpost.Delivery.DomainReports.DomainReport.Tls;

namespace Sealpost.Tests.Campaigns.TlsReports;

/// <summary>Reports to domains whose mail hosts, policies and name servers are real and on loopback.</summary>
public sealed class SendTlsReportsTests(MailLab lab) : IClassFixture<MailLab>, IAsyncLifetime
{
    private static readonly TimeSpan Later = TimeSpan.FromHours(17); // the clinic's clock stands at noon: past midnight and the spread

    private readonly TlsTally _tally = new();
    private TestClinic _clinic = null!;

    private static CancellationToken Token => TestClinic.Token;

    public async ValueTask InitializeAsync() => _clinic = await TestClinic.CreateAsync();

    public ValueTask DisposeAsync() => _clinic.DisposeAsync();

    [Fact]
    public async Task A_domain_with_broken_TLS_is_told_by_mail_that_only_TLS_carries()
    {
        MailLab.Require();
        await WrittenToAsync("report.test", SendTlsReports.LeastPatients);
        Count("report.test", 5, null);
        Count("report.test", 2, TlsFailure.CertificateNotTrusted);
        var host = lab.Host("mx.report.test");
        var before = (host.Messages.Count, lab.Attempts.Count);
        Assert.Equal(0, await RunAsync());
        Assert.Equal(TlsReportState.Waiting, await StateAsync("report.test"));
        _clinic.Clock.Advance(Later);
        Assert.Equal(1, await RunAsync());
        Assert.Equal(0, await RunAsync());

        Assert.Equal(before.Item1 + 1, host.Messages.Count);
        Assert.Equal(0, host.ClearBytes);
        Assert.Contains("tls MAIL FROM:<>", string.Join('\n', host.Commands), StringComparison.Ordinal);
        Assert.Equal(TlsReportState.Sent, await StateAsync("report.test"));
        var mail = Encoding.Latin1.GetBytes(host.Messages[^1]);
        Assert.Equal(2, PlainDkimVerifier.Verify(mail, selector => KeyOf(_clinic.DkimRecords, selector)).Count);
        Assert.DoesNotContain("l=", host.Messages[^1].Split("\r\n\r\n")[0].Split("b=")[0], StringComparison.Ordinal);
        Assert.Contains("TLS-Report-Domain: report.test", host.Messages[^1], StringComparison.Ordinal);
        Assert.Contains("TLS-Required: No", host.Messages[^1], StringComparison.Ordinal);

        // The report reads as one, and the session that carried it is in none.
        var report = Assert.IsType<TlsReport>(await ReadDomainReport.RunAsync(mail, Token));
        Assert.Equal((5, 2), (report.Policies.Sum(policy => policy.Successes), report.Policies.Sum(policy => policy.Failures)));
        Assert.Equal("certificate-not-trusted", Assert.Single(Assert.Single(report.Policies).Details).Result);
        Assert.Equal((2026, 11, 24), (report.Begin.Year, report.Begin.Month, report.Begin.Day));
        Assert.Empty(_tally.Take());
    }

    [Fact]
    public async Task A_domain_that_names_a_web_address_is_told_there()
    {
        MailLab.Require();
        await WrittenToAsync("webreport.test", SendTlsReports.LeastPatients);
        Count("webreport.test", 3, null);
        await RunAsync();
        _clinic.Clock.Advance(Later);
        Assert.Equal(1, await RunAsync());
        var report = Assert.IsType<TlsReport>(ReadDomainReport.Read(Unpack(lab.Policies.Posted["mta-sts.webreport.test"])));
        Assert.Equal(3, Assert.Single(report.Policies).Successes);
    }

    [Fact]
    public async Task A_web_address_inside_our_own_networks_is_never_asked()
    {
        MailLab.Require();
        await WrittenToAsync("webreport.test", SendTlsReports.LeastPatients);
        Count("webreport.test", 3, null);
        await RunAsync();
        _clinic.Clock.Advance(Later);
        lab.Policies.Posted.Clear();
        Assert.Equal(0, await RunAsync(PublicAddress.Is));
        Assert.Empty(lab.Policies.Posted);
        Assert.Equal(TlsReportState.Waiting, await StateAsync("webreport.test"));
    }

    [Fact]
    public async Task A_domain_of_few_patients_is_never_told()
    {
        MailLab.Require();
        await WrittenToAsync("report.test", SendTlsReports.LeastPatients - 1);
        Count("report.test", 500, null);
        await RunAsync();
        _clinic.Clock.Advance(Later);
        var before = lab.Host("mx.report.test").Messages.Count;
        Assert.Equal(0, await RunAsync());
        Assert.Equal(before, lab.Host("mx.report.test").Messages.Count);
        Assert.Equal(TlsReportState.TooFew, await StateAsync("report.test"));
    }

    [Fact]
    public async Task A_domain_without_the_record_is_not_told()
    {
        MailLab.Require();
        await WrittenToAsync("sts.test", 50);
        Count("sts.test", 1, null);
        await RunAsync();
        _clinic.Clock.Advance(Later);
        Assert.Equal(0, await RunAsync());
        Assert.Equal(TlsReportState.NotAsked, await StateAsync("sts.test"));
    }

    [Fact]
    public async Task A_host_without_TLS_gets_nothing_and_is_given_up_after_a_day()
    {
        MailLab.Require();
        await WrittenToAsync("noreport.test", 50);
        Count("noreport.test", 1, TlsFailure.StartTlsNotSupported);
        await RunAsync();
        _clinic.Clock.Advance(Later);
        for (var hour = 0; hour < 30; hour++)
        {
            await RunAsync();
            _clinic.Clock.Advance(TimeSpan.FromHours(1));
        }

        Assert.Equal(TlsReportState.GivenUp, await StateAsync("noreport.test"));
        Assert.InRange(lab.Host("mx.noreport.test").Connections, 20, 30);
        Assert.Equal(0, lab.Host("mx.noreport.test").ClearBytes);
    }

    private async Task<int> RunAsync(Func<System.Net.IPAddress, bool>? mayReach = null)
    {
        var send = new SendTlsReports(
            _clinic.Context,
            _tally,
            () => new ReportWays(lab.NewSender(_tally.Add), new AskDns(lab.Dns.Server), new HttpsPages(lab.Options, TimeProvider.System, mayReach), _clinic.Dkim, "Green Valley"));
        await send.FlushAsync(Token);
        return await send.RunAsync(Token);
    }

    private async Task<TlsReportState> StateAsync(string domain) =>
        (await new ListTlsReports(_clinic.Context).RunAsync(TestClinic.Author, Token)).Single(line => line.Domain == domain).State;

    private void Count(string domain, int sessions, TlsFailure? failure)
    {
        for (var i = 0; i < sessions; i++)
            _tally.Add(new TlsAttempt(domain, TlsPolicyType.NoPolicyFound, [], [], "mx." + domain, "127.0.1.1", failure, _clinic.Clock.GetUtcNow()));
    }

    // Deliveries of a campaign to so many patients of a domain.
    private Task WrittenToAsync(string domain, int patients) => _clinic.Context.Database.WriteAsync(
        async (transaction, token) =>
        {
            var number = await new DestinationStore(_clinic.Context).NumberAsync(domain, transaction, token);
            foreach (var patient in Enumerable.Range(1, patients))
            {
                foreach (var campaign in new[] { 1, 2 })
                {
                    await Sql.ExecuteAsync(
                        transaction,
                        "INSERT INTO delivery (org, campaign, patient, destination, state, changed_at) VALUES (1, @campaign, @patient, @destination, 2, 0)",
                        [("@campaign", campaign), ("@patient", patient), ("@destination", number)],
                        token);
                }
            }

            return 0;
        },
        Token);

    private static string KeyOf(IReadOnlyList<(string Name, string Value)> records, string selector)
    {
        var value = records.Single(record => record.Name.StartsWith(selector + ".", StringComparison.Ordinal)).Value;
        return value[(value.IndexOf("p=", StringComparison.Ordinal) + 2)..];
    }

    private static byte[] Unpack(byte[] packed)
    {
        using var gzip = new System.IO.Compression.GZipStream(new MemoryStream(packed), System.IO.Compression.CompressionMode.Decompress);
        using var clear = new MemoryStream();
        gzip.CopyTo(clear);
        return clear.ToArray();
    }
}
