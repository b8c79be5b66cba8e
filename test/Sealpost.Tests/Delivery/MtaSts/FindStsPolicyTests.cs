using System.Net;
using Microsoft.Extensions.Time.Testing;
using Sealpost.Delivery;
using Sealpost.Delivery.MtaSts;

namespace Sealpost.Tests.Delivery.MtaSts;

/// <summary>Cache, refresh, back-off and re-check of policies. RFC 8461 §3.3, §5.1.</summary>
public sealed class FindStsPolicyTests : IAsyncLifetime
{
    private const string Domain = "clinic.example";

    private readonly FakeTimeProvider _time = new(DateTimeOffset.Parse("2026-11-29T00:00:00Z", System.Globalization.CultureInfo.InvariantCulture));
    private readonly StsCache _cache = new(null);
    private readonly PolicyServer _server = PolicyServer.Start(HttpStatusCode.OK, Policy("mx.clinic.example"));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_policy_is_fetched_once_while_its_id_stands()
    {
        Announce("1");
        for (var i = 0; i < 3; i++)
            Assert.Equal("1", (await FindAsync()).EnforcedId);
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task A_new_id_fetches_anew()
    {
        Announce("1");
        await FindAsync();
        Announce("2");
        _server.Answer(HttpStatusCode.OK, Policy("mx2.clinic.example"));
        var now = await FindAsync();
        Assert.Equal(("2", "mx2.clinic.example"), (now.EnforcedId, now.Entry!.Policy.Patterns[0]));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("v=STSv1; nonsense")]
    [InlineData("servfail")]
    public async Task A_record_that_vanished_or_cannot_be_read_leaves_the_kept_policy_in_force_until_it_expires(string? record)
    {
        Announce("1");
        await FindAsync();
        _server.Dns.WithoutTxt("_mta-sts." + Domain);
        if (record == "servfail")
            _server.Dns.WithCode("_mta-sts." + Domain, 2);
        else if (record is not null)
            _server.Dns.WithTxt("_mta-sts." + Domain, record);
        _time.Advance(TimeSpan.FromDays(6.9));
        Assert.Equal("1", (await FindAsync()).EnforcedId);
        _time.Advance(TimeSpan.FromDays(0.2));
        Assert.Null((await FindAsync()).Entry);
    }

    [Fact]
    public async Task A_failed_fetch_of_an_id_is_not_tried_again_within_five_minutes()
    {
        Announce("1");
        _server.Answer(HttpStatusCode.NotFound, "");
        for (var i = 0; i < 3; i++)
            Assert.Equal((null, TlsFailure.StsPolicyFetchError), ((await FindAsync()).Entry, (await FindAsync()).Problem));
        Assert.Single(_server.Requests);
        _time.Advance(TimeSpan.FromMinutes(5));
        _server.Answer(HttpStatusCode.OK, Policy("mx.clinic.example"));
        Assert.Equal("1", (await FindAsync()).EnforcedId);
        Assert.Equal(2, _server.Requests.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_policy_that_cannot_be_refreshed_again_and_again_is_told_of_long_before_it_ends(bool isAnnounced)
    {
        Announce("1");
        await FindAsync();
        if (isAnnounced)
            _server.Answer(HttpStatusCode.NotFound, "");
        else
            _server.Dns.WithoutTxt("_mta-sts." + Domain);
        _time.Advance(TimeSpan.FromDays(1));
        for (var i = 0; i < 3; i++)
        {
            Assert.Empty(await _cache.EndingAsync(_time.GetUtcNow(), Token));
            await FindAsync();
            await FindAsync(); // at once again is no further try
            _time.Advance(TimeSpan.FromHours(6));
        }

        var ending = Assert.Single(await _cache.EndingAsync(_time.GetUtcNow(), Token));
        Assert.Equal((Domain, 3), (ending.Domain, ending.Times));
        Assert.DoesNotContain(Domain, ending.Words + ending, StringComparison.Ordinal);
        Announce("2");
        _server.Answer(HttpStatusCode.OK, Policy("mx.clinic.example"));
        await FindAsync();
        Assert.Empty(await _cache.EndingAsync(_time.GetUtcNow(), Token));
    }

    [Fact]
    public async Task A_new_id_whose_policy_cannot_be_had_leaves_the_old_one_in_force()
    {
        Announce("1");
        await FindAsync();
        Announce("2");
        _server.Answer(HttpStatusCode.MovedPermanently, "");
        var now = await FindAsync();
        Assert.Equal(("1", TlsFailure.StsPolicyFetchError), (now.EnforcedId, now.Problem));
    }

    [Fact]
    public async Task A_policy_older_than_a_day_is_fetched_anew_and_so_never_runs_out()
    {
        Announce("1");
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal("1", (await FindAsync()).EnforcedId);
            _time.Advance(TimeSpan.FromDays(1));
        }

        Assert.Equal(20, _server.Requests.Count);
        _server.Answer(HttpStatusCode.NotFound, "");
        Assert.Equal("1", (await FindAsync()).EnforcedId);
        Assert.Equal(1, _cache.FailureOf(Domain)!.Times);
    }

    [Fact]
    public async Task Before_a_failure_is_final_the_id_is_looked_at_past_every_cache()
    {
        Announce("1");
        var find = Find();
        var used = await find.ForAsync(Domain, Token);
        Assert.Null(await find.RecheckAsync(Domain, used, Token));
        Announce("2");
        _server.Answer(HttpStatusCode.OK, Policy("mx2.clinic.example"));
        Assert.Equal("1", (await find.ForAsync(Domain, Token)).EnforcedId); // the answer of a minute ago still serves
        Assert.Equal("2", (await find.RecheckAsync(Domain, used, Token))!.EnforcedId);
    }

    private void Announce(string id) => _server.Dns.WithoutTxt("_mta-sts." + Domain).WithTxt("_mta-sts." + Domain, $"v=STSv1; id={id};");

    private Task<StsFinding> FindAsync() => Find().ForAsync(Domain, Token);

    // A new resolver each time: the clock of its cache is the machine's.
    private FindStsPolicy Find() => new(new Resolver(_server.Dns.Server), _server.Fetch(TimeProvider.System), _cache, _time);

    private static string Policy(string mx) => $"version: STSv1\nmode: enforce\nmx: {mx}\nmax_age: 604800\n";
}
