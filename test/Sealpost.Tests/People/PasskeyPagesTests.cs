using Microsoft.Playwright;
using Sealpost.App.Hosting;
using Sealpost.People;
using Sealpost.Tests.Pages;
using Sealpost.Tests.SetUp;

namespace Sealpost.Tests.People;

/// <summary>The first administrator in a real browser with a virtual authenticator: link, passkey, recovery codes, sign-out, sign-in, pages on people.</summary>
public sealed class PasskeyPagesTests(Chromium chromium)
{
    [Fact]
    public async Task The_first_administrator_makes_a_passkey_and_signs_in_with_it_again()
    {
        await using var served = await ServedFolder.StartAsync();
        var organisation = await served.FoundAsync();
        await using var noor = await AtBrowser.OpenAsync(chromium, served.Url);
        var page = noor.Page;

        await noor.GoAsync(await served.FirstPathAsync(organisation));
        await page.FillAsync("#name", "Noor Haddad");
        await page.FillAsync("#email", "noor@clinic.example");
        await page.ClickAsync("[data-passkey-button]");
        await Assertions.Expect(page.Locator(".codes li")).ToHaveCountAsync(RecoveryCode.Count);
        var cookie = (await page.Context.CookiesAsync()).Single(one => one.Name == SessionAuthentication.Cookie);
        Assert.Equal((true, true, SameSiteAttribute.Lax), (cookie.HttpOnly, cookie.Secure, cookie.SameSite));

        await noor.GoAsync($"/o/{organisation}/people");
        await Assertions.Expect(page.GetByText("noor@clinic.example")).ToBeVisibleAsync();
        await noor.GoAsync("/account");
        await Assertions.Expect(page.GetByText("10 codes are left.")).ToBeVisibleAsync();

        await page.ClickAsync("form[action='/sign-out'] button");
        await Assertions.Expect(page.GetByText("You are signed out")).ToBeVisibleAsync();
        // The sign-in page offers passkeys by itself, and the authenticator answers at once: no button is pressed, and the page may be left before it is loaded.
        await page.GotoAsync(served.Url + "/account", new PageGotoOptions { WaitUntil = WaitUntilState.Commit });
        await Assertions.Expect(page.GetByText("10 codes are left.")).ToBeVisibleAsync();
        noor.AssertQuiet();
    }
}
