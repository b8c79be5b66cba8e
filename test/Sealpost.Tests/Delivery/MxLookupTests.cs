using Sealpost.App.Demo;
using Sealpost.Delivery;

namespace Sealpost.Tests.Delivery;

/// <summary>MX lookup against a DNS server on loopback. RFC 5321 §5.1, 7505.</summary>
public sealed class MxLookupTests : IAsyncLifetime
{
    private readonly DnsStub _dns = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _dns.DisposeAsync();

    [Fact]
    public async Task Hosts_come_in_order_of_preference()
    {
        _dns.WithMx("clinic.example", 20, "MX2.clinic.example").WithMx("clinic.example", 10, "mx1.clinic.example.").WithMx("clinic.example", 30, "mx3.clinic.example");
        var answer = await new MxLookup(new Resolver(_dns.Server)).HostsAsync("clinic.example", Token);
        Assert.Equal(["mx1.clinic.example", "mx2.clinic.example", "mx3.clinic.example"], answer.Hosts);
    }

    [Fact]
    public async Task Hosts_of_equal_preference_take_turns()
    {
        for (var i = 0; i < 4; i++)
            _dns.WithMx("clinic.example", 10, $"mx{i}.clinic.example");
        var first = new HashSet<string>();
        for (var i = 0; i < 60; i++)
            first.Add((await new MxLookup(new Resolver(_dns.Server)).HostsAsync("clinic.example", Token)).Hosts[0]);
        Assert.Equal(4, first.Count);
    }

    [Fact]
    public async Task A_null_MX_rejects_with_5_1_10()
    {
        _dns.WithMx("nomail.example", 0, ".");
        Assert.Equal("556 5.1.10", await RejectedAsync("nomail.example"));
    }

