using Microsoft.Playwright;
using Sealpost.Campaigns;
using Sealpost.Library;
using Sealpost.People;
using Sealpost.Tests.Campaigns;

namespace Sealpost.Tests.Pages;

/// <summary>What is typed while the connection is away reaches the server once it is back, and no page is closed over what did not.</summary>
[Collection(nameof(DemoPages))] // One at a time: others compare the store before and after.
public sealed class KeptTypingTests(DemoPages demo, Chromium chromium)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Fields_of_a_campaign_that_change_while_the_line_is_cut_are_saved_once_it_is_mended()
    {
        await demo.StartedAsync();
        await using var line = new BreakableLine(demo.Served.Url);
        await using var robin = await demo.OpenAsync(chromium, DemoPages.Robin, line);
        var page = robin.Page;
        var (campaign, writer) = await StartAsync("kept-typing");
        await robin.GoAsync($"/o/{demo.Number}/campaigns/{campaign}/edit?step=message");
        await Assertions.Expect(page.Locator(".cm-content")).ToBeVisibleAsync();
        await page.FillAsync("#from", $"The clinic <care@{demo.Clinic.Context.Organisation.Domain}>"); // Still in the field: its change comes with the dialog.
        await BreakAsync(page, line);
        await SavedAsync(campaign, writer, draft => draft.From.StartsWith("The clinic", StringComparison.Ordinal));

        // The change leaves for a line on which nothing arrives, long before anybody sees that it is dead.
        line.GoDeaf();
        await page.FillAsync("#subject", "Typed into the void");
        await page.Locator("#subject").BlurAsync();
        await page.Locator(".cm-content").ClickAsync();
        await page.Keyboard.PressAsync("Control+End");
        await page.Keyboard.TypeAsync(" And into the text.");
        await page.WaitForTimeoutAsync(1_500); // The text is told after a pause in typing.
        await BreakAsync(page, line);
        var saved = await SavedAsync(campaign, writer, draft => draft.Subject == "Typed into the void" && draft.Body.EndsWith("And into the text.", StringComparison.Ordinal));
        Assert.StartsWith("The clinic", saved.From, StringComparison.Ordinal);
        await HeardAsync(page);
        await Assertions.Expect(page.GetByText("Saved at")).ToBeVisibleAsync();

        // Everything is saved: nothing is asked.
        Assert.Null(await ReloadAsync(robin));
        await Assertions.Expect(page.Locator("#subject")).ToHaveValueAsync("Typed into the void");
        await page.Locator("#from").PressSequentiallyAsync("x");
        Assert.Equal("beforeunload", await ReloadAsync(robin));
    }

    [Fact]
    public async Task A_block_that_is_written_while_the_line_is_cut_is_saved_whole_and_asks_before_it_is_thrown_away()
    {
        await demo.StartedAsync();
        await using var line = new BreakableLine(demo.Served.Url);
        await using var robin = await demo.OpenAsync(chromium, DemoPages.Robin, line);
        var page = robin.Page;
        await OpenBlockAsync(robin);
        await page.FillAsync("#block-en", "<mj-text>Closed on Mondays.</mj-text>");
        Assert.Equal("beforeunload", await ReloadAsync(robin));

        await OpenBlockAsync(robin);
        await page.FillAsync("#block-name", "mondays");
        await page.FillAsync("#block-en", "<mj-text>Closed on Mondays.</mj-text>");
        await BreakAsync(page, line);
        await robin.Button("Save block").ClickAsync();
        await Assertions.Expect(page.GetByText("Block saved.")).ToBeVisibleAsync();
        var block = Assert.Single(await new ContentLibrary(demo.Clinic.Context).Blocks.ListAsync(Actor.LocalOwner, Token), one => one.Name == "mondays");
        Assert.Equal("<mj-text>Closed on Mondays.</mj-text>", block.Draft.Texts[0].Body);
        await HeardAsync(page);
        Assert.Null(await ReloadAsync(robin));
    }

    private async Task<(long Campaign, Actor Writer)> StartAsync(string name)
    {
        var writer = (await demo.Clinic.People.ListAsync(Token)).First(one => (one.Roles & Roles.Marketer) != Roles.None && one.Name != DemoPages.Robin);
        var content = TestClinic.Content(name) with { From = $"Green Valley Clinic <care@{demo.Clinic.Context.Organisation.Domain}>" };
        return ((await demo.Clinic.Desk().CreateAsync(content, writer, Token)).Id, writer);
    }

    private async Task<CampaignDraft> SavedAsync(long campaign, Actor reader, Func<CampaignDraft, bool> isSaved) => await Eventually.FoundAsync(
        async () => (await demo.Clinic.Campaigns.Drafts.ReadAsync(campaign, reader, Token)).Draft is { } draft && isSaved(draft) ? draft : null, "what was typed is saved", Token);

    private async Task OpenBlockAsync(AtBrowser robin)
    {
        await robin.GoAsync($"/o/{demo.Number}/content/blocks");
        await robin.Button("New block").ClickAsync();
        await Assertions.Expect(robin.Page.Locator("#block-en")).ToBeVisibleAsync();
    }

    /// <summary>Cuts the line, waits until the page says so, mends it, and waits until the page works again.</summary>
    private static async Task BreakAsync(IPage page, BreakableLine line)
    {
        var notice = page.Locator("#components-reconnect-modal[open]");
        line.Cut();
        await Assertions.Expect(notice).ToBeVisibleAsync();
        line.Mend();
        await Assertions.Expect(notice).ToHaveCountAsync(0);
    }

    /// <summary>Waits until the page itself has been told that everything is saved, which comes after it is: from then on it lets go.</summary>
    private static Task HeardAsync(IPage page) => page.WaitForFunctionAsync("() => dispatchEvent(new Event('beforeunload', { cancelable: true }))");

    /// <summary>Loads the page again whatever it asks first; what it asked.</summary>
    private static async Task<string?> ReloadAsync(AtBrowser browser)
    {
        string? asked = null;
        async void Answer(object? sender, IDialog dialog)
        {
            asked = dialog.Type;
            await dialog.AcceptAsync();
        }

        browser.Page.Dialog += Answer;
        await browser.Page.ReloadAsync();
        browser.Page.Dialog -= Answer;
        await browser.ReadyAsync();
        return asked;
    }
}
