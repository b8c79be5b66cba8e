using Microsoft.Playwright;

namespace Sealpost.Tests.Pages;

/// <summary>The visual editor in its frame: nothing typed there is lost, however soon one saves.</summary>
public sealed class VisualEditorTests(DemoPages demo, Chromium chromium)
{
    [Fact]
    public async Task What_is_still_being_typed_is_saved_and_stands_in_the_code()
    {
        await using var robin = await demo.OpenAsync(chromium, DemoPages.Robin);
        var page = robin.Page;
        await OpenEditorAsync(robin);
        var canvas = page.FrameLocator("iframe[title='Visual editor']").FrameLocator("iframe.gjs-frame");
        var text = canvas.Locator("[data-gjs-type=mj-text]").First;
        await text.DblClickAsync();
        await page.Keyboard.PressAsync("End");
        await page.Keyboard.TypeAsync(" Typed at the last moment.");

        // Saved with the cursor still in the text: by the button, then by the keys.
        await robin.Button("Save version 2").ClickAsync();
        await Assertions.Expect(robin.Button("Save version 3")).ToBeVisibleAsync();
        await text.DblClickAsync();
        await page.Keyboard.PressAsync("End");
        await page.Keyboard.TypeAsync(" And by keys.");
        await page.Keyboard.PressAsync("Control+s");
        await Assertions.Expect(robin.Button("Save version 4")).ToBeVisibleAsync();

        await page.ReloadAsync();
        await robin.ReadyAsync();
        await Assertions.Expect(page.Locator(".cm-content")).ToContainTextAsync("Typed at the last moment. And by keys.");
        robin.AssertQuiet();
        Assert.Equal(0, demo.Served.PolicyReports);
    }

    [Fact]
    public async Task A_block_that_is_added_last_is_in_the_code_that_is_shown_next()
    {
        await using var robin = await demo.OpenAsync(chromium, DemoPages.Robin);
        var page = robin.Page;
        await OpenEditorAsync(robin);
        var frame = page.FrameLocator("iframe[title='Visual editor']");
        await frame.FrameLocator("iframe.gjs-frame").Locator("[data-gjs-type=mj-text]").First.ClickAsync();
        // By a click, as by dragging: blocks go behind what is chosen.
        await frame.Locator(".gjs-block", new FrameLocatorLocatorOptions { HasText = "Divider" }).First.ClickAsync();
        await robin.Button("Code").ClickAsync();
        await Assertions.Expect(page.Locator(".cm-content")).ToContainTextAsync("mj-divider");
        robin.AssertQuiet();
    }

    private async Task OpenEditorAsync(AtBrowser robin)
    {
        await robin.GoAsync($"/o/{demo.Number}/content");
        await robin.Button("New template").ClickAsync();
        await robin.Page.GetByRole(AriaRole.Region, new PageGetByRoleOptions { Name = "Visit reminder" }).GetByRole(AriaRole.Button).ClickAsync();
        await Assertions.Expect(robin.Button("Save version 2")).ToBeVisibleAsync();
        await robin.Button("Visual").ClickAsync();
        await robin.Page.FrameLocator("iframe[title='Visual editor']").Locator("#editor:not([aria-busy])").WaitForAsync();
    }
}
