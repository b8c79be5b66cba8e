using Microsoft.Playwright;
using Sealpost.Library;
using Sealpost.Tests.Audiences;

namespace Sealpost.Tests.Pages;

/// <summary>A block goes back to an older text and forth again, by clicks.</summary>
[Collection(nameof(AudiencePageTests))]
public sealed class BlockVersionsTests(AudienceClinic clinic, Chromium chromium)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_older_text_becomes_the_newest_version_and_can_be_undone()
    {
        await clinic.ReadyAsync();
        var blocks = new ContentLibrary(clinic.Organisation.Context).Blocks;
        await blocks.SaveAsync("opening-hours", 0, Text("Open at eight."), clinic.Marketer, Token);
        await blocks.SaveAsync("opening-hours", 1, Text("Open at nine."), clinic.Marketer, Token);
        await using var marketer = await AtBrowser.OpenAsync(chromium, clinic.Url);
        await marketer.EnterAsync(await clinic.LinkAsync(clinic.Marketer));
        await marketer.GoAsync($"/o/{clinic.Organisation.Context.Organisation.Id.Value}/content/blocks");
        await marketer.Button("Versions of opening-hours").ClickAsync();
        await marketer.Button("Restore").ClickAsync();
        await Assertions.Expect(marketer.Page.Locator("main pre.source").First).ToHaveTextAsync("Open at eight.");
        Assert.Equal(3, (await blocks.HistoryAsync("opening-hours", clinic.Marketer, Token))[0].Version);
        await marketer.Page.Locator(".toast").GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Assertions.Expect(marketer.Page.Locator("main pre.source").First).ToHaveTextAsync("Open at nine.");
        await blocks.RetireAsync("opening-hours", clinic.Marketer, Token);
        marketer.AssertQuiet();
    }

    private static BlockDraft Text(string text) => new() { Format = Sealpost.Content.BodyFormat.Markdown, Texts = [new() { Language = "en", Body = text }] };
}
