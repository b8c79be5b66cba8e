using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sealpost.App.Demo;
using Sealpost.Delivery;
using Sealpost.Delivery.Domains;

namespace Sealpost.Tests.Delivery.Domains;

/// <summary>The logo of a sender domain as receivers look at it, asked of a real name server and a real web server.</summary>
public sealed class CheckBimiTests : IAsyncLifetime
{
    private const string Logo = """
        <?xml version="1.0" encoding="UTF-8"?>
        <svg xmlns="http://www.w3.org/2000/svg" version="1.2" baseProfile="tiny-ps" viewBox="0 0 64 64"><title>Green Valley Clinic</title>
        <defs><linearGradient id="g"><stop offset="0" stop-color="#0b5d66"/></linearGradient></defs><rect width="64" height="64" fill="url(#g)"/></svg>
        """;

    private readonly MailboxCertificates _certificates = new(TimeProvider.System);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        _certificates.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_domain_with_record_enforced_dmarc_logo_and_mark_certificate_is_well()
    {
        var findings = await RunAsync("v=BIMI1; l=LOGO; a=MARK;");
        Assert.All(findings, finding => Assert.True(finding.Standing == DomainStanding.Good, finding.Says));
        Assert.Equal(3, findings.Count);
    }

    [Theory]
    [InlineData("v=BIMI1; l=; a=;", "shows no logo")]
    [InlineData("", "That is a choice")]
    public async Task No_logo_is_a_choice(string record, string says)
    {
        var finding = Assert.Single(await RunAsync(record));
        Assert.Equal(DomainStanding.Good, finding.Standing);
        Assert.Contains(says, finding.Says, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("v=BIMI1; l=http://mail.clinic.test/logo.svg; a=;", "https:// address in l=", "v=BIMI1; l=https://mail.clinic.test/logo.svg; a=")]
    [InlineData("v=BIMI1; l=https://mail.clinic.test/logo.svg; a=certificate.pem", "https:// address in a=", "v=BIMI1; l=https://mail.clinic.test/logo.svg; a=https://<your web server>/certificate.pem")]
    [InlineData("v=BIMI1; a=https://mail.clinic.test/certificate.pem", "no l=", "v=BIMI1; l=https://<your web server>/logo.svg; a=https://mail.clinic.test/certificate.pem")]
    [InlineData("v=BIMI2; l=https://mail.clinic.test/logo.svg", "begin with v=BIMI1", "v=BIMI1; l=https://mail.clinic.test/logo.svg; a=")]
    [InlineData("v=BIMI1; l=https://a.test/; l=https://b.test/", "more than once", "v=BIMI1; l=https://a.test/; a=")]
    public async Task A_record_that_cannot_be_used_is_named_with_what_to_publish(string record, string says, string publish)
    {
        var finding = Assert.Single(await RunAsync(record));
        Assert.Equal(DomainStanding.Advice, finding.Standing);
        Assert.Contains(says, finding.Says, StringComparison.Ordinal);
        Assert.Equal(new ZoneRecord("default._bimi.mail.clinic.test", "TXT", publish), Assert.Single(finding.Publish));
    }

    [Theory]
    [InlineData("v=DMARC1; p=none", "enforced")]
    [InlineData("v=DMARC1; p=quarantine; pct=50", "enforced")]
    [InlineData("v=DMARC1; p=reject; t=y", "enforced")]
    public async Task Without_enforced_dmarc_nobody_shows_it(string dmarc, string says)
    {
        var findings = await RunAsync("v=BIMI1; l=LOGO; a=MARK", dmarc: dmarc);
        var finding = Assert.Single(findings, finding => finding.Standing == DomainStanding.Advice);
        Assert.Contains(says, finding.Says, StringComparison.Ordinal);
        Assert.Equal(DomainRecords.Dmarc("mail.clinic.test"), Assert.Single(finding.Publish));
    }

    [Fact]
    public async Task The_organisational_domain_has_to_enforce_it_too()
    {
        var findings = await RunAsync("v=BIMI1; l=LOGO; a=MARK", organisation: "v=DMARC1; p=none");
        var finding = Assert.Single(findings, finding => finding.Standing == DomainStanding.Advice);
        Assert.Equal(DomainRecords.Dmarc("clinic.test"), Assert.Single(finding.Publish));
    }

    [Theory]
    [InlineData("baseProfile=\"tiny-ps\"", "baseProfile=\"tiny\"", "baseProfile")]
    [InlineData("version=\"1.2\"", "version=\"1.1\"", "version")]
    [InlineData("viewBox=\"0 0 64 64\"", "viewBox=\"0 0 64 32\"", "square")]
    [InlineData("viewBox=\"0 0 64 64\"", "viewBox=\"0 0 64 64\" x=\"0\"", "neither x nor y")]
    [InlineData("<title>Green Valley Clinic</title>", "", "title")]
    [InlineData("</svg>", "<script>1</script></svg>", "<script> is not allowed")]
    [InlineData("</svg>", "<image href=\"https://a.test/a.png\"/></svg>", "<image> is not allowed")]
    [InlineData("</svg>", "<animate/></svg>", "<animate> is not allowed")]
    [InlineData("</svg>", "<use href=\"https://a.test/a.svg#b\"/></svg>", "outside of itself")]
    [InlineData("url(#g)", "url(https://a.test/b)", "outside of itself")]
    [InlineData("<rect ", "<rect onclick=\"x()\" ", "onclick")]
    [InlineData("<svg ", "<!DOCTYPE svg [<!ENTITY a \"b\">]><svg ", "no XML without a document type")]
    public void What_is_no_tiny_ps_is_named(string part, string with, string says)
    {
        Assert.Empty(BimiLogo.ProblemsOf(Logo));
        Assert.Contains(BimiLogo.ProblemsOf(Logo.Replace(part, with, StringComparison.Ordinal)), problem => problem.Contains(says, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("200 OK", "text/plain", "served as text/plain")]
    [InlineData("302 Found", "image/svg+xml", "answers with 302")]
    public async Task A_logo_that_is_not_served_as_one_is_named(string status, string type, string says)
    {
        var findings = await RunAsync("v=BIMI1; l=LOGO; a=MARK", status, type);
        Assert.Contains(findings, finding => finding.Standing == DomainStanding.Advice && finding.Says.Contains(says, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", "", 400, "no mark certificate")]
    [InlineData("1.3.6.1.5.5.7.3.1", "mail.clinic.test", 400, "not made for logos")]
    [InlineData("1.3.6.1.5.5.7.3.31", "other.test", 400, "is not for mail.clinic.test")]
    [InlineData("1.3.6.1.5.5.7.3.31", "mail.clinic.test", -1, "valid only from")]
    [InlineData("1.3.6.1.5.5.7.3.31", "mail.clinic.test", 20, "ends on")]
    public async Task A_mark_certificate_that_does_not_do_is_named(string purpose, string name, int days, string says)
    {
        var findings = await RunAsync(purpose.Length == 0 ? "v=BIMI1; l=LOGO" : "v=BIMI1; l=LOGO; a=MARK", mark: purpose.Length == 0 ? null : Mark(purpose, name, days));
        var finding = Assert.Single(findings, finding => finding.Standing == DomainStanding.Advice);
        Assert.Contains(says, finding.Says, StringComparison.Ordinal);
    }

    private static string Mark(string purpose = "1.3.6.1.5.5.7.3.31", string name = "mail.clinic.test", int days = 400)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=mark", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], critical: false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-30), now.AddDays(days));
        return certificate.ExportCertificatePem();
    }

    private async Task<IReadOnlyList<DomainFinding>> RunAsync(
        string record, string status = "200 OK", string type = "image/svg+xml", string dmarc = "v=DMARC1; p=reject", string organisation = "v=DMARC1; p=reject; psd=n", string? mark = null)
    {
        var pem = mark ?? Mark();
        await using var server = new PageServer(_certificates, ["mail.clinic.test"], (first, _) => first.Contains("logo", StringComparison.Ordinal) ? (status, type, Logo) : ("200 OK", "application/x-pem-file", pem));
        var text = record.Replace("LOGO", $"https://mail.clinic.test:{server.Port}/logo.svg", StringComparison.Ordinal).Replace("MARK", $"https://mail.clinic.test:{server.Port}/mark.pem", StringComparison.Ordinal);
        var zones = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["clinic.test"] = $"mail A 127.0.0.1\n_dmarc.mail TXT \"{dmarc}\"\n_dmarc TXT \"{organisation}\"\n{(text.Length == 0 ? "" : $"default._bimi.mail TXT \"{text}\"\n")}",
            ["test"] = "",
        };
        await using var dns = await KnotServer.StartAsync(zones, Token);
        var options = new DeliveryOptions { HeloName = "mail.clinic.test", DnsServer = dns.Server, ExtraRoots = [_certificates.Root] };
        using var pages = new HttpsPages(options, TimeProvider.System);
        return await new CheckBimi(new AskDns(dns.Server), pages, TimeProvider.System).RunAsync(new SenderDomain { Domain = "mail.clinic.test", HeloName = "mail.clinic.test", Addresses = [IPAddress.Loopback], Dkim = [] }, Token);
    }
}
