using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Sealpost.Tests.Pages;

/// <summary>What holds for every page: readable for everybody in both themes, no sideways scrolling at 320 pixels, nothing of a patient where a browser keeps or shows it unasked.</summary>
internal static class PageCheck
{
    /// <summary>320 CSS pixels are 1280 at a zoom of 400 %. WCAG 2.2, 1.4.10.</summary>
    private const int Narrowest = 320;

    private const int Tallest = 5_000;

    private static readonly string[] Grave = ["serious", "critical"];

    private static readonly (int Width, int Height)[] Sizes = [(1440, 900), (390, 844)];

    /// <summary>Where pictures of pages go; none are taken where it is not set.</summary>
    public static string? Folder { get; } = Environment.GetEnvironmentVariable("SEALPOST_SCREENS") is { Length: > 0 } folder ? Directory.CreateDirectory(folder).FullName : null;

    /// <summary>Waits until the page is read, and fails with everything that is wrong with it.</summary>
    public static async Task LookAsync(this AtBrowser browser, string name)
    {
        await browser.ReadyAsync();
        AtBrowser.AssertNone([.. (await FindAsync(browser, name, [])).Select(found => $"{name}: {found}")]);
    }

    /// <summary>Everything that is wrong with the page that the browser shows.</summary>
    public static async Task<IReadOnlyList<string>> FindAsync(AtBrowser browser, string name, IReadOnlyList<string> secrets)
    {
        var page = browser.Page;
        var found = new List<string>();
        var title = await page.TitleAsync();
        if (!title.Contains("Sealpost", StringComparison.Ordinal) || title.Length < 12)
            found.Add($"the title “{title}” says nothing");
        var headings = await page.Locator("h1:visible").CountAsync();
        if (headings != 1)
            found.Add($"{headings} main headings");
        found.AddRange(await LeaksAsync(browser, title, secrets));
        foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = scheme });
            await page.WaitForFunctionAsync("() => document.documentElement.classList.contains('is-dark') === matchMedia('(prefers-color-scheme: dark)').matches");
            found.AddRange(await AxeAsync(page, scheme));
            await PictureAsync(page, name, scheme);
        }

        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Light });
        await page.SetViewportSizeAsync(Narrowest, 800);
        if (await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth") is > Narrowest and var wide)
            found.Add($"{wide} pixels wide at {Narrowest}: " + await WidestAsync(page));
        await page.SetViewportSizeAsync(Sizes[0].Width, Sizes[0].Height);
        return found;
    }

    /// <summary>What axe finds serious or critical.</summary>
    public static async Task<IEnumerable<string>> AxeAsync(IPage page, ColorScheme scheme)
    {
#pragma warning disable CS0618 // The other way opens a window of its own for every page: minutes in all. There is nothing here of another origin, for which it is made.
        var result = await page.Locator("html").RunAxeLegacy(new AxeRunOptions { ResultTypes = [ResultType.Violations] });
#pragma warning restore CS0618
        return result.Violations.Where(violation => Grave.Contains(violation.Impact, StringComparer.Ordinal))
            .SelectMany(violation => violation.Nodes.Select(node => $"{scheme}: {violation.Id}: {node.Html[..Math.Min(160, node.Html.Length)]}"));
    }

    /// <summary>Addresses, titles, cookies and every store of the browser: none holds anything of a patient.</summary>
    private static async Task<List<string>> LeaksAsync(AtBrowser browser, string title, IReadOnlyList<string> secrets)
    {
        var page = browser.Page;
        var kept = await page.EvaluateAsync<string>("""
            async () => JSON.stringify({
              local: { ...localStorage }, session: { ...sessionStorage }, state: history.state, name: window.name,
              databases: indexedDB.databases ? (await indexedDB.databases()).map(d => d.name) : [],
              caches: window.caches ? await caches.keys() : [],
              frames: [...document.querySelectorAll('iframe')].map(f => f.src), links: [...document.querySelectorAll('a[href]')].map(a => a.getAttribute('href')).filter(h => !h.startsWith('mailto:')),
              forms: [...document.querySelectorAll('form')].map(f => f.getAttribute('action'))
            })
            """);
        var cookies = await browser.Context.CookiesAsync();
        var found = new List<string>();
        foreach (var (where, text) in new[] { ("the address", page.Url), ("the title", title), ("a store, link or frame", kept), ("a cookie", RandomText.LeftOut(string.Join('\n', cookies.Select(cookie => $"{cookie.Name} {cookie.Value}")))) })
        {
            if (secrets.FirstOrDefault(secret => text.Contains(secret, StringComparison.OrdinalIgnoreCase)) is { } secret)
                found.Add($"{where} holds a name or number of the clinic's ({secret.Length} characters)");
        }

        found.AddRange(cookies.Where(cookie => !cookie.Secure).Select(cookie => $"the cookie {cookie.Name} may travel in clear"));
        found.AddRange(cookies.Where(cookie => cookie.Name != "theme" && !cookie.HttpOnly).Select(cookie => $"the cookie {cookie.Name} can be read by scripts"));
        if (!kept.Contains("\"databases\":[]", StringComparison.Ordinal) || !kept.Contains("\"local\":{}", StringComparison.Ordinal))
            found.Add("something is kept in the browser beyond the visit");
        return found;
    }

    /// <summary>Takes pictures of the page at both widths, where they are wanted, and leaves it as wide as it was.</summary>
    public static async Task PictureAsync(IPage page, string name, ColorScheme scheme)
    {
        if (Folder is null)
            return;
        var before = page.ViewportSize!;
        await page.WaitForLoadStateAsync(LoadState.NetworkIdle); // Previews in frames come after the page.
        foreach (var (width, height) in Sizes)
        {
            await page.SetViewportSizeAsync(width, height);
            var whole = await page.EvaluateAsync<int>("() => document.documentElement.scrollHeight");
            await page.SetViewportSizeAsync(width, Math.Clamp(whole, height, Tallest)); // Frames out of view are not painted.
            await page.EvaluateAsync("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
            foreach (var frame in page.Frames)
                await frame.WaitForLoadStateAsync(LoadState.Load);
            await page.ScreenshotAsync(new PageScreenshotOptions { FullPage = true, Type = ScreenshotType.Jpeg, Quality = 82, Path = Path.Combine(Folder, $"{name}-{width}-{scheme}.jpg".ToLowerInvariant()), Animations = ScreenshotAnimations.Disabled });
        }

        await page.SetViewportSizeAsync(before.Width, before.Height);
    }

    private static Task<string> WidestAsync(IPage page) => page.EvaluateAsync<string>("""
        () => {
          const boxed = e => { for (let p = e.parentElement; p; p = p.parentElement) if (['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(p).overflowX) && p !== document.body && p !== document.documentElement) return true; return false; };
          return [...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !boxed(e)).slice(0, 3).map(e => e.outerHTML.slice(0, 120)).join(' | ');
        }
        """);
}
