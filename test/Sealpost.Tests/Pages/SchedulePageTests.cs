using System.Globalization;
using Microsoft.Playwright;
using Sealpost.App.Pages.Shared;
using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.People;
using Sealpost.Storage;
using Sealpost.Tests.Campaigns;

namespace Sealpost.Tests.Pages;

/// <summary>A campaign that starts at a time, by clicks: signed with its time, shown, moved, taken off, missed and made up for; and what was approved, once it is over.</summary>
[Collection(nameof(DemoPages))] // One at a time: others compare the store before and after.
public sealed class SchedulePageTests(DemoPages demo, Chromium chromium)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_signed_with_its_time_and_starts_by_itself()
    {
        await using var browser = await demo.OpenAsync(chromium, DemoPages.Robin);
        var page = browser.Page;
        var (at, later) = (Soon(1), Soon(2)); // Once: the day may end meanwhile.
        var campaign = await SubmittedAsync(at);
        var path = $"/o/{demo.Number}/campaigns/{campaign}";
        await browser.GoAsync(path);
        var signs = Panel(page, "What the approval signs");
        foreach (var words in new[] { "Acme Refills", "$1,200.00, in goods or services, to us", "$900.00", "It takes a minute", "At most 5", "Counted, on links to our own pages", $"By itself on {Told(at)} ({Zone.Id})", Moments.Day(at.AddDays(3), Zone) })
            await Assertions.Expect(signs).ToContainTextAsync(words);
        await browser.LookAsync("campaign-signs");
        await browser.Button("Approve").ClickAsync();
        await Assertions.Expect(page.GetByText($"Approved. It starts by itself on {Told(at)} ({Zone.Id}).")).ToBeVisibleAsync();
        await Assertions.Expect(Panel(page, "Start")).ToContainTextAsync(Told(at));
        await Assertions.Expect(page.Locator(".lead")).ToContainTextAsync("Scheduled");
        await browser.LookAsync("campaign-scheduled");

        await browser.GoAsync($"/o/{demo.Number}/campaigns");
        await Assertions.Expect(page.GetByText($"starts {Told(at)}")).ToBeVisibleAsync();
        await browser.LookAsync("campaigns-scheduled");
        await browser.GoAsync($"/o/{demo.Number}");
        await Assertions.Expect(page.GetByText($"Starts by itself on {Told(at)}")).ToBeVisibleAsync();

        await browser.GoAsync(path);
        await MoveAsync(browser, "Move the start", "Move the start", later);
        await Assertions.Expect(Panel(page, "Start")).ToContainTextAsync(Told(later));
        await browser.Button("Take off the schedule").ClickAsync();
        await Assertions.Expect(page.Locator(".lead")).ToContainTextAsync("Approved");
        await MoveAsync(browser, "Schedule", "Schedule", later);
        await Assertions.Expect(Panel(page, "Start")).ToBeVisibleAsync();

        await MissAsync(browser, campaign, path);
        await ComesAsync(campaign); // Its mailbox runs again.
        await browser.GoAsync(path);
        await Assertions.Expect(page.Locator(".lead")).ToContainTextAsync("Finished");
        var was = Panel(page, "What was approved");
        foreach (var words in new[] { "Acme Refills", "At most 5", "Approved by" + DemoPages.Robin })
            await Assertions.Expect(was).ToContainTextAsync(words);
        await Assertions.Expect(Panel(page, "Message")).ToContainTextAsync("patient.given_name");
        await Assertions.Expect(Panel(page, "Who gets it")).ToContainTextAsync("age >= 120");
        await Assertions.Expect(Panel(page, "Who gets it").GetByText("May get it")).ToHaveCountAsync(0);
        await browser.LookAsync("campaign-was-approved");
        browser.AssertQuiet();
    }

    [Fact]
    public async Task A_report_tells_the_way_and_is_renewed_while_messages_leave()
    {
        await using var browser = await demo.OpenAsync(chromium, DemoPages.Robin);
        var finished = (await demo.Clinic.Campaigns.List.PageAsync(new CampaignListRequest([CampaignState.Finished], null, null, 50), Actor.LocalOwner, Token)).Entries.First(entry => entry.Selected >= 11);
        await browser.GoAsync($"/o/{demo.Number}/campaigns/{finished.Id}");
        await Assertions.Expect(Panel(browser.Page, "On the way")).ToContainTextAsync("TLS 1.3");
        await Assertions.Expect(Panel(browser.Page, "Receiving domains")).ToContainTextAsync("at each domain is not shown");
        await Assertions.Expect(Panel(browser.Page, "What was approved")).ToBeVisibleAsync();
        await browser.LookAsync("campaign-report");

        // As if it were being sent: what the page said when it was opened would be old.
        await SetAsync("UPDATE campaign SET state = 4 WHERE id = @id", finished.Id);
        try
        {
            await browser.GoAsync($"/o/{demo.Number}/campaigns/{finished.Id}");
            await Assertions.Expect(Panel(browser.Page, "Under way")).ToBeVisibleAsync();
            await Assertions.Expect(browser.Page.GetByText("unsubscribed 0")).ToBeVisibleAsync();
            await SetAsync("UPDATE delivery SET opted_out_at = 7 WHERE campaign = @id AND opted_out_at = 0", finished.Id);
            await Assertions.Expect(browser.Page.GetByText($"unsubscribed {finished.Selected}")).ToBeVisibleAsync();
        }
        finally
        {
            await SetAsync("UPDATE campaign SET state = 6 WHERE id = @id", finished.Id);
            await SetAsync("UPDATE delivery SET opted_out_at = 0 WHERE campaign = @id AND opted_out_at = 7", finished.Id);
        }

        await Assertions.Expect(browser.Page.Locator(".lead")).ToContainTextAsync("Finished");
        browser.AssertQuiet();
    }

    private TimeZoneInfo Zone => demo.Clinic.Context.Organisation.TimeZone;

    /// <summary>Its time comes while nothing can be sent here.</summary>
    private async Task MissAsync(AtBrowser browser, long campaign, string path)
    {
        var delivery = demo.Clinic.DeliveryOverride;
        demo.Clinic.DeliveryOverride = null;
        try
        {
            await ComesAsync(campaign);
            await Assertions.Expect(browser.Page.GetByText("Its time has come, but it cannot start.")).ToBeVisibleAsync();
            await browser.LookAsync("campaign-missed");
            await browser.GoAsync($"/o/{demo.Number}");
            await Assertions.Expect(browser.Page.GetByText("Scheduled, but cannot start: This folder is a demo's")).ToBeVisibleAsync();
            await Assertions.Expect(browser.Page.GetByText("Was to start on")).ToBeVisibleAsync();
            await browser.LookAsync("home-missed");
            await browser.GoAsync(path);
        }
        finally
        {
            demo.Clinic.DeliveryOverride = delivery;
        }
    }

    /// <summary>As if the server had been down when the time came, and was started again.</summary>
    private async Task ComesAsync(long campaign)
    {
        await SetAsync("UPDATE campaign SET scheduled_at = 1 WHERE id = @id", campaign);
        await demo.Clinic.GoOnAsync(Token);
        if (demo.Clinic.DeliveryOverride is not null)
            await Eventually.TrueAsync(async () => (await demo.Clinic.Desk().GetAsync(campaign, Token)).State == CampaignState.Finished, "the campaign finishes", Token);
    }

    private Task SetAsync(string statement, long campaign) =>
        demo.Clinic.Context.Database.WriteAsync((transaction, token) => Sql.ExecuteAsync(transaction, statement, [("@id", campaign)], token), Token);

    private static async Task MoveAsync(AtBrowser browser, string button, string confirm, DateTimeOffset to)
    {
        await browser.Page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).First.ClickAsync();
        await browser.Page.FillAsync("#starts", to.ToString("yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture));
        await browser.Page.Locator("#starts").BlurAsync();
        await browser.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = confirm, Exact = true }).ClickAsync();
    }

    private async Task<long> SubmittedAsync(DateTimeOffset at)
    {
        var author = (await demo.Clinic.People.ListAsync(Token)).First(one => (one.Roles & Roles.Marketer) != Roles.None && one.Name != DemoPages.Robin);
        var content = TestClinic.Content("starts-by-itself") with
        {
            From = $"Green Valley Clinic <care@{demo.Clinic.Context.Organisation.Domain}>",
            Purpose = Purpose.Refill,
            Remuneration = new PaymentAnswers { Payer = "Acme Refills", Kind = RemunerationKinds.InKind, ReceivedBy = RemunerationKinds.CoveredEntity, Amount = 1_200, DocumentedCost = 900, PayerOwnsProduct = true },
            Audience = "age >= 120",
            Preheader = "It takes a minute",
            Rate = 5,
            CountClicks = true,
            Schedule = at,
            NotAfter = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at.AddDays(3), Zone).DateTime),
        };
        var campaign = await demo.Clinic.Desk().CreateAsync(content, author, Token);
        await demo.Clinic.Desk().SubmitAsync(campaign.Name, author, Token);
        return campaign.Id;
    }

    /// <summary>Nine in the morning some days on, where the clinic is.</summary>
    private DateTimeOffset Soon(int days)
    {
        var day = TimeZoneInfo.ConvertTime(TimeProvider.System.GetUtcNow(), Zone).Date.AddDays(days).AddHours(9);
        return new DateTimeOffset(day, Zone.GetUtcOffset(day));
    }

    private string Told(DateTimeOffset at) => Moments.Minute(at, Zone);

    private static ILocator Panel(IPage page, string title) => page.Locator("section.panel", new() { Has = page.GetByRole(AriaRole.Heading, new() { Name = title, Exact = true, Level = 2 }) });
}
