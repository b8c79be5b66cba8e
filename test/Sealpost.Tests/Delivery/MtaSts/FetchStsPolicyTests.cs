using System.Net;
using Sealpost.Delivery;
using Sealpost.Delivery.MtaSts;

namespace Sealpost.Tests.Delivery.MtaSts;

/// <summary>Against real HTTPS servers on loopback. RFC 8461 §3.3.</summary>
public sealed class FetchStsPolicyTests
{
    private const string Good = "version: STSv1\r\nmode: enforce\r\nmx: mx.clinic.example\r\nmax_age: 86400\r\n";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_policy_comes_from_the_well_known_place()
    {
        await using var server = PolicyServer.Start(HttpStatusCode.OK, Good);
        var fetched = await server.FetchAsync("clinic.example", Token);
        Assert.Equal((MtaStsMode.Enforce, TimeSpan.FromDays(1)), (fetched.Policy!.Mode, fetched.Policy.MaxAge));
        Assert.Equal(["GET /.well-known/mta-sts.txt HTTP/1.1"], server.Requests);
    }

    [Theory]
    [InlineData(HttpStatusCode.MovedPermanently)]
    [InlineData(HttpStatusCode.Found)]
    [InlineData(HttpStatusCode.PermanentRedirect)]
    [InlineData(HttpStatusCode.NotFound)]
    [InlineData(HttpStatusCode.InternalServerError)]
    [InlineData(HttpStatusCode.Created)]
    public async Task Nothing_but_200_counts_and_no_redirect_is_followed(HttpStatusCode status)
    {
        await using var server = PolicyServer.Start(status, Good, "Content-Type: text/plain\r\nLocation: /.well-known/other.txt\r\n");
        Assert.Equal(TlsFailure.StsPolicyFetchError, (await server.FetchAsync("clinic.example", Token)).Failure);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_policy_over_64_KiB_is_not_read()
    {
        await using var server = PolicyServer.Start(HttpStatusCode.OK, Good + new string('\n', 65_536));
        Assert.Equal(TlsFailure.StsPolicyFetchError, (await server.FetchAsync("clinic.example", Token)).Failure);
    }

    [Fact]
    public async Task A_policy_of_just_64_KiB_is_read()
    {
        await using var server = PolicyServer.Start(HttpStatusCode.OK, Good + new string('\n', 65_536 - Good.Length));
        Assert.NotNull((await server.FetchAsync("clinic.example", Token)).Policy);
    }

    [Fact]
    public async Task A_page_is_no_policy()
    {
        await using var server = PolicyServer.Start(HttpStatusCode.OK, Good, "Content-Type: text/html\r\n");
        Assert.Equal(TlsFailure.StsPolicyFetchError, (await server.FetchAsync("clinic.example", Token)).Failure);
    }

    [Fact]
    public async Task The_server_must_prove_that_it_is_the_policy_s_host()
    {
        await using var expired = PolicyServer.Start(HttpStatusCode.OK, Good, certificate: c => c.IssueExpired("mta-sts.clinic.example"));
        await using var unknown = PolicyServer.Start(HttpStatusCode.OK, Good, certificate: c => c.SelfSigned("mta-sts.clinic.example"));
        await using var domain = PolicyServer.Start(HttpStatusCode.OK, Good, certificate: c => c.Issue("clinic.example"));
        foreach (var server in new[] { expired, unknown, domain })
        {
            Assert.Equal(TlsFailure.StsWebpkiInvalid, (await server.FetchAsync("clinic.example", Token)).Failure);
            Assert.Empty(server.Requests);
        }
    }

    [Theory]
    [InlineData("*.clinic.example", "mail.clinic.example", true)]
    [InlineData("*.clinic.example", "MAIL.Clinic.Example", true)]
    [InlineData("*.clinic.example", "clinic.example", false)]
    [InlineData("*.clinic.example", "a.b.clinic.example", false)]
    [InlineData("*.clinic.example", ".clinic.example", false)]
    [InlineData("mail.clinic.example", "mail.clinic.example.evil.example", false)]
    public void A_wildcard_is_one_whole_label(string pattern, string host, bool allowed) =>
        Assert.Equal(allowed, MtaStsPolicy.Read($"version: STSv1\nmode: enforce\nmx: {pattern}\nmax_age: 1")!.Allows(host));

    [Fact]
    public void Two_records_are_none_and_others_do_not_count()
    {
        Assert.Null(StsRecord.IdOf(["v=STSv1; id=a;", "v=STSv1; id=b;"]));
        Assert.Equal("a", StsRecord.IdOf(["v=spf1 -all", "v=STSv1; id=a;", "v=STSv10; id=c;"]));
        Assert.Equal("first", StsRecord.IdOf(["v=STSv1; id=first; id=second;"]));
    }

    [Fact]
    public void Of_a_field_that_comes_twice_the_first_counts_and_a_year_is_the_most()
    {
        var policy = MtaStsPolicy.Read("version: STSv1\nmode: testing\nmode: enforce\nmx: a.example\nmx: b.example\nmax_age: 9999999999\nfuture: thing with words\n")!;
        Assert.Equal((MtaStsMode.Testing, 31_557_600d), (policy.Mode, policy.MaxAge.TotalSeconds));
        Assert.Equal(["a.example", "b.example"], policy.Patterns);
    }
}
