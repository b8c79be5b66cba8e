using Microsoft.Playwright;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Reports;
using Sealpost.Tests.Compliance;
using Sealpost.Tests.Reports;

namespace Sealpost.Tests.Pages;

/// <summary>Whom a message about care did not reach, by clicks: found from home and from the campaign, called, marked, taken back, saved as a list.</summary>
public sealed class NotReachedPageTests(ServedOffice office, Chromium chromium)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task They_are_called_marked_and_taken_back()
    {
        var sent = await office.UnreachedAsync("page-not-reached", Purpose.Treatment, Outcome.WithheldTransport, Outcome.Rejected, Outcome.Accepted, Outcome.Expired);
        await using var browser = await OpenAsync();
        var page = browser.Page;
        await browser.GoAsync($"/o/{office.Number}/campaigns/{sent.Id}");
        await browser.Link("Not reached by email").ClickAsync();
        await page.ArriveAsync($"/campaigns/{sent.Id}/not-reached$");
        await Assertions.Expect(Rows(page)).ToHaveCountAsync(3);
        await Assertions.Expect(Rows(page).First).ToContainTextAsync(WithholdReasons.Describe(WithholdReason.TlsUnavailable));
        await Assertions.Expect(Rows(page).First).ToContainTextAsync(sent.PhoneOf(0));
        await browser.LookAsync("not-reached");

        await Told(page, "Told by telephone").First.ClickAsync();
        await Assertions.Expect(Rows(page)).ToHaveCountAsync(2);
        await Assertions.Expect(Told(page, "Told by telephone").First).ToBeFocusedAsync(); // The keyboard stays in the list.
        await UndoAsync(page);
        await Assertions.Expect(Rows(page)).ToHaveCountAsync(3);
        await page.SelectOptionAsync("#way", "Letter");
        await Told(page, "Told by letter").Nth(2).ClickAsync();
        await Assertions.Expect(Rows(page)).ToHaveCountAsync(2);

        await browser.Button("Mark all…").ClickAsync();
        await page.Locator("dialog[open]").GetByText("Told at a visit").ClickAsync();
        await browser.LookAsync("not-reached-all");
        await browser.Button("Mark all of them").ClickAsync();
        await Assertions.Expect(page.GetByText("Nobody is left to be told")).ToBeVisibleAsync();
        await browser.LookAsync("not-reached-none");
        await UndoAsync(page);
        await Assertions.Expect(Rows(page)).ToHaveCountAsync(2);
        browser.AssertQuiet();
    }

    [Fact]
    public async Task Home_leads_there_and_the_list_is_saved_to_call_by()
    {
        var sent = await office.UnreachedAsync("page-call-list", Purpose.AdminPayment, Outcome.Expired);
        // The home page keeps its counts for some minutes, or until somebody is marked.
        var list = (await office.Installation.OpenOrganisationAsync("Green Valley Clinic", Token)).Campaigns.NotReached;
        await list.UndoAsync(sent.Id, (await list.TellAsync(sent.Id, null, ToldBy.Letter, office.Officer, Token)).Number, office.Officer, Token);
        await using var browser = await OpenAsync();
        var page = browser.Page;
        await browser.GoAsync($"/o/{office.Number}");
        await Assertions.Expect(page.GetByText("not reached by email. Tell them by telephone or letter.").First).ToBeVisibleAsync();
        await browser.Page.Locator($"main a[href$='/campaigns/{sent.Id}/not-reached']").ClickAsync();
        await page.ArriveAsync($"/campaigns/{sent.Id}/not-reached$");
        var download = await page.RunAndWaitForDownloadAsync(() => browser.Link("Call list (CSV)").ClickAsync());
        Assert.Equal($"not-reached-campaign-{sent.Id}.csv", download.SuggestedFilename);
        Assert.Contains("Marisol Okonkwo", await File.ReadAllTextAsync(await download.PathAsync(), Token), StringComparison.Ordinal);
        browser.AssertQuiet();
    }

    [Fact]
    public async Task A_campaign_about_something_else_says_why_nobody_is_listed()
    {
        var sent = await office.UnreachedAsync("page-news", Purpose.GeneralHealth, Outcome.Rejected);
        await using var browser = await OpenAsync();
        await browser.GoAsync($"/o/{office.Number}/campaigns/{sent.Id}");
        await Assertions.Expect(browser.Link("Not reached by email")).ToHaveCountAsync(0);
        await browser.GoAsync($"/o/{office.Number}/campaigns/{sent.Id}/not-reached");
        await Assertions.Expect(browser.Page.GetByText("Nobody has to be told otherwise")).ToBeVisibleAsync();
        await browser.LookAsync("not-reached-other");
        browser.AssertQuiet();
    }

    private static ILocator Rows(IPage page) => page.Locator("main tbody tr");

    private static ILocator Told(IPage page, string way) => page.Locator("main tbody").GetByRole(AriaRole.Button, new() { Name = way });

    private static Task UndoAsync(IPage page) => page.Locator(".toast").GetByRole(AriaRole.Button, new() { Name = "Undo" }).Last.ClickAsync();

    private async Task<AtBrowser> OpenAsync()
    {
        var browser = await AtBrowser.OpenAsync(chromium, office.Url);
        await browser.EnterAsync(await office.LinkAsync());
        return browser;
    }
}
