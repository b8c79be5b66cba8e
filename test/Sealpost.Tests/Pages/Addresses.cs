using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Sealpost.Tests.Pages;

/// <summary>Waits for addresses and documents. Playwright's own <c>WaitForURLAsync</c> looks first and listens then: what changes between the two it never hears of.</summary>
internal static class Addresses
{
    /// <summary>Waits until the address fits a pattern and the page there is loaded.</summary>
    public static async Task ArriveAsync(this IPage page, string pattern)
    {
        await Assertions.Expect(page).ToHaveURLAsync(new Regex(pattern, RegexOptions.None, TimeSpan.FromSeconds(1)));
        await page.WaitForLoadStateAsync();
    }

    /// <summary>Waits until the address fits a pattern no more and the page there is loaded.</summary>
    public static async Task LeaveAsync(this IPage page, string pattern)
    {
        await Assertions.Expect(page).Not.ToHaveURLAsync(new Regex(pattern, RegexOptions.None, TimeSpan.FromSeconds(1)));
        await page.WaitForLoadStateAsync();
    }

    /// <summary>Does what leads to another document, such as sending a form, and waits until that one is there and loaded, also where it has the same address and the same heading.</summary>
    public static async Task TurnAsync(this IPage page, Func<Task> act)
    {
        // A click returns before the browser goes: until then the old document answers every question. It bears a mark that no other has; looking for it needs no script of the page's own.
        await page.EvaluateAsync("() => document.documentElement.setAttribute('data-before', '')");
        await act();
        await Assertions.Expect(page.Locator("html:not([data-before])")).ToHaveCountAsync(1);
        await page.WaitForLoadStateAsync();
    }
}
