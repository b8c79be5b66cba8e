using Microsoft.Playwright;
using Sealpost.Tests.Pages;

namespace Sealpost.Tests.SetUp;

/// <summary>The steps of setting up, by clicks.</summary>
internal static class SetUpClicks
{
    public const string Clinic = "Green Valley Clinic";

    /// <summary>Names an organisation on the page of the first step, or on that of another organisation.</summary>
    public static async Task FoundAsync(this AtBrowser person, string name = Clinic, string domain = "mail.greenvalley.test", string address = "1 Orchard Road, Springfield, MA 01103")
    {
        await person.Page.FillAsync("#org-name", name);
        await person.Page.FillAsync("#org-address", address);
        await person.Page.FillAsync("#org-domain", domain);
        await person.Page.SelectOptionAsync("#org-zone", "America/New_York");
        await person.Page.ClickAsync("button[type=submit]");
    }

    /// <summary>Shows the recovery kit and says that it is locked away.</summary>
    public static async Task KeepKitAsync(this AtBrowser person, Func<Task>? look = null)
    {
        await person.Button("Show the recovery kit").ClickAsync();
        await Assertions.Expect(person.Page.Locator(".kit-sheet")).ToContainTextAsync("SEALPOST RECOVERY KIT");
        await (look?.Invoke() ?? Task.CompletedTask);
        await person.Button("It is locked away").ClickAsync();
        await person.DoneAsync(2);
    }

    /// <summary>Says from where the server sends, so that the DNS records are whole.</summary>
    public static async Task FillRecordsAsync(this AtBrowser person, string from = "192.0.2.10", string bounces = "mx.greenvalley.test")
    {
        await person.Page.FillAsync("#sends-from", from);
        await person.Page.FillAsync("#bounce-host", bounces);
        await person.Button("Fill in the records").ClickAsync();
    }

    /// <summary>Makes a link for somebody on the step of people; returns its path.</summary>
    public static async Task<string> InviteAsync(this AtBrowser person, string name, string email, string role)
    {
        var page = person.Page;
        await page.FillAsync("#invite-name", name);
        await page.FillAsync("#invite-email", email);
        foreach (var check in await page.Locator(".check-set .check").AllAsync())
            await check.Locator("input").SetCheckedAsync(string.Equals(await check.Locator("strong").InnerTextAsync(), role, StringComparison.OrdinalIgnoreCase));
        await person.Button("Make the link").ClickAsync();
        await Assertions.Expect(page.GetByText($"Give this link to {name}")).ToBeVisibleAsync();
        return new Uri(await page.Locator("code.key").InnerTextAsync()).AbsolutePath;
    }

    /// <summary>Waits until so many steps are done.</summary>
    public static Task DoneAsync(this AtBrowser person, int steps) => Assertions.Expect(person.Page.Locator(".steps .step-done")).ToHaveCountAsync(steps);

    /// <summary>To the next step, by the button under this one.</summary>
    public static async Task NextStepAsync(this AtBrowser person, string title)
    {
        await person.Page.Locator(".row-between").GetByRole(AriaRole.Link, new() { Name = title }).ClickAsync();
        await Assertions.Expect(person.Page.Locator(".steps a[aria-current=step]")).ToContainTextAsync(title);
        await person.ReadyAsync();
    }
}
