using Microsoft.Playwright;
using Sealpost.Tests.Audiences;
using Sealpost.Tests.Campaigns;

namespace Sealpost.Tests.Pages;

/// <summary>A campaign is found by its name from any page, and what is chosen on a page is there after a reload.</summary>
[Collection(nameof(AudiencePageTests))] // One at a time: a marketer has one draft of a new audience.
public sealed class FindAndReloadTests(AudienceClinic clinic, Chromium chromium)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_campaign_is_found_by_name_and_its_step_outlives_a_reload()
    {
        await clinic.ReadyAsync();
        var campaign = await clinic.Organisation.Desk().CreateAsync(TestClinic.Content("spring-eyes") with { From = "Green Valley Clinic <care@mail.greenvalley.test>" }, clinic.Marketer, Token);
        await using var marketer = await AtBrowser.OpenAsync(chromium, clinic.Url);
        var page = marketer.Page;
        await marketer.EnterAsync(await clinic.LinkAsync(clinic.Marketer));
        var home = $"/o/{clinic.Organisation.Context.Organisation.Id.Value}";
        await marketer.GoAsync(home + "/returned");
        await page.Keyboard.PressAsync("Control+k");
        await page.Keyboard.TypeAsync("eyes spring");
        await Assertions.Expect(page.Locator(".palette li")).ToHaveTextAsync(["spring-eyesCampaign, draft"]);
        await page.Keyboard.PressAsync("Enter");
        await page.ArriveAsync($"{home}/campaigns/{campaign.Id}$");
        await marketer.ReadyAsync();

        await marketer.GoAsync($"{home}/campaigns/{campaign.Id}/edit");
        await page.GetByRole(AriaRole.Button, new() { Name = "3. Message" }).ClickAsync();
        await page.ArriveAsync(@"/edit\?step=message$");
        await page.ReloadAsync();
        await Assertions.Expect(page.Locator("[aria-current=step]")).ToContainTextAsync("3. Message");
        await page.GetByRole(AriaRole.Button, new() { Name = "1. Purpose" }).ClickAsync();
        await page.ArriveAsync("/edit$");

        await page.Keyboard.PressAsync("Control+k");
        await page.Keyboard.TypeAsync("zzz");
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.PressAsync("Escape");
        await page.GetByRole(AriaRole.Button, new() { Name = "3. Message" }).ClickAsync();
        await Assertions.Expect(page.Locator("[aria-current=step]")).ToContainTextAsync("3. Message");
        marketer.AssertQuiet();

        await using var compliance = await AtBrowser.OpenAsync(chromium, clinic.Url);
        page = compliance.Page;
        await compliance.EnterAsync(await clinic.LinkAsync(clinic.Compliance));
        await compliance.GoAsync($"{home}/campaigns/{campaign.Id}/deliveries");
        await page.SelectOptionAsync("#outcome", "Rejected");
        await page.ArriveAsync(@"/deliveries\?outcome=Rejected$");
        await page.ReloadAsync();
        await Assertions.Expect(page.Locator("#outcome")).ToHaveValueAsync("Rejected");
        compliance.AssertQuiet();
    }
}
