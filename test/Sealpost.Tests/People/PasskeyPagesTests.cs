using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Playwright;
using Sealpost.App.Commands;
using Sealpost.App.Hosting;
using Sealpost.People;

namespace Sealpost.Tests.People;

/// <summary>The first administrator in a real browser with a virtual authenticator: link, passkey, recovery codes, sign-out, sign-in, pages on people.</summary>
public sealed class PasskeyPagesTests : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sealpost-test-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_administrator_makes_a_passkey_and_signs_in_with_it_again()
    {
        const string chromium = "/usr/bin/chromium";
        TestData.RequirePart(File.Exists(chromium), "Chromium (/usr/bin/chromium)");
        var folder = new DataFolder(Path.Combine(_folder, "data"));
        folder.Create();
        var (installation, _) = await Installation.CreateAsync(folder, NullLoggerFactory.Instance, Token);
        await using var opened = installation;
        var draft = StartCommands.Draft("Green Valley Clinic", "mail.greenvalley.test", "1 Orchard Road, Springfield, MA 01103", null, "America/New_York");
        var organisation = (await installation.Organisations.AddAsync(draft, installation.KeySource, Actor.LocalOwner.Id, Token)).Organisation.Id;
        await using var web = WebHost.Build(installation, "http://127.0.0.1:0");
        await web.StartAsync(Token);
        var address = "http://localhost:" + new Uri(web.Urls.First()).Port;
        var link = await installation.People.Invitations.FirstAsync(organisation, Actor.LocalOwner, Token);

        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = chromium, Args = ["--no-sandbox"] });
        var page = await browser.NewPageAsync();
        page.SetDefaultTimeout(120_000);
        Assertions.SetDefaultExpectTimeout(120_000);
        page.SetDefaultTimeout(20_000);
        var devtools = await page.Context.NewCDPSessionAsync(page);
        await devtools.SendAsync("WebAuthn.enable");
        var authenticator = new { protocol = "ctap2", transport = "internal", hasResidentKey = true, hasUserVerification = true, isUserVerified = true, automaticPresenceSimulation = true };
        await devtools.SendAsync("WebAuthn.addVirtualAuthenticator", new Dictionary<string, object> { ["options"] = JsonSerializer.SerializeToElement(authenticator) });

        await page.GotoAsync(address + PeopleSetup.WelcomePath(link!));
        await page.FillAsync("#name", "Noor Haddad");
        await page.FillAsync("#email", "noor@clinic.example");
        await page.ClickAsync("[data-passkey-button]");
        await Assertions.Expect(page.Locator(".codes li")).ToHaveCountAsync(RecoveryCode.Count);
        var cookie = (await page.Context.CookiesAsync()).Single(one => one.Name == SessionAuthentication.Cookie);
        Assert.Equal((true, true, SameSiteAttribute.Lax), (cookie.HttpOnly, cookie.Secure, cookie.SameSite));

        await page.GotoAsync(address + $"/o/{organisation}/people");
        await Assertions.Expect(page.GetByText("noor@clinic.example")).ToBeVisibleAsync();
        await page.GotoAsync(address + "/account");
        await Assertions.Expect(page.GetByText("10 codes are left.")).ToBeVisibleAsync();

        await page.ClickAsync("form[action='/sign-out'] button");
        await Assertions.Expect(page.GetByText("You are signed out")).ToBeVisibleAsync();
        await page.GotoAsync(address + "/account");
        // The sign-in page offers passkeys by itself, and the authenticator answers at once: no button is pressed.
        await Assertions.Expect(page.GetByText("10 codes are left.")).ToBeVisibleAsync();
        await web.StopAsync(CancellationToken.None);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
