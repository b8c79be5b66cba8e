using Microsoft.Playwright;
using Sealpost.Campaigns;
using Sealpost.Tests.Audiences;
using Sealpost.Tests.Campaigns;

namespace Sealpost.Tests.Pages;

/// <summary>What a person did by mistake is taken back by one button or one key, also from another page.</summary>
[Collection(nameof(AudiencePageTests))] // One at a time: a marketer has one draft of a new audience.
public sealed class UndoTests(AudienceClinic clinic, Chromium chromium)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_rule_a_template_a_draft_and_a_submission_come_back()
    {
        await using var marketer = await OpenAsync();
        var page = marketer.Page;

        await marketer.GoAsync(At("/audiences/new"));
        await marketer.AddAgesAsync(30, 80);
        await marketer.AddAgesAsync(40, 70);
        await marketer.SaysAsync("age between 30 and 80 and age between 40 and 70");
        await page.HoverAsync("[data-rule='1']"); // What can be done with a rule shows beside the mouse.
        await page.ClickAsync("[data-rule='1'] [data-do=remove]");
        await marketer.SaysAsync("age between 30 and 80");
        await Assertions.Expect(page.Locator("[data-undo]")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("z");
        await marketer.SaysAsync("age between 30 and 80 and age between 40 and 70");

        await marketer.GoAsync(At("/content"));
        await page.GetByRole(AriaRole.Region, new() { Name = "Plain letter" }).GetByRole(AriaRole.Button).ClickAsync();
        await page.LeaveAsync("/content$");
        await marketer.GoAsync(At("/content"));
        await marketer.Button("Archive Plain letter").ClickAsync();
        await Assertions.Expect(page.GetByText("Every template is archived")).ToBeVisibleAsync();
        await Assertions.Expect(marketer.Button("Archived 1")).ToBeVisibleAsync();
        await UndoFromElsewhereAsync(marketer, "Undo");
        await page.Locator("#nav").GetByRole(AriaRole.Link, new() { Name = "Content" }).ClickAsync();
        await Assertions.Expect(marketer.Link("Plain letter")).ToBeVisibleAsync();
        await Assertions.Expect(marketer.Button("Archived 0")).ToBeVisibleAsync();

        var draft = await clinic.Organisation.Desk().CreateAsync(Content("undo-draft"), clinic.Marketer, Token);
        await marketer.GoAsync(At($"/campaigns/{draft.Id}"));
        await marketer.Button("Delete draft").ClickAsync();
        await page.ArriveAsync("/campaigns$");
        await UndoFromElsewhereAsync(marketer, "Undo");
        await Assertions.Expect(marketer.Link("Write")).ToBeVisibleAsync();

        var waiting = await clinic.Organisation.Desk().CreateAsync(Content("undo-submission"), clinic.Marketer, Token);
        await clinic.Organisation.Desk().SubmitAsync(waiting.Name, clinic.Marketer, Token);
        await marketer.GoAsync(At($"/campaigns/{waiting.Id}"));
        await marketer.Button("Withdraw and change it").ClickAsync();
        await page.ArriveAsync("/edit$");
        Assert.Equal(CampaignState.Draft, (await clinic.Organisation.Desk().GetAsync(waiting.Id, Token)).State);
        await UndoFromElsewhereAsync(marketer, "Submit again");
        await Assertions.Expect(marketer.Button("Withdraw and change it")).ToBeVisibleAsync();
        marketer.AssertQuiet();
    }

    private static CampaignContent Content(string name) => TestClinic.Content(name) with { From = "Green Valley Clinic <care@mail.greenvalley.test>" };

    /// <summary>The message goes along to whatever page the person goes on to.</summary>
    private static async Task UndoFromElsewhereAsync(AtBrowser person, string button)
    {
        await person.Page.Locator("#nav").GetByRole(AriaRole.Link, new() { Name = "Returned mail" }).ClickAsync();
        await Assertions.Expect(person.Page.GetByRole(AriaRole.Heading, new() { Name = "Returned mail" })).ToBeVisibleAsync();
        await person.Page.Locator(".toast").GetByRole(AriaRole.Button, new() { Name = button }).ClickAsync();
        await Assertions.Expect(person.Page.Locator("[data-undo]")).ToHaveCountAsync(0);
    }

    private string At(string path) => $"/o/{clinic.Organisation.Context.Organisation.Id.Value}{path}";

    private async Task<AtBrowser> OpenAsync()
    {
        await clinic.ReadyAsync();
        await clinic.Organisation.SavedAudiences.DropDraftAsync(0, clinic.Marketer, Token);
        var browser = await AtBrowser.OpenAsync(chromium, clinic.Url);
        await browser.EnterAsync(await clinic.LinkAsync(clinic.Marketer));
        return browser;
    }
}
