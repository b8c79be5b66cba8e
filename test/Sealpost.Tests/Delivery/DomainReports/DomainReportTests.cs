using System.IO.Compression;
using System.Text;
using System.Text.Json;
using CsCheck;
using Sealpost.Delivery.DomainReports;

namespace Sealpost.Tests.Delivery.DomainReports;

/// <summary>Reports of others about our domains: the shared vectors, our own forms, and hostile ones.</summary>
public sealed class DomainReportTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_shared_DMARC_report_is_read()
    {
        var folder = TestData.Require("mail-auth-vectors", "stalwart", "dmarc-feedback");
        var read = 0;
        foreach (var path in Directory.EnumerateFiles(folder).Where(path => !path.EndsWith(".json", StringComparison.Ordinal)))
        {
            using var expected = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.ChangeExtension(path, ".json"), Token));
            var bytes = await File.ReadAllBytesAsync(path, Token);
            var report = Assert.IsType<DomainReport.Dmarc>(path.EndsWith(".eml", StringComparison.Ordinal) ? await ReadDomainReport.RunAsync(bytes, Token) : ReadDomainReport.Read(bytes));
            Same(expected.RootElement, report);
            read++;
        }

        Assert.True(read > 5);
    }

    [Fact]
    public async Task Every_shared_TLS_report_is_read()
    {
        var folder = TestData.Require("mail-auth-vectors", "stalwart", "tlsrpt");
        foreach (var path in Directory.EnumerateFiles(folder, "*.json"))
        {
            var bytes = await File.ReadAllBytesAsync(path, Token);
            using var expected = JsonDocument.Parse(bytes);
            var report = Assert.IsType<DomainReport.Tls>(ReadDomainReport.Read(bytes));
            Assert.Equal(expected.RootElement.GetProperty("policies").GetArrayLength(), report.Policies.Count);
            Same(report, TlsReportJson.Read(TlsReportJson.Write(report))!);
            var mail = Path.ChangeExtension(path, ".eml");
            if (File.Exists(mail))
                Same(report, Assert.IsType<DomainReport.Tls>(await ReadDomainReport.RunAsync(await File.ReadAllBytesAsync(mail, Token), Token)));
        }
    }

    [Fact]
    public void A_TLS_report_of_the_example_in_the_standard_is_read_whole()
    {
        var bytes = """
            {"organization-name":"Company-X","date-range":{"start-datetime":"2016-04-01T00:00:00Z","end-datetime":"2016-04-01T23:59:59Z"},"contact-info":"sts-reporting@company-x.example","report-id":"5065427c",
            "policies":[{"policy":{"policy-type":"sts","policy-string":["version: STSv1","mode: testing"],"policy-domain":"Company-Y.example","mx-host":"*.mail.company-y.example"},
            "summary":{"total-successful-session-count":5326,"total-failure-session-count":303},
            "failure-details":[{"result-type":"certificate-expired","sending-mta-ip":"2001:db8::1","receiving-mx-hostname":"mx1.mail.company-y.example","failed-session-count":100}]}]}
            """u8.ToArray();
        var policy = Assert.Single(Assert.IsType<DomainReport.Tls>(ReadDomainReport.Read(bytes)).Policies);
        Assert.Equal(("company-y.example", 5326, 303, "*.mail.company-y.example"), (policy.Domain, policy.Successes, policy.Failures, Assert.Single(policy.MxHosts)));
        Assert.Equal(("certificate-expired", 100), (policy.Details[0].Result, policy.Details[0].Count));
    }

    [Theory]
    [InlineData("application/gzip")]
    [InlineData("application/zip")]
    [InlineData("text/xml")]
    [InlineData("application/octet-stream")]
    public async Task A_DMARC_report_is_read_however_it_is_packed(string type)
    {
        var xml = Encoding.UTF8.GetBytes(Xml(2));
        var packed = type switch { "application/zip" => Zip(xml), "text/xml" => xml, _ => Gzip(xml) };
        var report = Assert.IsType<DomainReport.Dmarc>(await ReadDomainReport.RunAsync(Mail(type, packed), Token));
        Assert.Equal(("mail.greenvalley.example", 2, true), (report.Domain, report.Rows.Count, report.Rows[0].Passed));
    }

    [Fact]
    public async Task An_archive_that_unpacks_to_far_more_than_a_report_is_none()
    {
        var bomb = Gzip(new byte[BoundedUnpack.LargestBytes + 1]);
        Assert.True(bomb.Length < 100_000);
        Assert.Null(await BoundedUnpack.RunAsync(bomb, Token));
        Assert.Null(await BoundedUnpack.RunAsync(Zip(new byte[BoundedUnpack.LargestBytes + 1]), Token));
        Assert.Null(await ReadDomainReport.RunAsync(Mail("application/gzip", bomb), Token));
    }

    [Theory]
    [InlineData("<!DOCTYPE feedback [<!ENTITY a \"aaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><feedback>&b;</feedback>")]
    [InlineData("<!DOCTYPE feedback SYSTEM \"http://127.0.0.1:9/x.dtd\"><feedback/>")]
    [InlineData("<feedback><report_metadata></feedback>")]
    [InlineData("<feedback/>")]
    [InlineData("<other/>")]
    [InlineData("{\"policies\":1}")]
    [InlineData("{\"policies\":[],\"date-range\":{\"start-datetime\":\"never\",\"end-datetime\":\"never\"}}")]
    [InlineData("[[[[")]
    [InlineData("")]
    public void What_is_hostile_or_no_report_is_none(string text) => Assert.Null(ReadDomainReport.Read(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void XML_as_deep_as_a_well_is_none() =>
        Assert.Null(ReadDomainReport.Read(Encoding.UTF8.GetBytes("<feedback>" + string.Concat(Enumerable.Repeat("<a>", 500_000)))));

    [Fact]
    public void Rows_beyond_the_limit_are_left_out() => Assert.Equal(DmarcXml.MostRows, Assert.IsType<DomainReport.Dmarc>(ReadDomainReport.Read(Encoding.UTF8.GetBytes(Xml(DmarcXml.MostRows + 10)))).Rows.Count);

    [Fact]
    public async Task Any_damage_is_survived()
    {
        byte[][] good = [Gzip(Encoding.UTF8.GetBytes(Xml(3))), Zip(Encoding.UTF8.GetBytes(Xml(3))), Encoding.UTF8.GetBytes(Xml(3))];
        await Gen.Select(Gen.Int[0, 2], Gen.Int[0, 400], Gen.Byte.Array[1, 6]).SampleAsync(
            async (which, at, bytes) =>
            {
                var damaged = good[which].ToArray();
                bytes.AsSpan(0, Math.Min(bytes.Length, damaged.Length - Math.Min(at, damaged.Length))).CopyTo(damaged.AsSpan(Math.Min(at, damaged.Length)));
                if (await BoundedUnpack.RunAsync(damaged, CancellationToken.None) is { } clear)
                    _ = ReadDomainReport.Read(clear);
                _ = await ReadDomainReport.RunAsync(Mail("application/zip", damaged), CancellationToken.None);
            },
            iter: TestData.Full ? 5_000 : 500);
    }

    private static void Same(JsonElement expected, DomainReport.Dmarc report)
    {
        var about = expected.GetProperty("report_metadata");
        Assert.Equal((about.GetProperty("org_name").GetString(), about.GetProperty("report_id").GetString()), (report.Reporter, report.Id));
        Assert.Equal(about.GetProperty("date_range").GetProperty("begin").GetInt64(), report.Begin.ToUnixTimeSeconds());
        Assert.Equal(expected.GetProperty("policy_published").GetProperty("domain").GetString(), report.Domain);
        Assert.Equal(
            expected.GetProperty("record").EnumerateArray().Select(record => record.GetProperty("row")).Select(row => (
                row.GetProperty("source_ip").GetString()!, row.GetProperty("count").GetInt64(), row.GetProperty("policy_evaluated").GetProperty("dkim").GetString() == "Pass", row.GetProperty("policy_evaluated").GetProperty("spf").GetString() == "Pass")),
            report.Rows.Select(row => (row.Source, row.Count, row.Dkim, row.Spf)));
    }

    private static void Same(DomainReport.Tls expected, DomainReport.Tls given)
    {
        Assert.Equal((expected.Reporter, expected.Id, expected.Begin), (given.Reporter, given.Id, given.Begin));
        Assert.Equal(expected.Policies.Select(policy => (policy.Type, policy.Domain, policy.Successes, policy.Failures)), given.Policies.Select(policy => (policy.Type, policy.Domain, policy.Successes, policy.Failures)));
        Assert.Equal(expected.Policies.SelectMany(policy => policy.Details), given.Policies.SelectMany(policy => policy.Details));
    }

    internal static byte[] Mail(string type, byte[] content) => Encoding.ASCII.GetBytes(
        $"From: reports@receiver.example\nTo: dmarc@mail.greenvalley.example\nSubject: Report Domain: mail.greenvalley.example\nMIME-Version: 1.0\nContent-Type: {type}\nContent-Disposition: attachment; filename=\"report.xml.gz\"\nContent-Transfer-Encoding: base64\n\n"
        + Convert.ToBase64String(content, Base64FormattingOptions.InsertLineBreaks));

    internal static string Xml(int rows) =>
        "<?xml version=\"1.0\"?><feedback><report_metadata><org_name>receiver.example</org_name><report_id>r1</report_id><date_range><begin>1795478400</begin><end>1795564799</end></date_range></report_metadata>"
        + "<policy_published><domain>mail.greenvalley.example</domain><p>reject</p></policy_published>"
        + string.Concat(Enumerable.Range(0, rows).Select(i => $"<record><row><source_ip>192.0.2.{i % 250}</source_ip><count>{i + 1}</count><policy_evaluated><disposition>none</disposition><dkim>{(i % 2 == 0 ? "pass" : "fail")}</dkim><spf>fail</spf></policy_evaluated></row><identifiers><header_from>mail.greenvalley.example</header_from></identifiers></record>"))
        + "</feedback>";

    internal static byte[] Gzip(byte[] clear)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize))
            gzip.Write(clear);
        return packed.ToArray();
    }

    private static byte[] Zip(byte[] clear)
    {
        using var packed = new MemoryStream();
        using (var zip = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = zip.CreateEntry("report.xml", CompressionLevel.SmallestSize).Open();
            entry.Write(clear);
        }

        return packed.ToArray();
    }
}
