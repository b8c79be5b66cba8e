using Microsoft.Playwright;
using Sealpost.Campaigns;
using Sealpost.Storage;
using Sealpost.Tests.Audiences;
using Sealpost.Tests.Campaigns;

namespace Sealpost.Tests.Pages;

/// <summary>A campaign that paused by itself says so on the first page and on its own, and asks for a reason before it goes on.</summary>
[Collection(nameof(AudiencePageTests))] // One at a time: a marketer has one draft of a new audience.
public sealed class ComplaintPausePageTests(AudienceClinic clinic, Chromium chromium)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_said_at_home_and_on_its_page_and_a_reason_is_asked_for()
    {
        await clinic.ReadyAsync();
        var campaign = await PausedAsync();
        await using var marketer = await AtBrowser.OpenAsync(chromium, clinic.Url);
        await marketer.EnterAsync(await clinic.LinkAsync(clinic.Marketer));
        var home = $"/o/{clinic.Organisation.Context.Organisation.Id.Value}";
        await marketer.GoAsync(home);
        await Assertions.Expect(marketer.Page.GetByText("Paused by itself: too many patients")).ToBeVisibleAsync();

        await marketer.GoAsync($"{home}/campaigns/{campaign}");
        await Assertions.Expect(marketer.Page.GetByText("It paused by itself.")).ToBeVisibleAsync();
        await Assertions.Expect(marketer.Page.GetByRole(AriaRole.Heading, new() { Name = "Pauses" })).ToBeVisibleAsync();
        Assert.Empty(await PageCheck.FindAsync(marketer, "campaign-paused-by-itself", []));
        await marketer.Button("Resume").ClickAsync();
        await Assertions.Expect(marketer.Page.GetByLabel("Why it may go on")).ToBeVisibleAsync();
        await Assertions.Expect(marketer.Button("Let it go on")).ToBeVisibleAsync();
        Assert.Empty(await PageCheck.FindAsync(marketer, "campaign-resume-reason", []));
        await marketer.Button("Back").ClickAsync();
        Assert.Equal(CampaignState.Paused, (await clinic.Organisation.Desk().GetAsync(campaign, Token)).State);
        await clinic.Organisation.Context.Database.WriteAsync((transaction, token) => Sql.ExecuteAsync(transaction, "UPDATE campaign SET state = 7 WHERE id = @id", [("@id", campaign)], token), Token);
        marketer.AssertQuiet();
    }

    private async Task<long> PausedAsync()
    {
        var organisation = clinic.Organisation;
        var campaign = (await organisation.Desk().CreateAsync(TestClinic.Content("complained-about") with { From = "Green Valley Clinic <care@mail.greenvalley.test>" }, clinic.Marketer, Token)).Id;
        await organisation.Context.Database.WriteAsync((transaction, token) => Sql.ExecuteAsync(transaction, "UPDATE campaign SET state = 4 WHERE id = @id", [("@id", campaign)], token), Token);
        await new CampaignStore(organisation.Context).TransitAsync(
            new CampaignTransition(campaign, CampaignAct.Pause, "system") { Columns = [("paused_for", 1L)], Words = "0.73 % of the messages were reported as unwanted; the limit is 0.3 %." }, Token);
        return campaign;
    }
}
