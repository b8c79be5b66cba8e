using Microsoft.Playwright;
using Sealpost.People;
using Sealpost.Running;
using Sealpost.Tests.Pages;

namespace Sealpost.Tests.SetUp;

/// <summary>Organisations and administration by clicks, in a real browser.</summary>
public sealed class SettingsPagesTests(Chromium chromium)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Settings_keys_backups_queue_and_health_are_looked_after_by_clicks()
    {
        await using var served = await ServedFolder.StartAsync();
        await using var screen = await served.FirstAdministratorAsync(chromium);
        var page = screen.Page;
        await screen.FoundAsync();
        await page.Locator(".steps").WaitForAsync();

        // First: a passkey shown more than five minutes ago is asked for again.
        await screen.GoAsync("/o/1/settings/keys");
        await page.GetByRole(AriaRole.Button, new() { Name = "Exchange keys" }).ClickAsync();
        await Assertions.Expect(page.GetByText("Version 2")).ToBeVisibleAsync();
        await screen.LookAsync("settings-keys");

        await screen.GoAsync("/o/1/settings");
        await page.FillAsync("#o-name", "Green Valley Health");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).First.ClickAsync();
        await Assertions.Expect(page.Locator(".side .org-name, .side .org-switch")).ToContainTextAsync("Green Valley Health");
        await page.FillAsync("#set-frequency-cap", "1000");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).Nth(1).ClickAsync();
        await Assertions.Expect(page.Locator("#set-frequency-cap-error")).ToContainTextAsync("Give a number from 1 to 100");
        await screen.LookAsync("settings-organisation");
        await page.FillAsync("#set-frequency-cap", "6");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).Nth(1).ClickAsync();
        await Assertions.Expect(page.GetByText("goes by it")).ToBeVisibleAsync();
        Assert.Equal("6", (await served.Installation.OpenOrganisationAsync(null, Token)).Settings["frequency-cap"]);

        foreach (var (path, name) in new[] { ("settings/domain", "domain"), ("settings/transport", "settings-transport"), ("queue", "queue"), ("health", "health") })
        {
            await screen.GoAsync("/o/1/" + path);
            await screen.LookAsync(name);
        }

        await screen.GoAsync("/o/1/settings/backups");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make a backup" }).ClickAsync();
        await Assertions.Expect(page.Locator("tbody tr")).ToHaveCountAsync(1);
        await screen.LookAsync("settings-backups");

        // Who opens the page anew learns what came of it, until it was seen.
        await page.ReloadAsync();
        await Assertions.Expect(page.GetByText("Made. Copy it to another place.")).ToBeVisibleAsync();
        var end = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await page.GetByRole(AriaRole.Button, new() { Name = "I have seen it" }).ClickAsync();
        await Assertions.Expect(page.GetByText("Made. Copy it to another place.")).ToHaveCountAsync(0);
        var begun = served.Installation.Work.RunAsync(WorkKinds.Backup, Actor.LocalOwner, (_, _) => end.Task, Token);
        await page.ReloadAsync();
        await Assertions.Expect(page.GetByText("A backup is being made.")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Copying…" })).ToBeDisabledAsync();
        end.SetResult("Copied.");
        await begun;
        await Assertions.Expect(page.GetByText("Copied.")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Make a backup" })).ToBeEnabledAsync();
        screen.AssertQuiet();
    }

    [Fact]
    public async Task A_second_organisation_is_added_switched_to_and_left()
    {
        await using var served = await ServedFolder.StartAsync();
        await using var screen = await served.FirstAdministratorAsync(chromium);
        var page = screen.Page;
        await screen.FoundAsync();
        await page.Locator(".steps").WaitForAsync();
        await page.Keyboard.PressAsync("Control+k");
        await page.Locator("dialog[data-palette=dialog] input").FillAsync("add an org");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Add an organisation" })).ToBeVisibleAsync();
        await screen.LookAsync("organisation-add");
        await screen.FoundAsync("Hill Dental", "mail.hill.test");
        await page.ArriveAsync("/o/2/");
        await page.Locator(".steps").WaitForAsync();
        await page.Locator(".org-switch select").SelectOptionAsync("1");
        await Assertions.Expect(page).ToHaveURLAsync(served.Url + "/o/1");

        // Its only administrator stays; with a second one, who leaves is out at once.
        await screen.GoAsync("/o/2/settings");
        await LeaveAsync(page);
        await Assertions.Expect(page.Locator(".toast-warn")).ToContainTextAsync("only administrator");
        await Assertions.Expect(page.Locator(".org-switch option")).ToHaveCountAsync(2);
        screen.AssertQuiet();
    }

    private static async Task LeaveAsync(IPage page)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "Leave this organisation" }).ClickAsync();
        await page.Locator("dialog[open] .button-danger").ClickAsync();
    }
}
