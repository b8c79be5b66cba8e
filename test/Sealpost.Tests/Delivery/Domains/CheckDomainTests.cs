using System.Net;
using Sealpost.App.Demo;
using Sealpost.Delivery;
using Sealpost.Delivery.Domains;

namespace Sealpost.Tests.Delivery.Domains;

/// <summary>The sender domain as others see it, asked of a real name server.</summary>
public sealed class CheckDomainTests : IAsyncLifetime
{
    private const string Policy = "version: STSv1\r\nmode: enforce\r\nmx: in.clinic.test\r\nmax_age: 604800\r\n";

    private readonly MailboxCertificates _certificates = new(TimeProvider.System);
    private readonly DkimKeys _keys = DkimKeys.Create("mail.clinic.test", TimeProvider.System);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        _certificates.Dispose();
        _keys.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_domain_that_publishes_everything_is_ready()
    {
        var report = await RunAsync(Good(), Policy);
        Assert.True(report.IsReady, Text(report));
        Assert.All(report.Findings, finding => Assert.True(finding.Standing == DomainStanding.Good, Text(report)));
        Assert.Equal(["BIMI", "DKIM", "DMARC", "HELO", "MTA-STS", "MX", "PTR", "SPF", "TLS-RPT"], report.Findings.Select(finding => finding.Area).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_domain_that_publishes_nothing_is_told_everything_to_publish()
    {
        var zones = new Dictionary<string, string> { ["clinic.test"] = "", ["test"] = "", ["in-addr.arpa"] = "" };
        await using var dns = await KnotServer.StartAsync(zones, Token);
        using var check = new CheckDomain(new DeliveryOptions { HeloName = "mail.clinic.test", DnsServer = dns.Server }, TimeProvider.System);
        var domain = Domain() with { Addresses = [IPAddress.Parse("127.0.0.2")] };
        var report = await check.RunAsync(domain, Token);
        Assert.False(report.IsReady);
        var publish = report.Findings.SelectMany(finding => finding.Publish).ToList();
        Assert.All(_keys.DnsRecords, record => Assert.Contains(new ZoneRecord(record.Name, "TXT", record.Value), publish));
        Assert.Contains(new ZoneRecord("mail.clinic.test", "TXT", "v=spf1 ip4:127.0.0.2 -all"), publish);
        Assert.Contains(new ZoneRecord("bounce.mail.clinic.test", "TXT", "v=spf1 ip4:127.0.0.2 -all"), publish);
        Assert.Contains(DomainRecords.Dmarc("mail.clinic.test"), publish);
        Assert.Contains(publish, record => record is { Name: "bounce.mail.clinic.test", Type: "MX" });
        Assert.Contains(new ZoneRecord("2.0.0.127.in-addr.arpa", "PTR", "mail.clinic.test."), publish);
        Assert.All(report.Findings.Where(finding => finding.Standing > DomainStanding.Good), finding => Assert.NotNull(finding.Mend));
    }

    [Theory]
    [InlineData("mail TXT \"v=spf1 ip4:127.0.0.1 -all\"", "mail TXT \"v=spf1 ip4:127.0.0.9 -all\"", "SPF", "Wrong", "does not allow 127.0.0.1")]
    [InlineData("mail TXT \"v=spf1 ip4:127.0.0.1 -all\"", "mail TXT \"v=spf1 +all\"", "SPF", "Wrong", "lets anybody")]
    [InlineData("mail TXT \"v=spf1 ip4:127.0.0.1 -all\"", "mail TXT \"v=spf1 ip4:127.0.0.1 ~all\"", "SPF", "Advice", "~all")]
    [InlineData("mail TXT \"v=spf1 ip4:127.0.0.1 -all\"", "mail TXT \"v=spf1 ip4:127.0.0.1 -all\"\nmail TXT \"v=spf1 -all\"", "SPF", "Wrong", "several SPF records")]
    [InlineData("mail TXT \"v=spf1 ip4:127.0.0.1 -all\"", "mail TXT \"v=spf1 include:l1.clinic.test include:l2.clinic.test -all\"", "SPF", "Wrong", "More than ten look-ups")]
    [InlineData("mail TXT \"v=spf1 ip4:127.0.0.1 -all\"", "mail TXT \"v=spf1 a:mail.clinic.test mx -all\"", "SPF", "Good", "2 of 10 look-ups")]
    [InlineData("p=reject; np=reject;", "p=reject; np=reject; pct=50; ri=3600;", "DMARC", "Advice", "pct, ri")]
    [InlineData("p=reject; np=reject;", "p=reject; np=reject; ruf=mailto:f@clinic.test;", "DMARC", "Wrong", "failure reports")]
    [InlineData("p=reject; np=reject;", "p=none; np=reject;", "DMARC", "Advice", "anybody can write")]
    [InlineData("p=reject; np=reject;", "p=reject; t=y; np=reject;", "DMARC", "Advice", "t=y")]
    [InlineData("p=reject; np=reject;", "p=reject; np=none;", "DMARC", "Advice", "do not exist")]
    [InlineData("rua=mailto:d@mail.clinic.test", "rua=mailto:d@elsewhere.test", "DMARC", "Advice", "does not say that it takes them")]
    [InlineData("1.0.0.127 PTR mail.clinic.test.", "1.0.0.127 PTR other.clinic.test.", "PTR", "Wrong", "does not lead to it again")]
    [InlineData("bounce.mail MX 10 in", "bounce.mail MX 0 .", "MX", "Wrong", "no bounce comes back")]
    [InlineData("bounce.mail MX 10 in", "bounce.mail MX 10 gone", "MX", "Wrong", "has no address")]
    [InlineData("_smtp._tls.bounce.mail TXT \"v=TLSRPTv1; rua=mailto:t@clinic.test\"", "", "TLS-RPT", "Advice", "Nobody reports")]
    [InlineData("_mta-sts.bounce.mail TXT \"v=STSv1; id=1\"", "_mta-sts.bounce.mail TXT \"v=STSv1; id=not-good\"", "MTA-STS", "Advice", "cannot be used")]
    public async Task What_is_wrong_is_named(string published, string instead, string area, string standing, string says)
    {
        var zones = Good().ToDictionary(zone => zone.Key, zone => zone.Value.Replace(published, instead, StringComparison.Ordinal));
        Assert.NotEqual(Good().Values, zones.Values);
        var report = await RunAsync(zones, Policy);
        Assert.True(report.Findings.Any(finding => finding.Area == area && finding.Standing.ToString() == standing && finding.Says.Contains(says, StringComparison.Ordinal)), Text(report));
    }

    [Theory]
    [InlineData("version: STSv1\nmode: enforce\nmx: other.test\nmax_age: 604800\n", "text/plain", "200 OK", "does not name in.clinic.test")]
    [InlineData("version: STSv1\nmode: enforce\nmx: *.clinic.test\nmax_age: 604800\n", "text/html", "200 OK", "not text/plain")]
    [InlineData("version: STSv1\nmode: enforce\nmx: *.clinic.test\nmax_age: 60\n", "text/plain", "200 OK", "max_age")]
    [InlineData("", "text/plain", "302 Found", "302")]
    public async Task A_policy_that_cannot_be_used_is_named(string policy, string type, string status, string says)
    {
        var report = await RunAsync(Good(), policy, type, status);
        Assert.True(report.Findings.Any(finding => finding is { Area: "MTA-STS", Standing: DomainStanding.Wrong } && finding.Says.Contains(says, StringComparison.Ordinal)), Text(report));
    }

    [Fact]
    public async Task A_policy_page_under_another_name_is_not_trusted()
    {
        var report = await RunAsync(Good(), Policy, name: "mta-sts.other.test");
        Assert.True(report.Findings.Any(finding => finding is { Area: "MTA-STS", Standing: DomainStanding.Wrong } && finding.Says.Contains("certificate", StringComparison.Ordinal)), Text(report));
    }

    [Fact]
    public async Task Another_key_under_our_selector_is_named()
    {
        using var other = DkimKeys.Create("mail.clinic.test", TimeProvider.System);
        var zones = Good();
        zones["clinic.test"] = zones["clinic.test"].Replace(Quoted(_keys.DnsRecords[0].Value), Quoted(other.DnsRecords[0].Value), StringComparison.Ordinal);
        var report = await RunAsync(zones, Policy);
        Assert.True(report.Findings.Any(finding => finding is { Area: "DKIM", Standing: DomainStanding.Wrong } && finding.Says.Contains("another key", StringComparison.Ordinal)), Text(report));
    }

    [Theory]
    [InlineData("a.b.c.d.e.f.g.h.i.example", "a.b.c.d.e.f.g.h.i.example d.e.f.g.h.i.example e.f.g.h.i.example f.g.h.i.example g.h.i.example h.i.example i.example example")]
    [InlineData("mail.example.com", "mail.example.com example.com com")]
    public void The_tree_is_walked_as_RFC_9989_says(string domain, string names) => Assert.Equal(names.Split(' '), DmarcWalk.NamesOf(domain));

    [Fact]
    public async Task The_record_of_the_organisational_domain_applies_below_it()
    {
        var zones = Good();
        zones["clinic.test"] = zones["clinic.test"].Replace("_dmarc.mail TXT", "_dmarc TXT", StringComparison.Ordinal);
        var report = await RunAsync(zones, Policy);
        Assert.True(report.Findings.Any(finding => finding is { Area: "DMARC", Standing: DomainStanding.Good } && finding.Says.Contains("organisational domain clinic.test", StringComparison.Ordinal)), Text(report));
    }

    private static string Text(DomainReport report) => string.Join('\n', report.Findings.Select(finding => $"{finding.Area} {finding.Standing}: {finding.Says}"));

    private SenderDomain Domain() => new() { Domain = "mail.clinic.test", HeloName = "mail.clinic.test", Dkim = _keys.DnsRecords };

    private Dictionary<string, string> Good() => new(StringComparer.Ordinal)
    {
        ["clinic.test"] = $"""
            mail A 127.0.0.1
            mail MX 10 in
            in A 127.0.0.1
            mail TXT "v=spf1 ip4:127.0.0.1 -all"
            bounce.mail TXT "v=spf1 ip4:127.0.0.1 -all"
            bounce.mail MX 10 in
            _dmarc.mail TXT "v=DMARC1; p=reject; np=reject; rua=mailto:d@mail.clinic.test"
            _mta-sts.mail TXT "v=STSv1; id=1"
            _mta-sts.bounce.mail TXT "v=STSv1; id=1"
            mta-sts.mail A 127.0.0.1
            mta-sts.bounce.mail A 127.0.0.1
            _smtp._tls.mail TXT "v=TLSRPTv1; rua=mailto:t@clinic.test"
            _smtp._tls.bounce.mail TXT "v=TLSRPTv1; rua=mailto:t@clinic.test"
            {string.Concat(_keys.DnsRecords.Select(record => $"{record.Name}. TXT {Quoted(record.Value)}\n"))}
            l1 TXT "v=spf1 {string.Join(' ', Enumerable.Repeat("include:l3.clinic.test", 6))} -all"
            l2 TXT "v=spf1 {string.Join(' ', Enumerable.Repeat("include:l3.clinic.test", 6))} -all"
            l3 TXT "v=spf1 ip4:127.0.0.77 -all"
            """,
        ["elsewhere.test"] = "",
        ["test"] = "",
        ["in-addr.arpa"] = "1.0.0.127 PTR mail.clinic.test.",
    };

    private static string Quoted(string value) => string.Join(' ', value.Chunk(255).Select(part => $"\"{new string(part)}\""));

    private async Task<DomainReport> RunAsync(Dictionary<string, string> zones, string policy, string type = "text/plain", string status = "200 OK", string? name = null)
    {
        await using var dns = await KnotServer.StartAsync(zones, Token);
        // One certificate for both names, as behind one front.
        await using var pages = new PageServer(_certificates, name is null ? ["mta-sts.mail.clinic.test", "mta-sts.bounce.mail.clinic.test"] : [name], (_, _) => (status, type, policy));
        using var check = new CheckDomain(new DeliveryOptions { HeloName = "mail.clinic.test", DnsServer = dns.Server, ExtraRoots = [_certificates.Root] }, TimeProvider.System) { PolicyPort = pages.Port };
        return await check.RunAsync(Domain(), Token);
    }
}
