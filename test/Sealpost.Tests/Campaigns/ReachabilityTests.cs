using Sealpost.App.Demo;
using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Organisations;
using Sealpost.Tests.Delivery.Domains;

namespace Sealpost.Tests.Campaigns;

/// <summary>Mail that has to offer an opt-out is refused while the opt-out does not work from outside. 15 USC 7704(a)(3)(A).</summary>
public sealed class ReachabilityTests : IAsyncLifetime
{
    private const string Host = "mail.greenvalley.example";

    private readonly MailboxCertificates _certificates = new(TestClinic.NewClock());
    private TestClinic _clinic = null!;
    private int _asked;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _clinic = await TestClinic.CreateAsync();

    public async ValueTask DisposeAsync()
    {
        await _clinic.DisposeAsync();
        _certificates.Dispose();
    }

    [Fact]
    public async Task An_address_that_answers_page_and_one_click_request_is_reachable_and_remembered()
    {
        await using var server = new PageServer(_certificates, [Host], Answer);
        using var probe = Probe(server.Port);
        var first = await probe.AskAsync(anew: false, Token);
        Assert.True(first.IsReachable, first.Says);
        Assert.NotNull(first.CertificateEndsAt);
        Assert.Equal(2, _asked);
        Assert.Same(first, await probe.AskAsync(anew: false, Token));
        Assert.Equal(2, _asked);
        _clinic.Clock.Advance(PublicUrlProbe.GoodFor);
        Assert.True((await probe.AskAsync(anew: false, Token)).IsReachable);
        Assert.Equal(4, _asked);
        await probe.AskAsync(anew: true, Token);
        Assert.Equal(6, _asked);
    }

    [Theory]
    [InlineData("POST", "403 Forbidden", "the one-click request is answered with 403")]
    [InlineData("POST", "302 Found", "RFC 8058 allows no redirect")]
    [InlineData("GET", "404 Not Found", "the page is answered with 404")]
    [InlineData("GET", "200 OK", "answered by something else")]
    public async Task What_stands_in_the_way_is_named(string method, string status, string says)
    {
        await using var server = new PageServer(_certificates, [Host], (line, body) => line.StartsWith(method, StringComparison.Ordinal) ? (status, "text/plain", "Welcome") : Answer(line, body));
        using var probe = Probe(server.Port);
        var found = await probe.AskAsync(anew: false, Token);
        Assert.False(found.IsReachable);
        Assert.Contains(says, found.Says, StringComparison.Ordinal);
        Assert.False((await probe.AskAsync(anew: false, Token)).IsReachable);
    }

    [Fact]
    public async Task A_charset_that_does_not_exist_is_no_obstacle()
    {
        await using var server = new PageServer(_certificates, [Host], (line, body) => Answer(line, body) with { Type = "text/plain; charset=no-such-charset" });
        using var probe = Probe(server.Port);
        Assert.True((await probe.AskAsync(anew: false, Token)).IsReachable);
    }

    [Fact]
    public async Task A_certificate_for_another_name_or_nobody_there_is_not_reachable()
    {
        await using var server = new PageServer(_certificates, ["other.example"], Answer);
        using var probe = Probe(server.Port);
        Assert.Contains("certificate", (await probe.AskAsync(anew: false, Token)).Says, StringComparison.Ordinal);
        Assert.Equal(0, _asked);
        using var gone = Probe(Ports.Take());
        Assert.Contains("nothing listens", (await gone.AskAsync(anew: false, Token)).Says, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_challenge_is_answered_for_a_while_and_by_its_organisation_alone()
    {
        var challenge = new PatientLink(PatientLinkKind.Probe, 0, default, new byte[16], 0, _clinic.Time.GetUtcNow().AddMinutes(1)).ToText(_clinic.Context.Keys);
        Assert.NotNull(PublicUrlProbe.AnswerTo(_clinic.Context.Keys, challenge, _clinic.Time.GetUtcNow()));
        Assert.Null(PublicUrlProbe.AnswerTo(_clinic.Context.Keys, challenge, _clinic.Time.GetUtcNow().AddMinutes(2)));
        Assert.Null(PublicUrlProbe.AnswerTo(_clinic.Context.Keys, UnsubscribeToken.Issue(_clinic.Context.Keys, 1, default, "a@example.com"), _clinic.Time.GetUtcNow()));
        await using var other = await TestClinic.CreateAsync();
        Assert.Null(PublicUrlProbe.AnswerTo(other.Context.Keys, challenge, _clinic.Time.GetUtcNow()));
    }

    [Fact]
    public async Task Commercial_mail_waits_until_the_opt_out_works_and_care_does_not()
    {
        await using var mailbox = DemoMailbox.Start(new MailboxOptions(), TimeProvider.System);
        await using var clinic = await TestClinic.SendingToAsync(mailbox.Describe(), null, options => options, database => database, Token);
        await clinic.AddPatientsAsync(2, "a.example");
        clinic.Reach = new Reachability(false, "Unsubscribe links do not work: nothing listens there.", DateTimeOffset.UnixEpoch);
        Assert.Equal(2, (await clinic.SendAndWaitAsync(TestClinic.Content("bill"))).Accepted);

        await clinic.ApprovedAsync(TestClinic.Content("screening") with { Purpose = Purpose.OwnProduct });
        var refused = await Assert.ThrowsAsync<RefusedException>(() => clinic.Send.SendAsync("screening", TestClinic.Author, Token));
        Assert.Contains("nothing listens there", refused.Message, StringComparison.Ordinal);
        Assert.Equal(CampaignState.Approved, (await clinic.ReportAsync("screening")).State);
        Assert.Equal(2, mailbox.Store.Messages.Count);

        clinic.Reach = clinic.Reach with { IsReachable = true };
        await clinic.Send.SendAsync("screening", TestClinic.Author, Token);
        await clinic.Send.WaitAsync("screening", Token);
        Assert.Equal(2, (await clinic.ReportAsync("screening")).Accepted);
    }

    private PublicUrlProbe Probe(int port) => new(
        _clinic.Context, new DeliveryOptions { HeloName = Host, ExtraRoots = [_certificates.Root] }, new UriBuilder("https", "127.0.0.1", port).Uri);

    /// <summary>As the unsubscribe page answers.</summary>
    private (string Status, string Type, string Text) Answer(string line, string body)
    {
        Interlocked.Increment(ref _asked);
        Assert.Equal(line.StartsWith("POST", StringComparison.Ordinal) ? "List-Unsubscribe=One-Click" : "", body);
        var token = line.Split(' ')[1]["/u/".Length..];
        return PublicUrlProbe.AnswerTo(_clinic.Context.Keys, token, _clinic.Time.GetUtcNow()) is { } answer ? ("200 OK", "text/plain", answer) : ("404 Not Found", "text/plain", "");
    }
}
