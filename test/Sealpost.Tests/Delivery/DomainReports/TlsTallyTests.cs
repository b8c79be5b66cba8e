using Sealpost.Delivery;
using Sealpost.Delivery.DomainReports;

namespace Sealpost.Tests.Delivery.DomainReports;

/// <summary>Sessions added up, and where their report goes.</summary>
public sealed class TlsTallyTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Sessions_under_one_policy_are_one_entry_and_failures_alike_one_detail()
    {
        var tally = new TlsTally();
        for (var i = 0; i < 5; i++)
            tally.Add(Sts(null));
        tally.Add(Sts(TlsFailure.CertificateExpired));
        tally.Add(Sts(TlsFailure.CertificateExpired));
        tally.Add(Sts(TlsFailure.StartTlsNotSupported));
        tally.Add(Sts(null) with { PolicyStrings = ["version: STSv1", "mode: testing"] });
        var (key, policies) = Assert.Single(tally.Take());
        Assert.Equal((new DateOnly(2026, 11, 29), "hospital.example"), key);
        Assert.Equal([(5, 3), (1, 0)], policies.Select(policy => (policy.Successes, policy.Failures)));
        Assert.Equal([("certificate-expired", 2L), ("starttls-not-supported", 1L)], policies[0].Details.Select(one => (one.Result, one.Count)));
        Assert.Empty(tally.Take());
    }

    [Fact]
    public void A_day_ends_at_midnight_UTC()
    {
        var tally = new TlsTally();
        tally.Add(Sts(null) with { At = new DateTimeOffset(2026, 11, 29, 20, 30, 0, TimeSpan.FromHours(-5)) });
        Assert.Equal(new DateOnly(2026, 11, 30), Assert.Single(tally.Take()).Key.Day);
    }

    [Fact]
    public void What_could_not_be_written_down_is_counted_with_what_came_since()
    {
        var tally = new TlsTally();
        tally.Add(Sts(null));
        var taken = tally.Take();
        tally.Add(Sts(null));
        tally.Return(taken);
        Assert.Equal(2, Assert.Single(Assert.Single(tally.Take()).Value).Successes);
    }

    [Fact]
    public void A_thousand_kinds_of_failure_keep_their_sum_and_not_their_addresses()
    {
        var tally = new TlsTally();
        for (var i = 0; i < 1_000; i++)
            tally.Add(Sts(TlsFailure.CertificateExpired) with { ReceivingIp = $"192.0.2.{i % 250}", MxHost = $"mx{i}.hospital.example" });
        var policy = Assert.Single(Assert.Single(tally.Take()).Value);
        Assert.Equal((1_000, 1_000), (policy.Failures, policy.Details.Sum(one => one.Count)));
        Assert.InRange(policy.Details.Count, 1, 201);
    }

    [Fact]
    public void Under_DANE_the_policy_domain_is_where_the_records_are()
    {
        var policy = SessionCounts.Of(new TlsAttempt("hospital.example", TlsPolicyType.Tlsa, ["3 1 1 00"], ["mx.provider.example"], "mx.provider.example", "192.0.2.1", null, Noon));
        Assert.Equal(("tlsa", "mx.provider.example", 0), (policy.Type, policy.Domain, policy.MxHosts.Count));
    }

    [Theory]
    [InlineData("v=TLSRPTv1; rua=mailto:tls@a.example", "mailto:tls@a.example")]
    [InlineData("v=TLSRPTv1;rua=https://a.example/tls , mailto:b@c.example;", "https://a.example/tls|mailto:b@c.example")]
    [InlineData("v=TLSRPTv1; rua=mailto:tls%2Breports@a.example", "mailto:tls%2Breports@a.example")]
    [InlineData("v=TLSRPTv1; rua=http://a.example/tls", "")]
    [InlineData("v=TLSRPTv1; rua=https://user:secret@a.example/tls", "")]
    [InlineData("v=TLSRPTv1; rua=mailto:nobody", "")]
    [InlineData("v=TLSRPTv1; rua=mailto:a@b@c.example", "")]
    [InlineData("v=TLSRPTv1; rua=mailto:a%0d%0aRCPT@c.example", "")]
    [InlineData("v=TLSRPTv1; rua=mailto:a@[127.0.0.1]", "")]
    [InlineData("v=TLSRPTv2; rua=mailto:tls@a.example", "")]
    [InlineData("rua=mailto:tls@a.example; v=TLSRPTv1", "")]
    [InlineData("v=TLSRPTv1", "")]
    public void A_record_says_where_reports_go(string record, string targets) =>
        Assert.Equal(targets, string.Join('|', ReportTargets.Of(["v=spf1 -all", record]).Select(target => target.OriginalString)));

    [Fact]
    public void Two_records_are_as_none() =>
        Assert.Empty(ReportTargets.Of(["v=TLSRPTv1; rua=mailto:a@a.example", "v=TLSRPTv1; rua=mailto:b@a.example"]));

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("2606:4700::1111", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("172.32.0.1", true)]
    [InlineData("169.254.169.254", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("64:ff9b::808:808", true)]
    public void Only_addresses_of_the_public_internet_are_reported_to(string address, bool isPublic) =>
        Assert.Equal(isPublic, PublicAddress.Is(System.Net.IPAddress.Parse(address)));

    private static TlsAttempt Sts(TlsFailure? failure) => new(
        "hospital.example", TlsPolicyType.Sts, ["version: STSv1", "mode: enforce"], ["*.hospital.example"], "mx.hospital.example", "192.0.2.1", failure, Noon);
}
