using Microsoft.Playwright;
using Sealpost.Running;
using Sealpost.Tests.Campaigns;

namespace Sealpost.Tests.Pages;

/// <summary>A look at mail hosts that was begun while a campaign is written goes on when its page is left.</summary>
[Collection(nameof(DemoPages))] // One at a time: others compare the store before and after.
public sealed class LookAwayTests(DemoPages demo, Chromium chromium)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_look_begun_on_a_draft_ends_although_the_page_was_left()
    {
        await using var robin = await demo.OpenAsync(chromium, DemoPages.Robin);
        var actor = (await demo.Clinic.People.ListAsync(Token)).Single(one => one.Name == DemoPages.Robin);
        var content = TestClinic.Content("look-away") with { From = $"Green Valley Clinic <care@{demo.Clinic.Context.Organisation.Domain}>", Audience = "age >= 18" };
        var draft = await demo.Clinic.Desk().CreateAsync(content, actor, Token);
        var place = $"/o/{demo.Number}/campaigns/{draft.Id}/edit?step=submit";
        await robin.GoAsync(place);
        var look = robin.Button("Look at the mail hosts").Or(robin.Button("Look again"));
        await look.ClickAsync();
        await Eventually.TrueAsync(() => demo.Clinic.Work.Find(WorkKinds.Look(draft.Id)) is not null, "the look is begun", Token); // A page that is left at once takes the click along.
        await robin.GoAsync($"/o/{demo.Number}/campaigns");
        await robin.GoAsync(place);
        await Assertions.Expect(robin.Page.GetByText("The mail hosts were looked at.")).ToBeVisibleAsync();
        await Assertions.Expect(robin.Page.GetByText("looked at since")).ToBeVisibleAsync();
        await robin.LookAsync("campaign-edit-looked");
        await robin.Button("I have seen it").ClickAsync();
        await Assertions.Expect(robin.Page.GetByText("The mail hosts were looked at.")).ToHaveCountAsync(0);
        robin.AssertQuiet();
    }
}
