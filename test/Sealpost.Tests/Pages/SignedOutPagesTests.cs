using System.Net;

namespace Sealpost.Tests.Pages;

/// <summary>Pages that come before or after the workplace, and those that are not there.</summary>
[Collection(nameof(DemoPages))] // One at a time: each compares the store before and after.
public sealed class SignedOutPagesTests(DemoPages demo, Chromium chromium)
{
    [Fact]
    public async Task Sign_in_and_its_neighbours_are_right_for_everybody()
    {
        await demo.StartedAsync();
        await using var browser = await AtBrowser.OpenAsync(chromium, demo.Served.Url);
        var wrong = new List<string>();
        foreach (var (name, path) in new[] { ("sign-in", "/sign-in"), ("sign-in-recovery", "/sign-in/recovery"), ("locked", "/sign-in/locked"), ("signed-out", "/signed-out"), ("welcome-used", "/welcome/1"), ("idle", "/sign-in?why=Idle") })
        {
            await browser.GoAsync(path);
            wrong.AddRange((await PageCheck.FindAsync(browser, name, demo.Secrets)).Select(found => $"{path}: {found}"));
        }

        browser.Expected = [404];
        await browser.GoAsync("/no-such-page");
        wrong.AddRange((await PageCheck.FindAsync(browser, "not-found", demo.Secrets)).Select(found => $"404: {found}"));
        AtBrowser.AssertNone([.. wrong, .. browser.Faults]);
    }

    [Fact]
    public async Task What_another_organisation_has_looks_like_nothing()
    {
        await using var browser = await demo.OpenAsync(chromium, DemoPages.Stranger);
        browser.Expected = [404];
        var answer = await browser.GoAsync($"/o/{demo.Number}/campaigns/1");
        Assert.Equal((int)HttpStatusCode.NotFound, answer!.Status);

        // In one's own organisation, with numbers that only the other one has.
        var wrong = new List<string>();
        foreach (var pattern in EveryPageTests.PagePatterns(demo.Served).Where(pattern => pattern.StartsWith("/o/{Org:int}/", StringComparison.OrdinalIgnoreCase) && pattern.Count(letter => letter == '{') == 2))
        {
            var path = pattern.Replace("{Org:int}", $"{demo.NeighbourNumber}", StringComparison.OrdinalIgnoreCase).Replace(pattern[pattern.LastIndexOf('{')..(pattern.LastIndexOf('}') + 1)], "1", StringComparison.Ordinal);
            var shown = await browser.GoAsync(path);
            if (shown!.Status != (int)HttpStatusCode.NotFound || await browser.Page.GetByText("There is no such page").CountAsync() == 0)
                wrong.Add($"{pattern} shows “{(await browser.Page.Locator("main").InnerTextAsync()).ReplaceLineEndings(" ")}” with {shown.Status}");
        }

        AtBrowser.AssertNone(wrong);
        browser.AssertQuiet();
    }
}