    [Fact]
    public async Task A_domain_that_does_not_exist_rejects_with_5_1_2()
    {
        _dns.WithCode("gone.example", 3);
        Assert.Equal("550 5.1.2", await RejectedAsync("gone.example"));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public async Task A_failing_DNS_server_defers(int code)
    {
        _dns.WithCode("broken.example", code);
        Assert.IsType<ConnectResult.Deferred>(await ConnectAsync("broken.example", 25));
    }

    [Fact]
    public async Task A_DNS_server_that_is_not_there_defers() =>
        Assert.IsType<ConnectResult.Deferred>(await new ConnectDestination(
            new DeliveryOptions { HeloName = "mail.greenvalley.test", DnsServer = "127.0.0.1:1" }, TimeProvider.System).ConnectAsync("clinic.example", Token));

    [Fact]
    public async Task An_MX_that_is_no_host_name_is_passed_over()
    {
        _dns.WithMx("odd.example", 5, "127.0.0.1").WithMx("odd.example", 6, "mx;rm.example").WithMx("odd.example", 10, "mx.odd.example");
        Assert.Equal(["mx.odd.example"], (await new MxLookup(new Resolver(_dns.Server)).HostsAsync("odd.example", Token)).Hosts);
        _dns.WithMx("none.example", 5, "127.0.0.1");
        Assert.IsType<ConnectResult.Deferred>(await ConnectAsync("none.example", 25));
    }

    [Fact]
    public async Task Without_MX_the_domain_itself_is_the_host()
    {
        _dns.WithA("small.example", "127.0.0.1");
        Assert.Equal(["small.example"], (await new MxLookup(new Resolver(_dns.Server)).HostsAsync("small.example", Token)).Hosts);
    }

    [Fact]
    public async Task The_next_MX_is_used_where_the_first_has_a_bad_certificate()
    {
        await using var mailbox = DemoMailbox.Start(new MailboxOptions(), TimeProvider.System);
        _dns.WithMx("clinic.example", 10, "mx1.clinic.example").WithA("mx1.clinic.example", "127.0.0.1")
            .WithMx("clinic.example", 20, "mx.mailbox.example").WithA("mx.mailbox.example", "127.0.0.1");
        // One port serves both names; its certificate is for the second alone.
        var result = await ConnectAsync("clinic.example", mailbox.Routes["*"].Port, mailbox);
        await using var session = Assert.IsType<ConnectResult.Connected>(result).Session;
        Assert.Equal("mx.mailbox.example", session.Observed.Mx);
        Assert.Equal(2, mailbox.Store.Connections);
    }

    [Fact]
    public async Task Where_no_MX_verifies_the_reason_is_that_of_the_most_preferred()
    {
        await using var mailbox = DemoMailbox.Start(new MailboxOptions(), TimeProvider.System);
        _dns.WithMx("clinic.example", 10, "mx1.clinic.example").WithA("mx1.clinic.example", "127.0.0.1")
            .WithMx("clinic.example", 20, "mx2.clinic.example").WithA("mx2.clinic.example", "127.0.0.1");
        var result = await ConnectAsync("clinic.example", mailbox.Routes["*"].Port, mailbox);
        var withheld = Assert.IsType<ConnectResult.Withheld>(result);
        Assert.Equal(Sealpost.Consent.WithholdReason.CertificateNameMismatch, withheld.Reason);
        Assert.StartsWith("mx1.clinic.example", withheld.Detail);
        Assert.Equal(0, mailbox.Store.BodyBytes);
    }

    [Fact]
    public async Task A_host_that_the_organisation_does_not_expect_gets_nothing()
    {
        await using var mailbox = DemoMailbox.Start(new MailboxOptions(), TimeProvider.System);
        _dns.WithMx("clinic.example", 10, "mx.mailbox.example").WithA("mx.mailbox.example", "127.0.0.1");
        var options = Options(mailbox.Routes["*"].Port, mailbox);
        var pinned = options with { ExpectedMx = new Dictionary<string, IReadOnlyList<string>> { ["clinic.example"] = ["notmailbox.example", "box.example"] } };
        var withheld = Assert.IsType<ConnectResult.Withheld>(await new ConnectDestination(pinned, TimeProvider.System).ConnectAsync("clinic.example", Token));
        Assert.Equal((Sealpost.Consent.WithholdReason.UnexpectedMx, 0), (withheld.Reason, mailbox.Store.Connections));

        pinned = options with { ExpectedMx = new Dictionary<string, IReadOnlyList<string>> { ["clinic.example"] = ["mailbox.example"] } };
        await using var session = Assert.IsType<ConnectResult.Connected>(await new ConnectDestination(pinned, TimeProvider.System).ConnectAsync("clinic.example", Token)).Session;
        Assert.Equal(("mx.mailbox.example", "insecure"), (session.Observed.Mx, session.Observed.Dnssec));
    }

    [Fact]
    public async Task An_MX_on_this_machine_or_in_its_networks_gets_nothing_unless_a_route_states_it()
    {
        await using var mailbox = DemoMailbox.Start(new MailboxOptions(), TimeProvider.System);
        _dns.WithMx("clinic.example", 10, "mx.mailbox.example").WithA("mx.mailbox.example", "127.0.0.1");
        var options = Options(mailbox.Routes["*"].Port, mailbox) with { AllowsOwnNetwork = false };
        var withheld = Assert.IsType<ConnectResult.Withheld>(await new ConnectDestination(options, TimeProvider.System).ConnectAsync("clinic.example", Token));
        Assert.Equal((Sealpost.Consent.WithholdReason.UnexpectedMx, 0), (withheld.Reason, mailbox.Store.Connections));
        Assert.Contains("route", withheld.Detail, StringComparison.Ordinal);

        var stated = options with { Routes = new Dictionary<string, DeliveryRoute> { ["clinic.example"] = new("mx.mailbox.example", options.Port, "mx.mailbox.example") } };
        await Assert.IsType<ConnectResult.Connected>(await new ConnectDestination(stated, TimeProvider.System).ConnectAsync("clinic.example", Token)).Session.DisposeAsync();
    }

    [Fact]
    public async Task An_error_that_nobody_foresaw_defers_its_domain_and_says_its_kind_alone()
    {
        await using var mailbox = DemoMailbox.Start(new MailboxOptions(), TimeProvider.System);
        _dns.WithMx("clinic.example", 10, "mx.mailbox.example").WithA("mx.mailbox.example", "127.0.0.1");
        var connect = new ConnectDestination(Options(mailbox.Routes["*"].Port, mailbox), TimeProvider.System) { Attempted = _ => throw new InvalidCastException("zoe@clinic.example") };
        var deferred = Assert.IsType<ConnectResult.Deferred>(await connect.ConnectAsync("clinic.example", Token));
        Assert.Equal((nameof(InvalidCastException), null), (deferred.Fault, deferred.Cause));
        Assert.DoesNotContain("zoe", deferred.Detail, StringComparison.Ordinal);
    }

    private async Task<string> RejectedAsync(string domain) =>
        Assert.IsType<ConnectResult.Rejected>(await ConnectAsync(domain, 25)).Reply!.ToString();

    private Task<ConnectResult> ConnectAsync(string domain, int port, DemoMailbox? mailbox = null) =>
        new ConnectDestination(Options(port, mailbox), TimeProvider.System).ConnectAsync(domain, Token);

    private DeliveryOptions Options(int port, DemoMailbox? mailbox) =>
        new() { HeloName = "mail.greenvalley.test", DnsServer = _dns.Server, Port = port, AllowsOwnNetwork = true, ExtraRoots = mailbox is null ? [] : [mailbox.Certificates.Root] };
}
