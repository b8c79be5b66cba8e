using Microsoft.Playwright;
using Sealpost.App.Api;
using Sealpost.Tests.Pages;
using Sealpost.Tests.SetUp;

namespace Sealpost.Tests.Api;

/// <summary>The reference in a real browser: drawn by a script that is not ours, under a policy that lets it reach nobody.</summary>
public sealed class ApiReferenceTests(Chromium chromium)
{
    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task It_shows_the_operations_and_asks_nobody_else(ColorScheme scheme)
    {
        await using var served = await ServedFolder.StartAsync();
        await using var browser = await AtBrowser.OpenAsync(chromium, served.Url, scheme: scheme);
        await browser.Page.GotoAsync(browser.Url + ApiReference.Path);
        foreach (var heading in new[] { "Sealpost API", "Organisations of the caller" })
            await Assertions.Expect(browser.Page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = heading })).ToBeVisibleAsync();
        await browser.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        await Assertions.Expect(browser.Page.Locator("body.dark-mode")).ToHaveCountAsync(scheme == ColorScheme.Dark ? 1 : 0);
        if (PageCheck.Folder is { } folder)
            await browser.Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, $"api-docs-{scheme}.png".ToLowerInvariant()) });
        browser.AssertQuiet();
        Assert.Equal(0, served.Pages.PolicyReports);
    }

    [Fact]
    public async Task Each_answer_has_a_nonce_of_its_own()
    {
        await using var served = await ServedFolder.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(served.Url) };
        var policies = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 3; i++)
        {
            using var answer = await http.GetAsync(new Uri(ApiReference.Path, UriKind.Relative), TestContext.Current.CancellationToken);
            policies.Add(string.Join(';', answer.Headers.GetValues("Content-Security-Policy")));
        }

        Assert.Equal(3, policies.Count);
        Assert.All(policies, policy => Assert.DoesNotContain("script-src 'self'", policy, StringComparison.Ordinal));
    }
}
