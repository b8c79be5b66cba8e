using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Sealpost.Tests.Pages;

/// <summary>Waits for addresses. Playwright's own <c>WaitForURLAsync</c> looks first and listens then: what changes between the two it never hears of.</summary>
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
}
