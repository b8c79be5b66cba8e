using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using MimeKit;
using Sealpost.App.Demo;
using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.Reports;
using Sealpost.Storage;

namespace Sealpost.Tests.Campaigns;

public sealed partial class CountedLinksTests : IAsyncDisposable
{
    private const string Person = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    private readonly List<IAsyncDisposable> _open = [];
    private TestClinic _clinic = null!;
    private DemoMailbox _mailbox = null!;

    private static CancellationToken Token => TestClinic.Token;

    public async ValueTask DisposeAsync()
    {
        foreach (var open in Enumerable.Reverse(_open))
            await open.DisposeAsync();
    }

    [Fact]
    public async Task A_link_to_our_own_page_becomes_a_token_and_no_other_link_does()
    {
        var html = await SentAsync();
        Assert.Equal(2, Tokens(html).Count);
        Assert.Contains("href=\"https://elsewhere.example/page\"", html, StringComparison.Ordinal);
        Assert.Matches("href=\"https://mail.greenvalley.example/u/", html);
        Assert.DoesNotContain("/visit", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_person_who_follows_it_is_led_on_counted_and_seen_by_audiences()
    {
        var token = Tokens(await SentAsync())[0];
        await LaterAsync();
        Assert.Equal("https://mail.greenvalley.example/visit?from=mail&x=1", (await _clinic.Links.RunAsync(token, new LinkRequest(false, false, Person), Token))!.AbsoluteUri);
        Assert.Equal(1, await _clinic.CountAsync("campaign counted clicked"));
        var findings = await new ReadFindings(_clinic.Context).RunAsync(1, TestClinic.Author, Token);
        Assert.Equal((1L, 1L, 0L), (findings.Clicked, findings.Links[0].People, findings.Links[0].Machines));
    }

    [Theory]
    [InlineData(true, false, Person)]
    [InlineData(false, true, Person)]
    [InlineData(false, false, "")]
    [InlineData(false, false, "Mozilla/5.0 (compatible; Barracuda Sentinel)")]
    [InlineData(false, false, "python-requests/2.32")]
    public async Task What_a_machine_asks_for_is_filed_apart(bool head, bool prefetch, string program)
    {
        var token = Tokens(await SentAsync())[0];
        await LaterAsync();
        Assert.NotNull(await _clinic.Links.RunAsync(token, new LinkRequest(head, prefetch, program), Token));
        var findings = await new ReadFindings(_clinic.Context).RunAsync(1, TestClinic.Author, Token);
        Assert.Equal((0L, 1L), (findings.Clicked, findings.Links.Sum(link => link.Machines)));
        Assert.Equal(0, await _clinic.CountAsync("campaign counted clicked"));
    }

    [Fact]
    public async Task Several_links_of_a_message_at_once_were_no_person()
    {
        var tokens = Tokens(await SentAsync());
        await LaterAsync();
        var links = _clinic.LinksAt(_clinic.Time.GetUtcNow());
        await links.RunAsync(tokens[0], new LinkRequest(false, false, Person), Token);
        await links.RunAsync(tokens[1], new LinkRequest(false, false, Person), Token);
        var findings = await new ReadFindings(_clinic.Context).RunAsync(1, TestClinic.Author, Token);
        Assert.Equal((0L, 2L), (findings.Clicked, findings.Links.Sum(link => link.Machines)));
    }

    [Fact]
    public async Task Whatever_comes_within_seconds_of_the_acceptance_was_no_person()
    {
        var token = Tokens(await SentAsync())[0];
        var now = _clinic.Time.GetUtcNow();
        await ChangeAsync(string.Create(CultureInfo.InvariantCulture, $"UPDATE delivery SET changed_at = {Sql.Stored(now)}"));
        await _clinic.LinksAt(now).RunAsync(token, new LinkRequest(false, false, Person), Token);
        Assert.Equal(0, (await new ReadFindings(_clinic.Context).RunAsync(1, TestClinic.Author, Token)).Clicked);
    }

    [Fact]
    public async Task An_expired_or_made_up_token_leads_nowhere()
    {
        var token = Tokens(await SentAsync())[0];
        Assert.Null(await _clinic.Links.RunAsync("AAAAAAAAAAAAAAAAAAAAAA", new LinkRequest(false, false, Person), Token));
        Assert.Null(await _clinic.Links.RunAsync(token + "/..", new LinkRequest(false, false, Person), Token));
        await ChangeAsync("UPDATE link_token SET expires_at = 1");
        Assert.Null(await _clinic.Links.RunAsync(token, new LinkRequest(false, false, Person), Token));
    }

    [Fact]
    public async Task The_store_holds_neither_token_nor_address_of_a_page()
    {
        var token = Tokens(await SentAsync())[0];
        foreach (var file in Directory.GetFiles(_clinic.Folder, "*", SearchOption.AllDirectories))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream, Encoding.Latin1);
            var text = await reader.ReadToEndAsync(Token);
            Assert.DoesNotContain(token, text, StringComparison.Ordinal);
            Assert.DoesNotContain("/visit", text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(false, true, Purpose.AdminPayment)]
    [InlineData(true, false, Purpose.AdminPayment)]
    [InlineData(true, true, Purpose.Marketing)]
    public async Task Nothing_is_counted_unless_organisation_and_campaign_both_say_so(bool allowed, bool wanted, Purpose purpose)
    {
        await using var clinic = await TestClinic.CreateAsync();
        var campaign = await clinic.Desk.CreateAsync(TestClinic.Content("off") with { CountClicks = wanted, Purpose = purpose }, TestClinic.Author, Token);
        var prepared = await PreparedCampaign.FromAsync(campaign, clinic.Context, clinic.Desk.Store, Token);
        Assert.Null(await CountedLinks.OfAsync(prepared, clinic.Context, allowed, Token));
    }

    private async Task<string> SentAsync()
    {
        _mailbox = DemoMailbox.Start(new MailboxOptions(), TimeProvider.System);
        _open.Add(_mailbox);
        _clinic = await TestClinic.SendingToAsync(_mailbox.Describe(), null, options => options, database => database, Token);
        _open.Add(_clinic);
        await _clinic.AddPatientAsync(0, "p0@a.example");
        await _clinic.SendAndWaitAsync(TestClinic.Content("counted") with
        {
            CountClicks = true,
            Body = "[Visit](https://mail.greenvalley.example/visit?from=mail&x=1), [again](https://mail.greenvalley.example/visit?from=mail&x=1), [map](https://mail.greenvalley.example/visit-map), [other](https://elsewhere.example/page)",
        });
        using var stream = new MemoryStream(_mailbox.Store.Messages.Single().Bytes.ToArray());
        var message = await MimeMessage.LoadAsync(stream, Token);
        return message.HtmlBody ?? throw new InvalidOperationException("The message has no HTML part.");
    }

    /// <summary>As if the message had been accepted some time ago.</summary>
    private Task LaterAsync() => ChangeAsync("UPDATE delivery SET changed_at = changed_at - 600000");

    private Task ChangeAsync(string sql) => _clinic.Context.Database.WriteAsync((transaction, token) => Sql.ExecuteAsync(transaction, sql, [], token), Token);

    private static List<string> Tokens(string html) => [.. Token22().Matches(html).Select(match => match.Groups["token"].Value).Distinct(StringComparer.Ordinal)];

    [GeneratedRegex("https://mail.greenvalley.example/r/(?<token>[A-Za-z0-9_-]{22})\"", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Token22();
}
