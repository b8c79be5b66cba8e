using Microsoft.Playwright;
using Sealpost.Content;
using Sealpost.Content.Drafts;
using Sealpost.Library;
using Sealpost.People;

namespace Sealpost.Tests.Pages;

/// <summary>The visual editor in its frame: nothing typed there is lost, however soon one saves.</summary>
[Collection(nameof(DemoPages))] // One at a time: others compare the store before and after.
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
        await KeptAsync(page);
        robin.AssertQuiet();
    }

    [Fact]
    public async Task The_lens_marks_tags_and_saved_blocks_in_the_canvas_and_leaves_no_trace_in_the_message()
    {
        await SaveBlockAsync("greeting-line", "<mj-text>We know you as {{ patient.family_name | default: \"our patient\" }}.</mj-text>");
        await using var robin = await demo.OpenAsync(chromium, DemoPages.Robin);
        var page = robin.Page;
        await OpenEditorAsync(robin);
        var frame = page.FrameLocator("iframe[title='Visual editor']");
        var canvas = frame.FrameLocator("iframe.gjs-frame");
        var target = canvas.Locator("[data-gjs-type=mj-text]").First;
        await target.ClickAsync();
        await frame.Locator(".gjs-block", new FrameLocatorLocatorOptions { HasText = "greeting-line" }).First.ClickAsync();
        await Assertions.Expect(canvas.GetByText("{% block greeting-line %}")).ToBeVisibleAsync();
        await page.GetByText("Show health information").ClickAsync();
        await Assertions.Expect(frame.Locator(".lens-legend .lens-given-name")).ToBeVisibleAsync();
        await Assertions.Expect(frame.Locator(".lens-legend .lens-identifier")).ToHaveTextAsync("identifier: 1");
        Assert.Equal("{% block greeting-line %}", await target.EvaluateAsync<string>("element => [...element.ownerDocument.defaultView.CSS.highlights.get('lens-identifier')].map(range => range.toString()).join('|')"));
        await robin.LookAsync("template-visual-lens");
        await robin.Button("Code").ClickAsync();
        var code = page.Locator(".cm-content");
        await Assertions.Expect(code).ToContainTextAsync("{% block greeting-line %}");
        await Assertions.Expect(code).Not.ToContainTextAsync("We know you as");
        await Assertions.Expect(code).Not.ToContainTextAsync("lens");
        await KeptAsync(page);
        robin.AssertQuiet();
        Assert.Equal(0, demo.Served.PolicyReports);
    }

    [Fact]
    public async Task A_saved_section_goes_where_sections_go_by_a_click_too()
    {
        await SaveBlockAsync("closing-section", "<mj-section><mj-column><mj-text>Until soon.</mj-text></mj-column></mj-section>");
        await using var robin = await demo.OpenAsync(chromium, DemoPages.Robin);
        await OpenEditorAsync(robin);
        var frame = robin.Page.FrameLocator("iframe[title='Visual editor']");
        await frame.FrameLocator("iframe.gjs-frame").Locator("[data-gjs-type=mj-text]").First.ClickAsync();
        await frame.Locator(".gjs-block", new FrameLocatorLocatorOptions { HasText = "closing-section" }).ClickAsync();
        await Assertions.Expect(frame.FrameLocator("iframe.gjs-frame").GetByText("{% block closing-section %}")).ToBeVisibleAsync();
        await robin.Button("Code").ClickAsync();
        await Assertions.Expect(robin.Page.Locator(".cm-content")).ToContainTextAsync("{% block closing-section %}");
        await robin.Page.GetByRole(AriaRole.Group, new PageGetByRoleOptions { Name = "View" }).GetByText("Text").ClickAsync();
        await Assertions.Expect(robin.Page.Locator(".preview-text")).ToContainTextAsync("Until soon.");
        await KeptAsync(robin.Page);
        robin.AssertQuiet();
    }

    [Fact]
    public async Task Each_language_shows_its_own_text_in_the_canvas_and_keeps_it()
    {
        await using var robin = await demo.OpenAsync(chromium, DemoPages.Robin);
        await OpenEditorAsync(robin);
        var canvas = robin.Page.FrameLocator("iframe[title='Visual editor']").FrameLocator("iframe.gjs-frame");
        await Assertions.Expect(canvas.GetByText("It is time for your yearly visit")).ToBeVisibleAsync();
        await robin.Page.GetByRole(AriaRole.Tab, new PageGetByRoleOptions { Name = "Spanish" }).ClickAsync();
        await Assertions.Expect(canvas.GetByText("Ya es hora de su visita anual")).ToBeVisibleAsync();
        await robin.Page.FrameLocator("iframe[title='Visual editor']").Locator("#editor:not([aria-busy])").WaitForAsync();
        await robin.Button("Code").ClickAsync();
        await Assertions.Expect(robin.Page.Locator(".cm-content")).ToContainTextAsync("Ya es hora de su visita anual");
        await robin.Page.GetByRole(AriaRole.Tab, new PageGetByRoleOptions { Name = "English" }).ClickAsync();
        await Assertions.Expect(robin.Page.Locator(".cm-content")).ToContainTextAsync("It is time for your yearly visit");
        robin.AssertQuiet();
    }

    /// <summary>Nothing is written any more after the test: other tests compare what is stored.</summary>
    private static Task KeptAsync(IPage page) => Assertions.Expect(page.Locator(".lead")).ToContainTextAsync("Draft kept");

    /// <summary>As a hand does it: the editor follows the moves.</summary>
    private async Task SaveBlockAsync(string name, string text)
    {
        await demo.StartedAsync();
        var blocks = new ContentLibrary(demo.Clinic.Context).Blocks;
        await blocks.SaveAsync(name, 0, new BlockDraft { Format = BodyFormat.Mjml, Texts = [new MessageVariant { Language = "en", Body = text }] }, Actor.LocalOwner, TestContext.Current.CancellationToken);
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
