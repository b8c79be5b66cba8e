using Microsoft.Playwright;
using Sealpost.App.Hosting;
using Sealpost.People;
using Sealpost.Tests.Pages;
using Sealpost.Tests.SetUp;

namespace Sealpost.Tests.People;

/// <summary>A person in a browser without passkeys: link, password and authenticator app, recovery codes, sign-out, sign-in by code, each page as axe sees it.</summary>
public sealed class PasswordPagesTests(Chromium chromium)
{
    private const string Password = "four words do quite well";

    [Fact]
    public async Task A_password_and_a_code_of_the_app_sign_in_and_neither_does_alone()
    {
        await using var served = await ServedFolder.StartAsync();
        var organisation = await served.FoundAsync();
        await using var noor = await AtBrowser.OpenAsync(chromium, served.Url);
        var page = noor.Page;

        await noor.GoAsync(await served.FirstPathAsync(organisation));
        await page.Locator(".other-way summary").ClickAsync();
        await noor.LookAsync("welcome-password");
        var form = page.Locator(".other-way form");
        await form.Locator("[name=Name]").FillAsync("Noor Haddad");
        await form.Locator("[name=Email]").FillAsync("noor@clinic.example");
        await form.Locator("[name=Password]").FillAsync(Password);
        var key = (await form.Locator("code.key").InnerTextAsync()).Replace(" ", "", StringComparison.Ordinal);
        await form.Locator("[name=Code]").FillAsync(TimeCode.At(key, TimeProvider.System.GetUtcNow()));
        await form.Locator("button[type=submit]").ClickAsync();
        await Assertions.Expect(page.Locator(".codes li")).ToHaveCountAsync(RecoveryCode.Count);

        await noor.GoAsync("/account");
        await page.ClickAsync("form[action='/sign-out'] button");
        await Assertions.Expect(page.GetByText("You are signed out")).ToBeVisibleAsync();

        await SignInAsync(noor, "four words do quite badly");
        await Assertions.Expect(page.GetByText("Address and password do not fit")).ToBeVisibleAsync();
        await SignInAsync(noor, Password);
        await page.ArriveAsync("/sign-in/code");
        await noor.LookAsync("sign-in-code");
        await page.FillAsync("#code", "000000");
        await noor.Button("Sign in").ClickAsync();
        await Assertions.Expect(page.GetByText("That code does not fit")).ToBeVisibleAsync();

        // The code of the step at which the app was set is used up; the next one is good a step early.
        await page.FillAsync("#code", TimeCode.At(key, TimeProvider.System.GetUtcNow().AddSeconds(30)));
        await noor.Button("Sign in").ClickAsync();
        await page.ArriveAsync($"/o/{organisation}");
        noor.AssertQuiet();
    }

    private static async Task SignInAsync(AtBrowser person, string password)
    {
        await person.GoAsync("/sign-in");
        if (!await person.Page.Locator("#email").IsVisibleAsync())
            await person.Page.Locator(".other-way summary").ClickAsync();
        await person.Page.FillAsync("#email", "noor@clinic.example");
        await person.Page.FillAsync("#password", password);
        await person.Button("Go on").ClickAsync();
    }
}
